"""The server and a second program, killed at any moment while they write to one database.

Whatever was acknowledged is there, once; nothing is there by halves; the journal's chain holds.
"""

import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hygie.checkup.answers import Answers
from hygie.checkup.combine import Report
from hygie.checkup.run import Context, judge
from hygie.core.clock import SystemClock
from hygie.documents.checkup_json import render_json
from hygie.fleetlink.messages import EventBody, Message
from hygie.journal.digest import anchored, digest_of, note_anchors, read_anchors
from hygie.journal.sqlite import open_journal
from hygie.probes.collect import Facts
from hygie.probes.facts import Moment, SystemRelease
from hygie.reference.catalogue import catalogue
from hygie.web.workstations.reports import unpacked
from tests.conftest import LONG
from tests.web.faults import writer
from tests.web.faults.serving import Served, Station, free_port, installed, launched, message, start

pytestmark = pytest.mark.sqlite
KILLS = 200 if LONG else 10
STATIONS = 3


class Load(threading.Thread):
    """One workstation under load: batches, sent again until acknowledged; `acknowledged` outlives every kill."""

    def __init__(self, station: Station, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.station, self.stopping = station, stop
        self.made: dict[UUID, str] = {}
        self.acknowledged: set[UUID] = set()
        self.longest = 0.0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for number in count():
                batch = [
                    *(self._event() for _ in range(1 + number % 4)),
                    *([self._checkup()] if number % 5 == 0 else []),
                ]
                if not self._delivered(batch):
                    return
        except BaseException as error:  # noqa: BLE001 - told by the test, which would otherwise pass without load
            self.failure = error

    def _delivered(self, batch: list[Message]) -> bool:
        self.made.update({one.id: one.kind for one in batch})
        began = time.monotonic()
        while not self.stopping.is_set():
            stored = self.station.send(batch)
            if stored is not None:
                assert stored == {one.id for one in batch}
                self.acknowledged |= stored
                self.longest = max(self.longest, time.monotonic() - began)
                return True
            time.sleep(0.05)
        return False

    @staticmethod
    def _event() -> Message:
        return message("event", msgspec.json.encode(EventBody("reader.plugged", 2, "Un lecteur a été branché.")))

    @staticmethod
    def _checkup() -> Message:
        now = SystemClock().now()
        facts = Facts({Moment: Moment(now), SystemRelease: SystemRelease("debian", "12", "Debian 12")})
        return message("checkup", render_json(judge(facts, Context(catalogue(), Answers(), "linux", now))).encode())


class Scene:
    """The folder, its server, its three workstations, and the second program."""

    def __init__(self, tmp: Path) -> None:
        self.folder, self.port, self.told = tmp / "cabinet", free_port(), tmp / "told"
        self.database = self.folder / "hygie.sqlite3"
        self.server = start(self.folder, self.port)
        holder = installed(self.server)
        stations = [Station(holder, tmp / f"p{n}", f"Poste {n}") for n in range(STATIONS)]
        self.practice = self.rows("SELECT practice FROM journal_head")[0][0]
        self.stop = threading.Event()
        self.loads = [Load(station, self.stop) for station in stations]
        self.names = (f"w{n}" for n in count())
        self.writer = self.new_writer()
        self.starts: list[float] = []

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def new_writer(self) -> subprocess.Popen[bytes]:
        with self.told.open("ab") as out:
            words = [sys.executable, writer.__file__, str(self.database), self.practice, next(self.names)]
            return subprocess.Popen(words, stdout=out, stderr=subprocess.PIPE)

    def kill_server(self, *, again_after: float | None = None) -> None:
        """Kill it, then once more while it starts when a delay is given, and start it for good."""
        self.server.kill()
        if again_after is not None:
            starting = launched(self.folder, "--listen", f"127.0.0.1:{self.port}")
            time.sleep(again_after)
            starting.kill()
            starting.communicate()
        self.server = start(self.folder, self.port)
        self.starts.append(self.server.seconds)

    def wait_for_load(self, seconds: float = 180.0) -> None:
        """Until every workstation was acknowledged something by the server that runs now."""
        before, end = [len(load.acknowledged) for load in self.loads], time.monotonic() + seconds
        while any(len(load.acknowledged) == count for load, count in zip(self.loads, before, strict=True)):
            assert time.monotonic() < end, [(load.failure, load.station.last) for load in self.loads]
            time.sleep(0.02)

    def kill_writer(self) -> None:
        assert self.writer.poll() is None, self.writer.communicate()
        self.writer.send_signal(signal.SIGKILL)
        self.writer.communicate()
        self.writer = self.new_writer()

    def end(self) -> None:
        self.stop.set()
        for load in self.loads:
            if load.ident is not None:
                load.join(60)
        if self.writer.returncode is None:
            self.writer.kill()
            self.writer.communicate()
        if self.server.process.poll() is None:
            self.server.kill()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.end()


def test_nothing_acknowledged_is_lost_nor_doubled_however_often_everything_is_killed(scene: Scene) -> None:
    dice, began = random.Random(11), time.monotonic()
    for load in scene.loads:
        load.start()
    for kill in range(KILLS):
        scene.wait_for_load()
        time.sleep(dice.uniform(0.0, 0.5))
        scene.kill_server(again_after=dice.uniform(0.1, 2.5) if kill % 5 == 4 else None)
        if kill % 4 == 3:
            scene.kill_writer()
        if kill == KILLS // 2:
            noted(scene)
    scene.wait_for_load()
    scene.end()
    assert [load.failure for load in scene.loads] == [None] * STATIONS
    judge_messages(scene)
    judge_reports(scene)
    lines = judge_journal(scene)
    assert scene.rows("PRAGMA integrity_check") == [("ok",)]
    sent = sum(len(load.acknowledged) for load in scene.loads)
    told = f"{KILLS} kills in {time.monotonic() - began:.0f} s: {sent} messages acknowledged, {lines} journal lines, "
    told += f"restart median {statistics.median(scene.starts):.2f} s, worst {max(scene.starts):.2f} s"
    told += f", longest wait of a workstation {max(load.longest for load in scene.loads):.1f} s"
    print(f"\n{told}")  # noqa: T201 - the count is the result of the long tier
    assert sent > KILLS


def noted(scene: Scene) -> None:
    """Today's digest is noted half-way, as the day's job does: what came before may not change any more."""
    with open_journal(scene.database, create=False) as journal:
        note_anchors(scene.folder / "anchors.jsonl", [digest_of(journal, scene.practice, SystemClock().now().date())])


def judge_messages(scene: Scene) -> None:
    """Every acknowledged message is stored exactly once, and tells its one line of the journal."""
    received = [UUID(str(row[0])) for row in scene.rows("SELECT id FROM workstations_receivedmessage")]
    assert len(received) == len(set(received))
    made = {one: kind for load in scene.loads for one, kind in load.made.items()}
    acknowledged = set.union(*(load.acknowledged for load in scene.loads))
    assert acknowledged - set(received) == set()
    assert set(received) <= set(made)
    kinds = [made[one] for one in received]
    told = dict(scene.rows("SELECT kind, count(*) FROM journal_entry GROUP BY kind"))
    assert told["device.reader.plugged"] == kinds.count("event")
    assert told["checkup.received"] == kinds.count("checkup")


def judge_reports(scene: Scene) -> None:
    """A check-up is there whole, with its message and its line, or not at all; one of each computer is the last."""
    joined = "device_id IN (SELECT device_id FROM workstations_workstation)"
    rows = scene.rows("SELECT message_id, body FROM workstations_report WHERE " + joined)
    received = {str(row[0]) for row in scene.rows("SELECT id FROM workstations_receivedmessage")}
    assert {str(row[0]) for row in rows} <= received
    for _, body in rows:
        assert msgspec.json.decode(unpacked(bytes(body)), type=Report).told
    last = scene.rows("SELECT device_id, count(*) FROM workstations_report WHERE latest GROUP BY device_id")
    assert {row[1] for row in last} == {1}
    assert len(last) >= STATIONS


def judge_journal(scene: Scene) -> int:
    """The chain holds, with the digest noted on the way; every line told by the second program is the one there."""
    anchors = anchored(read_anchors(scene.folder / "anchors.jsonl", scene.practice))
    assert anchors
    with open_journal(scene.database, create=False) as journal:
        verdict = journal.verify(scene.practice, anchors)
    assert verdict.ok, verdict
    assert verdict.guarded
    written = dict(scene.rows("SELECT seq, hash FROM journal_entry"))
    told = [line.split() for line in scene.told.read_text().splitlines()]
    assert [line for line in told if written.get(int(line[0])) != line[1]] == []
    assert len(told) > KILLS
    return verdict.count


def test_a_server_is_told_from_its_own_lock_after_a_kill(tmp_path: Path) -> None:
    """The lock of a killed server keeps nobody out: the system gave it back."""
    first: Served = start(tmp_path / "cabinet")
    first.kill()
    second = start(tmp_path / "cabinet")
    assert second.told["setup_code"] != first.told["setup_code"]
    second.stop()
