"""What is mounted where, what may be unplugged, what is encrypted, what must never be entered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.linux.mounts import (
    Mount,
    closed_places,
    device_folder,
    is_closed,
    is_encrypted,
    is_removable,
    mounts,
    parse,
    unescaped,
)
from hygie.probes.machine import CannotTell

MOUNTINFO = """22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/poste-root rw,errors=remount-ro
94 28 8:1 / /boot rw,relatime shared:45 master:2 - ext4 /dev/sda1 rw
101 28 0:45 / /mnt/nas rw - cifs //nas/commun rw,vers=3.1.1
102 28 8:17 / /media/helene/CL\\303\\211\\040USB rw,nosuid - exfat /dev/sdb1 rw
103 28 0:52 / /home/helene/Distant rw - fuse.sshfs helene@nas:/ rw
104 28 0:38 /@home /srv/btrfs rw - btrfs /dev/mapper/data rw,subvolid=257
"""


def test_each_line_gives_a_mount() -> None:
    places = [mount.place for mount in parse(MOUNTINFO)]
    assert places == ["/proc", "/", "/boot", "/mnt/nas", "/media/helene/CLÉ USB", "/home/helene/Distant", "/srv/btrfs"]
    assert parse(MOUNTINFO)[1] == Mount("254:1", "/", "ext4", "/dev/mapper/poste-root", frozenset({"rw", "relatime"}))


@pytest.mark.parametrize("line", ["", "22 28 0:21 / /proc rw", "x - y", " - ext4 /dev/sda1", "1 2 3:4 / /a rw - ext4"])
def test_a_line_that_does_not_fit_is_left_out(line: str) -> None:
    assert parse(line) == ()


@given(st.text() | st.text("0123456789:/ -\\\n", max_size=200))
def test_whatever_the_text_it_gives_mounts(text: str) -> None:
    assert all(isinstance(mount, Mount) for mount in parse(text))
    assert isinstance(unescaped(text), str)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30))
def test_a_place_written_by_the_kernel_is_found_again(place: str) -> None:
    written = "".join(f"\\{ord(c):03o}" if c in " \t\n\\" else c for c in place)
    assert unescaped(written) == place


def test_another_computer_than_the_running_one_has_no_known_mount(box) -> None:
    with pytest.raises(CannotTell):
        mounts(box.machine())
    assert closed_places(box.machine()) == frozenset()


# ------------------------------------------------------------------ what must never be entered


def test_network_mounts_and_distant_folders_are_closed(box) -> None:
    assert closed_places(box.machine(mounted=MOUNTINFO)) == {"/mnt/nas", "/home/helene/Distant"}


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse", "fuse.rclone", "autofs", "9p", "davfs"])
def test_each_kind_that_may_hang_is_closed(box, kind: str) -> None:
    assert closed_places(box.machine(mounted=f"1 2 0:9 / /loin rw - {kind} x rw\n")) == {"/loin"}


def test_a_computer_that_starts_from_the_network_is_not_closed_as_a_whole(box) -> None:
    assert closed_places(box.machine(mounted="1 2 0:9 / / rw - nfs4 x rw\n")) == frozenset()


@pytest.mark.parametrize(
    ("place", "closed"),
    [("/mnt/nas", True), ("/mnt/nas/a/b", True), ("/mnt/nas2", False), ("/mnt", False), ("/", False)],
)
def test_what_lies_below_a_closed_place_is_closed(place: str, *, closed: bool) -> None:
    assert is_closed(place, frozenset({"/mnt/nas"})) is closed


# ------------------------------------------------------------------ devices, as sysfs shows them


def mount(device: str, place: str = "/x", kind: str = "ext4", source: str = "/dev/x") -> Mount:
    return Mount(device, place, kind, source, frozenset())


@pytest.mark.parametrize(
    ("device", "encrypted"),
    [
        ("253:0", True),
        ("253:1", True),
        ("253:2", True),
        ("8:3", False),
        ("8:1", False),
        ("8:17", False),
        ("9:9", False),
    ],
)
@pytest.mark.usefixtures("sysfs")
def test_a_volume_is_encrypted_when_dm_crypt_opens_it_or_what_it_stands_on(
    box, device: str, *, encrypted: bool
) -> None:
    machine = box.machine()
    assert is_encrypted(machine, device_folder(machine, mount(device))) is encrypted


@pytest.mark.usefixtures("sysfs")
def test_a_volume_made_of_two_disks_is_encrypted_only_if_both_are(box) -> None:
    assert not is_encrypted(box.machine(), "/sys/dev/block/9:0")


@pytest.mark.usefixtures("sysfs")
def test_a_volume_that_is_only_checked_is_not_encrypted(box) -> None:
    assert not is_encrypted(box.machine(), "/sys/dev/block/253:3")


@pytest.mark.usefixtures("sysfs")
def test_a_volume_with_a_number_of_its_own_is_found_by_its_source(box) -> None:
    box.link("/dev/mapper/data", "../dm-1")
    box.write("/dev/dm-1")
    machine = box.machine()
    folder = device_folder(machine, mount("0:38", kind="btrfs", source="/dev/mapper/data"))
    assert folder == "/sys/class/block/dm-1"
    assert is_encrypted(machine, folder)


def test_devices_that_stand_on_each_other_without_end_are_an_answer(box, sysfs) -> None:
    type(sysfs)(box).device("253:9", "virtual/block/dm-9")
    folder = box.folder("/sys/devices/virtual/block/dm-9/slaves")
    (folder / "dm-9").symlink_to("../../dm-9")
    assert not is_encrypted(box.machine(), "/sys/dev/block/253:9")
    assert not is_removable(box.machine(), mount("253:9"))


@pytest.mark.parametrize(
    ("device", "removable"),
    [("8:17", True), ("8:33", True), ("253:2", True), ("8:3", False), ("253:1", False), ("9:9", False)],
)
@pytest.mark.usefixtures("sysfs")
def test_what_hangs_from_usb_can_be_unplugged_encrypted_or_not(box, device: str, *, removable: bool) -> None:
    assert is_removable(box.machine(), mount(device)) is removable


@pytest.mark.parametrize(
    ("place", "removable"), [("/media/helene/CLE", True), ("/run/media/h/X", True), ("/srv", False)]
)
@pytest.mark.usefixtures("sysfs")
def test_the_usual_places_hold_media(box, place: str, *, removable: bool) -> None:
    assert is_removable(box.machine(), mount("8:3", place)) is removable


@pytest.mark.usefixtures("sysfs")
def test_what_is_not_on_a_disk_is_not_a_medium(box) -> None:
    assert not is_removable(box.machine(), mount("0:45", "/media/nas", "cifs"))
