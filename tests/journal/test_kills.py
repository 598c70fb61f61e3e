"""Programs killed at any moment while they write: what was acknowledged is there, and the chain holds."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hygie.journal.sqlite import open_journal
from tests.conftest import LONG
from tests.journal import writer
from tests.journal.bench import PRACTICE

KILLS = 200 if LONG else 40
WRITERS = 3


class Victim:
    """One writing program; what it acknowledged goes to a file, which outlives it."""

    def __init__(self, path: Path, acknowledged: Path, name: str) -> None:
        self.acknowledged = acknowledged
        with acknowledged.open("ab") as out:
            command = [sys.executable, writer.__file__, str(path), PRACTICE, name]
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)

    def kill(self) -> None:
        """SIGKILL, never while it already failed by itself."""
        assert self.process.poll() is None, self.process.communicate()[1].decode()
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def quick_tmp() -> Iterator[Path]:
    """Memory when the machine has some: a SIGKILL loses nothing that was written, on whatever disk."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        yield Path(folder)


def test_no_acknowledged_line_is_lost_however_often_the_writers_are_killed(quick_tmp: Path) -> None:
    path, acknowledged = quick_tmp / "hygie.sqlite3", quick_tmp / "acknowledged"
    dice, names = random.Random(7), iter(range(10_000))
    victims = [Victim(path, acknowledged, f"w{next(names)}") for _ in range(WRITERS)]
    try:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.005, 0.4) / WRITERS)
            chosen = dice.randrange(WRITERS)
            victims[chosen].kill()
            victims[chosen] = Victim(path, acknowledged, f"w{next(names)}")
        time.sleep(0.5)
    finally:
        for victim in victims:
            victim.kill()
    told = list(_told(acknowledged))
    with open_journal(path) as journal:
        verdict = journal.verify(PRACTICE)
        written = {entry.seq: entry.hash for entry in _all(journal)}
    assert verdict.ok, verdict
    assert verdict.guarded
    assert [line for line in told if written.get(line[0]) != line[1]] == []
    assert len(set(told)) == len(told)
    assert len(written) - len(told) <= KILLS + WRITERS  # at most the line each victim had in hand
    assert len(told) > KILLS


def _told(acknowledged: Path) -> Iterator[tuple[int, str]]:
    for line in acknowledged.read_text().splitlines():
        seq, sealed = line.split()
        yield int(seq), sealed


def _all(journal: object) -> Iterator[object]:
    after = 0
    while page := journal.entries(PRACTICE, after):
        yield from page
        after = page[-1].seq
