"""What lies in people's folders: exposed files, browsers' passwords, keys, passwords in settings, print jobs."""

import re
from collections.abc import Iterator
from pathlib import Path

from hygie.probes import private_keys
from hygie.probes.browsers import profiles_with_passwords
from hygie.probes.exposed import Exposed, look
from hygie.probes.facts import (
    BrowserPasswords,
    Place,
    PrintSpool,
    PrivateKeys,
    SensitiveFiles,
    StoredCredentials,
)
from hygie.probes.linux.homes import homes, whole_homes
from hygie.probes.linux.mounts import closed_places, is_removable, mounts
from hygie.probes.linux.shares import shared_places
from hygie.probes.machine import CannotTell, Machine, NotThere

_FOLDERS = {
    Place.DESKTOP: ("Bureau", "Desktop"),
    Place.DOWNLOADS: ("Téléchargements", "Downloads"),
    Place.DOCUMENTS: ("Documents",),
    Place.SHARED: ("Public", "Partage"),
    Place.SYNCED: ("Dropbox", "OneDrive", "Google Drive", "Nextcloud", "ownCloud", "kDrive", "pCloudDrive", "MEGA"),
}
_CHROMIUM = (
    ".config/google-chrome", ".config/chromium", ".config/microsoft-edge", ".config/BraveSoftware/Brave-Browser",
    ".config/vivaldi", ".config/opera", "snap/chromium/common/chromium",
    ".var/app/com.google.Chrome/config/google-chrome",
)  # fmt: skip
_FIREFOX = (".mozilla/firefox", "snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox")
_CREDENTIALS = {
    ".netrc": r"\bpassword\s+\S",
    ".pgpass": r"^[^#\s]",
    ".my.cnf": r"^\s*password\s*=\s*\S",
    ".git-credentials": r"://",
}
_FSTAB = re.compile(r"^(?!\s*#).*\b(?:password|pass)=[^,\s]", re.MULTILINE)
_REFUSED = "Le regard sur les noms de fichiers a été refusé (option --no-files)."


def sensitive_files(machine: Machine) -> SensitiveFiles:
    """Files whose name or signature speaks, in the exposed places of the people, shares and removable media."""
    if not machine.look_at_files:
        raise CannotTell(_REFUSED)
    whole_homes(machine)
    return look(_places(machine), frozenset(str(machine.path(place)) for place in closed_places(machine)))


def _places(machine: Machine) -> Iterator[Exposed]:
    for home in homes(machine):
        for place, names in _FOLDERS.items():
            for name in names:
                yield Exposed(machine.path(f"{home.place}/{name}"), place)
    yield from (Exposed(machine.path(path), Place.SHARED) for path in shared_places(machine) if path != "/")
    if machine.live:
        yield from (Exposed(Path(m.place), Place.REMOVABLE) for m in mounts(machine) if is_removable(machine, m))


def browser_passwords(machine: Machine) -> BrowserPasswords:
    """Browser profiles of the people that keep passwords."""
    found = whole_homes(machine)
    chromium = [machine.path(f"{home.place}/{folder}") for home in found for folder in _CHROMIUM]
    firefox = [machine.path(f"{home.place}/{folder}") for home in found for folder in _FIREFOX]
    return BrowserPasswords(profiles_with_passwords(chromium, firefox))


def private_key_files(machine: Machine) -> PrivateKeys:
    """SSH keys of the people and of root, and those without a passphrase."""
    names = [name for home in whole_homes(machine) for name in machine.files(f"{home.place}/.ssh")]
    texts = [text for name in names if private_keys.is_private_key(text := _small(machine, name))]
    if not texts:
        raise NotThere("Aucune clé privée n'a été trouvée.")
    return PrivateKeys(sum(1 for text in texts if private_keys.is_unprotected(text)), len(texts))


def _small(machine: Machine, name: str) -> str:
    try:
        return machine.read(name, private_keys.MAX_KEY)
    except (CannotTell, FileNotFoundError):
        return ""


def stored_credentials(machine: Machine) -> StoredCredentials:
    """Kinds of settings files where a password stands in clear."""
    kinds = ["fstab"] if _FSTAB.search(machine.read_or("/etc/fstab")) else []
    for home in whole_homes(machine):
        for name, pattern in _CREDENTIALS.items():
            if re.search(pattern, _small(machine, f"{home.place}/{name}"), re.MULTILINE):
                kinds.append(name)
    return StoredCredentials(tuple(sorted(set(kinds))))


def print_spool(machine: Machine) -> PrintSpool:
    """Documents kept by CUPS (files d…-… of its spool)."""
    if not machine.exists("/etc/cups"):
        raise NotThere("Aucun service d'impression n'est installé.")
    return PrintSpool(sum(1 for name in machine.names("/var/spool/cups") if re.fullmatch(r"d\d{5,}-\d{3}", name)))
