"""Whether a session opens alone, welcomes guests, starts what is plugged in."""

import pytest

from hygie.probes.facts import AutoLogin, Autorun, GuestAccount, Unknown
from hygie.probes.linux import desktop


@pytest.fixture
def desk(box):
    box.write("/usr/share/xsessions/xfce.desktop", "")
    box.installed("sudo")
    return box


@pytest.mark.parametrize(
    ("name", "text", "alone"),
    [
        ("/etc/gdm3/daemon.conf", "[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=helene\n", True),
        ("/etc/gdm3/custom.conf", "[daemon]\n  AutomaticLoginEnable = True\n", True),
        ("/etc/gdm/custom.conf", "[daemon]\nTimedLoginEnable=1\n", True),
        ("/etc/gdm3/daemon.conf", "[daemon]\n#  AutomaticLoginEnable = true\n", False),
        ("/etc/gdm3/daemon.conf", "[daemon]\nAutomaticLoginEnable=false\n", False),
        ("/etc/gdm3/daemon.conf", "[daemon]\nAutomaticLoginEnable=\ntrue\n", False),
        ("/etc/lightdm/lightdm.conf", "[Seat:*]\nautologin-user=helene\n", True),
        ("/etc/lightdm/lightdm.conf", "[Seat:*]\nautologin-guest=true\n", True),
        ("/etc/lightdm/lightdm.conf", "[Seat:*]\nautologin-user=\nuser-session=xfce\n", False),
        ("/etc/lightdm/lightdm.conf", "[Seat:*]\n#autologin-user=helene\nautologin-user-timeout=0\n", False),
        ("/etc/lightdm/lightdm.conf.d/50.conf", "[Seat:*]\nautologin-user = helene\n", True),
        ("/etc/sddm.conf", "[Autologin]\nSession=plasma\nUser=helene\n", True),
        ("/etc/sddm.conf", "[Autologin]\nUser = helene\n", True),
        ("/etc/sddm.conf", "[Autologin]\nUser=\nSession=\n", False),
        ("/etc/sddm.conf", "[Autologin]\nSession=\n[Users]\nUser=helene\n", False),
    ],
)
def test_a_session_that_opens_alone_is_told(desk, name: str, text: str, *, alone: bool) -> None:
    desk.write(name, text)
    assert desk.ask(desktop.auto_login) == AutoLogin(alone)


@pytest.mark.parametrize("folder", ["/usr/share/lightdm/lightdm.conf.d", "/usr/lib/sddm/sddm.conf.d"])
def test_the_additions_of_the_distribution_count(desk, folder: str) -> None:
    desk.folder("/etc/lightdm")
    desk.write(f"{folder}/10.conf", "[Autologin]\nautologin-user=helene\nUser=helene\n")
    assert desk.ask(desktop.auto_login) == AutoLogin(enabled=True)


def test_a_display_manager_that_nobody_knows_is_unknown(desk) -> None:
    desk.write("/etc/lxdm/lxdm.conf", "[base]\nautologin=helene\n")
    assert isinstance(desk.ask(desktop.auto_login), Unknown)


@pytest.mark.parametrize(
    ("text", "enabled"),
    [
        ("allow-guest=true", True),
        ("allow-guest = true", True),
        ("allow-guest=false", False),
        ("#allow-guest=true", False),
        ("", False),
    ],
)
def test_guests_are_welcome_when_lightdm_says_so(desk, text: str, *, enabled: bool) -> None:
    desk.write("/etc/lightdm/lightdm.conf", f"[Seat:*]\n{text}\n")
    assert desk.ask(desktop.guest_account) == GuestAccount(enabled)


@pytest.mark.parametrize(("package", "enabled"), [("usbmount", True), ("ivman", True), ("udisks2", False)])
def test_what_is_plugged_in_starts_alone_only_with_old_programs(desk, package: str, *, enabled: bool) -> None:
    desk.installed("sudo", package)
    assert desk.ask(desktop.autorun) == Autorun(enabled)
