"""What Hygie counts itself for the collection, so that no name of a document comes along.

Programs' files keep their own name but lose the folders of people; open files are counted by top folder; temporary
files are told by kind, rights, owner, size and date. Lists are bounded, links are never followed.
"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from hygie.probes.linux.homes import homes
from hygie.probes.linux.packages import program_name
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.collection import Summary

MAX_PROCESSES = 8192
MAX_FILES = 65_536
MAX_ENTRIES = 5000
_TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - the folders that are looked at
_TOLD = frozenset({"usr", "var", "etc", "lib", "lib64", "bin", "sbin", "opt", "snap"})
_TWO_LEVELS = frozenset({"usr", "var", "etc", "dev"})


def executables(machine: Machine) -> Iterator[str]:
    """« number<TAB>user<TAB>program<TAB>file » for every process whose file may be seen."""
    yield "pid\tuid\tprogram\tfile"
    for number in _processes(machine):
        status = machine.status(f"/proc/{number}")
        owner = status.st_uid if status else "?"
        yield f"{number}\t{owner}\t{_comm(machine, number)}\t{without_people(_link(machine, f'/proc/{number}/exe'))}"


def without_people(path: str) -> str:
    """A program's place: kept whole in the system's folders, its own name alone elsewhere."""
    if not path.startswith("/"):
        return path
    first, _, rest = path[1:].partition("/")
    return path if first in _TOLD or not rest else f"/{first}/…/{rest.rpartition('/')[2]}"


def open_files(machine: Machine) -> Iterator[str]:
    """« program<TAB>folder<TAB>count »: what each program holds open, by top folder, sockets and pipes by kind."""
    counts: Counter[tuple[str, str]] = Counter()
    for number in _processes(machine):
        comm = _comm(machine, number)
        for target in _open_targets(machine, number):
            counts[comm, top_folder(target)] += 1
            if counts.total() >= MAX_FILES:
                break
    yield "program\tfolder\tcount"
    yield from (f"{comm}\t{folder}\t{count}" for (comm, folder), count in sorted(counts.items()))


def top_folder(target: str) -> str:
    """The folder under which an open file is counted; never a name that a person gave."""
    if not target.startswith("/"):
        return target.partition(":")[0]
    first, _, rest = target[1:].partition("/")
    if not rest:
        return "/"
    second = rest.partition("/")[0] if "/" in rest else ""
    return f"/{first}/{second}" if first in _TWO_LEVELS and second else f"/{first}"


def temporary(machine: Machine) -> Iterator[str]:
    """« folder<TAB>rights<TAB>user<TAB>size<TAB>date » of temporary files, without their names."""
    yield "folder\trights\tuid\tsize\tmodified"
    for folder in _TEMPORARY:
        for name in _names(machine, folder):
            status = machine.status(f"{folder}/{name}")
            if status is not None:
                yield f"{folder}\t{_told(status)}"


def listing(machine: Machine, folders: tuple[str, ...], only: tuple[str, ...]) -> Iterator[str]:
    """Names, rights, owners, sizes and dates of the entries of folders; « ~ » stands for each person's folder."""
    yield "file\trights\tuid\tsize\tmodified"
    for folder in folders:
        for place in _places(machine, folder):
            for name in _names(machine, place):
                status = machine.status(f"{place}/{name}")
                if status is not None and (not only or name in only):
                    yield f"{place}/{name}\t{_told(status)}"


def _places(machine: Machine, folder: str) -> list[str]:
    if not folder.startswith("~"):
        return [folder]
    return [f"{home.place}{folder.removeprefix('~')}" for home in homes(machine)]


def _names(machine: Machine, folder: str) -> list[str]:
    try:
        return machine.names(folder, MAX_ENTRIES)
    except CannotTell:
        return []


def _told(status: os.stat_result) -> str:
    try:
        at = datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        at = "?"
    return f"{stat.filemode(status.st_mode)}\t{status.st_uid}\t{status.st_size}\t{at}"


def _processes(machine: Machine) -> list[str]:
    numbers = [name for name in machine.names("/proc", MAX_PROCESSES) if name.isdigit()]
    return sorted(numbers, key=int)


def _comm(machine: Machine, number: str) -> str:
    return program_name(machine, number).replace("\t", " ")


def _link(machine: Machine, name: str) -> str:
    try:
        return os.readlink(machine.path(name)).replace("\n", " ")  # noqa: PTH115 - the kernel's own words
    except OSError:
        return "?"


def _open_targets(machine: Machine, number: str) -> list[str]:
    return [_link(machine, f"/proc/{number}/fd/{name}") for name in _names(machine, f"/proc/{number}/fd")]


SUMMARIES: Mapping[Summary, Callable[[Machine], Iterator[str]]] = {
    "executables": executables,
    "open_files": open_files,
    "temporary": temporary,
}
