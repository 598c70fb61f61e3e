"""The check-up as a PDF: two pages for the doctor, then the detail, readable by machines and for thirty years.

It claims PDF/UA-1 (tagged, for screen readers) and PDF/A-2a (archival); Typst refuses to write it when it is neither.
"""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from hygie.checkup.run import Checkup
from hygie.core.errors import MissingPart
from hygie.documents.checkup_view import checkup_view
from hygie.documents.glyphs import FONTS, drawn

TEMPLATES = Path(__file__).parent / "templates"


def render_pdf(checkup: Checkup) -> bytes:
    """The whole report as a PDF; the same check-up gives the same bytes. MissingPart without the « pdf » extra."""
    try:
        import typst
    except ImportError as error:
        raise MissingPart(
            "Le PDF demande l’extra « pdf ».",
            "Installez-le depuis la copie du projet : pip install --require-hashes -r requirements/all.lock",
        ) from error
    made: bytes = typst.compile(
        TEMPLATES / "checkup.typ",
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data(checkup))},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(checkup.started_at.timestamp()),
    )
    return made


def data(checkup: Checkup) -> dict[str, Any]:
    """What the Typst template reads: the view as far as the fonts can draw it, the moment, the icons."""
    view: dict[str, Any] = drawn(checkup_view(checkup))
    return {**view, "made_at": _moment(checkup.started_at), "icons": icons()}


def _moment(when: datetime) -> dict[str, int]:
    names = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(when, name) for name in names}


@cache
def icons() -> dict[str, str]:
    """Each symbol of the sprite as an SVG drawing of its own, in ink."""
    sprite = (TEMPLATES / "sprite.svg").read_text("utf-8")
    symbols = re.findall(r'<symbol id="i-(\w+)" viewBox="([\d ]+)">(.*?)</symbol>', sprite)
    head = 'xmlns="http://www.w3.org/2000/svg" fill="none" stroke="#10262C" stroke-width="2"'
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    return {name: f'<svg {head} {ends} viewBox="{box}">{shape}</svg>' for name, box, shape in symbols}
