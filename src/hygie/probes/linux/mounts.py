"""Which file systems are mounted where, read once from /proc/self/mountinfo (proc(5))."""

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
_OCTAL = re.compile(r"\\([0-7]{3})")
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
    place = _OCTAL.sub(lambda found: chr(int(found[1], 8)), left[4])
    return Mount(left[2], place, right[0], right[1], frozenset(left[5].split(",")))


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
        return frozenset(m.place for m in mounts(machine) if m.kind in NETWORK or m.kind.startswith("fuse."))
    except CannotTell:
        return frozenset()


def device_folder(mount: Mount) -> str:
    """The sysfs folder of the mounted block device."""
    return f"/sys/dev/block/{mount.device}"


def is_removable(machine: Machine, mount: Mount) -> bool:
    """Whether the volume can be unplugged: by the kernel's word, by its USB bus, or by the place it is mounted at."""
    if mount.kind not in ON_DISK:
        return False
    if mount.place.startswith(_REMOVABLE_PLACES):
        return True
    folder = machine.path(device_folder(mount))
    flags = (folder / "removable", folder / ".." / "removable")
    return "/usb" in str(folder.resolve()) or any(flag.is_file() and flag.read_text().strip() == "1" for flag in flags)


def is_encrypted(machine: Machine, mount: Mount) -> bool:
    """Whether the block device, or one it stands on, is opened by dm-crypt (its dm/uuid starts with CRYPT-)."""
    return any(uuid.startswith("CRYPT-") for uuid in _uuids(machine, device_folder(mount), depth=4))


def _uuids(machine: Machine, folder: str, depth: int) -> list[str]:
    found = [machine.read_or(f"{folder}/dm/uuid").strip()]
    if depth > 0:
        for slave in machine.files(f"{folder}/slaves"):
            found += _uuids(machine, slave, depth - 1)
    return found
