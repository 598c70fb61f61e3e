"""What an incident is made of: events, only ever added. Their order is their rank, never their time.

`seal` chains them: whoever alters one bit of an event breaks every later digest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

GENESIS: Final = "0" * 64
FORMAT: Final = b"hygie.incident-event/1\n"


class Kind(StrEnum):
    """Every event there is, with what its `facts` hold (times are RFC 3339 texts)."""

    OPENED = "opened"
    """playbook; known_at; answers {question: choice}; by "web", "cli" or "watch"."""
    PLAYBOOK = "playbook"
    """playbook; reason."""
    KNOWN = "known"
    """known_at; reason. When the attack, loss or mistake was known: complaint and insurer count from it."""
    AWARE = "aware"
    """aware_at or null; reason. When it was known that personal data were touched: the CNIL counts from it."""
    THEFT = "theft"
    """stolen: true, false."""
    STEP = "step"
    """step; reply "fait", "personne", "inconnu" or "waived"; receipt; reason."""
    NOTE = "note"
    """text; corrects (rank or null); quoted: whether its author lets documents quote it."""
    EVIDENCE = "evidence"
    """piece (1…); sha256; size; media; taken_at; name; stored_as (uuid or ""); place "kept" or "in_place"; source;
    moved (the file changed while it was read)."""
    CUSTODY = "custody"
    """piece; act "opened", "copied", "verified", "handed"; to."""
    BREACH = "breach"
    """What is known of the data: the fields of reference/cnil_form.toml. The last one counts."""
    SEVERITY = "severity"
    """category; adjusted; reason; ease; c; i; a; m; people; unintelligible. The last one counts."""
    DECISION = "decision"
    """about "cnil" or "patients"; decision "yes" or "no"; reasons [ids]; exception "" or "a", "b", "c"."""
    DOCUMENT = "document"
    """document; form. A document was made."""
    CLOCK = "clock"
    """was; now. The computer's clock went back, or leapt: noted by itself."""
    CLOSED = "closed"
    """false_alarm; reason; lessons [texts]."""
    UNREADABLE = "unreadable"
    """Never written: what is shown in the place of an event that somebody altered. No facts."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `at` is when it was recorded (with offset); `author` « user:ID », « device:ID » or « system »."""

    rank: int
    kind: Kind
    at: datetime
    author: str
    author_name: str
    facts: Mapping[str, Any]


def seal(incident: str, previous: str, event: Event) -> str:
    """SHA-256, 64 hex digits, of the event in its place; `previous` is the digest before it, GENESIS for the first."""
    parts = (
        incident, str(event.rank), previous, event.kind.value,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.author, event.author_name,
        canonical(event.facts),
    )  # fmt: skip
    return hashlib.sha256(FORMAT + b"".join(_netstring(part) for part in parts)).hexdigest()


def canonical(facts: Mapping[str, Any]) -> str:
    """The facts as one text: sorted keys, no spaces, ASCII."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)


def facts_of(text: str) -> dict[str, Any]:
    """The facts of a canonical text. ValueError when it is not one: the same facts written otherwise were altered."""
    try:
        facts = json.loads(text)
        same = isinstance(facts, dict) and canonical(facts) == text
    except RecursionError:
        same = False
    if not same:
        raise ValueError("ce n'est pas un texte canonique")
    return dict(facts)


def _netstring(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return b"%d:%b," % (len(raw), raw)
