"""sudoers(5), as sudo reads it: continued lines, comments, includes, tags and defaults."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, ElevationWithoutPassword, Unknown
from hygie.probes.linux import accounts, sudo
from hygie.probes.machine import CannotTell, Machine

DEBIAN = """# This file MUST be edited with the 'visudo' command as root.
Defaults\tenv_reset
Defaults\tmail_badpass
Defaults\tsecure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# NOPASSWD: is only named in this comment
root\tALL=(ALL:ALL) ALL
%sudo\tALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
"""


def rules(box, text: str = "", **inside: str) -> int:
    box.write("/etc/sudoers", DEBIAN + text, 0o440)
    for name, content in inside.items():
        box.write(f"/etc/sudoers.d/{name}", content, 0o440)
    return box.ask(accounts.elevation_without_password).rules


def test_the_rules_of_debian_ask_a_password(box) -> None:
    assert rules(box) == 0


@pytest.mark.parametrize(
    "line",
    ["helene ALL=(ALL) NOPASSWD: ALL", "%sudo ALL = (root) NOPASSWD:ALL", "helene ALL=NOPASSWD : /usr/bin/apt",
     "ALL ALL=NOPASSWD: ALL",
     "helene ALL=(ALL) \\\n   NOPASSWD: ALL", "#1000 ALL=(ALL) NOPASSWD: ALL", "helene ALL=(ALL) NOEXEC: NOPASSWD: ALL",
     "Defaults !authenticate", "Defaults:helene !authenticate", "Defaults:helene,karim env_reset, !authenticate",
     "Defaults@poste !authenticate",
     "Defaults!/usr/bin/apt !authenticate", "Defaults>root ! authenticate",
     "  helene ALL=(ALL) NOPASSWD: ALL # hélène"],
)  # fmt: skip
def test_a_rule_that_asks_no_password_counts(box, line: str) -> None:
    assert rules(box, line + "\n") == 1


@pytest.mark.parametrize(
    "line",
    ["# helene ALL=(ALL) NOPASSWD: ALL", "helene ALL=(ALL) ALL # NOPASSWD: plus tard",
     "helene ALL=(ALL) PASSWD: ALL", "Defaults authenticate",
     "Defaults:helene timestamp_timeout=5", "Cmnd_Alias NOPASS = /bin/true", ""],
)  # fmt: skip
def test_any_other_line_does_not_count(box, line: str) -> None:
    assert rules(box, line + "\n") == 0


def test_files_of_the_folder_count_unless_sudo_passes_over_them(box) -> None:
    line = "helene ALL=(ALL) NOPASSWD: ALL\n"
    box.write("/etc/sudoers.d/10-helene.bak", line)
    box.write("/etc/sudoers.d/10-helene~", line)
    assert rules(box, read=line, **{"10-helene": line}) == 2


def test_a_folder_that_no_line_includes_does_not_count(box) -> None:
    box.write("/etc/sudoers", "root ALL=(ALL) ALL\n")
    box.write("/etc/sudoers.d/helene", "helene ALL=NOPASSWD: ALL\n")
    assert box.ask(accounts.elevation_without_password) == ElevationWithoutPassword(0)


@pytest.mark.parametrize("word", ["@include", "#include"])
@pytest.mark.parametrize("name", ["/etc/sudoers.local", "sudoers.local", '"/etc/sudoers.local"'])
def test_an_included_file_counts(box, word: str, name: str) -> None:
    box.write("/etc/sudoers.local", "helene ALL=NOPASSWD: ALL\n")
    assert rules(box, f"{word} {name}\n") == 1


def test_the_old_word_for_a_folder_is_known(box) -> None:
    box.write("/etc/sudoers", "#includedir /etc/sudoers.d\n")
    box.write("/etc/sudoers.d/helene", "helene ALL=NOPASSWD: ALL\n")
    assert box.ask(accounts.elevation_without_password).rules == 1


def test_rules_that_include_each_other_without_end_are_an_answer(box) -> None:
    box.write("/etc/sudoers", "@include /etc/sudoers\n")
    assert isinstance(box.ask(accounts.elevation_without_password), Unknown)


def test_without_sudo_there_is_nothing_to_look_at(box) -> None:
    assert isinstance(box.ask(accounts.elevation_without_password), Absent)


def test_rules_closed_to_us_are_unknown(box, as_nobody) -> None:
    rules(box)
    box.path("/etc/sudoers").chmod(0o400)
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import accounts\nprint(ask(accounts.elevation_without_password, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")


# ------------------------------------------------------------------ who may do everything


@pytest.mark.parametrize(
    "line",
    [
        "helene ALL=(ALL:ALL) ALL",
        "helene\tALL=(ALL)\tNOPASSWD: ALL",
        "helene ALL = ALL",
        "helene poste=(root) PASSWD: SETENV: ALL",
    ],
)
def test_an_account_allowed_every_command_is_an_administrator(box, line: str) -> None:
    box.person()
    rules(box, line + "\n")
    assert accounts.administrators_of(box.machine()) == {"helene"}


@pytest.mark.parametrize(
    "line", ["helene ALL=(ALL) /usr/bin/apt", "Defaults env_keep = ALL", "helene ALL=(ALL) ALL, !/bin/sh"]
)
def test_an_account_allowed_some_commands_is_not(box, line: str) -> None:
    box.person()
    rules(box, line + "\n")
    assert "helene" not in accounts.administrators_of(box.machine())


def test_a_group_allowed_every_command_makes_administrators(box) -> None:
    box.person()
    box.write("/etc/group", "sudo:x:27:\ninformatique:x:1500:helene\n")
    rules(box, "%informatique ALL=(ALL) ALL\n")
    assert "helene" in accounts.administrators_of(box.machine())
    assert box.ask(accounts.administrators).administrators == 1


@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_the_rules_they_are_read_or_unknown(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("sudo")
    (root / "etc").mkdir()
    (root / "etc/sudoers").write_bytes(raw)
    machine = Machine(now=datetime(2026, 11, 24, tzinfo=UTC), root=root)
    with contextlib.suppress(CannotTell):
        assert sudo.rules_without_password(machine) >= 0
    assert isinstance(sudo.all_powerful(machine), set)
