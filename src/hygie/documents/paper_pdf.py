"""Papers as PDF by Typst: tagged for screen readers (PDF/UA-1), archival (PDF/A-2a), black on white, A4.

The same papers give the same bytes. Several papers make one file, each beginning on its own page.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hygie.core.errors import MissingPart
from hygie.documents.glyphs import FONTS, drawn
from hygie.documents.paper import Paper, as_data

TEMPLATES = Path(__file__).parent / "templates"


def paper_pdf(paper: Paper) -> bytes:
    """The paper as a PDF. MissingPart without the « pdf » extra."""
    return compiled("paper.typ", {"papers": [as_data(paper)], "title": as_data(paper)["title"]}, paper.made_at)


def papers_pdf(papers: Sequence[Paper], title: str) -> bytes:
    """Several papers of one moment in one file, without page numbers. ValueError when there is none."""
    if not papers:
        raise ValueError("il faut au moins un document")
    return compiled("paper.typ", {"papers": [as_data(one) for one in papers], "title": title}, papers[0].made_at)


def compiled(template: str, data: dict[str, Any], made_at: datetime) -> bytes:
    """A template of ours with its data as a PDF. MissingPart without the « pdf » extra."""
    try:
        import typst
    except ImportError as error:
        raise MissingPart(
            "Le PDF demande l’extra « pdf ».",
            "Installez-le depuis la copie du projet : pip install --require-hashes -r requirements/all.lock",
        ) from error
    made: bytes = typst.compile(
        TEMPLATES / template,
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(drawn(data))},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(made_at.timestamp()),
    )
    return made
