"""Whether programs are being installed now on Linux: the locks that apt and dpkg hold, as /proc/locks tells them.

unattended-upgrades keeps a program in memory all day long, which proves nothing: only a lock held does.
"""

import os
import re

from hygie.probes.examine.answers import UpdateRunning
from hygie.probes.linux.packages import DPKG_STATUS, processes
from hygie.probes.machine import CannotTell, Machine

LOCKS = (
    "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock",
    "/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock",
)  # fmt: skip
_PROGRAMS = frozenset({"dpkg", "apt-get", "apt", "aptitude", "dnf", "rpm"})
_HELD = re.compile(r":\s+(?:POSIX|OFDLCK|FLOCK)\s+\S+\s+WRITE\s+-?\d+\s+([0-9a-f]+):([0-9a-f]+):(\d+)\s")


def update_running(machine: Machine) -> UpdateRunning:
    """Whether a lock of the package manager is held, or its program works; CannotTell when neither can be seen."""
    try:
        held = _held(machine.read("/proc/locks"))
    except FileNotFoundError as error:
        raise CannotTell("Cet ordinateur n'est pas en marche : ses mises à jour ne se voient pas.") from error
    if not machine.exists(DPKG_STATUS) and not any(machine.exists(lock) for lock in LOCKS):
        raise CannotTell("Hygie ne lit les mises à jour en cours que de Debian, d'Ubuntu et de Fedora.")
    return UpdateRunning(any(_key(machine, lock) in held for lock in LOCKS) or _works(machine))


def _held(text: str) -> set[tuple[int, int, int]]:
    """(major, minor, inode) of the files locked for writing."""
    return {(int(found[1], 16), int(found[2], 16), int(found[3])) for found in _HELD.finditer(text)}


def _key(machine: Machine, name: str) -> tuple[int, int, int] | None:
    status = machine.status(name)
    return (os.major(status.st_dev), os.minor(status.st_dev), status.st_ino) if status else None


def _works(machine: Machine) -> bool:
    try:
        return bool(processes(machine) & _PROGRAMS)
    except CannotTell:
        return False
