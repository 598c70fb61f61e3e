"""Sends what waits: batch after batch, again with growing pauses, and stops cleanly when the server is away.

Nothing leaves the outbox before the server says « stored ». A batch refused whole is halved, so that one bad message
never holds the others back. A clock that is off is measured, corrected for the signature, and told to the practice.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal

from hygie.fleetlink import offset
from hygie.fleetlink.client import World, kept_number, kept_offset, new_message, refusal_of
from hygie.fleetlink.errors import (
    DeviceRevoked,
    FleetError,
    MessageTooLarge,
    MessageUnreadable,
    ServerRefused,
    ServerUnreachable,
    SignatureRefused,
)
from hygie.fleetlink.link import Link, follow_certificate, parse_address, read_link, revoked, write_link
from hygie.fleetlink.messages import (
    BATCH_PATH,
    LARGEST_ANSWER,
    LARGEST_UNPACKED,
    MOST_MESSAGES,
    Batch,
    BatchAnswer,
    Message,
    Refusal,
    decode,
    ids,
    write_batch,
)
from hygie.fleetlink.outbox import Outbox
from hygie.fleetlink.signing import Request, corrected, read_key, sign_request
from hygie.fleetlink.transport import Answer, post

MOST_ATTEMPTS: Final = 5
LONGEST_PAUSE: Final = 60.0
BUDGET: Final = 300.0
"""Seconds that one flush may take, pauses included; what is left goes next time."""
FARTHEST_RETRY: Final = timedelta(days=1)
_HEADERS: Final = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
_OK, _UNSIGNED, _CLOCK, _REVOKED, _BUSY, _BROKEN = 200, 401, 409, 410, 429, 500
_SPLIT: Final = {400: "unreadable_message", 413: "message_too_large"}
_MOST_CORRECTIONS: Final = 3

State = Literal["done", "unreachable", "later"]


@dataclass(frozen=True, slots=True)
class Sent:
    """How a flush ended: « done », the server « unreachable », or asking to come back « later »; counts of messages."""

    state: State
    stored: int
    refused: int
    pending: int


def flush(folder: Path, outbox: Outbox, *, world: World) -> Sent:
    """Send everything that waits. An absent server is an outcome, not an error: the outbox keeps the rest.

    Raises NotJoined, DeviceRevoked, SignatureRefused, ServerUnproven, ServerRefused: somebody must do something.
    """
    link = read_link(folder)
    if link.revoked_at is not None:
        raise DeviceRevoked
    courier = _Courier(folder, link, outbox, world)
    state = "later" if _too_early(outbox, world.clock.now()) else courier.run()
    return Sent(state, courier.stored, courier.refused, sum(outbox.count().values()))


class _Busy(Exception):  # noqa: N818 - caught a few lines below
    """The server asks to wait, or cannot answer now; `seconds` when it says how long."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__()
        self.seconds = seconds


class _Courier:
    """One flush: what it has sent so far, and how many messages it dares to put in a batch."""

    def __init__(self, folder: Path, link: Link, outbox: Outbox, world: World) -> None:
        self._folder, self._link, self._outbox, self._world = folder, link, outbox, world
        self._address, self._key = parse_address(link.url), read_key(folder)
        self._most, self._largest, self._corrections = MOST_MESSAGES, LARGEST_UNPACKED, 0
        self._ends = world.monotonic() + BUDGET
        self.stored = self.refused = 0

    def run(self) -> State:
        attempts = 0
        while messages := self._outbox.pending(self._most, self._largest):
            try:
                self._send(messages)
                attempts = 0
            except (_Busy, ServerUnreachable) as error:
                attempts += 1
                asked = error.seconds if isinstance(error, _Busy) else 0.0
                if not self._wait(attempts, asked):
                    return "later" if asked else "unreachable"
        return "done"

    def _send(self, messages: list[Message]) -> None:
        """One request, and what its answer asks for."""
        try:
            answer = self._post(messages)
        except MessageTooLarge:
            self._split(messages, MessageTooLarge())
            return
        refusal = _refusal(answer)
        if answer.status == _OK:
            self._keep(messages, answer)
        elif refusal and refusal.server_time and answer.status == _CLOCK:
            self._correct(refusal.server_time)
        elif refusal and _SPLIT.get(answer.status) == refusal.code:
            self._split(messages, MessageUnreadable() if answer.status != MessageTooLarge.status else MessageTooLarge())
        else:
            raise self._stop(answer, refusal)

    def _post(self, messages: list[Message]) -> Answer:
        now, off = self._world.clock.now(), kept_offset(self._outbox)
        body = write_batch(Batch(self._link.device, now, tuple(messages), off))
        request = Request("POST", BATCH_PATH, body)
        headers = sign_request(self._key, request, corrected(now, off), self._link.device)
        return post(self._address, request, {**_HEADERS, **headers}, self._link.fingerprints, self._world.patience)

    def _keep(self, messages: list[Message], answer: Answer) -> None:
        """Believe the answer for what was sent and nothing else; no progress is an error, or this would never end."""
        try:
            told = decode(BatchAnswer, answer.body, LARGEST_ANSWER)
        except (MessageUnreadable, MessageTooLarge) as error:
            raise ServerUnreachable from error
        sent = set(ids(messages))
        stored, refused = sent & set(told.stored), [(one.id, one.reason) for one in told.refused if one.id in sent]
        self._outbox.stored(stored)
        self._outbox.refused([pair for pair in refused if pair[0] not in stored])
        self.stored, self.refused = self.stored + len(stored), self.refused + len(refused)
        self._remember(told, answer.fingerprint)
        if not stored and not refused:
            raise ServerRefused("Le serveur n’a gardé aucun message.", "Vérifiez Hygie sur le serveur.")

    def _remember(self, told: BatchAnswer, seen: str) -> None:
        self._measure(told.server_time)
        self._outbox.remember("last_success", told.server_time.isoformat())
        link = follow_certificate(self._link, seen, told.next_fingerprint)
        if link != self._link:
            write_link(self._folder, link)
            self._link = link

    def _correct(self, server_time: datetime) -> None:
        """Sign again with the server's hour; a server that never agrees is not asked for ever."""
        self._corrections += 1
        if self._corrections > _MOST_CORRECTIONS:
            raise ServerRefused("Ce poste et le serveur ne s’accordent pas sur l’heure.", "Réglez leurs deux horloges.")
        self._measure(server_time)

    def _measure(self, server_time: datetime) -> None:
        """Keep the offset; tell the practice when it is not the one that it knows."""
        now = self._world.clock.now()
        off = offset.measured(now, server_time)
        self._outbox.remember("clock_offset", str(off if abs(off) >= offset.NOTICEABLE else 0))
        reported = kept_number(self._outbox, "clock_reported")
        if offset.changed(off, reported):
            self._outbox.add(new_message("event", offset.clock_event(off), now))
            self._outbox.remember("clock_reported", str(off))

    def _split(self, messages: list[Message], error: FleetError) -> None:
        """Half as many next time; alone, the message is the bad one: kept aside, never sent again."""
        if len(messages) > 1:
            self._most = max(1, len(messages) // 2)
            return
        self._outbox.refused([(messages[0].id, error.sentence)])
        self.refused += 1
        self._most = MOST_MESSAGES

    def _stop(self, answer: Answer, refusal: Refusal | None) -> Exception:
        """Why not to go on with this request, or not at all."""
        if answer.status == _BUSY or answer.status >= _BROKEN:
            now = corrected(self._world.clock.now(), kept_offset(self._outbox))
            return _Busy(retry_seconds(answer.retry_after, now))
        if answer.status == _REVOKED and refusal and refusal.code == DeviceRevoked.code:
            write_link(self._folder, revoked(self._link, self._world.clock.now()))
            return DeviceRevoked()
        return SignatureRefused() if answer.status == _UNSIGNED else refusal_of(answer)

    def _wait(self, attempts: int, asked: float) -> bool:
        """Pause before another try; False when it is better to stop, what the server asked for being remembered."""
        pause = max(asked, pause_before(attempts, self._world.random()))
        if attempts >= MOST_ATTEMPTS or pause > LONGEST_PAUSE or self._world.monotonic() + pause > self._ends:
            if asked:
                until = self._world.clock.now() + timedelta(seconds=asked)
                self._outbox.remember("not_before", until.isoformat())
            return False
        self._world.sleep(pause)
        return True


def pause_before(attempts: int, chance: float) -> float:
    """Seconds before the next try: 2, 4, 8… at most LONGEST_PAUSE, shortened by chance so that ten computers spread."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempts, 10)) * (0.5 + chance / 2)


def retry_seconds(header: str, now: datetime) -> float:
    """Seconds that Retry-After asks: a number, or a date against the server's hour; 0 when unusable, a day at most."""
    seconds = 0.0
    if header.strip().isdecimal() and header.isascii():
        seconds = float(header.strip()[:9])
    elif header:
        with suppress(ValueError, TypeError, OverflowError):
            seconds = (parsedate_to_datetime(header[:60]) - now).total_seconds()
    return min(max(seconds, 0.0), FARTHEST_RETRY.total_seconds())


def _too_early(outbox: Outbox, now: datetime) -> bool:
    """Whether the server asked, not more than a day ago, to be left alone until later."""
    with suppress(ValueError, TypeError):
        return now < datetime.fromisoformat(outbox.recall("not_before")) <= now + FARTHEST_RETRY
    return False


def _refusal(answer: Answer) -> Refusal | None:
    with suppress(MessageUnreadable, MessageTooLarge):
        return decode(Refusal, answer.body) if answer.status != _OK else None
    return None
