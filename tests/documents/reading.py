"""Reads the papers back: their texts, from the files themselves."""

import io
import re
import subprocess
from pathlib import Path
from typing import Any

import docx
import pikepdf


def pdf_text(raw: bytes, *options: str) -> str:
    """The text of a PDF, as a reader copies it."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=raw, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def pages(raw: bytes) -> int:
    """How many pages it has."""
    with pikepdf.open(io.BytesIO(raw)) as file:
        return len(file.pages)


def docx_text(raw: bytes) -> str:
    """Every text of a DOCX in reading order: body, tables, footer."""
    file = docx.Document(io.BytesIO(raw))
    found: list[str] = []
    for part in (file.element.body, file.sections[0].footer._element):
        found += [_text(one) for one in part.iter(f"{{{part.nsmap['w']}}}p")]
    return "\n".join(found)


def _text(paragraph: Any) -> str:
    tag = paragraph.nsmap["w"]
    return "".join(one.text or "" for one in paragraph.iter(f"{{{tag}}}t"))


def dense(text: str) -> str:
    """The text without spaces or places to break: lines are cut where the page wants."""
    return re.sub(r"[\s\u200b\u00a0\u202f]+", "", text)


def everything(name: str, raw: bytes) -> str:
    """The dense text of a file of either kind, with every other byte that could hold a name."""
    text = pdf_text(raw) if Path(name).suffix == ".pdf" else docx_text(raw)
    return dense(text)
