"""Files: names that speak in exposed places, browsers' stores of passwords, printed documents, mail programs.

Only names are looked at: opening a file of iCloud Drive would download it. macOS asks the person before it shows
Desktop, Documents and Downloads; a refusal is an unknown answer, never an empty folder.
"""

import re
import stat

from hygie.content.hints import hint_of_name
from hygie.probes.facts import (
    BrowserPasswords,
    MailAccounts,
    Place,
    PrintSpool,
    SensitiveFile,
    SensitiveFiles,
    StartupRights,
)
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.macos.disks import mounts
from hygie.probes.macos.people import own_home
from hygie.probes.macos.programs import LAUNCHED
from hygie.probes.macos.reading import Plist, plist_file

MOST_FILES = 5000
DEEPEST = 3
_SPOOL = "/private/var/spool/cups"
_SUPPORT = "Library/Application Support"
_OTHERS = {
    "Google/Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "BraveSoftware/Brave-Browser": "Brave",
    "Vivaldi": "Vivaldi",
}
_CLOSED = "macOS n'a pas laissé voir le bureau, les documents ou les téléchargements : autorisez-le, puis relancez."
_MAIL = "L'application Mail n'ouvre ses réglages qu'aux programmes qui ont l'accès complet au disque."


class _Look:
    """A bounded walk: what it found, how many names it saw, whether it saw them all."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.found: list[SensitiveFile] = []
        self.examined = 0
        self.complete = True

    def media(self) -> list[tuple[str, Place]]:
        """Sticks and external disks; the look is not complete when macOS does not list them."""
        try:
            return [(mount.place, Place.REMOVABLE) for mount in mounts(self.machine) if not mount.internal]
        except CannotTell:
            self.complete = False
            return []

    def walk(self, folder: str, place: Place, depth: int) -> None:
        """Look at the names of a folder and of those inside, down to `DEEPEST`."""
        for name in self.machine.names(folder):
            if self.examined >= MOST_FILES:
                self.complete = False
                return
            self._see(f"{folder}/{name}", name, place, depth)

    def _see(self, whole: str, name: str, place: Place, depth: int) -> None:
        status = self.machine.status(whole)
        if status is None or name.startswith("."):
            return
        if stat.S_ISDIR(status.st_mode):
            self.enter(whole, place, depth + 1)
        elif stat.S_ISREG(status.st_mode):
            self.examined += 1
            hint = hint_of_name(name)
            self.found += [SensitiveFile(hint, place, name)] if hint else []

    def enter(self, folder: str, place: Place, depth: int = 0) -> bool:
        """Walk a folder when it is not too deep; False when it is closed to us."""
        if depth > DEEPEST:
            self.complete = False
            return True
        try:
            self.walk(folder, place, depth)
        except CannotTell:
            self.complete = False
            return False
        return True


def sensitive_files(machine: Machine) -> SensitiveFiles:
    """Names of files in places that are seen, shared, copied or carried away."""
    if not machine.look_at_files:
        raise CannotTell("Vous avez refusé que les noms de fichiers soient regardés.")
    look = _Look(machine)
    exposed = [*_exposed(own_home(machine)), *look.media()]
    closed = [folder for folder, place in exposed if not look.enter(folder, place)]
    if not look.found and (closed or not machine.exists(own_home(machine))):
        raise CannotTell(_CLOSED)
    return SensitiveFiles(tuple(look.found), look.examined, look.complete)


def _exposed(home: str) -> list[tuple[str, Place]]:
    return [
        (f"{home}/Desktop", Place.DESKTOP),
        (f"{home}/Downloads", Place.DOWNLOADS),
        (f"{home}/Documents", Place.DOCUMENTS),
        ("/Users/Shared", Place.SHARED),
        (f"{home}/Library/CloudStorage", Place.SYNCED),
    ]


def browser_passwords(machine: Machine) -> BrowserPasswords:
    """Firefox writes logins.json with its first password; Chrome and Safari have a store even when it is empty."""
    support = f"{own_home(machine)}/{_SUPPORT}"
    profiles = list(machine.files(f"{support}/Firefox/Profiles"))
    keeping = sum(1 for profile in profiles if machine.exists(f"{profile}/logins.json"))
    if keeping:
        return BrowserPasswords(keeping)
    others = ["Safari", *(name for folder, name in _OTHERS.items() if machine.exists(f"{support}/{folder}"))]
    raise CannotTell(f"Le coffre existe même vide dans {' et '.join(others)} : il faudrait l'ouvrir pour le savoir.")


def print_spool(machine: Machine) -> PrintSpool:
    """Documents kept by CUPS, named d00123-001."""
    if not machine.exists(_SPOOL):
        raise NotThere("Le service d'impression n'a aucun dossier sur ce Mac.")
    return PrintSpool(sum(1 for name in machine.names(_SPOOL) if re.fullmatch(r"d\d{5,}-\d{3}", name, re.ASCII)))


def mail_accounts(machine: Machine) -> MailAccounts:
    """Apple Mail and Thunderbird are seen, not read."""
    home = own_home(machine)
    if machine.exists(f"{home}/Library/Mail"):
        raise CannotTell(_MAIL)
    if machine.exists(f"{home}/Library/Thunderbird"):
        raise CannotTell("Hygie ne sait pas encore lire les comptes de Thunderbird sur un Mac.")
    raise NotThere("Aucun compte n'est installé dans un logiciel de messagerie de cette session.")


def startup_rights(machine: Machine) -> StartupRights:
    """What launchd starts for everybody: the folders, their files and the programs they name."""
    files = [name for folder in LAUNCHED for name in machine.files(folder, ".plist")]
    programs = [program for name in files if (program := _started(machine, name))]
    statuses = [status for name in dict.fromkeys([*LAUNCHED, *files, *programs]) if (status := machine.status(name))]
    modes = [status.st_mode for status in statuses if not stat.S_ISLNK(status.st_mode)]
    if not modes:
        raise CannotTell("Les dossiers des programmes lancés au démarrage n'ont pas été trouvés.")
    return StartupRights(sum(1 for mode in modes if mode & stat.S_IWOTH), len(modes))


def _started(machine: Machine, name: str) -> str:
    try:
        return started_program(plist_file(machine, name) or {})
    except CannotTell:
        return ""


def started_program(job: Plist) -> str:
    """launchd.plist(5): Program, or the first of ProgramArguments; empty when it is not a whole path."""
    arguments = job.get("ProgramArguments")
    first = arguments[0] if isinstance(arguments, list) and arguments else ""
    program = job.get("Program", first)
    return program if isinstance(program, str) and program.startswith("/") else ""
