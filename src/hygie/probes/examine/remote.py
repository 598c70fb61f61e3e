"""Remote-maintenance programs on Linux: which are in memory, which arrived in the last days."""

from collections.abc import Iterable, Mapping

from hygie.probes.examine.answers import RemoteActivity
from hygie.probes.examine.recent import changed_at, installed_at, is_recent
from hygie.probes.linux.packages import processes
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.examination import examination_rules
from hygie.reference.lists import products

_COMM = 15
_PLACES = ("/opt", "/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/snap", "/var/lib/flatpak/app")
_NO_PROCESSES = "Les programmes en marche n'ont pas pu être lus."


def remote_activity(machine: Machine) -> RemoteActivity:
    """Known products in memory, and those whose package or program is recent."""
    known = products("remote_tools", "linux")
    days = examination_rules().recent_days
    running, partial = _running(machine, known)
    recent = tuple(name for name, fragments in known.items() if _came_recently(machine, fragments, days))
    return RemoteActivity(running, recent, days, partial)


def _running(machine: Machine, known: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], str]:
    """Products in memory, and why they could not be seen ("" when they were)."""
    try:
        names = {name.casefold() for name in processes(machine)}
    except CannotTell:
        return (), _NO_PROCESSES
    found = (name for name, fragments in known.items() if any(one[:_COMM] in names for one in fragments))
    return tuple(found), ""


def _came_recently(machine: Machine, fragments: Iterable[str], days: int) -> bool:
    return any(at is not None and is_recent(machine, at, days) for name in fragments for at in _arrivals(machine, name))


def _arrivals(machine: Machine, name: str) -> list[float | None]:
    """When the package was written; without a package, when the program or its folder was."""
    packaged = installed_at(machine, name)
    if packaged is not None:
        return [packaged]
    statuses = [machine.status(f"{place}/{name}") for place in _PLACES]
    return [changed_at(machine, status) for status in statuses if status is not None]
