"""The journal of an incident as its people read it: one line an event, the latest first, in their own words.

The papers are made from the same lines, without what was typed: see `incident.chronology`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hygie.core.french import NO_BREAK
from hygie.incident.chronology import chronology
from hygie.incident.events import Event, Kind
from hygie.web.incidents.hours import short

_FACTS_OF_FILES = frozenset({Kind.EVIDENCE, Kind.CUSTODY})


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line: `bold` opens it when it starts or ends something; `note` tells what a person wrote."""

    rank: int
    at: datetime
    hour: str
    by: str
    bold: str
    text: str
    key: bool
    note: bool
    quoted: bool
    corrects: int | None


def lines_of(events: Sequence[Event], now: datetime, *, files: bool) -> list[JournalLine]:
    """Every line, the latest first. `files`: whether who reads may know how the pieces are called."""
    said = chronology(events, quoted_only=False)
    bare = said if files else chronology(events)
    made = [
        _line(event, bare[place].text if event.kind in _FACTS_OF_FILES else said[place].text, now, key=said[place].key)
        for place, event in enumerate(events)
    ]
    return made[::-1]


def _line(event: Event, text: str, now: datetime, *, key: bool) -> JournalLine:
    bold, colon, rest = text.partition(f"{NO_BREAK}:")
    if not key or not colon:
        bold, rest = "", text
    return JournalLine(
        event.rank, event.at, short(event.at, now), event.author_name, f"{bold}{colon}" if bold else "", rest.strip(),
        key, event.kind is Kind.NOTE, bool(event.facts.get("quoted")), event.facts.get("corrects"),
    )  # fmt: skip
