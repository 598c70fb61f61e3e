"""Disks and media: encryption, swap, free space, what is plugged in."""

import os
import re

from hygie.probes.facts import DiskSpace, Medium, RemovableHistory, RemovableMedia, SwapAreas, SystemVolumes, Volume
from hygie.probes.linux.logs import lines_since
from hygie.probes.linux.mounts import (
    ON_DISK,
    Mount,
    block_folder,
    device_folder,
    is_encrypted,
    is_removable,
    mounts,
    unescaped,
)
from hygie.probes.linux.repositories import holds_backup
from hygie.probes.machine import CannotTell, Machine, NotThere

_BOOT = ("/boot/", "/efi/")
_HISTORY_DAYS = 365
_STORAGE = re.compile(r"\busb-storage ([\d.-]+):\d")
_SERIAL = re.compile(r"\busb ([\d.-]+): SerialNumber: (\S+)")


def system_volumes(machine: Machine) -> SystemVolumes:
    """Local volumes with the system or people's files, boot partitions and removable media left out."""
    found = [mount for mount in mounts(machine) if _holds_files(machine, mount)]
    root = next((mount for mount in reversed(mounts(machine)) if mount.place == "/"), None)
    if root is None or root.kind not in ON_DISK:
        kind = root.kind if root else "inconnu"
        raise CannotTell(f"Le disque du système est virtuel ({kind}) : son chiffrement ne se voit pas d'ici.")
    return SystemVolumes(tuple(_volume(machine, mount) for mount in found))


def _holds_files(machine: Machine, mount: Mount) -> bool:
    """Whether it is the root, or a volume that stays; an image file that a person mounted (fuseblk) does not."""
    if mount.place == "/" or mount.kind not in ON_DISK:
        return mount.kind in ON_DISK
    image = mount.kind == "fuseblk" and not machine.exists(device_folder(machine, mount))
    return not image and not f"{mount.place}/".startswith(_BOOT) and not is_removable(machine, mount)


def _volume(machine: Machine, mount: Mount) -> Volume:
    folder = device_folder(machine, mount)
    if not machine.exists(folder):
        raise CannotTell(f"Un disque est d'un genre ({mount.kind}) dont le chiffrement ne se voit pas d'ici.")
    return Volume(mount.place, is_encrypted(machine, folder))


def swap_areas(machine: Machine) -> SwapAreas:
    """Swap partitions and files; memory compressed in memory (zram) does not count."""
    rows = [line.split() for line in _proc(machine, "/proc/swaps").splitlines()[1:]]
    places = [unescaped(row[0]) for row in rows if row and not row[0].startswith("/dev/zram")]
    if not places:
        raise NotThere("Cet ordinateur n'écrit pas sa mémoire sur le disque.")
    by_place = {mount.place: mount for mount in mounts(machine)}
    return SwapAreas(tuple(Volume(place, _swap_encrypted(machine, place, by_place)) for place in places))


def _swap_encrypted(machine: Machine, place: str, by_place: dict[str, Mount]) -> bool:
    if place.startswith("/dev/"):
        return is_encrypted(machine, block_folder(machine, place))
    folder = place
    while folder not in by_place and folder != "/":
        folder = os.path.dirname(folder)  # noqa: PTH120 - a place of the examined computer, not of ours
    return folder in by_place and is_encrypted(machine, device_folder(machine, by_place[folder]))


def disk_space(machine: Machine) -> DiskSpace:
    """The smallest free share among local writable volumes."""
    volumes = [mount for mount in mounts(machine) if mount.kind in ON_DISK and "ro" not in mount.options]
    shares = {mount.device: _free_share(machine, mount) for mount in volumes}
    known = [share for share in shares.values() if share is not None]
    if not known:
        raise CannotTell("Aucun disque local ne dit la place qui lui reste.")
    return DiskSpace(min(known), len(known))


def _free_share(machine: Machine, mount: Mount) -> float | None:
    try:
        status = os.statvfs(machine.path(mount.place))
    except OSError:
        return None
    return status.f_bavail / status.f_blocks if status.f_blocks else None


def removable_media(machine: Machine) -> RemovableMedia:
    """Removable volumes mounted at this moment, none included."""
    found = [mount for mount in mounts(machine) if is_removable(machine, mount)]
    return RemovableMedia(tuple(_medium(machine, mount) for mount in found))


def _medium(machine: Machine, mount: Mount) -> Medium:
    folder = device_folder(machine, mount)
    encrypted = is_encrypted(machine, folder) if machine.exists(folder) else None
    return Medium(mount.place, encrypted, holds_backup(machine, mount.place))


def removable_history(machine: Machine) -> RemovableHistory:
    """Distinct serial numbers of USB storage seen in the kernel's log, up to a year back."""
    lines, since = lines_since(machine, ("/var/log/kern.log", "/var/log/messages", "/var/log/syslog"), _HISTORY_DAYS)
    storage = {found[1] for line in lines if (found := _STORAGE.search(line))}
    serials = {found[2] for line in lines if (found := _SERIAL.search(line)) and found[1] in storage}
    return RemovableHistory(len(serials), since)


def _proc(machine: Machine, name: str) -> str:
    if not machine.live:
        raise CannotTell("Cet ordinateur n'est pas en marche.")
    return machine.read(name)
