"""BitLocker, page files, sticks, their history, AutoRun."""

import pytest

from hygie.probes.facts import Autorun, Medium, RemovableHistory, RemovableMedia, SwapAreas, SystemVolumes, Volume
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.windows import disks
from hygie.probes.windows.answers import Row


def drive(letter, kind=3, protection=None):
    return Row({"DeviceID": letter, "DriveType": kind, "BitLockerProtection": protection, "HoldsBackup": False})


def test_a_volume_fully_encrypted_and_protected_is_encrypted(sample):
    assert disks.is_protected(sample("bitlocker_encrypted")[0])


def test_volumes_being_encrypted_or_in_clear_are_not(sample):
    assert not any(disks.is_protected(row) for row in sample("bitlocker_decrypted"))


def test_a_suspended_protection_leaves_the_key_in_clear(sample):
    row = Row({**sample("bitlocker_encrypted")[0].values, "ProtectionStatus": "Off"})
    assert not disks.is_protected(row)


def test_a_locked_volume_is_protected():
    assert disks.is_protected(Row({"MountPoint": "E:", "LockStatus": "Locked", "VolumeStatus": None}))


def test_internal_volumes_leave_out_usb_disks(sample):
    found = disks.system_volumes(sample("drives"), sample("usb"), None)
    assert found == SystemVolumes((Volume("C:", encrypted=True), Volume("D:", encrypted=False)))


def test_what_bitlocker_tells_an_administrator_wins_over_the_explorer(sample):
    found = disks.system_volumes([drive("C:", protection=2)], [], sample("bitlocker_encrypted"))
    assert found.volumes == (Volume("C:", encrypted=True),)


@pytest.mark.parametrize("protection", [None, 0, 5, 7, 8])
def test_a_state_that_nobody_documents_is_not_guessed(protection):
    with pytest.raises(CannotTell, match="C:"):
        disks.system_volumes([drive("C:", protection=protection)], [], None)


def test_no_internal_disk_is_not_believed():
    with pytest.raises(CannotTell):
        disks.system_volumes([], [], None)


def test_the_page_file_is_as_protected_as_its_disk(sample):
    found = disks.swap_areas(sample("pagefiles"), sample("drives"), None)
    assert found == SwapAreas((Volume("C:\\pagefile.sys", encrypted=True),))


def test_no_page_file_is_nothing_to_look_at(sample):
    with pytest.raises(NotThere):
        disks.swap_areas([], sample("drives"), None)


def test_sticks_and_usb_disks_are_media_and_their_encryption_may_be_unknown(sample):
    found = disks.removable_media(sample("drives"), sample("usb"), None)
    stick = Medium("E:", encrypted=True, holds_backup=False)
    assert found == RemovableMedia((stick, Medium("F:", encrypted=None, holds_backup=True)))


def test_the_history_counts_disks_and_not_optical_drives(sample):
    assert disks.removable_history(sample("usb_history")) == RemovableHistory(2, None)


def test_a_computer_that_remembers_nothing_saw_no_stick():
    assert disks.removable_history([]) == RemovableHistory(0, None)


def test_autorun_is_on_by_default(sample):
    assert disks.autorun(sample("autorun_default")) == Autorun(enabled=True)


def test_a_policy_on_removable_drives_stops_autorun(sample):
    assert disks.autorun(sample("autorun_off")) == Autorun(enabled=False)


def test_a_binary_policy_counts_by_its_first_byte():
    row = Row({"Machine": [0xFF, 0, 0, 0], "User": None, "DisableAutoplay": None})
    assert disks.autorun([row]) == Autorun(enabled=False)


def test_the_machine_policy_wins_over_the_persons():
    row = Row({"Machine": 0x91, "User": 0xFF, "DisableAutoplay": None})
    assert disks.autorun([row]) == Autorun(enabled=True)


def test_autoplay_switched_off_by_the_person_counts():
    row = Row({"Machine": None, "User": None, "DisableAutoplay": 1})
    assert disks.autorun([row]) == Autorun(enabled=False)
