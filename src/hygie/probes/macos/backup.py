"""Time Machine and backup programs: where copies go, when the last one succeeded.

`tmutil latestbackup` needs full disk access, which a terminal does not have by default: the answer is then unknown.
"""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from hygie.probes.facts import BackupPrograms, BackupTrace
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.macos.programs import installed
from hygie.probes.macos.reading import spoken

TIME_MACHINE = "Time Machine"
_NONE = "No destinations configured"
_FIELD = re.compile(r"^(Name|Kind|Mount Point)\s*: (.*)$", re.MULTILINE)
_SNAPSHOT = re.compile(r"/(\d{4}-\d{2}-\d{2}-\d{6})(?:\.backup)?/?\s*$")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where Time Machine copies to; `place` is empty when the disk is not plugged in."""

    kind: str
    place: str


def parse_destinations(text: str) -> list[Destination]:
    """`tmutil destinationinfo`: one block a destination."""
    blocks = [dict(_FIELD.findall(block)) for block in re.split(r"^=+.*$", text, flags=re.MULTILINE)]
    found = [Destination(block["Kind"], block.get("Mount Point", "")) for block in blocks if "Kind" in block]
    if not found and _NONE not in text:
        raise CannotTell("Les réglages de Time Machine n'ont pas été compris.")
    return found


def destinations(machine: Machine) -> list[Destination]:
    """Time Machine's destinations."""
    return machine.once("macos.destinations", _read_destinations)


def _read_destinations(machine: Machine) -> list[Destination]:
    return parse_destinations(spoken(machine, "tmutil destinationinfo"))


def backup_programs(machine: Machine) -> BackupPrograms:
    """Backup programs among applications, and Time Machine when it has a destination."""
    others = installed(machine, "backup_programs")
    try:
        own = (TIME_MACHINE,) if destinations(machine) else ()
    except CannotTell:
        if not others:
            raise
        own = ()
    return BackupPrograms((*own, *others))


def parse_latest(text: str, zone: tzinfo | None) -> datetime | None:
    """`tmutil latestbackup`: the copy's folder is named with its local date; None when none was ever made."""
    if "Full Disk Access" in text:
        raise CannotTell("macOS réserve cette réponse aux programmes qui ont l'accès complet au disque.")
    if "No backups found" in text:
        return None
    found = _SNAPSHOT.search(text)
    try:
        return datetime.strptime(found[1] if found else "", "%Y-%m-%d-%H%M%S").replace(tzinfo=zone)
    except ValueError as error:
        raise CannotTell("Time Machine ne dit pas la date de sa dernière copie : le disque est-il branché ?") from error


def backup_trace(machine: Machine) -> BackupTrace:
    """The last success of Time Machine; other programs leave no trace that is documented."""
    if not destinations(machine):
        raise NotThere("Time Machine n'est pas configurée sur ce Mac.")
    return BackupTrace(TIME_MACHINE, parse_latest(spoken(machine, "tmutil latestbackup"), machine.now.tzinfo))
