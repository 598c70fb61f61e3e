"""The collection on the real computer: its order, its bounds, what it never holds, and what a cut leaves behind."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hygie.probes import collection as module
from hygie.probes.collection import Limits, collect
from hygie.probes.collection_output import (
    AnotherCollection,
    CannotCollectThere,
    CollectionUnderWay,
    NoRoomToCollect,
    read_header,
    run_bounded,
)
from hygie.probes.collection_summaries import top_folder, without_people
from hygie.probes.machine import Machine
from hygie.reference.collection import Item, collection
from tests.conftest import LONG
from tests.namespaces import own_mounts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CANARY = "DUPONT-Marcelle-1950"
RUN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hygie.probes.collection import collect
from hygie.probes.machine import Machine
now = datetime.now(UTC)
found = collect(Machine(now=now), Path(sys.argv[1]), incident_ref="I-1", now=now)
print(len(found.pieces))
"""


def gather(out: Path, machine: Machine | None = None, **more):
    return collect(machine or Machine(now=NOW), out, incident_ref="I-1", now=NOW, **more)


def whole(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.txt"))}


def one(item: dict, **more) -> Item:
    return Item(**{"system": "linux", "rank": 0, "title": "Essai", "source": "rfc-3227", "confidence": "secondary",
                   "kind": "command", **item, **more})  # fmt: skip


@pytest.fixture
def only(monkeypatch):
    """A list of pieces of one's own."""

    def set_items(*items: Item) -> None:

        shipped = msgspec.structs.replace(collection(), item=items)
        monkeypatch.setattr(module, "collection", lambda: shipped)

    return set_items


def program(folder: Path, name: str, text: str) -> Machine:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Machine(now=NOW, environment={"PATH": f"{folder}:{os.environ['PATH']}"})


# ------------------------------------------------------------------ order, digests, headers


def test_pieces_come_in_the_order_of_volatility_with_true_digests(tmp_path):
    found = gather(tmp_path / "out")
    order = [item.id for item in collection().items("linux")]
    taken = [piece.id for piece in found]
    assert taken == [name for name in order if name in taken]
    assert {*taken, *(one.id for one in found.missed)} == {*order}
    assert {"processes", "routes", "open-files", "memory", "temporary", "accounts"} <= {*taken}
    for piece in found:
        assert piece.sha256 == hashlib.sha256(piece.path.read_bytes()).hexdigest()
        assert piece.size == piece.path.stat().st_size
        assert piece.path.stat().st_mode & 0o777 == 0o600
    assert [piece.taken_at for piece in found] == sorted(piece.taken_at for piece in found)
    assert whole(tmp_path / "out").keys() == {piece.path.name for piece in found}


def test_the_header_says_what_was_run_when_and_how_it_ended(tmp_path):
    found = {piece.id: piece for piece in gather(tmp_path / "out")}
    header = read_header(found["processes"].path)
    assert header.command == "ps -eo pid,ppid,uid,tty,lstart,stat,pcpu,pmem,comm"
    assert NOW <= header.taken_at < NOW + timedelta(minutes=5)
    assert (header.exit_code, header.truncated, header.incident) == (0, False, "I-1")
    body = found["hosts"].path.read_bytes().partition(b"\n")[2]
    assert body == Path("/etc/hosts").read_bytes()


def test_progress_goes_to_the_end(tmp_path):
    steps = []
    gather(tmp_path / "out", progress=lambda done, total: steps.append((done, total)))
    total = len(collection().items("linux"))
    assert steps == [(rank, total) for rank in range(1, total + 1)]


# ------------------------------------------------------------------ bounds


def test_a_program_that_hangs_is_stopped_and_what_it_said_is_kept(tmp_path, only):
    machine = program(tmp_path, "slow", "echo before; sleep 30")
    only(one({"id": "slow", "command": ("slow",)}), one({"id": "hosts", "kind": "file", "path": "/etc/hosts"}))
    slow, hosts = gather(tmp_path / "out", machine, limits=Limits(seconds_each=1))
    assert (slow.exit_code, slow.truncated) == (None, True)
    assert slow.path.read_text().endswith("before\n")
    assert hosts.id == "hosts"


def test_a_grandchild_that_keeps_the_pipe_is_not_waited_for(tmp_path):
    program(tmp_path, "fork", "setsid sleep 30 & echo done")
    ran = run_bounded([str(tmp_path / "fork")], {"PATH": os.environ["PATH"]}, 1, 100)
    assert (ran.body, ran.truncated) == (b"done\n", True)


def test_a_program_that_says_a_gigabyte_is_cut(tmp_path, only):
    machine = program(tmp_path, "loud", "head -c 1000000000 /dev/zero")
    only(one({"id": "loud", "command": ("loud",)}))
    (piece,) = gather(tmp_path / "out", machine, limits=Limits(bytes_each=100_000))
    assert piece.truncated
    assert 100_000 < piece.size < 101_000


def test_the_whole_is_bounded_in_time_and_bytes(tmp_path):
    late = gather(tmp_path / "late", limits=Limits(seconds=0))
    assert len(late) == 0
    assert {one.reason for one in late.missed} == {"Le temps de la collecte est écoulé."}
    heavy = gather(tmp_path / "heavy", limits=Limits(bytes=5_000))
    assert 0 < sum(piece.size for piece in heavy) < 6_000
    assert heavy.missed[-1].reason == "La taille de la collecte est atteinte."


def test_the_end_of_a_long_log_is_what_is_kept(tmp_path, only, box):
    box.write("/var/log/x.log", b"old\n" * 1000 + b"new\n")
    only(one({"id": "log", "kind": "file", "path": "/var/log/x.log", "tail": True}))
    (piece,) = gather(tmp_path / "out", box.machine(), limits=Limits(bytes_each=100))
    assert piece.truncated
    assert piece.path.read_bytes().endswith(b"new\n")


def test_pipes_devices_and_links_out_are_not_read(tmp_path, only, box):
    os.mkfifo(box.folder("/etc") / "pipe")
    box.link("/etc/out", "/etc/passwd-of-the-host")
    only(
        *(one({"id": f"x{n}", "kind": "file", "path": path}) for n, path in enumerate(("/etc/pipe", "/etc/out", "/no")))
    )
    found = gather(tmp_path / "out", box.machine())
    assert len(found) == 0
    assert len(found.missed) == 3


# ------------------------------------------------------------------ what it never holds


def test_no_environment_no_argument_no_document_name(tmp_path):
    document = tmp_path / f"{CANARY}.odt"
    document.write_text(CANARY)
    temporary = Path("/tmp") / f"{CANARY}.pdf"
    temporary.write_text("x")
    try:
        with document.open() as held:
            child = subprocess.Popen(
                ["/bin/sleep", "120", "0.1"], env={"SECRET": CANARY, "PATH": os.environ["PATH"]}, stdin=held,
                cwd=tmp_path,
            )  # fmt: skip
            other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)", CANARY], stdin=held)
            try:
                machine = Machine(now=NOW, environment={**os.environ, "HYGIE_SECRET": CANARY})
                found = gather(tmp_path / "out", machine)
            finally:
                for one_child in (child, other):
                    one_child.kill()
                    one_child.wait()
    finally:
        temporary.unlink()
    names = [piece.path.name for piece in found if CANARY.encode() in piece.path.read_bytes()]
    assert names == []
    assert b"sleep" in next(piece.path for piece in found if piece.id == "processes").read_bytes()


@pytest.mark.parametrize(("path", "told"), [
    ("/usr/bin/python3.11", "/usr/bin/python3.11"), ("/home/helene/Documents/DUPONT/x.sh", "/home/…/x.sh"),
    ("/tmp/x (deleted)", "/tmp/…/x (deleted)"), ("?", "?"),
])  # fmt: skip
def test_programs_lose_the_folders_of_people(path, told):
    assert without_people(path) == told


@pytest.mark.parametrize(("target", "folder"), [
    ("/home/helene/Documents/DUPONT.odt", "/home"), ("/media/DUPONT/x", "/media"), ("/var/log/syslog", "/var/log"),
    ("/DUPONT", "/"), ("/etc/hosts", "/etc"), ("socket:[12]", "socket"), ("pipe:[3]", "pipe"),
])  # fmt: skip
def test_open_files_are_counted_by_top_folder(target, folder):
    assert top_folder(target) == folder


def test_commands_get_no_shell_no_input_and_a_clean_environment(tmp_path, only):
    machine = program(tmp_path, "show", 'env; cat; echo "$@"')
    machine = Machine(now=NOW, environment={**machine.environment, "SECRET": CANARY})
    only(one({"id": "show", "command": ("show", "$HOME;", "`id`")}))
    (piece,) = gather(tmp_path / "out", machine)
    text = piece.path.read_text()
    assert CANARY not in text
    assert "$HOME; `id`" in text


def test_the_computer_is_left_as_it_was(tmp_path):
    def state():
        names = [
            path for top in ("/etc", "/var/log", "/var/spool", "/root/.ssh") for path in sorted(Path(top).rglob("*"))
        ]
        return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in names}

    before = state()
    gather(tmp_path / "out")
    assert state() == before


# ------------------------------------------------------------------ cuts, full disks, folders that are not ours


def test_run_again_it_keeps_what_is_whole(tmp_path):
    first = gather(tmp_path / "out")
    lost = first.pieces[3].path
    lost.unlink()
    (tmp_path / "out/001-date.txt.part").write_text("torn")
    second = gather(tmp_path / "out")
    kept = {piece.id: piece for piece in second}
    for piece in first:
        if piece.path != lost:
            assert kept[piece.id] == piece
    assert lost.exists()
    assert list((tmp_path / "out").glob("*.part")) == []


def test_the_folder_of_another_incident_is_refused(tmp_path):
    gather(tmp_path / "out")
    before = whole(tmp_path / "out")
    with pytest.raises(AnotherCollection):
        collect(Machine(now=NOW), tmp_path / "out", incident_ref="I-2", now=NOW)
    assert whole(tmp_path / "out") == before


@pytest.mark.parametrize("content", ["", "hello\n", "# {}\n", "# [1]\n", '# {"incident": 1', "x" * 10_000])
def test_something_else_under_the_name_of_a_piece_is_never_written_over(tmp_path, content):
    out = tmp_path / "out"
    out.mkdir()
    (out / "001-date.txt").write_text(content)
    with pytest.raises(AnotherCollection):
        gather(out)
    assert (out / "001-date.txt").read_text() == content


def test_links_in_the_folder_are_never_followed(tmp_path):
    out, target = tmp_path / "out", tmp_path / "target"
    out.mkdir()
    (out / "001-date.txt").symlink_to(target)
    with pytest.raises(AnotherCollection):
        gather(out)
    (out / "001-date.txt").unlink()
    (out / "001-date.txt.part").symlink_to(target)
    gather(out)
    assert not target.exists()


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(CannotCollectThere):
        gather(tmp_path / "out")


def test_a_full_disk_stops_it_and_leaves_whole_pieces(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    script = (
        'mount -t tmpfs -o size=48k none "$1"; "$0" -B -c "$2" "$1/out" 2>&1 | tail -1;'
        'cp -r "$1/out" "$3"; ls "$1/out" | grep -c part || true'
    )
    command = [*own_mounts(), "bash", "-c", script, sys.executable, str(place), RUN, str(tmp_path / "kept")]
    done = subprocess.run(command, check=False, text=True, capture_output=True, timeout=120)
    assert "NoRoomToCollect" in done.stdout, done
    assert done.stdout.strip().endswith("0")
    kept = sorted((tmp_path / "kept").iterdir())
    assert len(kept) >= 3
    for path in kept:
        assert read_header(path).incident == "I-1"
    gather(tmp_path / "kept")
    assert NoRoomToCollect(3).exit_code == 5


def test_killed_at_any_moment_what_stays_is_whole_and_the_rest_is_taken_later(tmp_path):
    out = tmp_path / "out"
    chance = random.Random(4)
    seen: dict[str, str] = {}
    for _ in range(200 if LONG else 20):
        child = subprocess.Popen([sys.executable, "-B", "-c", RUN, str(out)], stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.05, 0.6))
        child.send_signal(signal.SIGKILL)
        child.wait()
        now_there = whole(out) if out.exists() else {}
        assert {name: now_there.get(name) for name in seen} == seen
        for path in out.glob("*.txt"):
            assert read_header(path).incident == "I-1"
        seen = now_there
        if len(seen) > 12 and chance.random() < 0.5:
            shutil.rmtree(out)
            seen = {}
    found = gather(out)
    assert {piece.id for piece in found} >= {"date", "processes", "packages"}
    assert list(out.glob("*.part")) == []
    assert {name: digest for name, digest in whole(out).items() if name in seen} == seen


@pytest.mark.parametrize("rank", range(1, 7))
def test_killed_while_a_piece_is_written_no_torn_piece_has_its_name(tmp_path, rank):
    out = tmp_path / "out"
    prelude = f"""
import os, signal
from hygie.probes.collection_output import Header
line, calls = Header.line, []
def cut(self):
    calls.append(1)
    if len(calls) == {rank}:
        os.kill(os.getpid(), signal.SIGKILL)
    return line(self)
Header.line = cut
"""
    child = subprocess.run([sys.executable, "-B", "-c", prelude + RUN, str(out)], check=False, timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert len(whole(out)) == rank - 1
    assert len(list(out.glob("*.part"))) == 1
    before = whole(out)
    gather(out)
    assert list(out.glob("*.part")) == []
    assert whole(out).items() >= before.items()


def test_two_at_once_do_not_write_over_each_other(tmp_path, only):
    machine = program(tmp_path, "slow", "sleep 3; echo end")
    only(one({"id": "slow", "command": ("slow",)}))
    first: list[object] = []
    thread = threading.Thread(target=lambda: first.append(gather(tmp_path / "out", machine)))
    thread.start()
    while not (tmp_path / "out").exists():
        time.sleep(0.01)
    time.sleep(0.3)
    with pytest.raises(CollectionUnderWay):
        gather(tmp_path / "out", machine)
    thread.join()
    assert gather(tmp_path / "out", machine) == first[0]


def test_a_disk_looked_at_from_elsewhere_runs_no_program(tmp_path, box):
    box.write("/etc/hosts", "127.0.0.1 localhost\n")
    found = gather(tmp_path / "out", box.machine())
    assert "hosts" in {piece.id for piece in found}
    assert "processes" in {one.id for one in found.missed}
