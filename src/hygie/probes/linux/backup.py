"""Backups on this computer: the last success left in a trace, volumes always attached, copies anybody can erase."""

import stat
from datetime import UTC, datetime

from hygie.probes.facts import BackupPrograms, BackupTargets, BackupTrace, PermanentBackupMounts
from hygie.probes.linux.homes import whole_homes
from hygie.probes.linux.mounts import closed_places, is_closed, unescaped
from hygie.probes.linux.packages import products_installed
from hygie.probes.linux.repositories import is_repository, says_backup
from hygie.probes.machine import CannotTell, Machine, NotThere

_TRACES = {
    "restic": (".cache/restic", "snapshots"),
    "BorgBackup": (".config/borg/security", "manifest-timestamp"),
}
_SYSTEM_TRACES = {"Timeshift": "/timeshift/snapshots", "rsnapshot": "/var/cache/rsnapshot"}
_TARGET_FOLDERS = ("/backup", "/sauvegarde", "/srv", "/srv/backup", "/var/backups", "/mnt", "/opt/backup")
_PERSON = 1000


def backup_programs(machine: Machine) -> BackupPrograms:
    """Known backup programs installed."""
    return BackupPrograms(products_installed(machine, "backup_programs"))


def backup_trace(machine: Machine) -> BackupTrace:
    """The newest trace of success; CannotTell when the installed program leaves none that can be read."""
    programs = backup_programs(machine).installed
    if not programs:
        raise NotThere("Aucun programme de sauvegarde connu n'est installé.")
    moments = {program: at for program in programs if (at := _last_success(machine, program)) is not None}
    if not moments:
        raise CannotTell("Le programme de sauvegarde ne laisse aucune trace lisible de sa dernière réussite.")
    newest = max(moments, key=lambda program: moments[program])
    return BackupTrace(newest, moments[newest])


def _last_success(machine: Machine, program: str) -> datetime | None:
    if program in _SYSTEM_TRACES:
        return _newest(machine, [_SYSTEM_TRACES[program]])
    if program not in _TRACES:
        return None
    folder, name = _TRACES[program]
    places = [f"{home.place}/{folder}" for home in whole_homes(machine)]
    return _newest(machine, [f"{below}/{name}" for place in places for below in machine.files(place)])


def _newest(machine: Machine, names: list[str]) -> datetime | None:
    seconds = [status.st_mtime for name in names if (status := machine.status(name)) is not None]
    return datetime.fromtimestamp(max(seconds), UTC) if seconds else None


def permanent_backup_mounts(machine: Machine) -> PermanentBackupMounts:
    """Lines of fstab(5) named after a backup and attached at every start."""
    rows = [line.split() for line in machine.read_or("/etc/fstab").splitlines() if not line.lstrip().startswith("#")]
    kept = [row for row in rows if len(row) > 2 and says_backup(unescaped(f"{row[0]} {row[1]}"))]  # noqa: PLR2004
    return PermanentBackupMounts(sum(1 for row in kept if _attached(*row[3:4])))


def _attached(options: str = "defaults") -> bool:
    """Whether a line of fstab is mounted by itself, at the start or as soon as somebody looks (automount)."""
    words = options.split(",")
    return "noauto" not in words or "x-systemd.automount" in words


def backup_targets(machine: Machine) -> BackupTargets:
    """Backup repositories in the usual places of this computer, and those a person's account can change."""
    closed = closed_places(machine)
    folders = [folder for folder in _TARGET_FOLDERS if not is_closed(folder, closed)]
    places = [one for folder in folders for one in (folder, *machine.files(folder)) if not is_closed(one, closed)]
    found = [place for place in dict.fromkeys(places) if is_repository(_names(machine, place))]
    if not found:
        raise NotThere("Aucune copie n'est rangée sur cet ordinateur.")
    return BackupTargets(len(found), sum(1 for place in found if _people_can_write(machine, place)))


def _names(machine: Machine, place: str) -> list[str]:
    status = machine.status(place)
    return machine.names(place) if status and stat.S_ISDIR(status.st_mode) else []


def _people_can_write(machine: Machine, place: str) -> bool:
    status = machine.status(place)
    if status is None:
        return False
    by_owner = status.st_uid >= _PERSON and bool(status.st_mode & stat.S_IWUSR)
    by_group = status.st_gid >= _PERSON and bool(status.st_mode & stat.S_IWGRP)
    return by_owner or by_group or bool(status.st_mode & stat.S_IWOTH)
