from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hygie.probes.facts import Medium, Volume
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.macos import backup, disks
from hygie.probes.macos.disks import Mount
from hygie.probes.macos.reading import parse_plist

Sample = Callable[[str], str]
STICK = Mount("/Volumes/CLE", internal=False, image=False, encrypted=False)
SECOND = Mount("/Volumes/Second", internal=True, image=False, encrypted=None)


def test_filevault_is_on_or_off(sample: Sample) -> None:
    assert disks.parse_filevault(sample("filevault_on"))
    assert not disks.parse_filevault(sample("filevault_off"))
    assert not disks.parse_filevault(sample("filevault_deferred"))


def test_a_disk_being_encrypted_is_neither(sample: Sample) -> None:
    with pytest.raises(CannotTell, match="en cours"):
        disks.parse_filevault(sample("filevault_progress"))


def test_diskutil_tells_the_start_up_disk_from_a_stick(sample: Sample) -> None:
    start = disks.parse_mount(parse_plist(sample("diskutil_start")))
    assert start == Mount("/System/Volumes/Data", internal=True, image=False, encrypted=True)
    stick = disks.parse_mount(parse_plist(sample("diskutil_usb")))
    assert stick == Mount("/Volumes/Untitled", internal=False, image=False, encrypted=False)


def test_a_disk_image_is_recognised_and_its_encryption_is_not_guessed(sample: Sample) -> None:
    image = disks.parse_mount(parse_plist(sample("diskutil_image")))
    assert image == Mount("/Volumes/TESTREC", internal=False, image=True, encrypted=None)


def test_the_key_encryption_alone_proves_nothing() -> None:
    mount = disks.parse_mount(
        {"MountPoint": "/Volumes/X", "Internal": False, "FilesystemType": "apfs", "Encryption": True}
    )
    assert mount is not None
    assert mount.encrypted is None


def test_an_internal_disk_that_does_not_tell_hides_good_news_only() -> None:
    assert disks.gather_volumes(False, [SECOND, STICK]).volumes == (Volume("/", encrypted=False),)
    with pytest.raises(CannotTell):
        disks.gather_volumes(True, [SECOND])


def test_swap_is_encrypted_when_macos_says_so_and_unknown_otherwise(sample: Sample) -> None:
    assert disks.parse_swap(sample("swap")).areas == (Volume("/System/Volumes/VM", encrypted=True),)
    with pytest.raises(CannotTell):
        disks.parse_swap(sample("swap_silent"))


def test_a_plugged_time_machine_disk_holds_a_backup() -> None:
    media = disks.gather_media([STICK, SECOND], {"/Volumes/CLE"}, set()).media
    assert media == (Medium("/Volumes/CLE", encrypted=False, holds_backup=True),)


def test_media_are_asked_one_by_one_and_images_left_out(mac: Callable[..., object], sample: Sample) -> None:
    files = {"/Volumes/Untitled/a": "", "/Volumes/TESTREC/a": "", "/Volumes/TC Backup/Backups.backupdb/a": ""}
    usb = sample("diskutil_usb")
    machine = mac({
        "fdesetup status": sample("filevault_on"),
        "diskutil info -plist /Volumes/Untitled": usb,
        "diskutil info -plist /Volumes/TESTREC": sample("diskutil_image"),
        "diskutil info -plist /Volumes/TC Backup": usb.replace("/Volumes/Untitled", "/Volumes/TC Backup"),
        "tmutil destinationinfo": sample("destination_local"),
    }, files)  # fmt: skip
    assert disks.removable_media(machine).media == (
        Medium("/Volumes/TC Backup", encrypted=False, holds_backup=True),
        Medium("/Volumes/Untitled", encrypted=False, holds_backup=False),
    )
    assert disks.system_volumes(machine).volumes == (Volume("/", encrypted=True),)


def test_no_medium_needs_no_question_to_time_machine(mac: Callable[..., object]) -> None:
    assert disks.removable_media(mac(files={"/Volumes/.hidden/a": ""})).media == ()


def test_a_mac_starts_nothing_from_a_stick(mac: Callable[..., object]) -> None:
    with pytest.raises(NotThere):
        disks.autorun(mac())


def test_destinations_of_time_machine(sample: Sample) -> None:
    assert backup.parse_destinations(sample("destination_local")) == [backup.Destination("Local", "/Volumes/TC Backup")]
    assert backup.parse_destinations(sample("destination_network")) == [backup.Destination("Network", "")]
    assert backup.parse_destinations(sample("destination_local") + sample("destination_network"))[1].kind == "Network"
    assert backup.parse_destinations(sample("destination_none")) == []


def test_the_last_copy_is_dated_by_the_name_of_its_folder(sample: Sample) -> None:
    assert backup.parse_latest(sample("latest_backup"), UTC) == datetime(2019, 7, 29, 10, 2, 31, tzinfo=UTC)
    assert backup.parse_latest(sample("latest_backup_apfs"), UTC) == datetime(2026, 6, 14, 14, 51, 22, tzinfo=UTC)


def test_without_full_disk_access_or_without_the_disk_the_date_is_unknown(sample: Sample) -> None:
    with pytest.raises(CannotTell, match="accès complet"):
        backup.parse_latest(sample("latest_backup_refused"), UTC)
    with pytest.raises(CannotTell, match="branché"):
        backup.parse_latest(sample("latest_backup_unplugged"), UTC)


def test_time_machine_counts_as_a_program_only_with_a_destination(mac: Callable[..., object], sample: Sample) -> None:
    files = {"/Applications/Carbon Copy Cloner.app/a": ""}
    with_one = mac({"tmutil destinationinfo": sample("destination_network")}, files)
    assert backup.backup_programs(with_one).installed == ("Time Machine", "Carbon Copy Cloner")
    without = mac({"tmutil destinationinfo": sample("destination_none")}, files)
    assert backup.backup_programs(without).installed == ("Carbon Copy Cloner",)


def test_a_mac_whose_time_machine_does_not_answer_is_unknown(mac: Callable[..., object]) -> None:
    with pytest.raises(CannotTell):
        backup.backup_programs(mac(files={"/Applications/Safari.app/a": ""}))


def test_the_trace_is_absent_without_a_destination(mac: Callable[..., object], sample: Sample) -> None:
    with pytest.raises(NotThere):
        backup.backup_trace(mac({"tmutil destinationinfo": sample("destination_none")}))
    machine = mac(
        {"tmutil destinationinfo": sample("destination_local"), "tmutil latestbackup": sample("latest_backup")}
    )
    trace = backup.backup_trace(machine)
    assert trace.program == "Time Machine"
    assert trace.last_success_at is not None
    assert trace.last_success_at.utcoffset() == machine.now.utcoffset()
