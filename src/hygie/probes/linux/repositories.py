"""Recognises a backup repository by the folders its program makes, without opening any of them."""

from hygie.probes.linux.mounts import closed_places, is_closed
from hygie.probes.machine import CannotTell, Machine

_RESTIC = {"config", "data", "index", "keys", "snapshots"}
_BORG = {"README", "config", "data"}
_TELLING = (
    "backups.backupdb", "timeshift", "hygie-medium", "urbackup", "veeambackup", "macrium", "filehistory",
    "windowsimagebackup", "kopia.repository.f",
)  # fmt: skip
_WORDS = ("sauvegarde", "backup", "bkp", "svg_", "archive_cabinet")
_MAX_FOLDERS = 64


def holds_backup(machine: Machine, place: str) -> bool:
    """Whether a volume holds a backup: a repository at its top or one level below, or a folder named so."""
    if is_closed(place, closed_places(machine)):
        return False
    top = _names(machine, place)
    if is_repository(top) or any(name.casefold().startswith((*_TELLING, *_WORDS)) for name in top):
        return True
    return any(is_repository(_names(machine, f"{place}/{name}")) for name in top[:_MAX_FOLDERS])


def is_repository(names: list[str]) -> bool:
    """Whether these names are those of a restic or a borg repository."""
    present = set(names)
    return present >= _RESTIC or (present >= _BORG and any(name.startswith("hints.") for name in names))


def says_backup(text: str) -> bool:
    """Whether a folder or a label is named after a backup."""
    return any(word in text.casefold() for word in (*_WORDS, "timemachine", "time machine"))


def _names(machine: Machine, folder: str) -> list[str]:
    try:
        return machine.names(folder)
    except CannotTell:
        return []
