"""What « new » means on Linux: changed in the last days, and not put there by the package manager.

On the running computer the inode's own time counts too: unlike the file's date, a program cannot set it back.
On a disk looked at from elsewhere that time only says when it was copied: the file's date alone counts.
"""

import os
import stat
from collections.abc import Iterable, Mapping

from hygie.probes.machine import CannotTell, Machine

DPKG_INFO = "/var/lib/dpkg/info"
_DAY = 86_400
_MAX_LISTS = 20_000
_SAME_MOMENT = 60.0


def changed_at(machine: Machine, status: os.stat_result) -> float:
    """Seconds since 1970 of the last change that can be believed."""
    return max(status.st_mtime, status.st_ctime) if machine.live else status.st_mtime


def is_recent(machine: Machine, seconds: float, days: int) -> bool:
    """Whether a moment lies in the last `days` days; a moment in the future counts, since a clock may be wrong."""
    return seconds >= machine.now.timestamp() - days * _DAY


def new_files(machine: Machine, names: Iterable[str], days: int) -> list[str]:
    """Those of the regular files and links that appeared or changed, what packages installed left out."""
    statuses = {name: status for name in names if (status := machine.status(name)) and _counts(status)}
    recent = {name: at for name, one in statuses.items() if is_recent(machine, at := changed_at(machine, one), days)}
    owned = _owned(machine, recent) if recent else {}
    return [name for name in recent if name not in owned or _edited(machine, statuses[name], owned[name], days)]


def _counts(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)


def _edited(machine: Machine, status: os.stat_result, installed_at: float, days: int) -> bool:
    """Whether a package's file was written after its package was."""
    return status.st_mtime > installed_at + _SAME_MOMENT and is_recent(machine, status.st_mtime, days)


def _owned(machine: Machine, names: Iterable[str]) -> dict[str, float]:
    """File → when dpkg installed the package that holds it. /lib and /usr/lib are one folder."""
    wanted = {_merged(name): name for name in names}
    found: dict[str, float] = {}
    for text, at in _lists(machine):
        for line in {_merged(line) for line in text.splitlines()} & wanted.keys():
            found[wanted[line]] = at
    return found


def _lists(machine: Machine) -> Iterable[tuple[str, float]]:
    for name in machine.names(DPKG_INFO, _MAX_LISTS):
        status = machine.status(f"{DPKG_INFO}/{name}") if name.endswith(".list") else None
        if status is not None:
            yield machine.read_or(f"{DPKG_INFO}/{name}"), status.st_mtime


def _merged(name: str) -> str:
    return f"/usr{name}" if name.startswith(("/lib/", "/bin/", "/sbin/")) else name


def installed_at(machine: Machine, package: str) -> float | None:
    """When dpkg last wrote a package, seconds since 1970; None when it is not installed."""
    statuses: Mapping[str, os.stat_result | None] = {
        name: machine.status(f"{DPKG_INFO}/{name}.list") for name in (package, f"{package}:amd64")
    }
    return max((status.st_mtime for status in statuses.values() if status), default=None)


def open_names(machine: Machine, folder: str) -> tuple[list[str], bool]:
    """Absolute names in a folder, and whether it is closed to us."""
    try:
        return list(machine.files(folder)), False
    except CannotTell:
        return [], True
