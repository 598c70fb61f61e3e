"""Which file systems are mounted where, read once from /proc/self/mountinfo (proc(5))."""

import os
import re
from dataclasses import dataclass

from hygie.probes.machine import CannotTell, Machine

NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "glusterfs", "ncpfs", "davfs", "fuse.sshfs",
    "fuse.davfs2", "fuse.rclone", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.curlftpfs", "autofs",
})  # fmt: skip
ON_DISK = frozenset({
    "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat", "ntfs", "ntfs3", "hfsplus",
    "fuseblk", "bcachefs", "zfs", "udf",
})  # fmt: skip
_OCTAL = re.compile(rb"\\([0-7]{3})")
_DM_CRYPT = re.compile(r"CRYPT-(?!VERITY|INTEGRITY)")
_DEPTH = 6
_REMOVABLE_PLACES = ("/media/", "/run/media/", "/mnt/usb")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo. `device` is « major:minor », `source` the block device or the remote name."""

    device: str
    place: str
    kind: str
    source: str
    options: frozenset[str]


def parse(text: str) -> tuple[Mount, ...]:
    """The mounts of a mountinfo text; a line that does not fit is left out."""
    return tuple(mount for line in text.splitlines() if (mount := _mount(line)))


def _mount(line: str) -> Mount | None:
    before, separator, after = line.partition(" - ")
    left, right = before.split(" "), after.split(" ")
    if not separator or len(left) < 6 or len(right) < 2:  # noqa: PLR2004 - the fields of proc(5)
        return None
    return Mount(left[2], unescaped(left[4]), right[0], unescaped(right[1]), frozenset(left[5].split(",")))


def unescaped(word: str) -> str:
    r"""The name that the kernel wrote with its spaces as « \040 » (byte by byte, hence its accents too)."""
    raw = _OCTAL.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), word.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "replace")


def mounts(machine: Machine) -> tuple[Mount, ...]:
    """What is mounted now; CannotTell when the examined computer is not the running one."""
    return machine.once("mounts", _read)


def _read(machine: Machine) -> tuple[Mount, ...]:
    if not machine.live:
        raise CannotTell("Cet ordinateur n'est pas en marche : ses disques branchés ne se voient pas.")
    try:
        return parse(machine.read("/proc/self/mountinfo"))
    except FileNotFoundError as error:
        raise CannotTell("Le système ne dit pas quels disques sont branchés.") from error


def closed_places(machine: Machine) -> frozenset[str]:
    """Mount points that must never be entered: a dead network mount would hang whoever looks."""
    try:
        return frozenset(mount.place for mount in mounts(machine) if _must_not_be_entered(mount))
    except CannotTell:
        return frozenset()


def _must_not_be_entered(mount: Mount) -> bool:
    return mount.place != "/" and (mount.kind in NETWORK or mount.kind == "fuse" or mount.kind.startswith("fuse."))


def is_closed(place: str, closed: frozenset[str]) -> bool:
    """Whether a place is one of the closed mount points, or lies below one."""
    return any(f"{place}/".startswith(f"{shut}/") for shut in closed)


def device_folder(machine: Machine, mount: Mount) -> str:
    """The sysfs folder of the mounted block device; btrfs has a number of its own, hence its source is followed."""
    folder = f"/sys/dev/block/{mount.device}"
    named = mount.source.startswith("/dev/") and not machine.exists(folder)
    return block_folder(machine, mount.source) if named else folder


def block_folder(machine: Machine, device: str) -> str:
    """The sysfs folder of a file of /dev, links followed (/dev/mapper/swap)."""
    return "/sys/class/block/" + os.path.realpath(machine.path(device)).rpartition("/")[2]


def is_removable(machine: Machine, mount: Mount) -> bool:
    """Whether the volume can be unplugged: by the kernel's word, by its USB bus, or by the place it is mounted at."""
    if mount.kind not in ON_DISK:
        return False
    if mount.place.startswith(_REMOVABLE_PLACES):
        return True
    return any(_unplugs(machine, folder) for folder in _standing_on(machine, device_folder(machine, mount)))


def _unplugs(machine: Machine, folder: str) -> bool:
    real = "/" + os.path.relpath(os.path.realpath(machine.path(folder)), os.path.realpath(machine.root))
    flags = (machine.read_or(f"{name}/removable").strip() for name in (folder, f"{folder}/.."))
    return "/usb" in real or "1" in flags


def _standing_on(machine: Machine, folder: str, depth: int = _DEPTH) -> list[str]:
    """The disks or partitions that a device made of others (dm-crypt, LVM, RAID) finally stands on."""
    below = list(machine.files(f"{folder}/slaves")) if depth else []
    return [real for slave in below for real in _standing_on(machine, slave, depth - 1)] or [folder]


def is_encrypted(machine: Machine, folder: str, depth: int = _DEPTH) -> bool:
    """Whether the block device, or every one it stands on, is opened by dm-crypt (its dm/uuid says so)."""
    if _DM_CRYPT.match(machine.read_or(f"{folder}/dm/uuid")):
        return True
    below = list(machine.files(f"{folder}/slaves")) if depth else []
    return bool(below) and all(is_encrypted(machine, slave, depth - 1) for slave in below)
