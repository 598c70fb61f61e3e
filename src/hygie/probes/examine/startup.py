"""Programs run at start-up, at log-in or by the clock on Linux, and those that are new.

Units of systemd.unit(5), tables of crontab(5), desktop entries of the Autostart specification, /etc/rc.local, scripts
of the shells. Links that `systemctl enable` makes towards a system unit do not count: the unit itself does.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hygie.probes.examine.answers import NewStartup, StartupGroup, StartupKind
from hygie.probes.examine.recent import new_files, open_names
from hygie.probes.linux.homes import Home, homes, people_homes
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.examination import examination_rules

_SYSTEM: tuple[tuple[StartupKind, str], ...] = (
    ("systemd", "/etc/systemd/system"), ("systemd", "/usr/local/lib/systemd/system"),
    ("systemd", "/usr/lib/systemd/system"), ("systemd", "/etc/systemd/user"),
    ("cron", "/etc/cron.d"), ("cron", "/etc/cron.hourly"), ("cron", "/etc/cron.daily"), ("cron", "/etc/cron.weekly"),
    ("cron", "/etc/cron.monthly"), ("cron", "/var/spool/cron/crontabs"), ("cron", "/var/spool/cron"),
    ("autostart", "/etc/xdg/autostart"), ("script", "/etc/init.d"), ("profile", "/etc/profile.d"),
)  # fmt: skip
_ALONE: tuple[tuple[StartupKind, str], ...] = (
    ("cron", "/etc/crontab"), ("script", "/etc/rc.local"), ("script", "/etc/ld.so.preload"),
    ("profile", "/etc/profile"), ("profile", "/etc/bash.bashrc"),
)  # fmt: skip
_PERSONAL: tuple[tuple[StartupKind, str], ...] = (
    ("autostart", ".config/autostart"), ("systemd", ".config/systemd/user"),
)  # fmt: skip
_SHELLS = (".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshrc", ".zprofile", ".xsessionrc")
_OWN_LINKS = ("/usr/lib/systemd/", "/lib/systemd/", "/dev/null", "/run/systemd/")
_SNAP_IMAGE = re.compile(r"/snap-[^/]+\.mount$")  # made anew by each update of a snap: it mounts an image, runs nothing
_CLOSED = "Des tâches programmées ou des dossiers personnels sont fermés : relancez avec les droits d'administrateur."


@dataclass(frozen=True)
class _Item:
    kind: StartupKind
    folder: str
    name: str


def new_startup(machine: Machine) -> NewStartup:
    """Items that appeared or changed in the last days, by kind and folder; CannotTell when none can be seen at all."""
    days = examination_rules().recent_days
    system, shut = _of_system(machine)
    items = [*system, *_of_people(machine)]
    if not items:
        raise CannotTell("Aucun programme lancé au démarrage n'a été trouvé.")
    by_name = {item.name: item for item in items if not _is_own_link(machine, item.name)}
    fresh = [by_name[name] for name in new_files(machine, by_name, days)]
    places = sorted({(item.kind, item.folder) for item in fresh})
    groups = (StartupGroup(kind, place, _count(fresh, kind, place)) for kind, place in places)
    return NewStartup(tuple(groups), len(items), days, _CLOSED if shut or not _all_homes_open(machine) else "")


def _count(items: list[_Item], kind: StartupKind, folder: str) -> int:
    return sum(1 for item in items if (item.kind, item.folder) == (kind, folder))


def _of_system(machine: Machine) -> tuple[list[_Item], bool]:
    found, shut = [], False
    for kind, folder in _SYSTEM:
        names, closed = open_names(machine, folder)
        shut |= closed
        found += [_Item(kind, folder, name) for name in names if not _SNAP_IMAGE.search(name)]
    alone = [_Item(kind, name.rpartition("/")[0], name) for kind, name in _ALONE if machine.exists(name)]
    return [*found, *alone], shut


def _of_people(machine: Machine) -> Iterator[_Item]:
    for home in homes(machine):
        for kind, folder in _PERSONAL:
            names, _ = open_names(machine, f"{home.place}/{folder}")
            yield from (_Item(kind, f"~/{folder}", name) for name in names)
        yield from (_Item("profile", "~", name) for name in _own_shell_files(machine, home))


def _own_shell_files(machine: Machine, home: Home) -> Iterator[str]:
    """The person's shell scripts, those that are still the model every new account receives left out."""
    for name in _SHELLS:
        mine, model = f"{home.place}/{name}", f"/etc/skel/{name}"
        if machine.exists(mine) and not _same(machine, mine, model):
            yield mine


def _same(machine: Machine, mine: str, model: str) -> bool:
    try:
        return machine.exists(model) and machine.read_bytes(mine) == machine.read_bytes(model)
    except (CannotTell, FileNotFoundError):
        return False


def _is_own_link(machine: Machine, name: str) -> bool:
    try:
        return os.readlink(machine.path(name)).startswith(_OWN_LINKS)  # noqa: PTH115 - the words of the link itself
    except OSError:
        return False


def _all_homes_open(machine: Machine) -> bool:
    try:
        return len([home for home in homes(machine) if home.account.is_person]) == len(people_homes(machine))
    except CannotTell:
        return False
