"""The one door to the machine: what it reads, what it refuses to open, what it never leaves."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.machine import NEEDS_ADMINISTRATOR, CannotTell, Machine

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(now=NOW, root=tmp_path)


def test_a_file_is_read_below_the_root(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hostname").write_text("poste\n")
    assert machine.read("/etc/hostname") == "poste\n"


def test_bytes_that_are_not_utf8_are_replaced_and_never_break_a_reading(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "passwd").write_bytes("hélène:x:1000".encode("latin-1"))
    assert machine.read("/passwd") == "h\ufffdl\ufffdne:x:1000"


def test_an_absent_file_is_not_found_and_has_a_default(machine: Machine) -> None:
    with pytest.raises(FileNotFoundError):
        machine.read("/absent")
    assert machine.read_or("/absent", "rien") == "rien"


def test_a_file_below_a_file_is_absent(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError):
        machine.read("/file/below")
    assert machine.names("/file") == []


def test_a_reading_stops_at_its_limit(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"a" * 200_000 + b"b")
    assert machine.read_bytes("/long", 150_000) == b"a" * 150_000
    assert machine.read_bytes("/long", 10**9).endswith(b"ab")


def test_the_end_of_a_file_is_read_from_a_whole_record(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "records").write_bytes(b"".join(bytes([n]) * 10 for n in range(100)) + b"torn")
    assert machine.read_end("/records", 25, step=10) == bytes([98]) * 10 + bytes([99]) * 10 + b"torn"
    assert machine.read_end("/records", 10**6) == (tmp_path / "records").read_bytes()


@given(size=st.integers(0, 500), limit=st.integers(0, 600), step=st.integers(1, 40))
def test_the_end_is_never_longer_than_asked_and_starts_on_a_record(
    size: int, limit: int, step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("end")
    content = bytes(n % 251 for n in range(size))
    (folder / "file").write_bytes(content)
    end = Machine(now=NOW, root=folder).read_end("/file", limit, step)
    assert len(end) <= limit
    assert content.endswith(end)
    assert end == b"" or (size - len(end)) % step == 0


def test_a_file_of_proc_that_says_it_is_empty_is_read_whole() -> None:
    assert "VmRSS" in Machine(now=NOW).read("/proc/self/status")


# ------------------------------------------------------------------ what is never opened


def test_a_pipe_is_never_opened_and_never_waited_for(machine: Machine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CannotTell):
        machine.read("/pipe")


def test_a_pipe_does_not_wake_whoever_writes_to_it(machine: Machine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    code = "import sys; open(sys.argv[1], 'w'); print('woken')"
    writer = subprocess.Popen([sys.executable, "-c", code, tmp_path / "pipe"], stdout=subprocess.PIPE)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(0.3)
        with pytest.raises(CannotTell):
            machine.read("/pipe")
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(0.3)
    finally:
        writer.kill()
        writer.wait()


def test_a_socket_a_device_and_a_folder_are_not_files(machine: Machine, tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    os.mknod(tmp_path / "zero", 0o600 | 0o020000, os.makedev(1, 5))
    (tmp_path / "folder").mkdir()
    for name in ("/socket", "/zero", "/folder"):
        with pytest.raises(CannotTell):
            machine.read(name)
    listener.close()


def test_a_loop_of_links_is_an_answer_not_a_failure(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(CannotTell):
        machine.read("/one")
    with pytest.raises(CannotTell):
        machine.names("/one")
    assert machine.exists("/one")


@pytest.mark.parametrize("name", ["/a\0b", "/" + "n" * 300, "/" + "d/" * 3000, "/\udcff"])
def test_a_name_no_file_can_bear_is_an_answer_not_a_failure(machine: Machine, name: str) -> None:
    with pytest.raises((CannotTell, FileNotFoundError)):
        machine.read(name)
    assert not machine.exists(name)
    assert machine.status(name) is None


# ------------------------------------------------------------------ nothing outside the root


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../../../etc/passwd"])
def test_a_link_never_leads_out_of_the_examined_computer(machine: Machine, tmp_path: Path, target: str) -> None:
    (tmp_path / "out").symlink_to(target)
    with pytest.raises(CannotTell):
        machine.read("/out")


def test_a_folder_link_never_leads_out_of_the_examined_computer(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to("/etc")
    with pytest.raises(CannotTell):
        machine.names("/home")
    with pytest.raises(CannotTell):
        machine.read("/home/passwd")


def test_dots_never_lead_out_of_the_examined_computer(machine: Machine) -> None:
    with pytest.raises(CannotTell):
        machine.read("/../../../../../../etc/passwd")


def test_a_link_inside_the_root_is_followed(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "etc").mkdir()
    (tmp_path / "usr/lib/os-release").write_text("ID=debian\n")
    (tmp_path / "etc/os-release").symlink_to("../usr/lib/os-release")
    assert machine.read("/etc/os-release") == "ID=debian\n"


def test_programs_never_speak_for_another_computer(machine: Machine) -> None:
    assert machine.program("sh") is None
    with pytest.raises(CannotTell):
        machine.run(["sh", "-c", "true"])


# ------------------------------------------------------------------ folders


def test_the_names_of_a_folder_are_sorted_and_bounded(machine: Machine, tmp_path: Path) -> None:
    for name in "cab":
        (tmp_path / name).write_text("")
    assert machine.names("/") == ["a", "b", "c"]
    assert len(machine.names("/", limit=2)) == 2
    assert list(machine.files("/", "b")) == ["/b"]


def test_an_absent_folder_is_empty(machine: Machine) -> None:
    assert machine.names("/absent") == []


def test_names_that_are_not_utf8_can_still_be_read(machine: Machine, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9\n.txt"
    with open(path, "wb") as stream:  # noqa: PTH123 - a name of bytes
        stream.write(b"ici")
    [name] = machine.files("/")
    assert machine.read(name) == "ici"


def test_what_is_closed_to_us_is_said_and_never_taken_for_empty(
    tmp_path: Path, as_nobody: Callable[[Path, str], str]
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed").chmod(0o700)
    (tmp_path / "shadow").write_text("root:*:")
    (tmp_path / "shadow").chmod(0o600)
    tmp_path.chmod(0o755)
    answers = as_nobody(
        tmp_path,
        "for look, name in ((machine.names, '/closed'), (machine.read, '/shadow'), (machine.read, '/closed/x')):\n"
        "    try: print(look(name))\n    except CannotTell as answer: print(answer)\n",
    )
    assert answers.splitlines() == [NEEDS_ADMINISTRATOR] * 3


# ------------------------------------------------------------------ programs


def test_a_program_answers_in_plain_english_without_the_persons_settings() -> None:
    machine = Machine(now=NOW, environment={"PATH": os.environ["PATH"], "LANG": "fr_FR.UTF-8", "SECRET": "1"})
    output = machine.run(["env"])
    assert output.code == 0
    assert "LC_ALL=C.UTF-8" in output.text
    assert "SECRET" not in output.text


def test_a_program_that_fails_says_its_code() -> None:
    assert Machine(now=NOW).run(["false"]).code == 1


def test_a_program_that_is_too_slow_is_stopped() -> None:
    with pytest.raises(CannotTell, match="n'a pas répondu"):
        Machine(now=NOW).run(["sleep", "30"], seconds=0.2)


def test_a_program_that_says_too_much_is_not_half_believed() -> None:
    with pytest.raises(CannotTell, match="trop longuement"):
        Machine(now=NOW).run(["seq", "1", "100000"], limit=1000)


def test_a_program_that_is_missing_is_named() -> None:
    with pytest.raises(CannotTell, match="introuvable-ici n'est pas installé"):
        Machine(now=NOW).run(["introuvable-ici"])


def test_a_program_gets_nothing_to_read() -> None:
    assert Machine(now=NOW).run(["cat"]).text == ""


# ------------------------------------------------------------------ read once


def test_what_several_probes_need_is_read_a_single_time(machine: Machine) -> None:
    calls: list[int] = []
    for _ in range(3):
        assert machine.once("key", lambda _: calls.append(1) or "value") == "value"
    assert calls == [1]


def test_a_reading_that_failed_is_tried_again(machine: Machine) -> None:
    def fail(_: Machine) -> str:
        raise CannotTell("non")

    with pytest.raises(CannotTell):
        machine.once("key", fail)
    assert machine.once("key", lambda _: "value") == "value"


def test_a_program_that_never_stops_talking_is_killed_and_its_memory_bounded(machine: Machine) -> None:
    live = Machine(now=machine.now)
    with pytest.raises(CannotTell, match="trop longuement"):
        live.run(["yes"], limit=1_000_000)


def test_a_program_that_never_ends_is_killed(machine: Machine) -> None:
    live = Machine(now=machine.now)
    with pytest.raises(CannotTell, match="n'a pas répondu"):
        live.run(["sleep", "60"], seconds=0.3)
