"""Files read where they lie, without PowerShell: exposed files, the hosts table, browsers' stores, keys, passwords.

Only names of exposed files are looked at: opening a file of OneDrive would download it. They are those of the session
that asks, of the public folders and of the sticks plugged in; other people's folders are closed to it.
"""

import re
from collections.abc import Iterator

from hygie.probes import private_keys
from hygie.probes.browsers import profiles_with_passwords
from hygie.probes.collect import Probe
from hygie.probes.exposed import Exposed, Limits, look
from hygie.probes.facts import BrowserPasswords, HostsFile, Place, PrivateKeys, SensitiveFiles, StoredCredentials
from hygie.probes.hosts import diverted_names
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.windows import disks
from hygie.probes.windows.folders import folder, variable

_PLACES = (
    (Place.DESKTOP, "USERPROFILE", "Desktop"), (Place.DOWNLOADS, "USERPROFILE", "Downloads"),
    (Place.DOCUMENTS, "USERPROFILE", "Documents"), (Place.SHARED, "PUBLIC", "Desktop"),
    (Place.SHARED, "PUBLIC", "Documents"), (Place.SYNCED, "OneDrive", ""), (Place.SYNCED, "USERPROFILE", "Dropbox"),
    (Place.SYNCED, "USERPROFILE", "Google Drive"), (Place.SYNCED, "USERPROFILE", "iCloudDrive"),
    (Place.SYNCED, "USERPROFILE", "Nextcloud"), (Place.SYNCED, "USERPROFILE", "kDrive"),
)  # fmt: skip
_CHROMIUM = (
    ("LOCALAPPDATA", "Google/Chrome/User Data"), ("LOCALAPPDATA", "Microsoft/Edge/User Data"),
    ("LOCALAPPDATA", "BraveSoftware/Brave-Browser/User Data"), ("LOCALAPPDATA", "Vivaldi/User Data"),
    ("LOCALAPPDATA", "Chromium/User Data"), ("APPDATA", "Opera Software"),
)  # fmt: skip
_CLEAR = (
    ("_netrc", "USERPROFILE", "_netrc", r"\bpassword\s+\S"),
    (".netrc", "USERPROFILE", ".netrc", r"\bpassword\s+\S"),
    (".git-credentials", "USERPROFILE", ".git-credentials", r"://[^/\s:]+:[^@\s]+@"),
    ("pgpass.conf", "APPDATA", "postgresql/pgpass.conf", r"^[^#\n][^:\n]*(?::[^:\n]*){3}:[^\n]+"),
    ("sitemanager.xml", "APPDATA", "FileZilla/sitemanager.xml", r"<Pass\b[^>]*>[^<]"),
    ("unattend.xml", "SYSTEMROOT", "Panther/unattend.xml", r"<Password>\s*<Value>(?!\*SENSITIVE\*)[^<]"),
)
_REFUSED = "Le regard sur les noms de fichiers a été refusé (option --no-files)."


def probe_sensitive(machine: Machine) -> SensitiveFiles:
    """Files on show whose name speaks."""
    if not machine.look_at_files:
        raise CannotTell(_REFUSED)
    folder(machine, "USERPROFILE")
    return look(_exposed(machine), limits=Limits(heads=0))


def _exposed(machine: Machine) -> Iterator[Exposed]:
    for place, name, below in _PLACES:
        if above := variable(machine, name):
            yield Exposed(machine.path(f"{above}/{below}"), place)
    for letter in _sticks(machine):
        yield Exposed(machine.path(f"{letter}/"), Place.REMOVABLE)


def _sticks(machine: Machine) -> list[str]:
    try:
        return [medium.place for medium in disks.probe_removable_media(machine).media]
    except CannotTell:
        return []


def probe_hosts(machine: Machine) -> HostsFile:
    """Protected names diverted by the computer's own table."""
    return HostsFile(diverted_names(machine.read_or(f"{folder(machine, 'SYSTEMROOT')}/System32/drivers/etc/hosts")))


def probe_browsers(machine: Machine) -> BrowserPasswords:
    """Profiles of the session's browsers that keep passwords."""
    chromium = [machine.path(f"{folder(machine, name)}/{below}") for name, below in _CHROMIUM]
    firefox = machine.path(f"{folder(machine, 'APPDATA')}/Mozilla/Firefox/Profiles")
    return BrowserPasswords(profiles_with_passwords(chromium, [firefox]))


def probe_private_keys(machine: Machine) -> PrivateKeys:
    """Private keys of the session's folder .ssh."""
    found = [_small(machine, name) for name in machine.files(f"{folder(machine, 'USERPROFILE')}/.ssh")]
    keys = [text for text in found if private_keys.is_private_key(text)]
    if not keys:
        raise NotThere("Aucune clé privée dans le dossier de cette session.")
    return PrivateKeys(sum(map(private_keys.is_unprotected, keys)), len(keys))


def _small(machine: Machine, name: str) -> str:
    try:
        return machine.read(name, private_keys.MAX_KEY)
    except (CannotTell, FileNotFoundError):
        return ""


def probe_stored(machine: Machine) -> StoredCredentials:
    """Kinds of files where a password stands in clear."""
    kinds = dict.fromkeys(kind for kind, name, below, sign in _CLEAR if _shows(machine, name, below, sign))
    return StoredCredentials(tuple(kinds))


def _shows(machine: Machine, name: str, below: str, sign: str) -> bool:
    return bool(re.search(sign, _small(machine, f"{folder(machine, name)}/{below}"), re.MULTILINE))


PROBES: dict[type, Probe] = {
    SensitiveFiles: probe_sensitive,
    HostsFile: probe_hosts,
    BrowserPasswords: probe_browsers,
    PrivateKeys: probe_private_keys,
    StoredCredentials: probe_stored,
}
