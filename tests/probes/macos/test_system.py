from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hygie.probes.facts import AutomaticUpdates, DiskSpace, SecurityUpdates, SystemRelease
from hygie.probes.machine import CannotTell
from hygie.probes.macos import system
from hygie.probes.macos.reading import flag, parse_plist

Sample = Callable[[str], str]


def test_sw_vers_gives_the_product_and_the_version(sample: Sample) -> None:
    assert system.parse_release(sample("sw_vers")) == SystemRelease("macos", "15.7.4", "macOS 15.7.4")
    assert system.parse_release(sample("sw_vers_old")).version == "14.0"


def test_another_system_is_not_taken_for_a_mac() -> None:
    with pytest.raises(CannotTell):
        system.parse_release("ProductName:\t\tiPhone OS\nProductVersion:\t17.0\n")


def test_offered_updates_are_pending_but_a_new_macos_is_not_one(sample: Sample) -> None:
    pending = system.parse_pending(parse_plist(sample("software_update")))
    assert pending == SecurityUpdates(2, ("Safari", "macOS Tahoe 26.7"))


def test_an_empty_list_of_updates_means_none_is_pending(sample: Sample) -> None:
    assert system.parse_pending(parse_plist(sample("software_update_none"))) == SecurityUpdates(0, ())


def test_the_counter_of_updates_alone_is_not_believed() -> None:
    with pytest.raises(CannotTell):
        system.parse_pending({"LastRecommendedUpdatesAvailable": 0})


def test_the_last_scan_is_read_as_utc(sample: Sample) -> None:
    scan = system.parse_last_scan(parse_plist(sample("software_update_none")))
    assert scan.refreshed_at == datetime(2023, 5, 4, 21, 40, 26, tzinfo=UTC)


def test_updates_are_automatic_only_when_both_switches_were_written(sample: Sample) -> None:
    assert system.parse_automatic(parse_plist(sample("software_update"))).enabled
    with pytest.raises(CannotTell):
        system.parse_automatic(parse_plist(sample("software_update_none")))


@pytest.mark.parametrize(
    "key", ["AutomaticCheckEnabled", "AutomaticDownload", "CriticalUpdateInstall", "AutomaticallyInstallMacOSUpdates"]
)
def test_one_switch_off_is_enough_to_say_no(sample: Sample, key: str) -> None:
    settings = {**parse_plist(sample("software_update")), key: 0}
    assert system.parse_automatic(settings) == AutomaticUpdates(enabled=False, mechanism="Mise à jour de logiciels")


def test_a_flag_is_a_boolean_or_zero_or_one_and_nothing_else() -> None:
    settings = {"a": True, "b": 0, "c": 2, "d": "1"}
    assert [flag(settings, key) for key in "abcde"] == [True, False, None, None, None]


def test_gatekeeper_off_is_one_unverified_source(sample: Sample) -> None:
    assert system.parse_gatekeeper(sample("spctl_enabled")).unverified == 0
    assert system.parse_gatekeeper(sample("spctl_disabled")).unverified == 1


def test_secure_boot_is_understood_in_english_and_in_french(sample: Sample) -> None:
    assert system.parse_secure_boot(sample("secure_boot")).enabled
    assert system.parse_secure_boot(sample("secure_boot_french")).enabled
    assert not system.parse_secure_boot(sample("secure_boot_permissive")).enabled


def test_a_level_of_security_in_unknown_words_is_not_guessed(sample: Sample) -> None:
    for text in (sample("secure_boot_empty"), sample("secure_boot").replace("Full Security", "Ultra Security")):
        with pytest.raises(CannotTell):
            system.parse_secure_boot(text)


def test_the_clock_is_told_to_administrators_only(sample: Sample) -> None:
    assert system.parse_network_time(sample("network_time_on")).active
    assert not system.parse_network_time(sample("network_time_on").replace("On", "Off")).active
    with pytest.raises(CannotTell, match="administrateur"):
        system.parse_network_time(sample("network_time_refused"))


def test_disk_space_looks_at_the_start_up_disk_alone(sample: Sample) -> None:
    assert system.parse_disk_space(sample("df")) == DiskSpace(660310352 / 976490576, 1)


def test_rounded_sizes_are_not_understood_rather_than_wrong(sample: Sample) -> None:
    with pytest.raises(CannotTell):
        system.parse_disk_space(sample("df_human"))


def test_settings_imposed_by_a_profile_win(mac: Callable[..., object], sample: Sample) -> None:
    imposed = sample("software_update").replace(
        "<key>CriticalUpdateInstall</key>\n\t<true/>", "<key>CriticalUpdateInstall</key>\n\t<false/>"
    )
    files = {
        "/Library/Preferences/com.apple.SoftwareUpdate.plist": sample("software_update"),
        "/Library/Managed Preferences/com.apple.SoftwareUpdate.plist": imposed,
    }
    machine = mac(files=files)
    assert not system.automatic_updates(machine).enabled
    assert system.security_updates(machine).pending == 2
    assert system.update_lists(machine).refreshed_at.year == 2026


def test_a_mac_without_settings_of_updates_is_unknown(mac: Callable[..., object]) -> None:
    for probe in (system.security_updates, system.update_lists, system.automatic_updates):
        with pytest.raises(CannotTell):
            probe(mac())


def test_programs_are_asked_with_both_outputs_when_they_speak_on_stderr(
    mac: Callable[..., object], sample: Sample
) -> None:
    machine = mac(
        {
            "sw_vers": sample("sw_vers"),
            "spctl --status": sample("spctl_enabled"),
            "systemsetup -getusingnetworktime": sample("network_time_on"),
            "system_profiler -json SPiBridgeDataType": sample("secure_boot"),
            "df -k / /System/Volumes/Data": sample("df"),
        }
    )
    assert system.system_release(machine).product == "macos"
    assert system.package_sources(machine).unverified == 0
    assert system.time_sync(machine).active
    assert system.secure_boot(machine).enabled
    assert system.disk_space(machine).volumes == 1
