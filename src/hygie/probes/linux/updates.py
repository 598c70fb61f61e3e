"""Updates on Debian, Ubuntu and their kin: what waits, since when nobody asked, and whether it installs by itself."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from hygie.probes.facts import AutomaticUpdates, PendingReboot, SecurityUpdates, UpdateLists
from hygie.probes.linux.packages import packages
from hygie.probes.linux.versions import newer
from hygie.probes.machine import CannotTell, Machine

LISTS = "/var/lib/apt/lists"
MAX_LIST = 96 * 1024 * 1024
_PERIODIC = re.compile(r"^\s*APT::Periodic::Unattended-Upgrade\s+\"?(\w+)", re.MULTILINE)
_ENTRY = re.compile(rb"^Package: (\S+)$.*?^Version: (\S+)$", re.MULTILINE | re.DOTALL)
_FLAGS = ("/run/reboot-required", "/var/run/reboot-required")
_FLAG_WRITERS = ("/usr/share/update-notifier/notify-reboot-required", "/usr/share/unattended-upgrades")


def security_updates(machine: Machine) -> SecurityUpdates:
    """Installed packages for which the security archive holds a later version."""
    names = [name for name in machine.files(LISTS) if "security" in name.casefold() and "_Packages" in name]
    if not names:
        raise CannotTell("La liste des mises à jour de sécurité n'est pas sur cet ordinateur.")
    installed = packages(machine)
    waiting: set[str] = set()
    for name in names:
        waiting |= pending(_unpacked(machine, name), installed)
    return SecurityUpdates(len(waiting), tuple(sorted(waiting)[:20]))


def pending(raw: bytes, installed: Mapping[str, str]) -> set[str]:
    """Names of a Packages list that are installed in an earlier version."""
    found: set[str] = set()
    for paragraph in raw.split(b"\n\n"):
        entry = _ENTRY.search(paragraph)
        if entry is None:
            continue
        name, version = entry[1].decode("ascii", "replace"), entry[2].decode("ascii", "replace")
        if name in installed and newer(version, installed[name]):
            found.add(name)
    return found


def _unpacked(machine: Machine, name: str) -> bytes:
    if name.endswith("_Packages"):
        return machine.read_bytes(name, MAX_LIST)
    return machine.run(["/usr/lib/apt/apt-helper", "cat-file", name]).text.encode()


def update_lists(machine: Machine) -> UpdateLists:
    """The last time the lists were fetched: apt's own stamp, else the newest list."""
    stamps = ["/var/lib/apt/periodic/update-success-stamp", *machine.files(LISTS, "Release"), f"{LISTS}/partial"]
    seconds = [status.st_mtime for name in stamps if (status := machine.status(name)) is not None]
    if not seconds:
        raise CannotTell("Cet ordinateur ne dit pas quand il a cherché ses mises à jour.")
    return UpdateLists(datetime.fromtimestamp(max(seconds), UTC))


def automatic_updates(machine: Machine) -> AutomaticUpdates:
    """Debian's unattended-upgrades, or dnf-automatic."""
    if machine.exists("/etc/dnf/automatic.conf"):
        applies = re.search(r"^\s*apply_updates\s*=\s*(?:yes|true|1)", machine.read("/etc/dnf/automatic.conf"), re.MULTILINE)
        return AutomaticUpdates(bool(applies), "dnf-automatic")
    if not machine.exists("/etc/apt"):
        raise CannotTell("Hygie ne connaît pas les mises à jour automatiques de ce système.")
    settings = [found[1] for name in machine.files("/etc/apt/apt.conf.d") for found in _PERIODIC.finditer(machine.read_or(name))]
    wanted = bool(settings) and settings[-1] not in ("0", "false", "never")
    return AutomaticUpdates(wanted and "unattended-upgrades" in packages(machine), "unattended-upgrades")


def pending_reboot(machine: Machine) -> PendingReboot:
    """Whether an update waits for a restart: the distribution's flag, or a newer kernel than the running one."""
    if any(machine.exists(flag) for flag in _FLAGS):
        return PendingReboot(required=True)
    kernels = [name.removeprefix("vmlinuz-") for name in machine.names("/boot") if name.startswith("vmlinuz-")]
    running = machine.read_or("/proc/sys/kernel/osrelease").strip() if machine.live else ""
    if running in kernels:
        return PendingReboot(required=any(newer(kernel, running) for kernel in kernels))
    if not any(machine.exists(writer) for writer in _FLAG_WRITERS):
        raise CannotTell("Ce système ne signale pas les redémarrages en attente.")
    return PendingReboot(required=False)

