"""A paper as plain data: a title and blocks. One model, two renderers (PDF, DOCX) that say the same in the same order.

What nobody knows is an empty value: both renderers make it a line to fill with a pen, never a word.
Texts are cleaned, dressed and bounded here, once, by `as_data`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hygie.core.clock import PARIS
from hygie.core.french import day_in_words, plural, typeset
from hygie.documents.words import clean, clip, moment

NO_PATIENT: Final = "Aucun nom de patient dans ce document."
LONGEST: Final = 4_000
LONGEST_TITLE: Final = 200
LONGEST_VALUE: Final = 2_000
MOST_ROWS: Final = 2_000
MOST_LINES: Final = 40


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside the paper; `level` 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `small` for what is read last, `lead` begins it in bold."""

    text: str
    strong: bool = False
    small: bool = False
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of `Steps`: an order, a note under it, whether the box is already ticked."""

    title: str
    note: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbered lines with a box to tick."""

    items: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what is known of it; "" leaves `lines` lines to fill by hand. `note` stands under the label."""

    label: str
    value: str = ""
    note: str = ""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Fields:
    """Several fields, one under the other."""

    rows: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header repeated on each page; `widths` are shares. Cells are printed as they are."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    empty: str = ""
    large: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature, with place and date unless the letter already says them."""

    who: str = "Signature"
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """What must not be missed, in a frame."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Addresses:
    """The head of a letter: who writes, to whom; an empty recipient leaves four lines to fill."""

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A table to fill by hand: `columns` and `count` empty rows."""

    columns: tuple[str, ...]
    count: int
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a page."""


Block = (
    Heading | Paragraph | Bullets | Steps | Fields | Table | Signature | Box | Addresses | Lines | PageBreak
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `large` is for what is read from afar; `fingerprint` ties it to the incident's journal."""

    id: str
    title: str
    kind: str
    made_at: datetime
    blocks: tuple[Block, ...]
    reference: str = ""
    practice: str = ""
    fingerprint: str = ""
    foot: str = NO_PATIENT
    exercise: bool = False
    large: bool = False


def as_data(paper: Paper) -> dict[str, Any]:
    """What the renderers read: nested dicts of cleaned, dressed and bounded texts."""
    day = paper.made_at.astimezone(PARIS)
    return {
        "title": clip(said(paper.title).strip(), LONGEST_TITLE) or "Document",
        "kind": said(paper.kind),
        "practice": value(paper.practice),
        "of": said(f"Incident {paper.reference}" if paper.reference else ""),
        "made": said(f"Fait le {moment(day)}"),
        "day": day_in_words(day.date()),
        "fingerprint": value(paper.fingerprint),
        "foot": said(paper.foot),
        "exercise": "EXERCICE" if paper.exercise else "",
        "large": paper.large,
        "moment": {name: getattr(day, name) for name in ("year", "month", "day", "hour", "minute", "second")},
        "blocks": [_DATA[type(block)](block) for block in paper.blocks],
    }


def said(text: str) -> str:
    """A sentence of ours: cleaned, with French spaces, bounded."""
    return typeset(clip(clean(text), LONGEST))


def value(text: str) -> str:
    """A value as somebody wrote it: cleaned and bounded, its signs untouched."""
    return clip(clean(text).strip(), LONGEST_VALUE)


def _heading(block: Heading) -> dict[str, Any]:
    return {"is": "heading", "text": said(block.text).strip() or "…", "level": min(max(block.level, 2), 3)}


def _paragraph(block: Paragraph) -> dict[str, Any]:
    return {
        "is": "paragraph", "lead": said(block.lead), "text": said(block.text), "strong": block.strong,
        "small": block.small,
    }  # fmt: skip


def _bullets(block: Bullets) -> dict[str, Any]:
    return {"is": "bullets", "items": [said(item) for item in block.items]}


def _steps(block: Steps) -> dict[str, Any]:
    items = [{"title": said(one.title), "note": said(one.note), "done": one.done} for one in block.items]
    return {"is": "steps", "items": items}


def _fields(block: Fields) -> dict[str, Any]:
    rows = [
        {
            "label": said(row.label),
            "value": value(row.value),
            "note": said(row.note),
            "lines": min(max(row.lines, 1), MOST_LINES),
        }
        for row in block.rows
    ]
    return {"is": "fields", "rows": rows}


def _table(block: Table) -> dict[str, Any]:
    left = len(block.rows) - MOST_ROWS
    more = f"Et {plural(left, 'autre ligne', 'autres lignes')}, dans le journal de l’incident." if left > 0 else ""
    return {
        "is": "table",
        "columns": [said(name) for name in block.columns] if block.rows else [],
        "rows": [[value(cell) for cell in row] for row in block.rows[:MOST_ROWS]],
        "widths": list(block.widths),
        "large": block.large,
        "more": said(more if block.rows else block.empty),
    }


def _signature(block: Signature) -> dict[str, Any]:
    return {"is": "signature", "who": said(block.who), "dated": block.dated}


def _box(block: Box) -> dict[str, Any]:
    return {"is": "box", "title": said(block.title), "lines": [said(line) for line in block.lines]}


def _addresses(block: Addresses) -> dict[str, Any]:
    return {
        "is": "addresses",
        "sender": [value(line) for line in block.sender if line.strip()],
        "recipient": [value(line) for line in block.recipient if line.strip()],
        "place": said(block.place),
    }


def _lines(block: Lines) -> dict[str, Any]:
    count = min(max(block.count, 1), MOST_LINES)
    return {
        "is": "lines", "columns": [said(name) for name in block.columns], "count": count, "widths": list(block.widths)
    }  # fmt: skip


def _page_break(_: PageBreak) -> dict[str, Any]:
    return {"is": "page_break"}


_DATA: Mapping[type[Any], Callable[[Any], dict[str, Any]]] = {
    Heading: _heading, Paragraph: _paragraph, Bullets: _bullets, Steps: _steps, Fields: _fields, Table: _table,
    Signature: _signature, Box: _box, Addresses: _addresses, Lines: _lines, PageBreak: _page_break,
}  # fmt: skip


DATED: Final = frozenset({"kind", "of", "until", "made", "day", "moment", "fingerprint", "exercise"})
"""What changes with the day and not with what the paper says."""


def fingerprint(content: Mapping[str, Any]) -> str:
    """What a printed paper says, as SHA-256 (64 hex digits), its dates apart: another one means print it again."""
    kept = {key: inner for key, inner in content.items() if key not in DATED}
    raw = json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(raw.encode("ascii")).hexdigest()


def texts(paper: Paper) -> list[str]:
    """Every text of the paper in reading order: what both renderers must show."""
    return [text for text in _walk(as_data(paper)["blocks"]) if text]


def _walk(found: Any) -> list[str]:
    if isinstance(found, str):
        return [found]
    if isinstance(found, dict):
        return [text for key, inner in found.items() if key != "is" for text in _walk(inner)]
    return [text for inner in found for text in _walk(inner)] if isinstance(found, list) else []
