"""People's accounts and folders: who is a person, and when an empty answer would flatter."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.linux.homes import Account, accounts, homes, people, people_homes, whole_homes
from hygie.probes.machine import CannotTell, Machine

NAS = "28 1 8:3 / / rw - ext4 /dev/sda3 rw\n40 28 0:45 / /home rw - nfs4 nas:/home rw\n"


@pytest.mark.parametrize(
    ("uid", "shell", "person"),
    [(1000, "/bin/bash", True), (59_999, "/bin/zsh", True), (999, "/bin/bash", False), (60_000, "/bin/sh", False),
     (1000, "/usr/sbin/nologin", False), (1000, "/bin/false", False), (1000, "", True), (1000, "/usr/bin/rsync", True),
     (65_534, "/bin/bash", False), (0, "/bin/bash", False)],
)  # fmt: skip
def test_a_person_has_a_number_of_people_and_a_shell_that_opens(uid: int, shell: str, *, person: bool) -> None:
    assert Account("x", uid, uid, "/home/x", shell).is_person is person


@pytest.mark.parametrize(
    "line", ["", "#comment", "x:x:1000:1000::/home/x", "x:x:mille:1000::/home/x:/bin/sh", "x:x:²:1::/:/bin/sh",
    "+::::::",
             "x:x:" + "9" * 5000 + ":1::/:/bin/sh", "x:x:-1:1::/:/bin/sh"],
)  # fmt: skip
def test_a_line_of_passwd_that_does_not_fit_is_left_out(box, line: str) -> None:
    box.passwd.append(line)
    box.person()
    assert [one.name for one in accounts(box.machine())] == ["root", "helene"]


def test_a_table_in_another_encoding_is_read_all_the_same(box) -> None:
    box.person()
    box.write("/etc/passwd", "hélène:x:1000:1000:Hélène:/home/helene:/bin/bash\n".encode("latin-1"))
    assert [(one.uid, one.home) for one in people(box.machine())] == [(1000, "/home/helene")]


@given(
    raw=st.binary(max_size=400)
    | st.lists(st.text(max_size=8), min_size=7, max_size=7).map(lambda w: ":".join(w).encode())
)
def test_whatever_the_table_it_gives_accounts(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("passwd")
    (root / "etc").mkdir()
    (root / "etc/passwd").write_bytes(raw)
    machine = Machine(now=datetime(2026, 11, 24, tzinfo=UTC), root=root)
    assert all(isinstance(one, Account) for one in accounts(machine))
    with contextlib.suppress(CannotTell):
        whole_homes(machine)


def test_folders_are_those_of_people_and_of_root_that_exist(box) -> None:
    box.folder("/root")
    box.person("helene")
    box.person("karim", 1001)
    box.path("/home/karim").rmdir()
    assert [home.place for home in homes(box.machine())] == ["/root", "/home/helene"]
    assert [home.place for home in people_homes(box.machine())] == ["/home/helene"]


def test_an_account_without_a_folder_does_not_stand_for_the_whole_disk(box) -> None:
    box.passwd += ["a:x:1000:1000:::/bin/sh", "b:x:1001:1001::/:/bin/sh", "c:x:1002:1002:://:/bin/sh"]
    box.accounts()
    assert people_homes(box.machine()) == []


def test_a_folder_below_a_network_mount_is_never_entered(box) -> None:
    box.folder("/root")
    box.person()
    assert [home.place for home in homes(box.machine(mounted=NAS))] == ["/root"]


def test_people_whose_folders_are_on_the_network_make_the_answer_unknown(box) -> None:
    box.person()
    with pytest.raises(CannotTell, match="réseau"):
        whole_homes(box.machine(mounted=NAS))


def test_a_folder_closed_to_us_makes_the_answer_unknown(box, as_nobody) -> None:
    box.person("helene")
    box.person("karim", 1001)
    box.path("/home/karim").chmod(0o755)
    box.root.chmod(0o755)
    code = (
        "from hygie.probes.linux.homes import homes, whole_homes\nprint([h.place for h in homes(machine)])\n"
        "print(ask(whole_homes, machine))\n"
    )
    first, second = as_nobody(box.root, code).splitlines()
    assert first == "['/home/karim']"
    assert second.startswith("Unknown")


def test_a_folder_that_leads_out_of_the_examined_computer_is_not_entered(box) -> None:
    box.person()
    box.path("/home/helene").rmdir()
    box.link("/home/helene", "/etc")
    with pytest.raises(CannotTell):
        whole_homes(box.machine())
