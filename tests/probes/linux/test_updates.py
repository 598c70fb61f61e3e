"""Updates of a fake Debian: what waits, since when nobody asked, and whether it installs by itself."""

import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import AutomaticUpdates, PendingReboot, SecurityUpdates, Unknown
from hygie.probes.linux import updates
from hygie.probes.linux.updates import outdated, pending

LISTS = "/var/lib/apt/lists"
SECURITY = f"{LISTS}/security.archive.example_debian-security_dists_bookworm-security_main_binary-amd64_Packages"


def paragraph(name: str, version: str) -> str:
    return f"Package: {name}\nSource: x\nVersion: {version}\nArchitecture: amd64\nDescription: d\n"


# ------------------------------------------------------------------ what waits


def test_an_installed_package_with_a_later_version_waits(box) -> None:
    box.installed("openssl=3.0.11-1~deb12u1", "sudo=1.9.13p3-1", "bash=5.2-1")
    box.write(
        SECURITY,
        "\n".join([paragraph("openssl", "3.0.11-1~deb12u2"), paragraph("sudo", "1.9.13p3-1"), paragraph("nginx", "9")]),
    )
    assert box.ask(updates.security_updates) == SecurityUpdates(1, ("openssl",))


def test_every_security_list_counts_and_a_package_counts_once(box) -> None:
    box.installed("a=1", "b=1")
    box.write(SECURITY, paragraph("a", "2"))
    box.write(SECURITY.replace("main", "contrib"), paragraph("b", "2") + "\n" + paragraph("a", "3"))
    assert box.ask(updates.security_updates) == SecurityUpdates(2, ("a", "b"))


def test_lists_that_are_not_of_security_do_not_count(box) -> None:
    box.installed("a=1")
    box.write(f"{LISTS}/archive.example_debian_dists_bookworm_main_binary-amd64_Packages", paragraph("a", "2"))
    box.write(SECURITY + ".diff_Index", paragraph("a", "2"))
    assert isinstance(box.ask(updates.security_updates), Unknown)


def test_a_packed_list_that_cannot_be_unpacked_is_unknown(box) -> None:
    box.installed("a=1")
    box.write(SECURITY + ".lz4", b"\x04\x22\x4d\x18noise")
    assert isinstance(box.ask(updates.security_updates), Unknown)


def test_a_packed_list_is_unpacked_by_apt_and_a_broken_one_is_unknown(live, tmp_path) -> None:
    import gzip

    name = SECURITY.rpartition("/")[2]
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(paragraph("bash", "99:1").encode()))
    code = "from hygie.probes.linux.updates import security_updates\nprint(ask(security_updates, machine))"
    setup = f"mount --bind {tmp_path} /var/lib/apt/lists"
    assert live(setup, code) == str(SecurityUpdates(1, ("bash",)))
    (tmp_path / f"{name}.gz").write_bytes(b"\x1f\x8bnoise")
    assert live(setup, code).startswith("Unknown")


@given(st.binary(max_size=300) | st.text("Package: Version:\n1.a", max_size=200).map(str.encode))
def test_whatever_the_list_only_installed_packages_wait(raw: bytes) -> None:
    assert pending(raw, {"a": "1"}) <= {"a"}


# ------------------------------------------------------------------ since when


def test_the_last_look_is_the_latest_of_its_traces(box) -> None:
    box.write("/var/lib/apt/lists/x_InRelease", "", age_days=40)
    box.write("/var/lib/apt/periodic/update-success-stamp", "", age_days=3)
    found = box.ask(updates.update_lists)
    assert box.machine().now - found.refreshed_at == timedelta(days=3)
    at = box.machine().now.timestamp() - 86_400
    os.utime(box.folder("/var/lib/apt/lists/partial"), (at, at))
    assert box.machine().now - box.ask(updates.update_lists).refreshed_at == timedelta(days=1)


def test_without_a_trace_nobody_knows(box) -> None:
    assert isinstance(box.ask(updates.update_lists), Unknown)


# ------------------------------------------------------------------ by themselves


AUTO = 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n'


def automatic(box, text: str = AUTO, *installed: str) -> AutomaticUpdates:
    box.installed("sudo", *installed)
    box.write("/etc/apt/apt.conf.d/20auto-upgrades", text)
    return box.ask(updates.automatic_updates)


@pytest.mark.parametrize(
    ("text", "enabled"),
    [(AUTO, True), (AUTO.replace('Upgrade "1"', 'Upgrade "0"'), False),
     (AUTO + 'APT::Periodic::Enable "0";\n', False), ("", False),
     ("// " + AUTO.replace("\n", "\n// "), False), ('APT::Periodic { Unattended-Upgrade "1"; };\n', True),
     (AUTO.replace('Upgrade "1"', 'Upgrade "7"'), True),
     (AUTO.replace('Upgrade "1"', 'Upgrade "always"'), True)],
)  # fmt: skip
def test_updates_are_automatic_when_apt_is_told_so(box, text: str, *, enabled: bool) -> None:
    assert automatic(box, text, "unattended-upgrades") == AutomaticUpdates(enabled, "unattended-upgrades")


def test_settings_without_the_program_install_nothing(box) -> None:
    assert not automatic(box).enabled


def test_a_timer_that_never_starts_installs_nothing(box) -> None:
    box.link("/etc/systemd/system/apt-daily-upgrade.timer", "/dev/null")
    assert not automatic(box, AUTO, "unattended-upgrades").enabled


def test_a_timer_that_was_changed_still_starts(box) -> None:
    box.write("/etc/systemd/system/apt-daily-upgrade.timer", "[Timer]\n")
    assert automatic(box, AUTO, "unattended-upgrades").enabled


@pytest.mark.parametrize(
    ("setting", "timer", "enabled"),
    [("apply_updates = yes", "dnf-automatic.timer", True), ("apply_updates = no", "dnf-automatic.timer", False),
     ("apply_updates = yes", "", False),
     ("# apply_updates = yes", "dnf-automatic.timer", False),
     ("apply_updates = no", "dnf-automatic-install.timer", True)],
)  # fmt: skip
def test_a_fedora_installs_by_itself_when_a_timer_starts_it(box, setting: str, timer: str, *, enabled: bool) -> None:
    box.write("/etc/dnf/automatic.conf", f"[commands]\n{setting}\n")
    if timer:
        box.link(f"/etc/systemd/system/timers.target.wants/{timer}", f"/usr/lib/systemd/system/{timer}")
    assert box.ask(updates.automatic_updates) == AutomaticUpdates(enabled, "dnf-automatic")


def test_an_unknown_system_is_unknown(box) -> None:
    assert isinstance(box.ask(updates.automatic_updates), Unknown)


# ------------------------------------------------------------------ restart


@pytest.mark.parametrize("flag", ["/run/reboot-required", "/var/run/reboot-required"])
def test_the_flag_of_the_distribution_is_believed(box, flag: str) -> None:
    box.write(flag, "")
    assert box.ask(updates.pending_reboot) == PendingReboot(required=True)


def test_without_a_flag_the_system_must_be_one_that_raises_it(box) -> None:
    assert isinstance(box.ask(updates.pending_reboot), Unknown)
    box.folder("/usr/share/unattended-upgrades")
    assert box.ask(updates.pending_reboot) == PendingReboot(required=False)


@pytest.mark.parametrize(
    ("running", "kernels", "waits"),
    [("6.1.0-18-amd64", ["6.1.0-18-amd64"], False), ("6.1.0-18-amd64", ["6.1.0-9-amd64", "6.1.0-18-amd64"], False),
     ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-20-amd64"], True),
     ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-20-rt-amd64"], False),
     ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-18-cloud-amd64"], False),
     ("5.15.0-91-generic", ["5.15.0-91-generic", "5.15.0-101-generic"], True),
     ("6.1.0-18-amd64", ["6.1.0-18-amd64", "6.1.0-20-amd64.old"], False)],
)  # fmt: skip
def test_a_newer_kernel_of_the_same_flavour_waits_for_a_restart(
    running: str, kernels: list[str], *, waits: bool
) -> None:
    assert outdated(running, kernels) is waits
