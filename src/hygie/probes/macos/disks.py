"""Disks and media: FileVault, memory written to disk, volumes plugged in.

On Macs with Apple silicon or a T2 chip every internal volume says « Encryption »: only « FileVault » tells that a
password is needed, so only that key is believed.
"""

import re
import stat
from dataclasses import dataclass

from hygie.probes.facts import Autorun, Medium, RemovableMedia, SwapAreas, SystemVolumes, Volume
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.macos.backup import destinations
from hygie.probes.macos.reading import Plist, parse_plist

VOLUMES = "/Volumes"
MOST_VOLUMES = 12
_NEVER_ENCRYPTED = ("msdos", "exfat", "ntfs")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted volume; `encrypted` is None when diskutil does not say it."""

    place: str
    internal: bool
    image: bool
    encrypted: bool | None


def parse_mount(info: Plist) -> Mount | None:
    """The answer of `diskutil info -plist`; None for what is not a mounted disk (a network share)."""
    place, internal = info.get("MountPoint"), info.get("Internal")
    if not isinstance(place, str) or not place or not isinstance(internal, bool):
        return None
    return Mount(place, internal, info.get("BusProtocol") == "Disk Image", _encrypted(info))


def _encrypted(info: Plist) -> bool | None:
    if isinstance(info.get("FileVault"), bool):
        return bool(info["FileVault"])
    return False if info.get("FilesystemType") in _NEVER_ENCRYPTED else None


def mounts(machine: Machine) -> list[Mount]:
    """Volumes under /Volumes besides the start-up one, disk images left out."""
    return machine.once("macos.mounts", _read_mounts)


def _read_mounts(machine: Machine) -> list[Mount]:
    if not machine.exists(VOLUMES):
        raise CannotTell("Le dossier des volumes n'a pas été trouvé.")
    places = [f"{VOLUMES}/{name}" for name in machine.names(VOLUMES) if not name.startswith(".")]
    asked = [place for place in places if _is_folder(machine, place)][:MOST_VOLUMES]
    found = [_ask(machine, place) for place in asked]
    return [mount for mount in found if mount is not None and not mount.image]


def _is_folder(machine: Machine, place: str) -> bool:
    status = machine.status(place)
    return status is not None and stat.S_ISDIR(status.st_mode)


def _ask(machine: Machine, place: str) -> Mount | None:
    output = machine.run(["diskutil", "info", "-plist", place])
    return parse_mount(parse_plist(output.text)) if output.code == 0 else None


def parse_filevault(text: str) -> bool:
    """`fdesetup status`: whether the start-up disk needs a password."""
    if re.search(r"(?:En|De)cryption in progress", text):
        raise CannotTell("Le disque est en cours de chiffrement ou de déchiffrement : relancez plus tard.")
    found = re.search(r"^FileVault is (On|Off)\b", text, re.MULTILINE)
    if found is None:
        raise CannotTell("L'état de FileVault n'a pas été compris.")
    return found[1] == "On"


def gather_volumes(filevault: bool, others: list[Mount]) -> SystemVolumes:  # noqa: FBT001 - a fact, not an option
    """The start-up disk and the other internal volumes; an unknown one hides the good news, never the bad."""
    internal = [mount for mount in others if mount.internal]
    known = [Volume(mount.place, mount.encrypted) for mount in internal if mount.encrypted is not None]
    volumes = (Volume("/", filevault), *known)
    if len(known) < len(internal) and all(volume.encrypted for volume in volumes):
        raise CannotTell("Le chiffrement d'un disque interne ne se voit pas.")
    return SystemVolumes(volumes)


def system_volumes(machine: Machine) -> SystemVolumes:
    """Whether local volumes are encrypted."""
    return gather_volumes(parse_filevault(machine.run(["fdesetup", "status"]).text), mounts(machine))


def parse_swap(text: str) -> SwapAreas:
    """`sysctl vm.swapusage`; macOS prints « (encrypted) », and its absence proves nothing."""
    if not re.search(r"^vm\.swapusage:.*\(encrypted\)\s*$", text, re.MULTILINE):
        raise CannotTell("macOS ne dit pas si la mémoire écrite sur le disque est chiffrée.")
    return SwapAreas((Volume("/System/Volumes/VM", encrypted=True),))


def swap_areas(machine: Machine) -> SwapAreas:
    """Memory written to disk."""
    return parse_swap(machine.run(["sysctl", "vm.swapusage"]).text)


def gather_media(found: list[Mount], backup_places: set[str], with_backups: set[str]) -> RemovableMedia:
    """Volumes that are not internal; a backup is one of Time Machine."""
    backups = backup_places | with_backups
    outside = [mount for mount in found if not mount.internal]
    return RemovableMedia(tuple(Medium(mount.place, mount.encrypted, mount.place in backups) for mount in outside))


def removable_media(machine: Machine) -> RemovableMedia:
    """Sticks and external disks plugged in now."""
    found = mounts(machine)
    outside = [mount.place for mount in found if not mount.internal]
    places = {place for target in destinations(machine) if (place := target.place)} if outside else set()
    return gather_media(found, places, {place for place in outside if machine.exists(f"{place}/Backups.backupdb")})


def autorun(machine: Machine) -> Autorun:  # noqa: ARG001 - every probe takes the machine
    """Mac OS X dropped the start of programs from media."""
    raise NotThere("macOS ne lance aucun programme depuis une clé ou un disque branché.")
