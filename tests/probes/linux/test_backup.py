"""Backups on a fake computer: their last success, what is always attached, what anybody can erase."""

import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, BackupPrograms, BackupTargets, PermanentBackupMounts, Unknown
from hygie.probes.linux import backup

NAS = "1 2 0:9 / /backup rw - nfs4 nas:/ rw\n3 2 0:10 / /mnt/nas rw - cifs //nas/x rw\n"


def restic(box, place: str, owner: int = 0, mode: int = 0o700) -> None:
    for name in ("data", "index", "keys", "snapshots"):
        box.folder(f"{place}/{name}")
    box.write(f"{place}/config", "")
    box.path(place).chmod(mode)
    os.chown(box.path(place), owner, owner)


# ------------------------------------------------------------------ last success


def last_success(box):
    found = box.ask(backup.backup_trace)
    return found if isinstance(found, Unknown | Absent) else (found.program, box.machine().now - found.last_success_at)


def test_restic_leaves_its_trace_in_the_cache_of_whoever_runs_it(box) -> None:
    box.installed("restic")
    home = box.person()
    box.write(f"{home}/.cache/restic/0123abcd/snapshots", "", age_days=9)
    box.write("/root/.cache/restic/4567/snapshots", "", age_days=2)
    assert last_success(box) == ("restic", timedelta(days=2))


def test_borg_leaves_its_trace_in_its_settings(box) -> None:
    box.installed("borgbackup")
    box.write(box.person() + "/.config/borg/security/0123/manifest-timestamp", "", age_days=30)
    assert last_success(box) == ("BorgBackup", timedelta(days=30))


def test_the_newest_trace_of_several_programs_is_told(box) -> None:
    box.installed("borgbackup", "rsnapshot")
    box.write(box.person() + "/.config/borg/security/0123/manifest-timestamp", "", age_days=30)
    box.write("/var/cache/rsnapshot", "", age_days=1)
    assert last_success(box) == ("rsnapshot", timedelta(days=1))


def test_a_trace_of_a_program_that_was_removed_does_not_count(box) -> None:
    box.installed("rsnapshot")
    box.write(box.person() + "/.cache/restic/0123/snapshots", "", age_days=1)
    assert isinstance(last_success(box), Unknown)


def test_without_a_program_there_is_no_trace_and_without_a_trace_nobody_knows(box) -> None:
    box.installed("sudo")
    box.person()
    assert box.ask(backup.backup_programs) == BackupPrograms(())
    assert isinstance(last_success(box), Absent)
    box.installed("duplicati")
    assert isinstance(last_success(box), Unknown)


def test_traces_closed_to_us_are_unknown(box, as_nobody) -> None:
    box.installed("restic")
    box.person()
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import backup\nprint(ask(backup.backup_trace, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")


# ------------------------------------------------------------------ always attached


@pytest.mark.parametrize(
    ("line", "mounts"),
    [
        ("//nas/sauvegarde /mnt/nas cifs credentials=/root/.c 0 0", 1),
        ("LABEL=SAUVEGARDE /mnt/x ext4 defaults", 1),
        ("UUID=1 /mnt/backup ext4 defaults,noauto 0 0", 0),
        ("UUID=1 /mnt/backup ext4 noauto,user 0 0", 0),
        ("UUID=1 /mnt/backup ext4 noauto,x-systemd.automount 0 0", 1),
        ("UUID=1 /mnt/mes\\040sauvegardes ext4", 1),
        ("UUID=1 /mnt/backup ext4 nofail", 1),
        ("# UUID=1 /mnt/backup ext4 defaults 0 0", 0),
        ("UUID=1 /srv ext4 defaults 0 0", 0),
        ("UUID=1 /mnt/backup", 0),
        ("", 0),
    ],
)
def test_a_backup_attached_at_every_start_is_told(box, line: str, mounts: int) -> None:
    box.write("/etc/fstab", "# <file system> <mount point>\nUUID=0 / ext4 errors=remount-ro 0 1\n" + line + "\n")
    assert box.ask(backup.permanent_backup_mounts) == PermanentBackupMounts(mounts)


@given(text=st.text(max_size=200) | st.text("backup noauto,\\040\n#", max_size=120))
def test_whatever_the_table_there_is_a_number(text: str, boxes) -> None:
    box = boxes()
    box.write("/etc/fstab", text)
    assert isinstance(box.ask(backup.permanent_backup_mounts), PermanentBackupMounts)


# ------------------------------------------------------------------ what anybody can erase


@pytest.mark.parametrize("place", ["/backup", "/srv/backup/depot", "/var/backups/restic", "/mnt/copie", "/opt/backup"])
def test_copies_are_found_in_the_usual_places(box, place: str) -> None:
    restic(box, place)
    assert box.ask(backup.backup_targets) == BackupTargets(1, 0)


@pytest.mark.parametrize(
    ("owner", "mode", "writable"),
    [
        (0, 0o700, 0),
        (0, 0o755, 0),
        (0, 0o777, 1),
        (1000, 0o700, 1),
        (1000, 0o500, 0),
        (1000, 0o570, 1),
        (999, 0o770, 0),
    ],
)
def test_copies_that_a_person_can_change_are_told(box, owner: int, mode: int, writable: int) -> None:
    restic(box, "/srv/depot", owner, mode)
    assert box.ask(backup.backup_targets) == BackupTargets(1, writable)


def test_without_copies_there_is_nothing_to_look_at(box) -> None:
    box.folder("/srv/www")
    assert isinstance(box.ask(backup.backup_targets), Absent)


def test_copies_on_a_network_mount_are_never_entered(box) -> None:
    restic(box, "/backup")
    restic(box, "/mnt/nas")
    restic(box, "/srv/depot")
    assert box.ask(backup.backup_targets, mounted=NAS) == BackupTargets(1, 0)


def test_copies_closed_to_us_are_unknown(box, as_nobody) -> None:
    restic(box, "/srv/depot")
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import backup\nprint(ask(backup.backup_targets, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")
