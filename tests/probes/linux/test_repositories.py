"""Backup repositories, told by the names their programs give."""

import pytest

from hygie.probes.linux.repositories import holds_backup, is_repository, says_backup

RESTIC = ["config", "data", "index", "keys", "locks", "snapshots"]
BORG = ["README", "config", "data", "hints.12", "index.12", "integrity.12"]


@pytest.mark.parametrize(
    ("names", "repository"),
    [
        (RESTIC, True),
        (BORG, True),
        (RESTIC[1:], False),
        (["README", "config", "data"], False),
        ([], False),
        (["config", "data", "index"], False),
    ],
)
def test_a_repository_has_every_folder_of_its_program(names: list[str], *, repository: bool) -> None:
    assert is_repository(names) is repository


@pytest.mark.parametrize(
    ("text", "backup"),
    [
        ("/mnt/Sauvegarde", True),
        ("LABEL=BACKUP", True),
        ("//nas/bkp", True),
        ("Time Machine", True),
        ("/srv", False),
        ("/mnt/sauve", False),
    ],
)
def test_a_name_says_backup_in_french_or_in_english(text: str, *, backup: bool) -> None:
    assert says_backup(text) is backup


def test_a_repository_at_the_top_or_one_level_below_is_found(box) -> None:
    box.folder("/media/a/vide")
    assert not holds_backup(box.machine(), "/media/a")
    for name in RESTIC:
        box.folder(f"/media/a/depot/{name}")
    assert holds_backup(box.machine(), "/media/a")
    assert holds_backup(box.machine(), "/media/a/depot")
    for name in BORG:
        box.folder(f"/media/b/un/deux/{name}")
    assert not holds_backup(box.machine(), "/media/b")


@pytest.mark.parametrize(
    "name", ["timeshift", "VeeamBackup", "WindowsImageBackup", "kopia.repository.f", "FileHistory", "svg_2026"]
)
def test_a_folder_named_by_a_backup_program_is_found(box, name: str) -> None:
    box.folder(f"/media/a/{name}")
    assert holds_backup(box.machine(), "/media/a")


def test_a_network_mount_is_never_entered(box) -> None:
    box.folder("/mnt/nas/x/sauvegarde")
    mounted = "3 2 0:10 / /mnt/nas rw - cifs //nas/x rw\n"
    assert not holds_backup(box.machine(mounted=mounted), "/mnt/nas")
    assert not holds_backup(box.machine(mounted=mounted), "/mnt/nas/x")


def test_an_absent_volume_holds_nothing(box) -> None:
    assert not holds_backup(box.machine(), "/media/absent")
