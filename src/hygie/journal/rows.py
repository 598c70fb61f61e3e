"""Between a line of the journal and its row: what is stored is exactly what is sealed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hygie.journal.chain import Entry, canonical_json, sealed_texts, stamp
from hygie.journal.errors import JournalBroken
from hygie.journal.schema import SHELF

COLUMNS = (
    "practice", "seq", "entry_id", "recorded_at", "occurred_at", "kind", "actor", "actor_name", "subject", "summary",
    "data", "previous", "hash",
)  # fmt: skip
_MOST_SHELVES = 2**22
_SEQ = COLUMNS.index("seq")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a practice's chain: its last number (0 when empty), that line's hash, and the shelf of its rows."""

    practice: str
    seq: int
    hash: str
    shelf: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A named hold: why, since when, by whom; `released_at` and `released_by` are None while it lasts."""

    name: str
    practice: str
    reason: str
    set_at: datetime
    set_by: str
    released_at: datetime | None
    released_by: str | None


def row_of(entry: Entry) -> tuple[Any, ...]:
    """The values of `COLUMNS` for a line."""
    return (
        entry.practice,
        entry.seq,
        entry.id,
        stamp(entry.recorded_at),
        stamp(entry.occurred_at),
        entry.kind,
        entry.actor,
        entry.actor_name,
        entry.subject,
        entry.summary,
        canonical_json(entry.data),
        entry.previous,
        entry.hash,
    )


def entry_of(row: Sequence[Any]) -> Entry:
    """The line of a row of `COLUMNS`. Raises JournalBroken when the row is not one that Hygie wrote."""
    seq = row[_SEQ] if isinstance(row[_SEQ], int) else None
    try:
        entry = _parsed(row)
    except (TypeError, ValueError, RecursionError, OverflowError):
        raise JournalBroken(seq, "elle ne se lit pas") from None
    if row_of(entry) != tuple(row):
        raise JournalBroken(seq, "elle n'est pas écrite comme Hygie l'écrit")
    return entry


def head_of(row: Sequence[Any]) -> Head:
    """The head of a row (practice, seq, hash, shelf). Raises JournalBroken when it cannot be one."""
    practice, seq, sealed, shelf = typed(row, str, int, str, int)
    if not (0 <= seq < SHELF and 0 <= shelf < _MOST_SHELVES):
        raise JournalBroken(None, "le repère de fin ne se lit pas")
    return Head(practice, seq, sealed, shelf)


def hold_of(row: Sequence[Any]) -> Hold:
    """The hold of a row of the view. Raises JournalBroken when its times cannot be read."""
    name, practice, reason, set_at, set_by = typed(row[:5], str, str, str, str, str)
    released_at, released_by = row[5:]
    try:
        ended = _moment(released_at) if released_at is not None else None
        return Hold(name, practice, reason, _moment(set_at), set_by, ended, released_by)
    except (TypeError, ValueError):
        raise JournalBroken(None, "un verrou porte une heure illisible") from None


def typed(row: Sequence[Any], *kinds: type) -> tuple[Any, ...]:
    """The row, once every value is of its kind: a damaged file may give anything. Raises JournalBroken."""
    if len(row) != len(kinds) or not all(isinstance(value, kind) for value, kind in zip(row, kinds, strict=True)):
        raise JournalBroken(None, "une valeur n'est pas de son genre")
    return tuple(row)


def _parsed(row: Sequence[Any]) -> Entry:
    practice, seq, entry_id, recorded_at, occurred_at, *rest = row
    kind, actor, actor_name, subject, summary, data, previous, sealed = rest
    entry = Entry(
        seq=seq,
        id=entry_id,
        recorded_at=_moment(recorded_at),
        occurred_at=_moment(occurred_at),
        practice=practice,
        kind=kind,
        actor=actor,
        actor_name=actor_name,
        subject=subject,
        summary=summary,
        data=json.loads(data),
        previous=previous,
        hash=sealed,
    )
    texts = all(isinstance(text, str) for text in (*sealed_texts(entry), sealed))
    if not texts or not isinstance(seq, int) or not isinstance(entry.data, dict):
        raise TypeError("not texts")
    return entry


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
