"""Every fact within one time limit: a probe that fails, hangs or may not look is Unknown; nothing is written."""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.collect import Facts, ask, collect, probes_of
from hygie.probes.facts import Absent, AutoLogin, EmptyPasswords, Moment, SecureBoot, Unknown
from hygie.probes.machine import CannotTell, Machine, NotThere

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(now=NOW, root=tmp_path)


def raising(error: BaseException):
    def probe(_: Machine) -> None:
        raise error

    return probe


def test_the_moment_is_always_known(machine: Machine) -> None:
    assert collect(machine, {}).get(Moment) == Moment(NOW)


def test_a_fact_that_nobody_looks_for_is_unknown() -> None:
    assert isinstance(Facts({}).get(SecureBoot), Unknown)


def test_a_fact_can_be_hidden_with_a_reason() -> None:
    facts = Facts({SecureBoot: SecureBoot(enabled=True)})
    assert facts.without(SecureBoot, "caché").get(SecureBoot) == Unknown("caché")
    assert facts.get(SecureBoot) == SecureBoot(enabled=True)


def test_what_is_not_there_is_absent_and_what_cannot_be_told_is_unknown(machine: Machine) -> None:
    assert ask(raising(NotThere("pas de bureau")), machine) == Absent("pas de bureau")
    assert ask(raising(CannotTell("pas le droit")), machine) == Unknown("pas le droit")
    assert isinstance(ask(raising(FileNotFoundError("/etc/x")), machine), Unknown)


@given(
    st.sampled_from([ValueError, KeyError, RecursionError, MemoryError, UnicodeError, OSError, AssertionError]),
    st.text(),
)
def test_a_broken_probe_is_an_unknown_fact_that_tells_no_path(kind: type[Exception], text: str) -> None:
    answer = ask(raising(kind(f"/home/helene/{text}")), Machine(now=NOW))
    assert isinstance(answer, Unknown)
    assert "/home/helene" not in answer.reason


def test_a_broken_probe_leaves_the_others_alone(machine: Machine) -> None:
    facts = collect(machine, {SecureBoot: raising(ValueError()), AutoLogin: lambda _: AutoLogin(enabled=False)})
    assert facts.get(AutoLogin) == AutoLogin(enabled=False)
    assert isinstance(facts.get(SecureBoot), Unknown)


def test_a_probe_that_hangs_is_unknown_at_the_end_of_the_budget(machine: Machine) -> None:
    release = threading.Event()
    started = time.monotonic()
    try:
        facts = collect(
            machine,
            {SecureBoot: lambda _: release.wait(30), AutoLogin: lambda _: AutoLogin(enabled=True)},
            budget_seconds=0.2,
        )
    finally:
        release.set()
    assert time.monotonic() - started < 2
    assert isinstance(facts.get(SecureBoot), Unknown)
    assert facts.get(AutoLogin) == AutoLogin(enabled=True)


def test_an_answer_that_comes_too_late_does_not_change_the_facts(machine: Machine) -> None:
    release = threading.Event()
    facts = collect(machine, {SecureBoot: lambda _: release.wait(30) and SecureBoot(enabled=True)}, budget_seconds=0.1)
    release.set()
    time.sleep(0.1)
    assert isinstance(facts.get(SecureBoot), Unknown)


def test_probes_run_together_and_not_one_after_the_other(machine: Machine) -> None:
    meeting = threading.Barrier(3, timeout=5)
    kinds = (SecureBoot, AutoLogin, EmptyPasswords)
    facts = collect(machine, {kind: lambda _: meeting.wait() for kind in kinds}, budget_seconds=5)
    assert sorted(facts.get(kind) for kind in kinds) == [0, 1, 2]


def test_progress_counts_up_to_the_end(machine: Machine) -> None:
    seen: list[tuple[int, int]] = []
    probes = {SecureBoot: lambda _: time.sleep(0.05), AutoLogin: lambda _: time.sleep(0.1)}
    collect(machine, probes, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
    assert seen == sorted(seen)


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_every_system_has_its_probes(platform: str) -> None:
    assert len(probes_of(platform)) > 30


# ------------------------------------------------------------------ the whole of Linux


def snapshot(root: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path in root.rglob("*"):
        status = path.lstat()
        found[str(path)] = (status.st_mtime_ns, status.st_size, status.st_mode)
    return found


def furnish(root: Path) -> None:
    """A little of everything that the Linux probes look at."""
    texts = {
        "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nhelene:x:1000:1000::/home/helene:/bin/bash\n",
        "etc/shadow": "root:*:1::::::\nhelene::1::::::\n",
        "etc/group": "sudo:x:27:helene\n",
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
        "etc/samba/smb.conf": "[partage]\npath=/srv\nguest ok=yes\n",
        "etc/dconf/db/local.d/00": "[org/gnome/desktop/session]\nidle-delay=uint32 60\n",
        "etc/gdm3/daemon.conf": "[daemon]\n",
        "usr/share/xsessions/gnome.desktop": "",
        "usr/sbin/sshd": "",
        "var/lib/dpkg/status": "Package: sudo\nStatus: install ok installed\nVersion: 1\n",
        "home/helene/Bureau/mots de passe.txt": "x",
        "home/helene/.config/dconf/user": "GVariant",
        "home/helene/.mozilla/firefox/a.default/logins.json": '{"logins":[{}]}',
        "home/helene/.ssh/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\n",
        "home/helene/.thunderbird/p/prefs.js": 'user_pref("a", true);\n',
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_a_whole_look_writes_nothing_and_answers_with_facts(tmp_path: Path) -> None:
    furnish(tmp_path)
    before = snapshot(tmp_path)
    facts = collect(Machine(now=NOW, root=tmp_path), probes_of("linux"))
    assert snapshot(tmp_path) == before
    answers = {kind: facts.get(kind) for kind in probes_of("linux")}
    assert all(isinstance(answer, (kind, Unknown, Absent)) for kind, answer in answers.items())
    assert sum(isinstance(answer, kind) for kind, answer in answers.items()) > 20


def test_a_whole_look_at_the_running_computer_writes_nothing_in_a_persons_folder(tmp_path: Path) -> None:
    facts = collect(Machine(now=datetime.now(UTC)), probes_of("linux"))
    answers = {kind: facts.get(kind) for kind in probes_of("linux")}
    assert all(isinstance(answer, (kind, Unknown, Absent)) for kind, answer in answers.items())
    assert not any("pas compris" in getattr(answer, "reason", "") for answer in answers.values())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_computer_gives_no_good_news(tmp_path: Path) -> None:
    facts = collect(Machine(now=NOW, root=tmp_path), probes_of("linux"))
    answers = {kind.__name__: facts.get(kind) for kind in probes_of("linux")}
    known = {name for name, answer in answers.items() if not isinstance(answer, (Unknown, Absent))}
    assert known <= {"HostsFile", "PermanentBackupMounts", "Proxy", "StoredCredentials"}


def test_files_of_noise_everywhere_break_no_probe(tmp_path: Path) -> None:
    furnish(tmp_path)
    noise = bytes(range(256)) * 40
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        path.write_bytes(noise)
    facts = collect(Machine(now=NOW, root=tmp_path), probes_of("linux"))
    reasons = [getattr(facts.get(kind), "reason", "") for kind in probes_of("linux")]
    assert not [reason for reason in reasons if "pas compris" in reason]


def test_pipes_in_place_of_every_file_hold_nobody_back(tmp_path: Path) -> None:
    furnish(tmp_path)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        path.unlink()
        os.mkfifo(path)
    started = time.monotonic()
    facts = collect(Machine(now=NOW, root=tmp_path), probes_of("linux"), budget_seconds=10)
    assert time.monotonic() - started < 5
    assert not [k for k in probes_of("linux") if "n'a pas répondu" in getattr(facts.get(k), "reason", "")]


def test_folders_in_place_of_every_file_break_no_probe(tmp_path: Path) -> None:
    furnish(tmp_path)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        path.unlink()
        path.mkdir()
    facts = collect(Machine(now=NOW, root=tmp_path), probes_of("linux"))
    reasons = [getattr(facts.get(kind), "reason", "") for kind in probes_of("linux")]
    assert not [reason for reason in reasons if "pas compris" in reason]
