"""Release, firmware, clock, disks' space, logs, refused passwords, print jobs."""

import pytest

from hygie.probes.facts import DiskSpace, FailedLogons, LogRetention, PrintSpool, SecureBoot, SystemRelease, TimeSync
from hygie.probes.machine import CannotTell
from hygie.probes.windows import system
from hygie.probes.windows.answers import Row


def test_windows_11_is_told_by_its_build(sample):
    label = "Microsoft Windows 11 Professionnel 24H2 (build 26100)"
    assert system.release(sample("release_11")) == SystemRelease("windows-11", "24H2", label)


def test_a_server_is_not_taken_for_a_windows_10_of_the_same_build(sample):
    found = system.release(sample("release_server"))
    assert (found.product, found.version) == ("windows-server-2019", "1809")


@pytest.mark.parametrize(
    ("build", "product"),
    [
        ("19045", "windows-10"),
        ("21999", "windows-10"),
        ("22000", "windows-11"),
        ("9600", "windows-8.1"),
        ("7601", "windows-7"),
    ],
)
def test_builds_give_products(build, product):
    row = Row({"Caption": "Windows", "BuildNumber": build, "ProductType": 1})
    assert system.release([row]).product == product


def test_an_older_windows_is_not_guessed():
    with pytest.raises(CannotTell):
        system.release([Row({"Caption": "Windows XP", "BuildNumber": "2600", "ProductType": 1})])


def test_secure_boot_is_what_the_firmware_confirms(sample):
    assert system.secure_boot(sample("secure_boot"), []) == SecureBoot(enabled=True)


@pytest.mark.parametrize(("noted", "enabled"), [(1, True), (0, False)])
def test_without_rights_secure_boot_is_what_windows_noted(noted, enabled):
    assert system.secure_boot(None, [Row({"UEFISecureBootEnabled": noted})]) == SecureBoot(enabled)


def test_an_old_bios_says_nothing_of_secure_boot():
    with pytest.raises(CannotTell):
        system.secure_boot(None, [Row({"UEFISecureBootEnabled": None})])


def test_a_clock_set_to_a_server_is_kept_right_even_between_two_starts_of_the_service(sample):
    assert system.clock(sample("clock")) == TimeSync(active=True, mechanism="W32Time (NTP)")


@pytest.mark.parametrize(("kind", "start"), [("NoSync", "Auto"), ("NTP", "Disabled")])
def test_a_clock_without_server_or_service_is_not(kind, start):
    assert system.clock([Row({"Type": kind, "StartMode": start})]).active is False


def test_the_fullest_disk_counts(sample):
    assert system.space(sample("space")) == DiskSpace(0.05, 2)


def test_a_log_that_is_not_full_tells_no_number_of_days(sample, now):
    assert system.logs(sample("log_setup"), now) == LogRetention(None, survives_restart=True)


def test_full_logs_keep_what_the_shortest_one_keeps(sample, now):
    assert system.logs(sample("logs_full"), now) == LogRetention(20, survives_restart=True)


def test_logs_closed_to_us_cannot_be_told(now):
    with pytest.raises(CannotTell):
        system.logs([], now)


def test_refused_passwords_are_counted(sample):
    assert system.failed_logons(sample("failed_logons")) == FailedLogons(27, 7)


def test_no_refused_password_proves_nothing():
    with pytest.raises(CannotTell):
        system.failed_logons([Row({"Id": 4625, "Count": 0})])


def test_only_printed_jobs_are_kept_documents(sample):
    assert system.print_spool(sample("print_jobs")) == PrintSpool(2)


def test_no_job_is_no_kept_document():
    assert system.print_spool([]) == PrintSpool(0)
