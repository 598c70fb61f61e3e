"""What a line of the journal is, and how each one seals the one before it.

`hash` is SHA-256 of « hygie.journal/1 » and a line feed, then the fields of `sealed_texts` in order, each as a
netstring: length in bytes, « : », UTF-8 bytes, « , ». Anybody can check a journal with ten lines of any language.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, NotRequired, TypedDict, Unpack

from hygie.core.event import uuid7
from hygie.journal.errors import EntryRefused

GENESIS = "0" * 64
LONGEST_SUMMARY = 500
LONGEST_NAME = 120
LONGEST_SUBJECT = 200
LARGEST_DATA = 8_192  # bytes of canonical JSON
DEEPEST_DATA = 5
MOST_NODES = 1_000
LARGEST_INTEGER = 2**63
_FORMAT = b"hygie.journal/1\n"
_PRACTICE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KIND = re.compile(r"(?=.{3,80}\Z)[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")
_HOLD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ACTOR = re.compile(r"system|(?:user|device):[A-Za-z0-9._-]{1,64}")
# Control characters, line separators, those that reorder what is read, and halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line; `seq` counts from 1 in its practice, `recorded_at` and `occurred_at` carry an offset.

    `actor` is « user:ID », « device:ID » or « system »; `summary` is French and names no patient.
    """

    seq: int
    id: str
    recorded_at: datetime
    occurred_at: datetime
    practice: str
    kind: str
    actor: str
    actor_name: str
    subject: str
    summary: str
    data: Mapping[str, Any]
    previous: str
    hash: str


class EntryFields(TypedDict):
    """What a writer says of a line. `recorded_at` and `occurred_at` (the same unless given) carry an offset."""

    practice: str
    kind: str
    actor: str
    actor_name: str
    summary: str
    recorded_at: datetime
    occurred_at: NotRequired[datetime | None]
    subject: NotRequired[str]
    data: NotRequired[Mapping[str, Any] | None]
    randomness: NotRequired[int | None]


class HoldFields(TypedDict):
    """What a person says when setting or lifting a hold; `at` carries an offset."""

    practice: str
    reason: str
    actor: str
    actor_name: str
    at: datetime


def new_entry(**fields: Unpack[EntryFields]) -> Entry:
    """A line not yet in its chain (seq 0). Long texts are cut with an ellipsis; raises EntryRefused for the rest."""
    recorded_at = _aware(fields["recorded_at"], "l'heure d'écriture")
    return Entry(
        seq=0,
        id=str(uuid7(recorded_at, fields.get("randomness"))),
        recorded_at=recorded_at,
        occurred_at=_aware(fields.get("occurred_at") or recorded_at, "l'heure des faits"),
        practice=_matching(_PRACTICE, fields["practice"], "le cabinet"),
        kind=_matching(_KIND, fields["kind"], "le genre"),
        actor=_matching(_ACTOR, fields["actor"], "l'auteur"),
        actor_name=tidy(fields["actor_name"], LONGEST_NAME),
        subject=tidy(fields.get("subject", ""), LONGEST_SUBJECT),
        summary=tidy(fields["summary"], LONGEST_SUMMARY),
        data=json.loads(bounded_json(fields.get("data") or {})),
        previous=GENESIS,
        hash=GENESIS,
    )


def hold_entry(kind: Literal["hold.set", "hold.released"], name: str, fields: HoldFields) -> Entry:
    """The line that sets or lifts the hold `name` (lower case, digits and underscores). Raises EntryRefused."""
    return new_entry(
        kind=kind,
        subject=_matching(_HOLD, name, "le nom du verrou"),
        practice=fields["practice"],
        actor=fields["actor"],
        actor_name=fields["actor_name"],
        summary=fields["reason"],
        recorded_at=fields["at"],
    )


def chained(entry: Entry, seq: int, previous: str) -> Entry:
    """The same line in its place: number `seq`, sealing `previous`."""
    placed = replace(entry, seq=seq, previous=previous)
    return replace(placed, hash=entry_hash(previous, placed))


def entry_hash(previous: str, entry: Entry) -> str:
    """The hash that `entry` must carry when it follows the line whose hash is `previous`, 64 hex digits."""
    return hashlib.sha256(canonical_bytes(replace(entry, previous=previous))).hexdigest()


def canonical_bytes(entry: Entry) -> bytes:
    """Everything the line says except its own hash, so that two different lines never give the same bytes."""
    return _FORMAT + b"".join(_netstring(text) for text in sealed_texts(entry))


def sealed_texts(entry: Entry) -> tuple[str, ...]:
    """The sealed fields as they are stored, in the order of the seal."""
    return (
        entry.practice,
        str(entry.seq),
        entry.previous,
        entry.id,
        stamp(entry.recorded_at),
        stamp(entry.occurred_at),
        entry.kind,
        entry.actor,
        entry.actor_name,
        entry.subject,
        entry.summary,
        canonical_json(entry.data),
    )


def stamp(moment: datetime) -> str:
    """« 2026-11-24T10:26:01.000000+00:00 »: always UTC, always as long, so that texts sort as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical_json(data: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces, ASCII only. Raises ValueError or TypeError for what JSON cannot say."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def bounded_json(data: Mapping[str, Any]) -> str:
    """The canonical text of `data`; raises EntryRefused for what is too deep, too large or no JSON."""
    _check_nodes(data)
    try:
        text = canonical_json(data)
    except (TypeError, ValueError):
        raise EntryRefused("les données", "ne sont pas du JSON") from None
    if len(text) > LARGEST_DATA:
        raise EntryRefused("les données", f"dépassent {LARGEST_DATA} octets")
    return text


def tidy(text: str, longest: int) -> str:
    """One printable line of at most `longest` characters, an ellipsis telling that it was cut."""
    line = _UNPRINTABLE.sub(" ", text[: longest * 4]).strip()
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _check_nodes(data: Mapping[str, Any]) -> None:
    waiting: list[tuple[Any, int]] = [(data, 1)]
    for seen, (node, depth) in enumerate(waiting):
        if seen >= MOST_NODES or depth > DEEPEST_DATA:
            raise EntryRefused("les données", "sont trop nombreuses ou trop imbriquées")
        waiting.extend((child, depth + 1) for child in _children(node)[: MOST_NODES + 1])


def _children(node: Any) -> list[Any]:
    if isinstance(node, Mapping):
        if not all(isinstance(key, str) for key in node):
            raise EntryRefused("les données", "ont une clé qui n'est pas un texte")
        return list(node.values())
    if isinstance(node, int) and abs(node) >= LARGEST_INTEGER:
        raise EntryRefused("les données", "ont un nombre trop grand")
    return list(node) if isinstance(node, list | tuple) else []


def _matching(pattern: re.Pattern[str], text: str, part: str) -> str:
    if not pattern.fullmatch(text):
        raise EntryRefused(part, "n'a pas la forme attendue")
    return text


def _aware(moment: datetime, part: str) -> datetime:
    if moment.tzinfo is None:
        raise EntryRefused(part, "n'a pas de décalage horaire")
    return moment.astimezone(UTC)


def _netstring(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return b"%d:%b," % (len(raw), raw)
