"""Evidence: added whole or not at all, read only through its digest, and who had it in hands.

What the disk holds is in `store`, what is accepted in `intake`. A piece's name is sealed in its event, never elsewhere.
Call these outside a transaction: a long copy must not make others wait.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.db import connection, transaction

from hygie.incident.errors import AlreadyClosed, NotATime
from hygie.incident.events import Kind
from hygie.incident.state import Piece
from hygie.web.errors import SealBroken
from hygie.web.incidents import selectors
from hygie.web.incidents.evidence import intake, store
from hygie.web.incidents.evidence.intake import MEDIA, PieceAltered, PieceGone, StayedInPlace, TooMuch, UnknownPiece
from hygie.web.incidents.evidence.store import Progress, Read
from hygie.web.incidents.flows import AHEAD, append
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.journal.flows import Actor

MOST_PIECES: Final = 2_000
KEPT: Final = "kept"
IN_PLACE: Final = "in_place"
ACTS: Final = {"opened": "ouverte", "copied": "copiée", "verified": "vérifiée", "handed": "remise"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A piece that cannot be relied on any more: `what` is altered or missing."""

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class _New:
    """What is said of a piece when it is added."""

    name: str
    taken_at: datetime | None
    source: str
    media: str
    place: str
    stored_as: str = ""


def add_piece(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor,
    incident: Incident,
    source: Path | BinaryIO,
    *,
    name: str,
    taken_at: datetime | None,
    now: datetime,
    source_kind: str = "file",
    progress: Progress | None = None,
) -> Piece:
    """Copy a file, encrypted, and note it. Added twice the same, it is one piece.

    `taken_at` is when the photo was taken or the file made, if somebody knows. The content alone tells the type.
    NotAFile, CannotRead, NoRoom, NotKept, TooMuch, AlreadyClosed, NotATime: nothing was kept.
    """
    _check(incident, taken_at, now)
    sweep()
    try:
        with intake.opened(source) as given, store.adding():
            kept, found = store.keep(given, progress)
            new = _New(intake.clean_name(name), taken_at, source_kind, intake.media_of(found.head), KEPT, str(kept))
            return _added(actor, incident, new, found, now)
    finally:
        sweep()


def keep_in_place(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor,
    incident: Incident,
    source: Path | BinaryIO,
    *,
    name: str,
    taken_at: datetime | None,
    now: datetime,
    source_kind: str = "file",
    progress: Progress | None = None,
) -> Piece:
    """Note a file that stays where it is: digest and size, no copy. NotAFile, CannotRead, TooMuch, AlreadyClosed."""
    _check(incident, taken_at, now)
    with intake.opened(source, most=intake.LARGEST_IN_PLACE) as given:
        found = store.measure(given, progress)
    new = _New(intake.clean_name(name), taken_at, source_kind, intake.media_of(found.head), IN_PLACE)
    return _added(actor, incident, new, found, now)


def _check(incident: Incident, taken_at: datetime | None, now: datetime) -> None:
    """Before a long copy, not after."""
    if taken_at is not None and (taken_at.tzinfo is None or taken_at - now > AHEAD):
        raise NotATime
    state = selectors.state_of_incident(incident)
    if state.closed_at is not None:
        raise AlreadyClosed
    if len(state.pieces) >= MOST_PIECES:
        raise TooMuch(f"Cet incident a déjà {MOST_PIECES} pièces.", "Ajoutez une archive qui réunit les suivantes.")


def _added(actor: Actor, incident: Incident, new: _New, read: Read, now: datetime) -> Piece:
    """The piece, or the same one that was sent before, unless its own file is spoilt."""
    before = selectors.state_of_incident(incident).pieces
    spoilt = {piece.number for piece in before if _is_same(piece, new, read) and _fault(piece) is not None}
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)
        _check(incident, new.taken_at, now)
        pieces = selectors.state_of_incident(incident).pieces
        for piece in pieces:
            if _is_same(piece, new, read) and piece.number not in spoilt:
                return piece
        _note(actor, incident, new, read, len(pieces) + 1, now)
        return piece_of(incident, len(pieces) + 1)


def _is_same(piece: Piece, new: _New, read: Read) -> bool:
    said = (piece.sha256, piece.name, piece.taken_at, piece.place)
    return said == (read.sha256, new.name, new.taken_at, new.place)


def _note(actor: Actor, incident: Incident, new: _New, read: Read, number: int, now: datetime) -> None:  # noqa: PLR0913, PLR0917
    facts = {
        "piece": number, "sha256": read.sha256, "size": read.size, "media": new.media,
        "taken_at": new.taken_at.isoformat() if new.taken_at else None, "name": new.name, "stored_as": new.stored_as,
        "place": new.place, "source": new.source[:20], "moved": read.changed,
    }  # fmt: skip
    where = "ajoutée" if new.place == KEPT else "notée, laissée sur son support"
    end = ". Le fichier changeait pendant la lecture" if read.changed else ""
    words = f"Pièce {number} {where} : {MEDIA[new.media][1]}{end}."
    append(actor, incident, Kind.EVIDENCE, facts, words, now=now)
    if new.stored_as:
        transaction.on_commit(lambda: store.settle(UUID(new.stored_as)))


def piece_of(incident: Incident, number: int) -> Piece:
    """One piece. UnknownPiece."""
    pieces = selectors.state_of_incident(incident).pieces
    for piece in pieces:
        if piece.number == number:
            return piece
    raise UnknownPiece(len(pieces))


def read_piece(incident: Incident, number: int) -> Iterator[bytes]:
    """The content, chunk by chunk. UnknownPiece, StayedInPlace or PieceGone at once; PieceAltered at the end.

    Whoever gives it to somebody says so with `note_custody`.
    """
    piece = piece_of(incident, number)
    if piece.place != KEPT:
        raise StayedInPlace(number)
    if not store.is_there(UUID(piece.stored_as)):
        raise PieceGone(number)
    return chunks_of(piece)


def chunks_of(piece: Piece) -> Iterator[bytes]:
    """The content of a kept piece. PieceGone, PieceAltered: the last chunk only comes when the whole is right."""
    try:
        yield from store.checked(UUID(piece.stored_as), piece.sha256)
    except FileNotFoundError as error:
        raise PieceGone(piece.number) from error
    except (SealBroken, OSError) as error:
        raise PieceAltered(piece.number) from error


def verify_pieces(incident: Incident) -> list[Fault]:
    """Read every kept piece again: those that are altered or missing. Those left in place are not looked at."""
    found = (_fault(piece) for piece in selectors.state_of_incident(incident).pieces)
    return [fault for fault in found if fault is not None]


def _fault(piece: Piece) -> Fault | None:
    if piece.place != KEPT:
        return None
    try:
        for _ in chunks_of(piece):
            pass
    except PieceGone:
        return Fault(piece.number, "missing")
    except PieceAltered:
        return Fault(piece.number, "altered")
    return None


@transaction.atomic
def note_custody(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor, incident: Incident, number: int, act: str, *, now: datetime, to: str = ""
) -> IncidentEvent:
    """Say that a piece was opened, copied, verified or handed, and to whom. Also after closing. UnknownPiece."""
    piece = piece_of(incident, number)
    facts = {"piece": piece.number, "act": act, "to": intake.clean_text(to)}
    return append(actor, incident, Kind.CUSTODY, facts, f"Pièce {piece.number} {ACTS[act]}.", now=now)


def sweep() -> int:
    """Finish or remove what a crash left half-way in the evidence folder; how many files went.

    Never what an event names; nothing at all when an event does not open, as it may name anything; nor inside a
    transaction, which may still be taken back.
    """
    try:
        return 0 if connection.in_atomic_block else store.sweep(_named)
    except (*selectors.ALTERED, KeyError, TypeError):
        return 0


def _named() -> set[str]:
    """Every file that an event names, whatever the practice."""
    rows: Any = IncidentEvent.objects.filter(kind=Kind.EVIDENCE.value).iterator()
    return {json.loads(row.facts)["stored_as"] for row in rows}
