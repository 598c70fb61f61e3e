"""The system itself: its version, its updates, its start-up checks, its clock and the space left.

Update settings come from com.apple.SoftwareUpdate.plist. Its counters of updates are left alone: on macOS 26 they keep
a stale number, so only the list RecommendedUpdates is believed.
"""

import re

from hygie.probes.facts import (
    AutomaticUpdates,
    DiskSpace,
    PackageSources,
    SecureBoot,
    SecurityUpdates,
    SystemRelease,
    TimeSync,
    UpdateLists,
)
from hygie.probes.machine import NEEDS_ADMINISTRATOR, CannotTell, Machine
from hygie.probes.macos.reading import Plist, flag, moment, parse_profile, preferences, profile, spoken

UPDATES = "com.apple.SoftwareUpdate"
BRIDGE = "SPiBridgeDataType"
_NAMES = ("macOS", "Mac OS X")
_LAST_SCANS = ("LastSuccessfulDate", "LastFullSuccessfulDate", "LastBackgroundSuccessfulDate")
_NEEDED = ("CriticalUpdateInstall", "AutomaticallyInstallMacOSUpdates")
_ALSO = ("AutomaticCheckEnabled", "AutomaticDownload")
_CHECKED = ("Full Security", "Medium Security", "Reduced Security", "Sécurité maximale", "Sécurité normale")
_UNCHECKED = ("Permissive Security", "No Security")
_START_DISK = ("/", "/System/Volumes/Data")
_DF_LINE = re.compile(r"^/dev/\S+\s+(\d+)\s+\d+\s+(\d+)\s+\d+%.*?\s(/\S*)$", re.MULTILINE)


def parse_release(text: str) -> SystemRelease:
    """The answer of `sw_vers`."""
    rows = (line.partition(":") for line in text.splitlines())
    fields = {key.strip(): value.strip() for key, _, value in rows}
    name, version = fields.get("ProductName", ""), fields.get("ProductVersion", "")
    if name not in _NAMES or not re.fullmatch(r"\d+(\.\d+){0,3}", version, re.ASCII):
        raise CannotTell("La version de macOS n'a pas été comprise.")
    label = f"{name} {version} {fields.get('ProductVersionExtra', '')}"
    return SystemRelease("macos", version, label.strip())


def system_release(machine: Machine) -> SystemRelease:
    """Which macOS this is."""
    return parse_release(machine.run(["sw_vers"]).text)


def parse_pending(settings: Plist) -> SecurityUpdates:
    """Updates Apple offers and nobody installed; the passage to a new macOS is left out."""
    offered = settings.get("RecommendedUpdates")
    if not isinstance(offered, list):
        raise CannotTell("macOS n'a pas gardé la liste des mises à jour proposées.")
    titles = tuple(_title(update) for update in offered if isinstance(update, dict) and not _is_upgrade(update))
    return SecurityUpdates(len(titles), titles)


def _is_upgrade(update: Plist) -> bool:
    return any(str(update.get(key, "")).endswith("_major") for key in ("Identifier", "Product Key"))


def _title(update: Plist) -> str:
    return str(update.get("Display Name") or update.get("Identifier") or "mise à jour sans nom")


def security_updates(machine: Machine) -> SecurityUpdates:
    """Updates waiting, as macOS remembers them from its last look at Apple's list."""
    return parse_pending(preferences(machine, UPDATES))


def parse_last_scan(settings: Plist) -> UpdateLists:
    """The last time Apple's list was read with success."""
    moments = [at for key in _LAST_SCANS if (at := moment(settings.get(key))) is not None]
    if not moments:
        raise CannotTell("macOS n'a pas gardé la date de sa dernière recherche de mises à jour.")
    return UpdateLists(max(moments))


def update_lists(machine: Machine) -> UpdateLists:
    """When this Mac last asked Apple."""
    return parse_last_scan(preferences(machine, UPDATES))


def parse_automatic(settings: Plist) -> AutomaticUpdates:
    """Whether updates install alone; a setting that was never written is not guessed."""
    flags = {key: flag(settings, key) for key in (*_NEEDED, *_ALSO)}
    if any(value is False for value in flags.values()):
        return AutomaticUpdates(enabled=False, mechanism="Mise à jour de logiciels")
    if not all(flags[key] for key in _NEEDED):
        raise CannotTell("Le réglage des mises à jour automatiques n'a jamais été écrit sur ce Mac.")
    return AutomaticUpdates(enabled=True, mechanism="Mise à jour de logiciels")


def automatic_updates(machine: Machine) -> AutomaticUpdates:
    """The switches of « Mises à jour automatiques »."""
    return parse_automatic(preferences(machine, UPDATES))


def parse_gatekeeper(text: str) -> PackageSources:
    """`spctl --status`: without Gatekeeper, programs open whoever made them."""
    states = {"assessments enabled": 0, "assessments disabled": 1}
    if text.strip() not in states:
        raise CannotTell("L'état de Gatekeeper n'a pas été compris.")
    return PackageSources(1, states[text.strip()])


def package_sources(machine: Machine) -> PackageSources:
    """Whether the signature of downloaded programs is checked."""
    return parse_gatekeeper(spoken(machine, "spctl --status"))


def parse_secure_boot(text: str) -> SecureBoot:
    """The security level at start-up; system_profiler says it in the language of the session."""
    levels = [str(item.get("ibridge_secure_boot", "")) for item in parse_profile(text, BRIDGE)]
    level = next((level for level in levels if level), "")
    if level in _CHECKED:
        return SecureBoot(enabled=True)
    if level in _UNCHECKED:
        return SecureBoot(enabled=False)
    raise CannotTell("Ce Mac ne dit pas son niveau de sécurité au démarrage.")


def secure_boot(machine: Machine) -> SecureBoot:
    """Macs with Apple silicon or a T2 chip only: the others say nothing."""
    return parse_secure_boot(profile(machine, BRIDGE))


def parse_network_time(text: str) -> TimeSync:
    """`systemsetup -getusingnetworktime`, which refuses with success when it is not root."""
    if "administrator access" in text:
        raise CannotTell(NEEDS_ADMINISTRATOR)
    found = re.search(r"^Network Time:\s*(On|Off)\s*$", text, re.MULTILINE)
    if found is None:
        raise CannotTell("Le réglage de l'heure n'a pas été compris.")
    return TimeSync(found[1] == "On", "timed")


def time_sync(machine: Machine) -> TimeSync:
    """Whether Apple's servers keep the clock right."""
    return parse_network_time(spoken(machine, "systemsetup -getusingnetworktime"))


def parse_disk_space(text: str) -> DiskSpace:
    """`df -k` of the start-up disk: the others may be images, always full, or shares that never answer."""
    rows = [(int(total), int(free)) for total, free, place in _DF_LINE.findall(text) if place in _START_DISK]
    shares = [min(free / total, 1.0) for total, free in rows if total]
    if not shares:
        raise CannotTell("L'espace libre du disque de démarrage n'a pas été compris.")
    return DiskSpace(min(shares), len(shares))


def disk_space(machine: Machine) -> DiskSpace:
    """Space left on the start-up disk."""
    return parse_disk_space(machine.run(["df", "-k", *_START_DISK]).text)
