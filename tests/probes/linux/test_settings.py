"""Settings an attacker likes to change, on a fake computer."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import (
    Absent,
    AddedRoots,
    HostsFile,
    Proxy,
    Resolvers,
    SecureBoot,
    StartupRights,
    SystemRelease,
    TimeSync,
    Unknown,
)
from hygie.probes.linux import settings
from hygie.probes.machine import Machine

RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian"\nVERSION_ID="12"\nID=debian\n# fin\n'


@pytest.mark.parametrize("place", ["/etc/os-release", "/usr/lib/os-release"])
def test_the_system_says_its_name_and_its_version(box, place: str) -> None:
    box.write(place, RELEASE)
    assert box.ask(settings.system_release) == SystemRelease("debian", "12", "Debian GNU/Linux 12 (bookworm)")


def test_a_system_without_a_version_says_none(box) -> None:
    box.write("/etc/os-release", "ID='debian'\nPRETTY_NAME='Debian sid'\n")
    assert box.ask(settings.system_release) == SystemRelease("debian", "", "Debian sid")


def test_a_system_that_says_nothing_is_unknown(box) -> None:
    assert isinstance(box.ask(settings.system_release), Unknown)


# ------------------------------------------------------------------ secure boot, clock


@pytest.mark.parametrize(
    ("raw", "enabled"), [(b"\x06\0\0\0\x01", True), (b"\x06\0\0\0\0", False), (b"\x01", False), (b"", False)]
)
def test_secure_boot_is_the_fifth_byte_of_its_variable(box, raw: bytes, *, enabled: bool) -> None:
    box.write(settings._SECURE_BOOT, raw)
    assert box.ask(settings.secure_boot) == SecureBoot(enabled)


def test_without_uefi_there_is_no_secure_boot_and_without_its_variable_nobody_knows(box) -> None:
    assert isinstance(box.ask(settings.secure_boot), Absent)
    box.folder("/sys/firmware/efi")
    assert isinstance(box.ask(settings.secure_boot), Unknown)


@pytest.mark.parametrize(
    ("running", "active"),
    [
        ({"bash", "chronyd"}, True),
        ({"systemd-timesyn"}, True),
        ({"ntpd"}, True),
        ({"bash"}, False),
        ({"qemu-ga"}, False),
        (set(), False),
    ],
)
def test_the_hour_is_kept_by_a_program_made_for_it(box, running: set[str], *, active: bool) -> None:
    found = box.ask(settings.time_sync, running=running)
    assert isinstance(found, TimeSync)
    assert found.active is active


def test_the_clock_of_a_computer_that_does_not_run_is_unknown(box) -> None:
    assert isinstance(box.ask(settings.time_sync), Unknown)


# ------------------------------------------------------------------ start-up


@pytest.mark.parametrize(
    ("name", "mode", "loose"),
    [("/etc/cron.daily/dpkg", 0o777, 1), ("/etc/cron.daily/dpkg", 0o755, 0), ("/etc/init.d/x", 0o666, 1),
     ("/etc/systemd/system/x.service", 0o646, 1),
     ("/etc/xdg/autostart/x.desktop", 0o664, 0), ("/usr/local/bin/x", 0o757, 1), ("/etc/crontab", 0o622, 1),
     ("/etc/ld.so.preload", 0o666, 1)],
)  # fmt: skip
def test_a_program_of_the_start_that_all_can_change_is_told(box, name: str, mode: int, loose: int) -> None:
    box.write(name, "", mode)
    assert box.ask(settings.startup_rights).writable_by_all == loose


def test_a_folder_of_the_start_that_all_can_fill_is_told_unless_it_is_sticky(box) -> None:
    box.folder("/etc/cron.d", 0o777)
    assert box.ask(settings.startup_rights) == StartupRights(1, 1)
    box.folder("/etc/cron.d", 0o1777)
    assert box.ask(settings.startup_rights) == StartupRights(0, 1)


def test_a_link_is_not_judged_on_its_own_rights(box) -> None:
    box.link("/etc/systemd/system/x.service", "/dev/null")
    assert box.ask(settings.startup_rights) == StartupRights(0, 1)


# ------------------------------------------------------------------ proxy


@pytest.mark.parametrize(
    ("name", "text", "configured"),
    [
        ("/etc/environment", "http_proxy=http://192.0.2.1:3128\n", True),
        ("/etc/environment", 'HTTPS_PROXY="http://192.0.2.1:3128"\n', True),
        ("/etc/environment", "http_proxy=\nLANG=fr\n", False),
        ("/etc/environment", 'http_proxy=""\n', False),
        ("/etc/environment", "no_proxy=localhost\n", False),
        ("/etc/environment", "#http_proxy=http://x\n", False),
        ("/etc/profile.d/proxy.sh", "export all_proxy=socks5://192.0.2.1\n", True),
        ("/etc/profile.d/proxy.txt", "export all_proxy=socks5://192.0.2.1\n", False),
        ("/etc/apt/apt.conf.d/00p", 'Acquire::http::Proxy "http://192.0.2.1:3142/";\n', True),
        ("/etc/apt/apt.conf", 'Acquire { https { Proxy "http://192.0.2.1:3142/"; }; };\n', True),
        ("/etc/apt/apt.conf.d/00p", 'Acquire::http::Proxy "DIRECT";\n', False),
        ("/etc/apt/apt.conf.d/00p", 'Acquire::http::Proxy "";\n', False),
    ],
)
def test_an_intermediary_of_the_whole_system_is_told(box, name: str, text: str, *, configured: bool) -> None:
    box.write(name, text)
    assert box.ask(settings.proxy) == Proxy(configured)


# ------------------------------------------------------------------ names


def test_name_servers_are_those_of_resolv_conf(box) -> None:
    box.write(
        "/etc/resolv.conf",
        "# commentaire\nsearch cabinet\nnameserver 192.168.1.1\n nameserver\t2001:db8::1\n;nameserver 9.9.9.9\n",
    )
    assert box.ask(settings.resolvers) == Resolvers(("192.168.1.1", "2001:db8::1"))


def test_behind_systemd_resolved_its_own_servers_are_told(box) -> None:
    box.write("/run/systemd/resolve/stub-resolv.conf", "nameserver 127.0.0.53\n")
    box.link("/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf")
    box.write("/run/systemd/resolve/resolv.conf", "nameserver 192.168.1.1\n")
    assert box.ask(settings.resolvers) == Resolvers(("192.168.1.1",))


def test_a_table_written_by_hand_wins_over_systemd_resolved(box) -> None:
    box.write("/etc/resolv.conf", "nameserver 5.9.9.9\n")
    box.write("/run/systemd/resolve/resolv.conf", "nameserver 192.168.1.1\n")
    assert box.ask(settings.resolvers) == Resolvers(("5.9.9.9",))


def test_without_a_server_nobody_knows(box) -> None:
    assert isinstance(box.ask(settings.resolvers), Unknown)


def test_the_hosts_table_is_read_and_its_absence_diverts_nothing(box) -> None:
    assert box.ask(settings.hosts_file) == HostsFile(())
    box.write("/etc/hosts", "203.0.113.9 www.ameli.fr\n")
    assert box.ask(settings.hosts_file) == HostsFile(("www.ameli.fr",))


# ------------------------------------------------------------------ authorities and certificates


def test_authorities_added_by_hand_are_counted_in_their_folders_and_below(box) -> None:
    box.folder("/etc/ssl/certs")
    assert box.ask(settings.added_roots) == AddedRoots(0)
    box.write("/usr/local/share/ca-certificates/a.crt", "")
    box.write("/usr/local/share/ca-certificates/cabinet/b.CRT", "")
    box.write("/usr/local/share/ca-certificates/README", "")
    box.write("/etc/pki/ca-trust/source/anchors/c.pem", "")
    assert box.ask(settings.added_roots) == AddedRoots(3)


def test_without_the_folder_of_authorities_nobody_knows(box) -> None:
    assert isinstance(box.ask(settings.added_roots), Unknown)


def certificate(path, days: int) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=poste",
    ]
    subprocess.run(
        [*command, "-keyout", "/dev/null", "-out", str(path), "-days", str(days)], check=True, capture_output=True
    )


@pytest.mark.parametrize("days", [1, 30, 300, 9000])
def test_the_end_of_a_certificate_is_the_one_openssl_gave_it(tmp_path, days: int) -> None:
    certificate(tmp_path / "poste.pem", days)
    end = settings._end(Machine(now=datetime.now(UTC)), str(tmp_path / "poste.pem"))
    assert end is not None
    assert abs(end - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=2)


def test_certificates_of_the_services_of_the_running_computer_are_told(live, tmp_path) -> None:
    certificate(tmp_path / "un.pem", 10)
    certificate(tmp_path / "deux.crt", 20)
    (tmp_path / "cle.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    (tmp_path / "faux.pem").write_text("-----BEGIN CERTIFICATE-----\nxxx\n")
    code = (
        "from hygie.probes.linux.settings import local_certificates\nprint(len(ask(local_certificates, machine).ends))"
    )
    assert live(f"mount --bind {tmp_path} /etc/ssl/private", code) == "2"


def test_a_computer_without_certificates_has_none_and_one_that_cannot_be_read_is_unknown(box) -> None:
    assert isinstance(box.ask(settings.local_certificates), Absent)
    box.write("/etc/letsencrypt/live/site/cert.pem", "-----BEGIN CERTIFICATE-----\n")
    assert isinstance(box.ask(settings.local_certificates), Unknown)


@given(text=st.text(max_size=200))
def test_whatever_the_files_there_is_an_answer(text: str, boxes) -> None:
    box = boxes()
    for name in ("/etc/os-release", "/etc/environment", "/etc/resolv.conf", "/etc/hosts"):
        box.write(name, text)
    assert isinstance(box.ask(settings.system_release), SystemRelease | Unknown)
    assert isinstance(box.ask(settings.proxy), Proxy)
    assert isinstance(box.ask(settings.resolvers), Resolvers | Unknown)
    assert isinstance(box.ask(settings.hosts_file), HostsFile)
