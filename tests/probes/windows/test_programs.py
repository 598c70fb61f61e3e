"""Products by whole words of displayed names; the antivirus by its state."""

from datetime import UTC, datetime

import pytest

from hygie.probes.facts import Antivirus, SyncFolders
from hygie.probes.machine import CannotTell
from hygie.probes.windows import programs
from hygie.probes.windows.answers import Row

NAMES = {"AnyDesk": ("anydesk",), "TeamViewer": ("teamviewer",), "Arq": ("arq",), "Veeam Agent": ("veeam agent",)}
SYNC = {"Dropbox": ("dropbox",), "OneDrive": ("onedrive",)}


def test_products_are_found_by_fragments_of_their_names(sample):
    assert programs.matching(sample("installed"), NAMES) == ("AnyDesk", "Veeam Agent")


def test_a_fragment_inside_a_longer_word_is_not_the_product(sample):
    assert "Arq" not in programs.matching(sample("installed"), NAMES)


def test_versions_stand_beside_names(sample):
    found = programs.software(sample("installed")).versions
    assert found["Mozilla Thunderbird (x64 fr)"] == "140.4.0"
    assert found["Logiciel de marquage"] == ""


def test_an_empty_list_of_programs_is_not_believed():
    with pytest.raises(CannotTell):
        programs.matching([], NAMES)
    with pytest.raises(CannotTell):
        programs.software([])


def test_onedrive_counts_when_it_holds_a_folder(sample):
    found = programs.sync_folders(sample("installed"), sample("onedrive"), SYNC)
    assert found == SyncFolders(("OneDrive", "Dropbox"))


def test_onedrive_that_windows_merely_installed_does_not(sample):
    assert programs.sync_folders(sample("installed"), [], SYNC) == SyncFolders(("Dropbox",))


def test_the_listed_antivirus_is_on_and_has_the_date_of_its_signatures(sample):
    found = programs.antivirus(sample("security_center"), sample("defender"))
    assert found == Antivirus(
        ("Windows Defender",), running=True, signatures_at=datetime(2022, 10, 18, 9, 18, 29, tzinfo=UTC)
    )


def test_another_makers_signatures_are_not_dated_by_defender(sample):
    found = programs.antivirus(sample("security_center_two"), sample("defender"))
    assert found == Antivirus(("Windows Defender", "Antivirus d'un autre éditeur"), running=True, signatures_at=None)


@pytest.mark.parametrize("state", [0x60000, 0x62000, 0x63000, 393472])
def test_off_snoozed_and_expired_are_not_running(state):
    row = Row({"displayName": "Antivirus", "productState": state})
    assert programs.antivirus([row], None).running is False


def test_a_server_without_security_center_says_what_defender_says(sample):
    found = programs.antivirus(None, sample("defender"))
    assert (found.products, found.running) == (("Microsoft Defender",), True)


def test_no_word_on_the_antivirus_is_not_taken_for_none():
    with pytest.raises(CannotTell):
        programs.antivirus(None, None)
    with pytest.raises(CannotTell):
        programs.antivirus([], [])


def test_the_lists_of_the_reference_fit_the_probes(windows, sample):
    machine = windows(installed=[dict(row.values) for row in sample("installed")], onedrive=[])
    assert "AnyDesk" in programs.probe_remote_tools(machine).installed
    assert "Veeam Agent" in programs.probe_backup_programs(machine).installed
    assert "KeePassXC" in programs.probe_password_managers(machine).installed
    assert programs.probe_sync_folders(machine).clients == ("Dropbox",)
