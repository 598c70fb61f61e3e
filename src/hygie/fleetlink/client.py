"""What a workstation does: join its practice, leave it, and know where it stands. `courier` sends.

Every text that comes from a server is cleaned before it is kept; the texts of a server that refuses are not shown.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import random
from typing import Final

import msgspec

from hygie.core.clock import Clock, SystemClock
from hygie.core.event import uuid7
from hygie.fleetlink.enrolment import Newcomer, answer_offer, new_nonce, normalise
from hygie.fleetlink.errors import (
    AlreadyJoined,
    CodeRefused,
    FleetError,
    LinkUnreadable,
    MessageTooLarge,
    MessageUnreadable,
    NotJoined,
    OutboxUnwritable,
    ServerRefused,
    ServerUnreachable,
    UnsentKept,
)
from hygie.fleetlink.link import LINK_FILE, Address, Link, parse_address, read_link, write_link
from hygie.fleetlink.messages import (
    HELLO_PATH,
    JOIN_PATH,
    Document,
    EnrolAnswer,
    EnrolHello,
    EnrolOffer,
    Heartbeat,
    Kind,
    Message,
    System,
    body_of,
    clean_name,
    decode,
    encode,
)
from hygie.fleetlink.outbox import OUTBOX_FILE, Outbox
from hygie.fleetlink.signing import KEY_FILE, Request, create_key, public_text
from hygie.fleetlink.transport import Answer, Patience, post

JSON: Final = {"Content-Type": "application/json"}
_OK: Final = 200
_BROKEN: Final = 500
_REFUSED: Final = (403, 409, 410, 429)
_REDIRECT: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class World:
    """Time, chance and patience, as arguments: `random` gives 0 to 1, `monotonic` seconds."""

    clock: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random
    monotonic: Callable[[], float] = time.monotonic
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Computer:
    """This computer as the practice will see it; `name` is cleaned and cut to sixty characters."""

    name: str
    system: System


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a workstation stands with its practice; times are None when it never happened."""

    link: Link
    pending: dict[Kind, int]
    refused: int
    dropped: dict[str, int]
    clock_offset: int
    last_success: datetime | None


def join(folder: Path, url: str, code: str, computer: Computer, *, world: World) -> Link:
    """Join the practice whose server is at `url` with the code it shows; nothing is kept of the code.

    A join whose last answer was lost may be done again with the same code: the same key is presented.
    Raises AddressRefused, CodeUnreadable, AlreadyJoined, ServerUnproven, CodeRefused, ServerRefused, ServerUnreachable.
    """
    address, typed = parse_address(url), normalise(code)
    _refuse_when_joined(folder)
    newcomer = Newcomer(public_text(create_key(folder)), clean_name(computer.name) or "Poste", computer.system)
    enrolled, fingerprint = _enrolled(address, typed, newcomer, world.patience)
    practice = clean_name(enrolled.practice)
    now = world.clock.now()
    link = Link("hygie.poste/1", str(address), enrolled.device, practice, newcomer.name, (fingerprint,), now)
    write_link(folder, link)
    return link


def leave(folder: Path, *, discard: bool = False) -> None:
    """Forget the server, what waits for it, and the key. UnsentKept when messages wait, unless `discard`.

    The outbox goes first: what was meant for one practice must never reach the next one.
    """
    if not discard and read_link(folder).revoked_at is None:
        with Outbox(folder) as outbox:
            if outbox.count().keys() & {"checkup", "event"}:
                raise UnsentKept
    outboxes = [f"{OUTBOX_FILE}{end}" for end in ("", "-wal", "-shm")]
    names = [*outboxes, str(Path(OUTBOX_FILE).with_suffix(".damaged")), LINK_FILE, KEY_FILE]
    if not any((folder / one).exists() for one in (OUTBOX_FILE, LINK_FILE, KEY_FILE)):
        raise NotJoined
    try:
        for one in names:
            (folder / one).unlink(missing_ok=True)
    except OSError as error:
        raise OutboxUnwritable("Un fichier du rattachement ne s’efface pas.") from error


def standing(folder: Path) -> Standing:
    """Where this computer stands; NotJoined when it belongs to nobody."""
    link = read_link(folder)
    with Outbox(folder) as outbox:
        return Standing(
            link, outbox.count(), outbox.refused_count(), outbox.dropped(), kept_offset(outbox), last_success(outbox)
        )


def new_message(kind: Kind, value: msgspec.Struct | bytes | str, now: datetime) -> Message:
    """A message that happened `now` by this machine's clock. MessageTooLarge or MessageUnreadable for its body."""
    return Message(uuid7(now), kind, now, body_of(value))


def heartbeat(outbox: Outbox, version: str, system: System, now: datetime) -> Message:
    """The workstation's own health, as the outbox knows it."""
    told = Heartbeat(version[:40], system, kept_offset(outbox), sum(outbox.count().values()), outbox.dropped())
    return new_message("heartbeat", told, now)


def kept_offset(outbox: Outbox) -> int:
    """The offset of this machine's clock as last measured, in seconds; 0 before any answer."""
    return kept_number(outbox, "clock_offset")


def kept_number(outbox: Outbox, name: str) -> int:
    """A number that the outbox remembers, 0 when it does not."""
    with suppress(ValueError):
        return int(outbox.recall(name))
    return 0


def last_success(outbox: Outbox) -> datetime | None:
    """When the server last stored everything, by its own clock."""
    with suppress(ValueError):
        return datetime.fromisoformat(outbox.recall("last_success"))
    return None


def refusal_of(answer: Answer) -> FleetError:
    """The error to raise for an answer that is not the one hoped for; the server's own words are not repeated."""
    if answer.status >= _BROKEN:
        return ServerUnreachable(
            "Le serveur du cabinet a une panne.", "Recommencez dans quelques minutes, ou relancez Hygie sur le serveur."
        )
    if answer.status in _REDIRECT:
        return ServerRefused("Ce serveur renvoie ailleurs : Hygie ne le suit pas.", "Vérifiez l’adresse du serveur.")
    if answer.status not in _REFUSED:
        return ServerRefused("Ce serveur ne répond pas comme une Hygie.", "Vérifiez l’adresse du serveur.")
    return ServerRefused()


def _enrolled(
    address: Address, code: str, newcomer: Newcomer, patience: Patience
) -> tuple[EnrolAnswer, str]:  # fmt: skip
    """The server's welcome, and the fingerprint of the certificate that it proved."""
    hello = EnrolHello(new_nonce())
    first = post(address, Request("POST", HELLO_PATH, encode(hello)), JSON, None, patience)
    request = answer_offer(code, hello, _read(EnrolOffer, first), first.fingerprint, newcomer)
    second = post(address, Request("POST", JOIN_PATH, encode(request)), JSON, {first.fingerprint}, patience)
    return _read(EnrolAnswer, second), first.fingerprint


def _read(kind: type[Document], answer: Answer) -> Document:
    if answer.status == CodeRefused.status:
        raise CodeRefused
    if answer.status != _OK:
        raise refusal_of(answer)
    try:
        return decode(kind, answer.body)
    except (MessageUnreadable, MessageTooLarge) as error:
        raise ServerRefused(
            "Ce serveur ne répond pas comme une Hygie.", "Vérifiez l’adresse du serveur."
        ) from error  # fmt: skip


def _refuse_when_joined(folder: Path) -> None:
    with suppress(NotJoined):
        read_link(folder)
        raise AlreadyJoined
    if (folder / LINK_FILE).exists():
        raise LinkUnreadable
