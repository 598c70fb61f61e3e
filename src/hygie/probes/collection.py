"""Gathers the evidence of an incident on Linux, what vanishes first taken first (RFC 3227). Writes only in `out`.

Every piece is bounded in time and bytes, and so is the whole. It may be cut at any moment and run again: pieces that
are whole are kept as they are, the others are taken. Some programs update the last-read date of files they read, and
`nft` may make the kernel load the module that it questions: nothing else changes on the computer.
"""

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hygie.core.errors import MissingPart
from hygie.core.french import typeset
from hygie.probes.collection_output import (
    AnotherCollection,
    Header,
    Ran,
    digest,
    prepared,
    read_header,
    run_bounded,
    write_whole,
)
from hygie.probes.collection_summaries import SUMMARIES, listing
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.collection import Item, collection

Progress = Callable[[int, int], None]
_NOT_RUNNING: Final = "Cet ordinateur n'est pas en marche : ce programme ne dirait rien de lui."
_NO_TIME: Final = "Le temps de la collecte est écoulé."
_NO_BYTES: Final = "La taille de la collecte est atteinte."
_KEPT: Final = ("PATH",)


class NotCollectedHere(MissingPart):
    """The collection is written for Linux only."""

    code = "not_collected_here"

    def __init__(self) -> None:
        """Say what to do instead."""
        super().__init__(
            "Hygie ne collecte les preuves que sous Linux.",
            "Sous Windows, remettez à votre prestataire la liste des commandes à lancer, dans l'ordre.",
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one piece and the whole may take: seconds and bytes."""

    seconds: float = 600.0
    bytes: int = 500 * 1024 * 1024
    seconds_each: float = 10.0
    bytes_each: int = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Collected:
    """A whole piece of evidence. `exit_code` is None for a program that was stopped or for what Hygie counted."""

    id: str
    title: str
    path: Path
    sha256: str
    size: int
    taken_at: datetime
    command: str
    exit_code: int | None
    truncated: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """What could not be taken, and why in French."""

    id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Collection:
    """The pieces in the order they were taken, and what is missing. Iterating gives the pieces."""

    pieces: tuple[Collected, ...]
    missed: tuple[Missed, ...]

    def __iter__(self) -> Iterator[Collected]:
        """The pieces."""
        return iter(self.pieces)

    def __len__(self) -> int:
        """How many pieces."""
        return len(self.pieces)


class _NotTaken(Exception):  # noqa: N818 - it is an answer, not an error
    """The French sentence says why."""


@dataclass
class _Errand:
    """One collection under way: whose it is, when it began, and what may still be spent on the whole."""

    machine: Machine
    incident: str
    began_at: datetime
    limits: Limits
    bytes_left: int
    kept: int = 0
    began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The moment, counted from the start: a wall clock changed under way does not disorder the pieces."""
        return self.began_at + timedelta(seconds=time.monotonic() - self.began)

    def seconds(self) -> float:
        """Seconds for the next piece; _NotTaken when nothing is left."""
        left = min(self.limits.seconds_each, self.began + self.limits.seconds - time.monotonic())
        if left <= 0:
            raise _NotTaken(_NO_TIME)
        return left

    def room(self) -> int:
        """Bytes for the next piece; _NotTaken when nothing is left."""
        if self.bytes_left <= 0:
            raise _NotTaken(_NO_BYTES)
        return min(self.limits.bytes_each, self.bytes_left)


def collect(  # noqa: PLR0913 - what a collection is made of
    machine: Machine,
    out: Path,
    *,
    incident_ref: str,
    now: datetime,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Collection:
    """Take every piece of the list into `out`, in order; `now` is the start. `progress` gets (done, total).

    NotCollectedHere, CollectionUnderWay, NoRoomToCollect (what is whole stays), CannotCollectThere,
    AnotherCollection.
    """
    if not sys.platform.startswith("linux"):
        raise NotCollectedHere
    allowed = limits or Limits()
    errand = _Errand(machine, incident_ref, now, allowed, allowed.bytes)
    with prepared(out):
        return _all(errand, out, progress)


def _all(errand: _Errand, out: Path, progress: Progress | None) -> Collection:
    pieces: list[Collected] = []
    missed: list[Missed] = []
    items = collection().items("linux")
    for rank, item in enumerate(items, 1):
        try:
            pieces.append(_piece(errand, item, out / f"{rank:03d}-{item.id}.txt"))
        except _NotTaken as reason:
            missed.append(Missed(item.id, typeset(item.title), typeset(str(reason))))
        if progress is not None:
            progress(rank, len(items))
    return Collection(tuple(pieces), tuple(missed))


def _piece(errand: _Errand, item: Item, path: Path) -> Collected:
    """The piece that is already whole in the folder, else the one taken now."""
    if path.is_symlink() or path.exists():
        header = read_header(path)
        if (header.incident, header.id) != (errand.incident, item.id):
            raise AnotherCollection
    else:
        header = _written(errand, item, path)
    sha256, size = digest(path)
    errand.bytes_left -= size
    errand.kept += 1
    return Collected(
        id=item.id,
        title=typeset(item.title),
        path=path,
        sha256=sha256,
        size=size,
        taken_at=header.taken_at,
        command=header.command,
        exit_code=header.exit_code,
        truncated=header.truncated,
    )


def _written(errand: _Errand, item: Item, path: Path) -> Header:
    taken_at = errand.now()
    ran = _take(errand, item)
    header = Header(errand.incident, item.id, _said(item), taken_at, ran.code, ran.truncated)
    write_whole(path, header, ran.body, errand.kept)
    return header


def _said(item: Item) -> str:
    """What was run or read, as the header tells it."""
    if item.kind == "command":
        return shlex.join(item.command)
    return f"read {item.path}" if item.path else f"{item.kind} {item.summary or ' '.join(item.folders)}"


def _take(errand: _Errand, item: Item) -> Ran:
    machine, seconds, room = errand.machine, errand.seconds(), errand.room()
    try:
        if item.kind == "command":
            return _run(machine, item, seconds, room)
        if item.kind == "file":
            return _read(machine, item, room)
        return _count(machine, item, seconds, room)
    except CannotTell as reason:
        raise _NotTaken(str(reason)) from reason


def _run(machine: Machine, item: Item, seconds: float, room: int) -> Ran:
    if not machine.live:
        raise _NotTaken(_NOT_RUNNING)
    program = machine.program(item.command[0])
    if program is None:
        raise _NotTaken(f"Le programme {item.command[0]} n'est pas installé.")
    kept = {key: value for key, value in machine.environment.items() if key in _KEPT}
    try:
        environment = {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return run_bounded([program, *item.command[1:]], environment, seconds, room)
    except OSError as error:
        raise _NotTaken(f"Le programme {item.command[0]} n'a pas pu être lancé.") from error


def _read(machine: Machine, item: Item, room: int) -> Ran:
    try:
        status = machine.inside(item.path).stat()
        if item.tail:
            return Ran(machine.read_end(item.path, room), 0, status.st_size > room)
        raw = machine.read_bytes(item.path, room + 1)
    except PermissionError as error:
        raise _NotTaken("Il faut les droits d'administrateur pour le voir.") from error
    except OSError as error:
        raise _NotTaken("Ce fichier n'existe pas sur cet ordinateur.") from error
    return Ran(raw[:room], 0, len(raw) > room)


def _count(machine: Machine, item: Item, seconds: float, room: int) -> Ran:
    """Lines that Hygie counts itself, stopped at the time or the size allowed."""
    lines = SUMMARIES[item.summary](machine) if item.summary else listing(machine, item.folders, item.only)
    until, body = time.monotonic() + seconds, bytearray()
    for line in lines:
        body += line.encode("utf-8", "surrogateescape") + b"\n"
        if len(body) > room or time.monotonic() > until:
            return Ran(bytes(body[:room]), None, truncated=True)
    return Ran(bytes(body), None, truncated=False)
