"""Bad input: a clear French sentence, the right exit code, nothing lost, bounded time."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LONG
from tests.e2e.command import HYGIE, REPO, hygie
from tests.namespaces import own_mounts

MANY_FILES = 10_000_000 if LONG else 200_000


def told_in_french(done: subprocess.CompletedProcess[str], code: int) -> None:
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2, done.stderr
    assert done.stdout == ""


BROKEN_FILES = {
    "empty": b"",
    "not TOML": b"[[answers\n",
    "another schema": b'schema = "hygie.answers/9"\n',
    "an unknown check": b'schema = "hygie.answers/1"\n[[answers]]\ncheck_id = "nope-nope"\nanswer = "yes"\n',
    "an unknown answer": b'schema = "hygie.answers/1"\n[[answers]]\ncheck_id = "cps-personal"\nanswer = "maybe"\n',
    "latin-1": 'schema = "hygie.answers/1"\npractice = "Cabinet Hélène"\n'.encode("latin-1"),
    "UTF-16": 'schema = "hygie.answers/1"\n'.encode("utf-16"),
    "zeros": b"\0" * 4096,
    "deep JSON": b'{"schema":' + b"[" * 100_000,
    "deep TOML": b"a = " + b"[" * 100_000,
    "truncated JSON": b'{"schema": "hygie.answers/1", "answers": [{"check_id": "cps',
    "huge": b"#" * (9 * 1024 * 1024),
}


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_a_broken_answers_file_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "reponses.toml"
    file.write_bytes(BROKEN_FILES[name])
    told_in_french(hygie("bilan", "--answers", file), 3)
    assert file.read_bytes() == BROKEN_FILES[name]


@pytest.mark.parametrize("name", ["empty", "not TOML", "zeros", "deep JSON", "latin-1", "huge", "truncated JSON"])
def test_a_broken_comparison_file_is_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "avant.json"
    file.write_bytes(BROKEN_FILES[name])
    told_in_french(hygie("bilan", "--against", file), 3)


@pytest.mark.parametrize("option", ["--answers", "--against"])
def test_what_is_not_a_file_is_refused_at_once(option: str, tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe", tmp_path / "loop"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for place in (pipe, loop, tmp_path, tmp_path / "socket", tmp_path / "absent", Path("/dev/zero")):
            told_in_french(hygie("bilan", option, place), 3)


@pytest.mark.parametrize("damage", ["checks/cps.toml", "measures.toml", "sources/common.toml"])
def test_a_broken_catalogue_names_its_file_and_line(damage: str, tmp_path: Path) -> None:
    package = tmp_path / "hygie"
    shutil.copytree(REPO / "src/hygie", package)
    file = package / "reference" / damage
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:40], "= broken", *lines[40:]]))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [*HYGIE, "bilan"], capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=60, check=False
    )
    told_in_french(done, 70)
    assert f"{file.name}, ligne " in done.stderr
    assert (
        subprocess.run(
            [*HYGIE, "docteur"], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        ).returncode
        == 0
    )


@pytest.mark.parametrize("place", ["/proc/nowhere/x", "/dev/full", "{tmp}", "{tmp}/absent/x", "{tmp}/file/x"])
def test_a_place_that_cannot_be_written_is_refused_and_nothing_is_lost(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    told_in_french(hygie("bilan", "-o", place.format(tmp=tmp_path)), 2)
    assert (tmp_path / "file").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    script = f"mount -t tmpfs -o size=16k tmpfs {tmp_path} && echo old > {tmp_path}/b.html && head -c 12000 /dev/zero > {tmp_path}/ballast; "
    script += (
        f"{' '.join(HYGIE)} bilan --format html -o {tmp_path}/b.html; echo $?; cat {tmp_path}/b.html; ls -A {tmp_path}"
    )
    done = subprocess.run(
        [*own_mounts(), "bash", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["2", "old", "b.html", "ballast"] or done.stdout.split() == [
        "2",
        "old",
        "ballast",
        "b.html",
    ], done
    assert "ne peut pas être écrit" in done.stderr


def test_a_read_only_disk_changes_nothing_to_the_report() -> None:
    script = (
        f"mount -o remount,ro,bind / 2>/dev/null || mount --bind -o ro / /mnt; {' '.join(HYGIE)} bilan --format json"
    )
    done = subprocess.run(
        [*own_mounts(), "bash", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["measures"]) == 7


def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    output = tmp_path / "bilan.pdf"
    for pause in (0.05, 0.2, 0.35):
        process = subprocess.Popen(
            [*HYGIE, "bilan", "--format", "pdf", "-o", output], stderr=subprocess.PIPE, text=True
        )
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert process.returncode in (0, 130, -signal.SIGINT, 1), said
        assert [path.name for path in tmp_path.iterdir()] in ([], ["bilan.pdf"])


def test_missing_programs_give_unknown_and_not_a_guess(tmp_path: Path) -> None:
    done = hygie("bilan", "--format", "json", environment={"PATH": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    checkup = json.loads(done.stdout)
    assert len([f for m in checkup["measures"] for f in m["findings"]]) >= 80


def test_a_missing_extra_is_named_with_exit_four() -> None:
    program = "import sys; sys.modules['typst'] = None; from hygie.cli.main import main; sys.exit(main(['bilan', '--format', 'pdf']))"
    done = subprocess.run([HYGIE[0], "-B", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    told_in_french(done, 4)
    assert "« pdf »" in done.stderr.replace("\u00a0", " ")


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Path]:
    """A home that the examined computer has for one more person, in a private copy of /etc/passwd."""
    home = tmp_path / "home"
    (home / "Desktop").mkdir(parents=True)
    yield home
    shutil.rmtree(home, ignore_errors=True)


def with_person(home: Path, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """`hygie` on this machine, where /etc/passwd has one more person, in a mount namespace of its own."""
    passwd = home.parent / "passwd"
    passwd.write_text(Path("/etc/passwd").read_text() + f"essai:x:1999:1999::{home}:/bin/bash\n")
    script = f"mount --bind {passwd} /etc/passwd; {before} exec {' '.join((*HYGIE, *words))}"
    return subprocess.run(
        [*own_mounts(), "bash", "-c", script],
        capture_output=True,
        text=True,
        timeout=200 if LONG else 100,
        check=False,
    )


def of(done: subprocess.CompletedProcess[str], check: str) -> dict[str, object]:
    assert done.returncode == 0, done.stderr
    everything = [f for measure in json.loads(done.stdout)["measures"] for f in measure["findings"]]
    return next(finding for finding in everything if finding["check_id"] == check)


def test_hostile_file_names_are_counted_and_never_shown(person: Path) -> None:
    for name in (
        b"mots de passe\n\033[31m.txt",
        b"mdp \xff\xfe.txt",
        "mots de passe \u202etxt.exe.txt".encode(),
        b"mdp " + b"x" * 240 + b".txt",
    ):
        Path(os.fsdecode(os.path.join(os.fsencode(person / "Desktop"), name))).write_bytes(b"")
    done = with_person(person, "bilan", "--format", "json")
    finding = of(done, "passwords-list-file")
    assert finding["outcome"] == "failed"
    assert finding["evidence"]["files"] == 4
    assert "x" * 100 not in done.stdout
    assert "\\u001b" not in done.stdout
    assert "names" not in finding["evidence"]


def test_a_symlink_loop_and_a_link_to_the_root_are_not_followed(person: Path) -> None:
    (person / "Desktop/boucle").symlink_to(person / "Desktop")
    (person / "Desktop/racine").symlink_to("/")
    finding = of(with_person(person, "bilan", "--format", "json"), "passwords-list-file")
    assert finding["outcome"] == "passed"
    assert finding["evidence"]["examined"] < 100


def test_an_endless_directory_ends_and_says_it_was_cut_short(person: Path) -> None:
    deep = person / "Desktop"
    for _ in range(60):
        deep = deep / "encore"
    deep.mkdir(parents=True)
    finding = of(with_person(person, "bilan", "--format", "json"), "passwords-list-file")
    assert finding["outcome"] == "unknown"
    assert finding["reason"].startswith("Tout n’a pas pu être regardé")


def test_a_tree_of_too_many_files_is_bounded_in_time(person: Path) -> None:
    """Files are hard links of one empty file, so that ten million of them cost entries and no space."""
    folder = person / "Desktop/beaucoup"
    script = (
        "import os, sys\nroot, count = sys.argv[1], int(sys.argv[2])\nmade = 0\n"
        "while made < count:\n"
        "    os.makedirs(f'{root}/{made // 1000000}/{made // 10000}', exist_ok=True)\n"
        "    for n in range(10000): os.mknod(f'{root}/{made // 1000000}/{made // 10000}/{n}')\n"
        "    made += 10000\n"
    )
    tmpfs = f'mkdir -p {folder}; mount -t tmpfs -o nr_inodes=0,size=80% tmpfs {folder}; python3 -c "{script}" {folder} {MANY_FILES};'
    before = time.monotonic()
    done = with_person(person, "bilan", "--format", "json", before=tmpfs)
    finding = of(done, "passwords-list-file")
    assert finding["outcome"] == "unknown"
    assert json.loads(done.stdout)["duration"] < 20
    assert time.monotonic() - before < 290


def test_an_unreadable_folder_makes_the_answer_unknown_for_an_ordinary_account() -> None:
    done = hygie("bilan", "--no-files", "--format", "json")
    finding = of(done, "gdpr-patient-files")
    assert finding["outcome"] == "unknown"
    assert "refusé" in finding["reason"]


def test_a_dead_disk_does_not_hold_the_check_up_back(person: Path) -> None:
    """A real FUSE file system whose program is stopped: whoever enters it waits for ever."""
    image, place = person.parent / "image", person / "Desktop/mort"
    place.mkdir()
    fuse = "mount.exfat-fus"  # the kernel's 15 characters; -x, so that the shell does not stop itself
    freeze = (
        f"truncate -s 32M {image}; mkfs.exfat {image} >/dev/null; loop=$(losetup -f --show {image}); "
        f"mount.exfat-fuse $loop {place} >/dev/null 2>&1; grep -q {place} /proc/self/mountinfo || exit 99; losetup -d $loop; "
        f"pkill -STOP -x {fuse} || exit 98; (sleep 60; pkill -CONT -x {fuse}) >/dev/null 2>&1 & "
    )
    start = time.monotonic()
    try:
        done = with_person(person, "bilan", "--format", "json", before=freeze)
    finally:
        subprocess.run(["pkill", "-CONT", "-x", fuse], check=False)
        subprocess.run(["pkill", "-KILL", "-x", fuse], check=False)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 50
    assert of(done, "access-disk-space")["outcome"] == "unknown"
    assert len(json.loads(done.stdout)["measures"]) == 7
