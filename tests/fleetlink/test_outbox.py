"""The outbox: what is acknowledged stays until the server has it, bounded, whatever befalls the process or the disk."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.event import uuid7
from hygie.fleetlink.client import new_message
from hygie.fleetlink.errors import OutboxUnwritable
from hygie.fleetlink.messages import Kind, Message, body_of, ids
from hygie.fleetlink.outbox import OUTBOX_FILE, Outbox
from tests.conftest import LONG
from tests.e2e.command import REPO
from tests.namespaces import own_mounts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def message(kind: Kind = "event", at: datetime = NOW, text: str = "") -> Message:
    return new_message(kind, f'{{"x":"{text}"}}', at)


def noise(kilobytes: int, seed: int, kind: Kind = "event") -> Message:
    return message(kind, text=random.Random(seed).randbytes(kilobytes * 500).hex())


def fill(outbox: Outbox, messages: list[Message]) -> list[Message]:
    for one in messages:
        outbox.add(one)
    return messages


def test_what_is_added_is_read_back_by_another_process_in_order(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        added = fill(outbox, [message(at=NOW - timedelta(days=n), text="é" * n) for n in range(5)])
    with Outbox(tmp_path) as outbox:
        read = outbox.pending()
    assert ids(read) == ids(added)
    assert [bytes(one.body) for one in read] == [bytes(one.body) for one in added]
    assert [one.occurred_at for one in read] == [one.occurred_at for one in added]


def test_the_file_is_private(tmp_path: Path) -> None:
    with Outbox(tmp_path / "practice") as outbox:
        outbox.add(message())
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "practice").iterdir()}
    assert modes == {0o600}


def test_the_same_message_is_kept_once(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        fill(outbox, [message()] * 3)
        assert len(outbox.pending()) == 1


def test_only_what_is_stored_goes(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        added = fill(outbox, [message() for _ in range(4)])
        outbox.stored([added[1].id, added[3].id, uuid7(NOW)])
        assert ids(outbox.pending()) == (added[0].id, added[2].id)
        assert outbox.dropped() == {}


def test_what_is_refused_is_kept_and_not_sent_again(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        added = fill(outbox, [message() for _ in range(3)])
        outbox.refused([(added[0].id, ""), (added[1].id, "x" * 10_000)])
        assert ids(outbox.pending()) == (added[2].id,)
        assert (outbox.refused_count(), outbox.count()) == (2, {"event": 1})


def test_refused_messages_do_not_pile_up(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        added = fill(outbox, [message() for _ in range(203)])
        outbox.refused([(one.id, "non") for one in added])
        assert outbox.refused_count() == 200
        assert outbox.dropped() == {"event": 3}


@given(st.integers(1, 6), st.integers(0, 8_000))
def test_pending_is_bounded_and_never_empty_when_something_waits(most: int, largest: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Outbox(Path(folder)) as outbox:
        added = fill(outbox, [message(text="x" * 900) for _ in range(5)])
        chosen = outbox.pending(most, largest)
        assert ids(chosen) == ids(added[: len(chosen)])
        assert 1 <= len(chosen) <= most
        assert len(chosen) == 1 or sum(len(bytes(one.body)) for one in chosen) <= largest


def test_of_check_ups_the_newest_of_each_day_waits(tmp_path: Path) -> None:
    hours = [NOW + timedelta(hours=h) for h in (0, 3, 6, 24, 27)]
    with Outbox(tmp_path) as outbox:
        added = fill(outbox, [message("checkup", at) for at in hours])
        assert ids(outbox.pending()) == (added[2].id, added[4].id)
        assert outbox.dropped() == {"checkup": 3}


def test_weeks_offline_keep_sixty_days_of_check_ups_and_every_event(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        for day in range(100):
            at = NOW + timedelta(days=day)
            fill(outbox, [message("checkup", at), message("event", at), message("heartbeat", at)])
        waiting = outbox.pending()
        assert outbox.count() == {"checkup": 60, "event": 100, "heartbeat": 1}
        assert outbox.dropped() == {"checkup": 40}
    assert min(one.occurred_at for one in waiting if one.kind == "checkup") == NOW + timedelta(days=40)


@pytest.mark.parametrize("jump", [timedelta(days=9_000), timedelta(days=-9_000)])
def test_a_clock_that_jumps_erases_nothing(jump: timedelta, tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        before = fill(outbox, [message("checkup", NOW + timedelta(days=day)) for day in range(30)])
        fill(outbox, [message("checkup", NOW + jump)])
        assert set(ids(before)) <= set(ids(outbox.pending()))
        assert outbox.dropped() == {}


def test_beyond_its_size_events_are_given_up_last_and_all_is_counted(tmp_path: Path) -> None:
    with Outbox(tmp_path, largest=100_000) as outbox:
        first = fill(outbox, [noise(20, n) for n in range(3)])
        fill(
            outbox,
            [message("checkup", NOW + timedelta(days=n), random.Random(n).randbytes(8_000).hex()) for n in range(9)],
        )
        assert outbox.size() <= 100_000
        assert set(ids(first)) <= set(ids(outbox.pending()))
        assert outbox.dropped().keys() == {"checkup"}
        later = fill(outbox, [noise(20, 100 + n) for n in range(40)])
        assert outbox.size() <= 100_000
        kept, dropped = outbox.pending(), outbox.dropped()
    assert {one.kind for one in kept} == {"event"}
    assert ids(kept) == ids([*first, *later][-len(kept) :])
    assert dropped == {"checkup": 9, "event": 43 - len(kept)}


def test_the_message_that_comes_in_stays_even_alone_beyond_the_bound(tmp_path: Path) -> None:
    with Outbox(tmp_path, largest=1_000) as outbox:
        added = fill(outbox, [noise(20, n) for n in range(3)])
        assert ids(outbox.pending()) == (added[2].id,)


def test_what_was_given_up_leaves_no_trace_in_the_file(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        one = message(text="Zyxwvu")
        outbox.add(one)
        outbox.stored([one.id])
    assert b"Zyxwvu" not in (tmp_path / OUTBOX_FILE).read_bytes()
    assert str(one.id).encode() not in (tmp_path / OUTBOX_FILE).read_bytes()


def test_small_facts_are_remembered(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        assert outbox.recall("clock_offset") == ""
        outbox.remember("clock_offset", "7200")
        outbox.remember("clock_offset", "-3")
    with Outbox(tmp_path) as outbox:
        assert outbox.recall("clock_offset") == "-3"


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5_000, os.urandom(9_000)]
)
def test_a_damaged_file_is_put_aside_counted_and_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / OUTBOX_FILE).write_bytes(content)
    with Outbox(tmp_path) as outbox:
        outbox.add(message())
        assert outbox.dropped() == {"file": 1}
    assert (tmp_path / "outbox.damaged").read_bytes() == content


def test_a_damaged_body_does_not_hold_the_others_back(tmp_path: Path) -> None:
    with Outbox(tmp_path) as outbox:
        added = fill(outbox, [message() for _ in range(3)])
    with sqlite3.connect(tmp_path / OUTBOX_FILE) as raw:
        raw.execute("UPDATE message SET body = x'00' WHERE seq = 1")
    raw.close()
    with Outbox(tmp_path) as outbox:
        assert ids(outbox.pending()) == ids(added[1:])
        assert outbox.refused_count() == 1


@pytest.mark.parametrize("place", ["file", "folder as file", "link to nowhere"])
def test_a_place_that_cannot_be_written_is_said_in_one_sentence(place: str, tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    match place:
        case "file":
            folder.write_text("")
        case "folder as file":
            (folder / OUTBOX_FILE).mkdir(parents=True)
        case _:
            folder.symlink_to(tmp_path / "absent" / "absent")
    with pytest.raises(OutboxUnwritable):
        Outbox(folder)


def test_a_busy_file_is_waited_for(tmp_path: Path) -> None:
    import threading

    with Outbox(tmp_path) as outbox:
        other = sqlite3.connect(tmp_path / OUTBOX_FILE, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.5, lambda: other.execute("COMMIT")).start()
        outbox.add(message())
        assert len(outbox.pending()) == 1
        time.sleep(0.1)
        other.close()


ON_A_FULL_DISK = """
import sys
from pathlib import Path
sys.path.insert(0, "src")
from tests.fleetlink.test_outbox import Outbox, OutboxUnwritable, noise
folder, added = Path(sys.argv[1]), []
with Outbox(folder) as outbox:
    try:
        for n in range(100):
            outbox.add(one := noise(100, n))
            added.append(one.id)
    except OutboxUnwritable as error:
        print(error.code)
    (folder / "ballast").unlink()
with Outbox(folder) as outbox:
    kept = [one.id for one in outbox.pending(500, 10**9)]
    print(kept == added, len(added) > 3)
    outbox.add(noise(100, 1000))
    print(len(outbox.pending(500, 10**9)) == len(added) + 1)
"""


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    script = textwrap.dedent(f"""
        mount -t tmpfs -o size=4m tmpfs {place}
        head -c 2600000 /dev/zero > {place}/ballast
        exec "$0" -B -c "$1" {place}
    """)
    command = [*own_mounts(), "sh", "-ec", script, sys.executable, ON_A_FULL_DISK]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPO, timeout=60, check=False)
    assert done.stdout.split() == ["outbox_unwritable", "True", "True", "True"], done.stderr


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, "src")
from tests.fleetlink.test_outbox import Outbox, message
with Outbox(Path(sys.argv[1])) as outbox:
    print("ready", flush=True)
    while True:
        outbox.add(one := message(text="x" * 2000))
        print(one.id, flush=True)
"""


def test_kill_nine_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Two writers at once, killed 20 times (100 in the long tier)."""
    chance, promised = random.Random(9), set()
    for _ in range((100 if LONG else 20) // 2):
        writers = [
            subprocess.Popen(
                [sys.executable, "-B", "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True, cwd=REPO
            )
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            time.sleep(chance.uniform(0, 0.1))
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            promised |= set(writer.communicate()[0].split("\n")[:-1])
        with Outbox(tmp_path) as outbox:
            assert promised <= {str(one.id) for one in outbox.pending(1_000_000, 10**9)}
    with sqlite3.connect(tmp_path / OUTBOX_FILE) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
    assert len(promised) > 100


OPENER = """
import sys
from pathlib import Path
sys.path.insert(0, "src")
from hygie.fleetlink.outbox import Outbox
print("up", flush=True)
sys.stdin.readline()
with Outbox(Path(sys.argv[1])):
    print("open", flush=True)
"""


def test_processes_that_open_a_new_outbox_at_once_all_open_it(tmp_path: Path) -> None:
    """SQLite refuses at once, without waiting, two that turn the same new file to its log."""
    for turn in range(15):
        folder = tmp_path / str(turn)
        openers = [
            subprocess.Popen(
                [sys.executable, "-B", "-c", OPENER, folder],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPO,
            )
            for _ in range(4)
        ]  # fmt: skip
        for opener in openers:
            assert opener.stdout is not None
            assert opener.stdout.readline() == "up\n"
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("\n")
            opener.stdin.flush()
        assert [opener.communicate()[0] for opener in openers] == ["open\n"] * 4


def test_a_body_that_is_no_message_never_enters() -> None:
    from hygie.fleetlink.errors import MessageUnreadable

    with pytest.raises(MessageUnreadable):
        body_of("[1]")
