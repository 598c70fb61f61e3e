"""What the package of evidence says beside the pieces: inventory, custody, journal, and the signed list.

Only here do the names of the pieces and the notes leave the database: the package is encrypted for those who may know.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hygie.core.clock import PARIS
from hygie.incident.events import GENESIS, Event, Kind, seal
from hygie.incident.state import Piece, State, state_of
from hygie.web.incidents import evidence, selectors
from hygie.web.incidents.evidence import signing
from hygie.web.incidents.evidence.intake import MEDIA
from hygie.web.incidents.models import Incident
from hygie.web.inventory.writing import as_csv

JOURNAL: Final = "journal.jsonl"
INVENTORY: Final = "inventaire.csv"
CUSTODY: Final = "possession.csv"
FORMAT: Final = "hygie.incident-event/1"
_SOURCES: Final = {"web": "page web", "cli": "ligne de commande", "collector": "relevé par Hygie", "file": "fichier"}
_FAULTS: Final = {"altered": "altérée depuis son ajout : non jointe", "missing": "introuvable : non jointe"}
_JOINED: Final = "jointe"


@dataclass(frozen=True, slots=True)
class Content:
    """What the package says, taken at one moment: pieces added meanwhile are for the next one."""

    root: str
    small: dict[str, bytes]
    pieces: dict[str, Piece]
    faults: tuple[evidence.Fault, ...]

    @property
    def size(self) -> int:
        """Bytes, a little more than needed."""
        inside = sum(piece.size for piece in self.pieces.values()) + sum(map(len, self.small.values()))
        return inside + inside // 1_000 + 2_048 * (len(self.pieces) + len(self.small) + 10)


def content_of(incident: Incident, now: datetime) -> Content:
    """Everything but the bytes of the pieces, which were all read once to be sure of them."""
    rows = [(selectors.event_of(row), row.digest) for row in incident.events.order_by("rank")]
    events = [event for event, _ in rows]
    state = state_of(events)
    faults = tuple(evidence.verify_pieces(incident))
    spoilt = {fault.number: fault.what for fault in faults}
    kept = [one for one in state.pieces if one.place == evidence.KEPT and one.number not in spoilt]
    pieces = {file_name(piece): piece for piece in kept}
    small = {
        INVENTORY: as_csv(_inventory(state, spoilt)), CUSTODY: as_csv(_custody(events)),
        JOURNAL: journal_lines(incident, rows),
    }  # fmt: skip
    digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in small.items()}
    digests |= {name: piece.sha256 for name, piece in pieces.items()}
    signed = signing.signature_files(digests, incident.reference, now)
    return Content(f"preuves-{incident.reference}", {**signed, **small}, pieces, faults)


def file_name(piece: Piece) -> str:
    """« piece-003.jpg »: what a piece is called outside, whatever its author called it."""
    return f"piece-{piece.number:03}{MEDIA.get(piece.media, MEDIA['application/octet-stream'])[0]}"


def _inventory(state: State, spoilt: dict[int, str]) -> Iterator[list[str]]:
    yield [
        "pièce", "fichier", "nom d’origine", "type", "taille en octets", "SHA-256", "prise le", "ajoutée le",
        "ajoutée par", "provenance", "état",
    ]  # fmt: skip
    for one in state.pieces:
        here = one.place == evidence.KEPT
        status = _FAULTS.get(spoilt.get(one.number, ""), _JOINED) if here else "restée sur son support"
        yield [
            str(one.number), file_name(one) if status == _JOINED else "", one.name, one.media, str(one.size),
            one.sha256, _hour(one.taken_at), _hour(one.added_at), one.added_by, _SOURCES.get(one.source, one.source),
            status,
        ]  # fmt: skip


def _custody(events: list[Event]) -> Iterator[list[str]]:
    yield ["rang", "le", "pièce", "acte", "par", "à qui"]
    for event in events:
        if event.kind not in {Kind.EVIDENCE, Kind.CUSTODY}:
            continue
        act = evidence.ACTS.get(event.facts.get("act", ""), "ajoutée")
        number, to = str(event.facts["piece"]), event.facts.get("to", "")
        yield [str(event.rank), _hour(event.at), number, act, event.author_name, to]


def _hour(moment: datetime | None) -> str:
    return moment.astimezone(PARIS).isoformat(sep=" ", timespec="seconds") if moment else ""


def journal_lines(incident: Incident, rows: list[tuple[Event, str]]) -> bytes:
    """The events one a line, with their digests: what is needed to compute the chain again."""
    lines: list[dict[str, Any]] = [{"format": FORMAT, "incident": str(incident.pk), "reference": incident.reference}]
    previous = GENESIS
    for event, digest in rows:
        lines.append({**_wire(event), "previous": previous, "digest": digest})
        previous = digest
    return b"".join(_line(line) for line in lines)


def _wire(event: Event) -> dict[str, Any]:
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "rank": event.rank, "kind": event.kind.value, "at": at, "author": event.author,
        "author_name": event.author_name, "facts": dict(event.facts),
    }  # fmt: skip


def _line(content: dict[str, Any]) -> bytes:
    """Accents as they are, unless what was typed is no UTF-8: then all in ASCII, so that nothing is lost."""
    try:
        return json.dumps(content, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(content).encode() + b"\n"


def follows(raw: bytes) -> bool:
    """Whether the lines of a journal still follow each other; ValueError, KeyError or TypeError when they are none."""
    head, *lines = (json.loads(line) for line in raw.split(b"\n")[:-1])
    previous = GENESIS
    for rank, line in enumerate(lines, 1):
        event = Event(
            line["rank"], Kind(line["kind"]), datetime.fromisoformat(line["at"]), line["author"],
            line["author_name"], line["facts"],
        )  # fmt: skip
        if (line["rank"], line["previous"]) != (rank, previous) or seal(head["incident"], previous, event) != line[
            "digest"
        ]:
            return False
        previous = line["digest"]
    return bool(lines)
