"""A practice's server with real TLS, and a workstation whose time passes without waiting."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hygie.fleetlink.client import Computer, World, join, new_message
from hygie.fleetlink.courier import Sent, flush
from hygie.fleetlink.link import Link
from hygie.fleetlink.messages import EventBody, Message
from hygie.fleetlink.outbox import Outbox
from hygie.fleetlink.transport import Patience
from tests.fleetlink.server import Practice, make_certificate, serving

COMPUTER = Computer("Accueil", "linux")


@dataclass
class Time:
    """A clock that only `sleep` moves, and that may be wrong by `offset`."""

    start: datetime = field(default_factory=lambda: datetime.now(UTC))
    offset: timedelta = timedelta(0)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.true() + self.offset

    def true(self) -> datetime:
        return self.start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Workstation:
    """A computer with its own folder."""

    folder: Path
    time: Time = field(default_factory=Time)
    patience: Patience = field(default_factory=lambda: Patience(2, 3))

    @property
    def world(self) -> World:
        return World(self.time, self.time.sleep, lambda: 1.0, self.time.monotonic, self.patience)

    def join(self, url: str, code: str) -> Link:
        return join(self.folder, url, code, COMPUTER, world=self.world)

    def add(self, count: int = 1) -> list[Message]:
        """Events that wait."""
        made = [new_message("event", EventBody("watch.logon", 1, f"n° {n}"), self.time.now()) for n in range(count)]
        with Outbox(self.folder) as outbox:
            for message in made:
                outbox.add(message)
        return made

    def flush(self) -> Sent:
        with Outbox(self.folder) as outbox:
            return flush(self.folder, outbox, world=self.world)

    def waiting(self) -> list[Message]:
        with Outbox(self.folder) as outbox:
            return outbox.pending()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, str]:
    return make_certificate(tmp_path)


@pytest.fixture
def workstation(tmp_path: Path) -> Workstation:
    return Workstation(tmp_path / "workstation")


@pytest.fixture
def practice(workstation: Workstation) -> Practice:
    """The server's hour is the true one."""
    return Practice(clock=workstation.time.true)


@pytest.fixture
def url(practice: Practice, certificate: tuple[Path, str]) -> Iterator[str]:
    with serving(practice, certificate) as address:
        yield address


@pytest.fixture
def joined(workstation: Workstation, practice: Practice, url: str) -> Workstation:
    workstation.join(url, practice.show_code())
    practice.requests.clear()
    return workstation


Ends = Callable[[], None]
