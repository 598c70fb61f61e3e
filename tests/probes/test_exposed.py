"""The bounded look at exposed places: what it finds, what it never follows, and when it says that it stopped."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.content.hints import Hint
from hygie.probes import exposed
from hygie.probes.exposed import Exposed, Limits, look
from hygie.probes.facts import Place, SensitiveFile, SensitiveFiles


def desktop(folder: Path, **more) -> SensitiveFiles:
    return look([Exposed(folder, Place.DESKTOP)], **more)


def names(found: SensitiveFiles) -> list[str]:
    return sorted(file.name for file in found.found)


def fill(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_a_name_that_speaks_is_found_with_its_place(tmp_path: Path) -> None:
    fill(tmp_path, "mots de passe.txt", "vacances.jpg")
    found = desktop(tmp_path)
    assert found == SensitiveFiles(
        (SensitiveFile(Hint.PASSWORDS, Place.DESKTOP, "mots de passe.txt"),), 2, complete=True
    )


def test_a_place_that_does_not_exist_is_simply_empty(tmp_path: Path) -> None:
    assert desktop(tmp_path / "absent") == SensitiveFiles((), 0, complete=True)


def test_a_file_in_place_of_a_folder_is_simply_empty(tmp_path: Path) -> None:
    fill(tmp_path, "Bureau")
    assert desktop(tmp_path / "Bureau") == SensitiveFiles((), 0, complete=True)


def test_a_dicom_image_is_found_by_its_first_bytes_alone(tmp_path: Path) -> None:
    (tmp_path / "IM0001").write_bytes(b"\0" * 128 + b"DICM" + b"secret" * 1000)
    (tmp_path / "IM0002.jpg").write_bytes(b"\0" * 128 + b"DICM")
    assert names(desktop(tmp_path)) == ["IM0001"]


def test_hidden_folders_are_not_on_show(tmp_path: Path) -> None:
    fill(tmp_path, ".cache/mots de passe.txt")
    assert desktop(tmp_path).found == ()


# ------------------------------------------------------------------ links, mounts, odd files


def test_a_link_to_the_root_inside_the_desktop_is_not_followed(tmp_path: Path) -> None:
    fill(tmp_path, "patients.csv")
    (tmp_path / "tout").symlink_to("/")
    (tmp_path / "mots de passe.txt").symlink_to("/etc/passwd")
    found = desktop(tmp_path)
    assert names(found) == ["patients.csv"]
    assert found.examined == 1


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "up").symlink_to("..")
    assert desktop(tmp_path) == SensitiveFiles((), 0, complete=True)


def test_a_desktop_that_is_itself_a_link_is_not_entered_and_said_so(tmp_path: Path) -> None:
    fill(tmp_path / "nas", "patients.csv")
    (tmp_path / "Bureau").symlink_to(tmp_path / "nas")
    assert desktop(tmp_path / "Bureau") == SensitiveFiles((), 0, complete=False)


def test_a_closed_folder_is_never_entered_and_said_so(tmp_path: Path) -> None:
    fill(tmp_path, "nas/patients.csv", "mdp.txt")
    found = desktop(tmp_path, closed=frozenset({str(tmp_path / "nas")}))
    assert (names(found), found.complete) == (["mdp.txt"], False)


def test_a_place_below_a_network_mount_is_not_entered_and_said_so(tmp_path: Path) -> None:
    fill(tmp_path, "nas/home/Bureau/patients.csv")
    found = desktop(tmp_path / "nas/home/Bureau", closed=frozenset({str(tmp_path / "nas")}))
    assert found == SensitiveFiles((), 0, complete=False)


def test_pipes_sockets_and_devices_are_neither_opened_nor_counted(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mots de passe.txt")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "patients"))
    os.mknod(tmp_path / "disk", 0o600 | 0o060000, os.makedev(7, 0))
    assert desktop(tmp_path) == SensitiveFiles((), 0, complete=True)
    listener.close()


def test_a_file_swapped_for_a_pipe_or_a_link_holds_nobody_back(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert exposed._head(str(tmp_path / "pipe")) == b""
    assert exposed._head(str(tmp_path / "link")) == b""
    assert exposed._head(str(tmp_path / "gone")) == b""


@pytest.mark.parametrize(
    "name",
    [b"mots de passe\n.txt", b"mdp \xff\xfe.txt", "\u202emdp txt.fdp.txt".encode(), b"mdp_" + b"e" * 247 + b".txt"],
)
def test_odd_names_are_read_like_any_other(tmp_path: Path, name: bytes) -> None:
    assert len(name) <= 255
    with open(os.fsencode(tmp_path) + b"/" + name, "wb"):  # noqa: PTH123 - a name of bytes
        pass
    found = desktop(tmp_path)
    assert (found.examined, found.complete) == (1, True)
    assert [os.fsencode(file.name) for file in found.found] == [name]


def test_a_folder_closed_to_us_is_said(tmp_path: Path, as_nobody: Callable[[Path, str], str]) -> None:
    fill(tmp_path, "Bureau/mdp.txt", "Bureau/prive/patients.csv")
    (tmp_path / "Bureau/prive").chmod(0o700)
    tmp_path.chmod(0o755)
    code = (
        "from hygie.probes.exposed import Exposed, look\nfrom hygie.probes.facts import Place\n"
        "found = look([Exposed(Path('Bureau'), Place.DESKTOP)])\nprint(len(found.found), found.complete)\n"
    )
    assert as_nobody(tmp_path, code).split() == ["1", "False"]


# ------------------------------------------------------------------ limits


class Clock:
    """A clock that goes forward at each look."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_the_look_stops_after_so_many_entries_and_says_so(tmp_path: Path) -> None:
    fill(tmp_path, *(f"{n:03}.txt" for n in range(50)))
    found = desktop(tmp_path, limits=Limits(entries=20))
    assert (found.examined, found.complete) == (20, False)


def test_the_look_stops_when_time_is_spent_and_says_so(tmp_path: Path) -> None:
    fill(tmp_path, *(f"{n:03}.txt" for n in range(50)))
    found = desktop(tmp_path, limits=Limits(seconds=10, clock=Clock(1)))
    assert (found.examined, found.complete) == (10, False)


def test_files_opened_are_counted_and_those_left_closed_are_said(tmp_path: Path) -> None:
    for n in range(5):
        (tmp_path / f"IM{n}").write_bytes(b"\0" * 128 + b"DICM")
    found = desktop(tmp_path, limits=Limits(heads=3))
    assert (len(found.found), found.examined, found.complete) == (3, 5, False)


def test_a_look_at_names_only_is_complete_in_its_way(tmp_path: Path) -> None:
    fill(tmp_path, "IM0001", "patients.csv")
    found = desktop(tmp_path, limits=Limits(heads=0))
    assert (names(found), found.complete) == (["patients.csv"], True)


def test_a_tree_too_deep_is_said_and_does_not_hide_the_next_place(tmp_path: Path) -> None:
    fill(tmp_path, "deep/a/b/c/d/e/mdp.txt", "next/mdp.txt")
    found = look([Exposed(tmp_path / "deep", Place.DESKTOP), Exposed(tmp_path / "next", Place.DOWNLOADS)])
    assert [(file.place, file.name) for file in found.found] == [(Place.DOWNLOADS, "mdp.txt")]
    assert not found.complete


def test_the_deepest_level_allowed_is_read(tmp_path: Path) -> None:
    fill(tmp_path, "1/2/3/mdp.txt")
    assert desktop(tmp_path) == SensitiveFiles(
        (SensitiveFile(Hint.PASSWORDS, Place.DESKTOP, "mdp.txt"),), 1, complete=True
    )


def test_a_folder_too_full_is_left_and_does_not_hide_the_next_place(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    for n in range(30_000):
        os.close(os.open(tmp_path / f"full/{n}.jpg", os.O_CREAT))
    fill(tmp_path, "next/mdp.txt")
    found = look([Exposed(tmp_path / "full", Place.DESKTOP), Exposed(tmp_path / "next", Place.DOWNLOADS)])
    assert found.examined == exposed.MAX_ENTRIES_PER_FOLDER + 1
    assert names(found) == ["mdp.txt"]
    assert not found.complete


def test_ten_thousand_nested_folders_end_at_the_depth_allowed(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(10_000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    found = desktop(tmp_path, limits=Limits(clock=lambda: 0.0))
    assert (found.examined, found.complete) == (0, False)
    os.system(f"rm -rf {tmp_path}/d")


def test_many_folders_spend_the_entries_too(tmp_path: Path) -> None:
    for n in range(300):
        (tmp_path / f"d{n}/e").mkdir(parents=True)
    left = Limits(entries=100)
    assert not desktop(tmp_path, limits=left).complete
    assert left.entries >= -2


def test_no_more_than_so_many_files_are_kept(tmp_path: Path) -> None:
    fill(tmp_path, *(f"mdp {n}.txt" for n in range(exposed.MAX_FOUND + 20)))
    found = desktop(tmp_path)
    assert (len(found.found), found.examined) == (exposed.MAX_FOUND, exposed.MAX_FOUND + 20)


@given(entries=st.integers(0, 40), seconds=st.integers(0, 40), files=st.integers(0, 30))
def test_whatever_the_limits_an_answer_is_complete_only_if_all_was_seen(
    entries: int, seconds: int, files: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("limits")
    fill(folder, *(f"{n}.txt" for n in range(files)))
    found = desktop(folder, limits=Limits(entries=entries, seconds=seconds, clock=Clock(1)))
    assert found.examined <= min(entries, seconds, files)
    assert found.complete == (found.examined == files)
