"""Programs: what the folders of applications hold, compared with the lists of known products.

system_profiler would take half a minute to list them; the folders and their Info.plist say the same at once.
A product is recognised at the start of a word, so that « VirtualBox » is not taken for « Box ».
"""

import re
from collections.abc import Iterable, Mapping

from hygie.probes.facts import Antivirus, InstalledSoftware, PasswordManagers, RemoteTools, SyncFolders
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.macos.people import own_home
from hygie.probes.macos.reading import plist_file
from hygie.reference.lists import ProductKind, products

Products = Mapping[str, tuple[str, ...]]

APPLICATIONS = ("/Applications", "/Applications/Utilities")
LAUNCHED = ("/Library/LaunchDaemons", "/Library/LaunchAgents")
MOST_PROGRAMS = 400
_XPROTECT = (
    "/Library/Apple/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist",
    "/System/Library/CoreServices/XProtect.bundle/Contents/Info.plist",
)


def recognise(known: Products, names: Iterable[str]) -> tuple[str, ...]:
    """The products whose fragments start a word of one of the names."""
    text = "\n".join(name.casefold() for name in names)
    return tuple(name for name, fragments in sorted(known.items()) if any(_starts_word(text, f) for f in fragments))


def _starts_word(text: str, fragment: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(fragment)}", text) is not None


def applications(machine: Machine) -> list[str]:
    """Places of the applications, those a maker keeps in its own folder included."""
    return machine.once("macos.applications", _read_applications)


def _read_applications(machine: Machine) -> list[str]:
    if not machine.exists(APPLICATIONS[0]):
        raise CannotTell("Le dossier des applications n'a pas été trouvé.")
    folders = [*APPLICATIONS, *_own_applications(machine)]
    makers = [place for place in machine.files(APPLICATIONS[0]) if not place.endswith(".app")]
    everywhere = dict.fromkeys([*folders, *(place for place in makers if not place.endswith("/Utilities"))])
    return [place for folder in everywhere for place in _applications_of(machine, folder)][:MOST_PROGRAMS]


def _own_applications(machine: Machine) -> list[str]:
    try:
        return [f"{own_home(machine)}/Applications"]
    except CannotTell:
        return []


def _applications_of(machine: Machine, folder: str) -> list[str]:
    try:
        return list(machine.files(folder, ".app"))
    except CannotTell:
        return []


def names(machine: Machine) -> list[str]:
    """Names of applications, and of what launchd starts for the whole computer."""
    launched = [name for folder in LAUNCHED for name in machine.names(folder)]
    return [_name(place) for place in applications(machine)] + launched


def installed(machine: Machine, kind: ProductKind) -> tuple[str, ...]:
    """Known products of a kind on this Mac."""
    return recognise(products(kind, "macos"), names(machine))


def remote_tools(machine: Machine) -> RemoteTools:
    """Remote-maintenance programs."""
    return RemoteTools(installed(machine, "remote_tools"))


def password_managers(machine: Machine) -> PasswordManagers:
    """Password managers people chose; Apple's own is on every Mac and proves nothing."""
    return PasswordManagers(installed(machine, "password_managers"))


def sync_folders(machine: Machine) -> SyncFolders:
    """Synchronised folders: applications, and the folders macOS keeps for clouds."""
    home = own_home(machine)
    clouds = machine.names(f"{home}/Library/CloudStorage")
    apple = ["icloud drive"] if machine.exists(f"{home}/Library/Mobile Documents/com~apple~CloudDocs") else []
    spaced = [cloud.replace("GoogleDrive", "Google Drive") for cloud in clouds]
    return SyncFolders(recognise(products("sync_clients", "macos"), [*names(machine), *spaced, *apple]))


def installed_software(machine: Machine) -> InstalledSoftware:
    """Applications and the version their maker wrote."""
    numbers = {place: version(machine, f"{place}/Contents/Info.plist") for place in applications(machine)}
    return InstalledSoftware({_name(place).removesuffix(".app"): number for place, number in numbers.items() if number})


def _name(place: str) -> str:
    return place.rpartition("/")[2]


def version(machine: Machine, name: str) -> str:
    """CFBundleShortVersionString of an Info.plist; empty when it cannot be read."""
    try:
        info = plist_file(machine, name) or {}
    except CannotTell:
        return ""
    value = info.get("CFBundleShortVersionString")
    return value if isinstance(value, str) else ""


def antivirus(machine: Machine) -> Antivirus:
    """XProtect and products of others. macOS tells neither that they run nor the age of what they know."""
    own = next((number for name in _XPROTECT if (number := version(machine, name))), "")
    known = (*((f"XProtect {own}",) if own else ()), *installed(machine, "antivirus"))
    if not known:
        raise CannotTell("XProtect, la protection de macOS, n'a pas été trouvée.")
    return Antivirus(known, running=None, signatures_at=None)
