"""Disks and media of a fake computer: its mountinfo and its sysfs are files, its programs are none."""

import pytest

from hygie.probes.facts import DiskSpace, Medium, RemovableHistory, RemovableMedia, SystemVolumes, Unknown, Volume
from hygie.probes.linux import disks

ROOT = "28 1 253:1 / / rw - ext4 /dev/mapper/poste-root rw\n"
BOOT = "94 28 8:1 / /boot rw - ext4 /dev/sda1 rw\n95 28 8:1 / /boot/efi rw - vfat /dev/sda1 rw\n"
STICK = "102 28 8:17 / /media/helene/CLE rw - exfat /dev/sdb1 rw\n"


def volumes(box, mounted: str):
    return box.ask(disks.system_volumes, mounted=mounted)


@pytest.mark.usefixtures("sysfs")
def test_the_guided_encryption_of_debian_is_recognised(box) -> None:
    assert volumes(box, ROOT + BOOT + STICK) == SystemVolumes((Volume("/", encrypted=True),))


@pytest.mark.usefixtures("sysfs")
def test_a_second_disk_left_open_is_told(box) -> None:
    found = volumes(box, ROOT + "30 28 8:4 / /home rw - ext4 /dev/sda4 rw\n")
    assert found == SystemVolumes((Volume("/", encrypted=True), Volume("/home", encrypted=False)))


@pytest.mark.usefixtures("sysfs")
def test_a_folder_named_like_boot_is_not_a_boot_partition(box) -> None:
    found = volumes(box, ROOT + "30 28 8:4 / /bootstrap rw - ext4 /dev/sda4 rw\n")
    assert Volume("/bootstrap", encrypted=False) in found.volumes


@pytest.mark.usefixtures("sysfs")
def test_a_btrfs_system_is_judged_on_its_disk(box) -> None:
    box.write("/dev/dm-1")
    box.link("/dev/mapper/poste-root", "../dm-1")
    found = volumes(box, "28 1 0:33 /@ / rw - btrfs /dev/mapper/poste-root rw\n")
    assert found == SystemVolumes((Volume("/", encrypted=True),))


@pytest.mark.usefixtures("sysfs")
def test_a_system_that_starts_from_a_stick_is_still_the_system(box) -> None:
    assert volumes(box, "28 1 8:17 / / rw - ext4 /dev/sdb1 rw\n") == SystemVolumes((Volume("/", encrypted=False),))


@pytest.mark.parametrize("root", ["28 1 0:40 / / rw - overlay overlay rw\n", "28 1 0:41 / / rw - nfs4 nas:/ rw\n", ""])
@pytest.mark.usefixtures("sysfs")
def test_a_system_without_a_disk_of_its_own_cannot_be_judged(box, root: str) -> None:
    assert isinstance(volumes(box, root + BOOT), Unknown)


@pytest.mark.usefixtures("sysfs")
def test_a_zfs_system_cannot_be_judged(box) -> None:
    assert isinstance(volumes(box, "28 1 0:40 / / rw - zfs rpool/root rw\n"), Unknown)


@pytest.mark.usefixtures("sysfs")
def test_a_disk_image_that_somebody_mounted_is_not_the_system(box) -> None:
    found = volumes(box, ROOT + "40 28 0:77 / /mnt/image rw - fuseblk /tmp/image rw\n")
    assert found == SystemVolumes((Volume("/", encrypted=True),))


@pytest.mark.usefixtures("sysfs")
def test_a_windows_disk_of_the_same_computer_counts(box) -> None:
    found = volumes(box, ROOT + "40 28 8:4 / /mnt/windows rw - fuseblk /dev/sda4 rw\n")
    assert Volume("/mnt/windows", encrypted=False) in found.volumes


def test_a_computer_that_does_not_run_has_no_answer(box) -> None:
    for probe in (disks.system_volumes, disks.swap_areas, disks.disk_space, disks.removable_media):
        assert isinstance(box.ask(probe), Unknown)


# ------------------------------------------------------------------ swap


SWAPS = (
    "/dev/zram0 partition 1 0 100\n", "/dev/nulle partition 1 0 -2\n", "/var/swap\\040file file 1 0 -3\n",
)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ("", "Absent"),
        (SWAPS[0], "Absent"),
        (SWAPS[0] + SWAPS[1], "SwapAreas(areas=(Volume(place='/dev/nulle', encrypted=False),))"),
        (SWAPS[2], "SwapAreas(areas=(Volume(place='/var/swap file', encrypted=False),))"),
    ],
)
def test_memory_written_on_the_disk_is_told_and_memory_kept_in_memory_is_not(
    live, tmp_path, rows: str, answer: str
) -> None:
    (tmp_path / "swaps").write_text("Filename Type Size Used Priority\n" + rows)
    code = "from hygie.probes.linux.disks import swap_areas\nprint(ask(swap_areas, machine))"
    assert live(f"mount --bind {tmp_path}/swaps /proc/swaps", code).startswith(answer)


@pytest.mark.usefixtures("sysfs")
def test_swap_inside_an_encrypted_lvm_is_encrypted(box) -> None:
    box.link("/dev/mapper/poste-swap", "../dm-1")
    box.write("/dev/dm-1")
    assert disks._swap_encrypted(box.machine(), "/dev/mapper/poste-swap", {})
    assert not disks._swap_encrypted(box.machine(), "/dev/sda4", {})


@pytest.mark.usefixtures("sysfs")
def test_a_swap_file_is_as_safe_as_the_disk_that_holds_it(box) -> None:
    by_place = {mount.place: mount for mount in disks.mounts(box.machine(mounted=ROOT))}
    assert disks._swap_encrypted(box.machine(), "/var/swapfile", by_place)
    assert not disks._swap_encrypted(box.machine(), "/var/swapfile", {})


# ------------------------------------------------------------------ space


def test_the_fullest_local_disk_is_the_one_told(box) -> None:
    box.folder("/srv")
    found = box.ask(
        disks.disk_space, mounted="28 1 8:3 / / rw - ext4 /dev/sda3 rw\n29 28 8:4 / /srv rw - ext4 /dev/sda4 rw\n"
    )
    assert isinstance(found, DiskSpace)
    assert found.volumes == 2
    assert 0 <= found.smallest_free_share <= 1


@pytest.mark.parametrize(
    "mounted",
    [
        "",
        "28 1 8:3 / / ro - ext4 /dev/sda3 rw\n",
        "28 1 0:9 / / rw - tmpfs tmpfs rw\n",
        "28 1 8:3 / /gone rw - ext4 /dev/sda3 rw\n",
    ],
)
def test_a_disk_that_is_not_written_to_or_not_there_is_not_told(box, mounted: str) -> None:
    assert isinstance(box.ask(disks.disk_space, mounted=mounted), Unknown)


# ------------------------------------------------------------------ media


@pytest.mark.usefixtures("sysfs")
def test_no_medium_plugged_in_is_an_answer(box) -> None:
    assert box.ask(disks.removable_media, mounted=ROOT) == RemovableMedia(())


@pytest.mark.usefixtures("sysfs")
def test_a_stick_is_told_with_its_encryption(box) -> None:
    box.folder("/media/helene/CLE")
    found = box.ask(disks.removable_media, mounted=ROOT + STICK)
    assert found == RemovableMedia((Medium("/media/helene/CLE", encrypted=False, holds_backup=False),))


@pytest.mark.usefixtures("sysfs")
def test_an_encrypted_stick_mounted_anywhere_is_still_a_stick(box) -> None:
    found = box.ask(disks.removable_media, mounted=ROOT + "40 28 253:2 / /srv/usb rw - ext4 /dev/mapper/usb rw\n")
    assert found == RemovableMedia((Medium("/srv/usb", encrypted=True, holds_backup=False),))


@pytest.mark.usefixtures("sysfs")
def test_a_medium_whose_device_is_hidden_is_not_said_open(box) -> None:
    found = box.ask(disks.removable_media, mounted=ROOT + "40 28 0:99 / /media/h/X rw - fuseblk /tmp/x rw\n")
    assert found.media[0].encrypted is None


@pytest.mark.parametrize("name", ["Sauvegarde cabinet", "backups", "Backups.backupdb", "hygie-medium.json", "bkp_2026"])
@pytest.mark.usefixtures("sysfs")
def test_a_medium_with_a_folder_named_after_a_backup_holds_one(box, name: str) -> None:
    box.folder(f"/media/helene/CLE/{name}")
    assert box.ask(disks.removable_media, mounted=ROOT + STICK).media[0].holds_backup


# ------------------------------------------------------------------ history


def kernel_line(port: str, text: str, day: str = "2026-11-20") -> str:
    return f"{day}T10:00:00+01:00 poste kernel: [  12.3] usb {port}: {text}\n"


def stick(port: str, serial: str, day: str = "2026-11-20") -> str:
    return kernel_line(port, f"SerialNumber: {serial}", day) + kernel_line(port, "x", day).replace(
        f"usb {port}: x", f"usb-storage {port}:1.0: USB Mass Storage device detected"
    )


def test_each_stick_counts_once_whatever_its_port(box) -> None:
    box.write("/var/log/kern.log", stick("1-1", "AA") + stick("1-2", "AA") + stick("2-1.4", "BB"))
    found = box.ask(disks.removable_history)
    assert isinstance(found, RemovableHistory)
    assert found.devices == 2
    assert found.since is not None


def test_a_keyboard_is_not_a_stick(box) -> None:
    box.write("/var/log/kern.log", kernel_line("1-1", "SerialNumber: KB"))
    assert box.ask(disks.removable_history) == RemovableHistory(0, box.ask(disks.removable_history).since)


def test_the_log_before_last_counts_and_older_than_a_year_does_not(box) -> None:
    box.write("/var/log/kern.log", "")
    box.write("/var/log/kern.log.1", stick("1-1", "AA", "2025-06-01") + stick("1-2", "BB", "2026-03-01"))
    assert box.ask(disks.removable_history).devices == 1


def test_without_a_log_nobody_knows(box) -> None:
    assert isinstance(box.ask(disks.removable_history), Unknown)
