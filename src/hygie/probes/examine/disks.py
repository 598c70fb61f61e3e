"""Disks in trouble on Linux: nearly full, turned read-only, errors told by the kernel, an end announced by SMART."""

import os
import re
from dataclasses import dataclass

from hygie.probes.examine.answers import DiskTrouble
from hygie.probes.linux.logs import lines_since
from hygie.probes.linux.mounts import ON_DISK, unescaped
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.examination import DiskLimits, examination_rules

_LOGS = ("/var/log/kern.log", "/var/log/syslog", "/var/log/messages")
_SMART_SECONDS = 6.0
_MAX_DISKS = 16
_MEMORY = frozenset({"tmpfs", "overlay"})
_OF_THE_SYSTEM = ("/dev", "/run", "/sys", "/proc", "/snap")
_NO_KERNEL_LOG = "Le journal du noyau n'a pas pu être lu : ses erreurs de disque ne sont pas connues."


@dataclass(frozen=True)
class _Volume:
    device: str
    place: str
    kind: str
    mount_options: frozenset[str]
    super_options: frozenset[str]


def disk_trouble(machine: Machine) -> DiskTrouble:
    """What disks show or say of themselves; SMART is asked only where smartctl is installed and may be run."""
    rules = examination_rules()
    volumes = {one.device: one for one in _volumes(machine)}
    asked_read_only = _read_only_by_choice(machine)
    errors, partial = _kernel_errors(machine, rules.disks, rules.recent_days)
    return DiskTrouble(
        full=sum(1 for one in volumes.values() if _is_full(machine, one, rules.disks.full_share)),
        read_only=sum(1 for one in volumes.values() if _turned_read_only(one, asked_read_only)),
        errors=errors,
        failing=_failing(machine, rules.disks.smart_failing),
        days=rules.recent_days,
        partial=partial,
    )


def _volumes(machine: Machine) -> list[_Volume]:
    """Local volumes of mountinfo (proc(5)), with the options of the mount and those of the volume itself."""
    try:
        text = machine.read("/proc/self/mountinfo")
    except FileNotFoundError as error:
        raise CannotTell("Cet ordinateur n'est pas en marche : ses disques branchés ne se voient pas.") from error
    return [one for line in text.splitlines() if (one := _volume(line)) and one.kind in ON_DISK | _MEMORY]


def _volume(line: str) -> _Volume | None:
    before, separator, after = line.partition(" - ")
    left, right = before.split(" "), after.split(" ")
    if not separator or len(left) < 6 or len(right) < 3:  # noqa: PLR2004 - the fields of proc(5)
        return None
    return _Volume(left[2], unescaped(left[4]), right[0], frozenset(left[5].split(",")), frozenset(right[2].split(",")))


def _is_full(machine: Machine, volume: _Volume, share: float) -> bool:
    if "ro" in volume.mount_options | volume.super_options or _of_the_system(volume):
        return False
    try:
        status = os.statvfs(machine.path(volume.place))
    except OSError:
        return False
    usable = status.f_blocks - status.f_bfree + status.f_bavail
    return usable > 0 and (status.f_blocks - status.f_bfree) / usable >= share


def _of_the_system(volume: _Volume) -> bool:
    return volume.kind in _MEMORY and any(f"{volume.place}/".startswith(f"{place}/") for place in _OF_THE_SYSTEM)


def _turned_read_only(volume: _Volume, chosen: frozenset[str]) -> bool:
    """Whether the volume itself refuses to be written (errors=remount-ro), and nobody asked for it in fstab(5)."""
    writable_kind = volume.kind in ON_DISK - {"udf"}
    return writable_kind and "ro" in volume.super_options and volume.place not in chosen


def _read_only_by_choice(machine: Machine) -> frozenset[str]:
    rows = [line.split() for line in machine.read_or("/etc/fstab").splitlines() if not line.lstrip().startswith("#")]
    whole = [row for row in rows if len(row) >= 4]  # noqa: PLR2004 - the fields of fstab(5)
    return frozenset(unescaped(row[1]) for row in whole if "ro" in row[3].split(","))


def _kernel_errors(machine: Machine, limits: DiskLimits, days: int) -> tuple[int, str]:
    """Lines of the kernel that tell an error of a disk, and why they could not be read ("" when they were)."""
    wanted = re.compile("|".join(f"(?:{pattern})" for pattern in limits.errors))
    try:
        lines, _ = lines_since(machine, _LOGS, days)
    except CannotTell:
        try:
            lines = _from_journal(machine, days)
        except CannotTell:
            return 0, _NO_KERNEL_LOG
    return sum(1 for line in lines if wanted.search(line)), ""


def _from_journal(machine: Machine, days: int) -> list[str]:
    output = machine.run(["journalctl", "-k", "-q", "--no-pager", "-p", "warning", "--since", f"-{days}d"])
    if output.code or not output.text.strip():
        raise CannotTell(_NO_KERNEL_LOG)
    return output.text.splitlines()


def _failing(machine: Machine, bits: int) -> int:
    """Disks for which smartctl(8) sets the bit of its exit code that says « failing »; 0 where it cannot be asked."""
    try:
        scan = machine.run(["smartctl", "--scan"], seconds=_SMART_SECONDS)
        devices = [line.split()[0] for line in scan.text.splitlines() if line.startswith("/dev/")]
        codes = [machine.run(["smartctl", "-H", one], seconds=_SMART_SECONDS).code for one in devices[:_MAX_DISKS]]
    except CannotTell:
        return 0
    return sum(1 for code in codes if code > 0 and code & bits)
