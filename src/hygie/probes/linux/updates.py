"""Updates on Debian, Ubuntu and their kin: what waits, since when nobody asked, and whether it installs by itself."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from hygie.probes.facts import AutomaticUpdates, PendingReboot, SecurityUpdates, UpdateLists
from hygie.probes.linux import apt
from hygie.probes.linux.packages import packages
from hygie.probes.linux.versions import newer
from hygie.probes.machine import CannotTell, Machine

LISTS = "/var/lib/apt/lists"
MAX_LIST = 96 * 1024 * 1024
_SECURITY_LIST = re.compile(r".*security.*_Packages(\.(?:lz4|xz|gz|bz2|zst|lzma))?", re.IGNORECASE)
_APT_TIMER = "apt-daily-upgrade.timer"
_NEVER = ("0", "false", "never", "no", "off", "disable", "without")
_ENTRY = re.compile(rb"^Package: (\S+)$.*?^Version: (\S+)$", re.MULTILINE | re.DOTALL)
_FLAGS = ("/run/reboot-required", "/var/run/reboot-required")
_FLAG_WRITERS = ("/usr/share/update-notifier/notify-reboot-required", "/usr/share/unattended-upgrades")


def security_updates(machine: Machine) -> SecurityUpdates:
    """Installed packages for which the security archive holds a later version."""
    names = [name for name in machine.files(LISTS) if _SECURITY_LIST.fullmatch(name)]
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
    output = machine.run(["/usr/lib/apt/apt-helper", "cat-file", name], limit=MAX_LIST)
    if output.code:
        raise CannotTell("La liste des mises à jour de sécurité ne se lit pas.")
    return output.text.encode()


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
        return AutomaticUpdates(_dnf_applies(machine), "dnf-automatic")
    if not machine.exists("/etc/apt"):
        raise CannotTell("Hygie ne connaît pas les mises à jour automatiques de ce système.")
    text = apt.settings(machine)
    days = [apt.value(text, f"APT::Periodic::{key}") for key in ("Enable", "Unattended-Upgrade")]
    wanted = all((day or default) not in _NEVER for day, default in zip(days, ("1", "0"), strict=True))
    present = "unattended-upgrades" in packages(machine)
    return AutomaticUpdates(wanted and present and not _is_masked(machine, _APT_TIMER), "unattended-upgrades")


def _dnf_applies(machine: Machine) -> bool:
    """Whether a timer of dnf-automatic starts, and installs what it finds."""
    timers = [name for name in machine.names("/etc/systemd/system/timers.target.wants") if name.startswith("dnf")]
    settings = machine.read("/etc/dnf/automatic.conf")
    applies = re.search(r"^\s*apply_updates\s*[=:]\s*(?:yes|true|1|on)\b", settings, re.MULTILINE | re.IGNORECASE)
    return "dnf-automatic-install.timer" in timers or (bool(timers) and applies is not None)


def _is_masked(machine: Machine, unit: str) -> bool:
    """Whether systemd was told never to start a unit: a link to /dev/null, or an empty file."""
    path = machine.path(f"/etc/systemd/system/{unit}")
    if path.is_symlink():
        return str(path.readlink()) == "/dev/null"
    status = machine.status(f"/etc/systemd/system/{unit}")
    return status is not None and status.st_size == 0


def pending_reboot(machine: Machine) -> PendingReboot:
    """Whether an update waits for a restart: the distribution's flag, or a newer kernel than the running one."""
    if any(machine.exists(flag) for flag in _FLAGS):
        return PendingReboot(required=True)
    kernels = [name.removeprefix("vmlinuz-") for name in machine.names("/boot") if name.startswith("vmlinuz-")]
    running = machine.read_or("/proc/sys/kernel/osrelease").strip() if machine.live else ""
    if running in kernels:
        return PendingReboot(required=outdated(running, kernels))
    if not any(machine.exists(writer) for writer in _FLAG_WRITERS):
        raise CannotTell("Ce système ne signale pas les redémarrages en attente.")
    return PendingReboot(required=False)


def outdated(running: str, kernels: list[str]) -> bool:
    """Whether a newer kernel of the same flavour (« -amd64 », « -generic ») is there."""
    return any(newer(kernel, running) for kernel in kernels if _flavour(kernel) == _flavour(running))


def _flavour(kernel: str) -> str:
    return re.sub(r"^[\d.+~-]*\d", "", kernel)
