"""After how long a session locks: GNOME's real databases (made by dconf), KDE's and XFCE's files."""

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, ScreenLock, Unknown
from hygie.probes.linux import desktop, locks
from hygie.probes.linux.homes import Account, Home
from hygie.probes.linux.locks import lock_of, parse_keyfile, parse_xfconf
from hygie.probes.machine import CannotTell

XFCE = "/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml"


def session(box, *names: str) -> str:
    for name in names:
        box.write(f"/usr/share/xsessions/{name}.desktop", "")
    return box.person()


def lock(box) -> int | Unknown | None:
    """Seconds before the only person's session locks."""
    found = box.ask(desktop.screen_lock)
    return found.after_seconds if isinstance(found, ScreenLock) else found


# ------------------------------------------------------------------ which desktop


@pytest.mark.parametrize(
    ("name", "read"),
    [("plasma.desktop", locks.kde), ("plasmawayland.desktop", locks.kde), ("xfce.desktop", locks.xfce),
     ("xubuntu.desktop", locks.xfce),
     ("gnome.desktop", locks.gnome), ("gnome-xorg.desktop", locks.gnome), ("ubuntu.desktop", locks.gnome),
     ("ubuntu-xorg.desktop", locks.gnome),
     ("cinnamon.desktop", locks.cinnamon)],
)  # fmt: skip
def test_a_desktop_is_known_by_its_session(name: str, read: locks.Lock) -> None:
    assert lock_of(name) is read


@pytest.mark.parametrize(
    "name",
    ["lxqt.desktop", "mate.desktop", "ubuntu-mate.desktop", "lubuntu.desktop", "i3.desktop", "budgie-desktop.desktop"],
)
def test_an_unknown_desktop_is_not_taken_for_gnome(box, name: str) -> None:
    with pytest.raises(CannotTell):
        lock_of(name)
    session(box, name.removesuffix(".desktop"))
    assert isinstance(lock(box), Unknown)


def test_without_a_desktop_there_is_nothing_to_look_at(box) -> None:
    box.person()
    for probe in (desktop.screen_lock, desktop.auto_login, desktop.guest_account, desktop.autorun):
        assert isinstance(box.ask(probe), Absent)


def test_without_people_nobody_knows(box) -> None:
    box.write("/usr/share/wayland-sessions/gnome.desktop", "")
    assert isinstance(box.ask(desktop.screen_lock), Unknown)


def test_the_weakest_session_is_the_one_told(box) -> None:
    session(box, "plasma")
    box.person("karim", 1001)
    box.write("/home/helene/.config/kscreenlockerrc", "[Daemon]\nTimeout=2\nLockGrace=0\n")
    assert box.ask(desktop.screen_lock) == ScreenLock(locks=True, after_seconds=305, sessions=2)
    box.write("/home/karim/.config/kscreenlockerrc", "[Daemon]\nAutolock=false\n")
    assert box.ask(desktop.screen_lock) == ScreenLock(locks=False, after_seconds=None, sessions=2)


def test_every_desktop_that_can_be_chosen_counts(box) -> None:
    home = session(box, "plasma", "gnome")
    assert lock(box) == 305
    box.write("/etc/dconf/db/local.d/00", "[org/gnome/desktop/screensaver]\nlock-enabled=false\n")
    assert lock(box) is None
    box.write(f"{home}/.config/kscreenlockerrc", "[Daemon]\nTimeout=1\n")
    assert lock(box) is None


# ------------------------------------------------------------------ KDE


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 305), ("[Daemon]\nTimeout=10\n", 605), ("[Daemon]\nTimeout = 10\nLockGrace = 60\n", 660),
     ("[Daemon]\nAutolock=false\n", None),
     ("[Daemon]\nAutolock=False\nTimeout=3\n", None), ("[Daemon]\nAutolock=0\n", None),
     ("[Daemon]\nAutolock[$i]=false\n", None), ("[Daemon]\nTimeout=0\n", None),
     ("[Daemon]\n#Autolock=false\n", 305), ("[Daemon]\nTimeout[$i]=1\nLockGrace=0\n", 60)],
)  # fmt: skip
def test_kde_locks_when_its_file_says(box, text: str, seconds: int | None) -> None:
    home = session(box, "plasma")
    box.write(f"{home}/.config/kscreenlockerrc", text)
    assert lock(box) == seconds


def test_the_persons_file_of_kde_wins_over_the_systems(box) -> None:
    home = session(box, "plasma")
    box.write("/etc/xdg/kscreenlockerrc", "[Daemon]\nTimeout=20\nLockGrace=0\n")
    assert lock(box) == 1200
    box.write(f"{home}/.config/kscreenlockerrc", "[Daemon]\nTimeout=2\n")
    assert lock(box) == 120


# ------------------------------------------------------------------ XFCE


def switch(name: str, value: str, kind: str = "bool") -> str:
    return f'<property name="{name}" type="{kind}" value="{value}"/>'


def branch(name: str, *inside: str) -> str:
    return f'<property name="{name}" type="empty">{"".join(inside)}</property>\n'


def xfconf(saver: str = "true", idle: str = "true", lock: str = "true", activation: str = "true", **delays: str) -> str:
    idling = branch("idle-activation", switch("enabled", idle), switch("delay", delays.get("delay", "5"), "int"))
    locking = branch(
        "saver-activation", switch("enabled", activation), switch("delay", delays.get("grace", "0"), "int")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<channel name="xfce4-screensaver" version="1.0">\n'
        + branch("saver", switch("enabled", saver), idling)
        + branch("lock", switch("enabled", lock), locking)
        + "</channel>\n"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(xfconf(), 300), (xfconf(delay="10"), 600), (xfconf(delay="10", grace="3"), 780),
     (xfconf(saver="false"), None), (xfconf(idle="false"), None),
     (xfconf(lock="false"), None), (xfconf(activation="false"), None), ("", 300)],
)  # fmt: skip
def test_xfce_locks_when_its_file_says(box, text: str, seconds: int | None) -> None:
    home = session(box, "xfce")
    box.write("/usr/bin/xfce4-screensaver", "")
    box.write(home + XFCE, text)
    assert lock(box) == seconds


def test_another_locker_of_xfce_is_not_known(box) -> None:
    session(box, "xfce")
    assert isinstance(lock(box), Unknown)


@pytest.mark.parametrize(
    "text", ["<channel", "noise", '<!DOCTYPE a [<!ENTITY b "c">]><channel>&b;</channel>', "<a>" * 100_000]
)
def test_a_file_of_xfce_that_is_not_one_is_unknown(box, text: str) -> None:
    home = session(box, "xfce")
    box.write("/usr/bin/xfce4-screensaver", "")
    box.write(home + XFCE, text)
    assert isinstance(lock(box), Unknown)


# ------------------------------------------------------------------ GNOME, Cinnamon


def keyfile(idle: str = "", enabled: str = "", delay: str = "", base: str = "org/gnome/desktop") -> str:
    saver = "".join(f"{key}={value}\n" for key, value in (("lock-enabled", enabled), ("lock-delay", delay)) if value)
    return f"[{base}/session]\n" + (f"idle-delay={idle}\n" if idle else "") + f"\n[{base}/screensaver]\n{saver}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(keyfile(), 300), (keyfile("uint32 600"), 600), (keyfile("600", delay="uint32 30"), 630),
     (keyfile("uint32 0"), None),
     (keyfile(enabled="false"), None), (keyfile("uint32 900", "true"), 900), ("# rien\n", 300)],
)  # fmt: skip
def test_gnome_locks_when_the_system_says(box, text: str, seconds: int | None) -> None:
    session(box, "gnome")
    box.write("/etc/dconf/db/local.d/00-ecran", text)
    assert lock(box) == seconds


def test_cinnamon_has_settings_of_its_own(box) -> None:
    session(box, "cinnamon")
    box.write("/etc/dconf/db/local.d/00", keyfile("uint32 60"))
    assert lock(box) == 900
    box.write("/etc/dconf/db/local.d/00", keyfile("uint32 60", base="org/cinnamon/desktop"))
    assert lock(box) == 60


def test_the_local_settings_win_and_a_later_file_wins(box) -> None:
    session(box, "gnome")
    box.write("/etc/dconf/db/distro.d/00", keyfile("uint32 100"))
    box.write("/etc/dconf/db/site.d/00", keyfile("uint32 200"))
    assert lock(box) == 200
    box.write("/etc/dconf/db/local.d/00", keyfile("uint32 300"))
    box.write("/etc/dconf/db/local.d/10", keyfile("uint32 400"))
    assert lock(box) == 400


def test_the_folder_of_forbidden_changes_is_not_a_settings_file(box) -> None:
    session(box, "gnome")
    box.write("/etc/dconf/db/local.d/00", keyfile("uint32 120"))
    box.write("/etc/dconf/db/local.d/locks/ecran", "/org/gnome/desktop/session/idle-delay\n")
    assert lock(box) == 120


@pytest.mark.parametrize("text", ["no section", "[org/gnome/desktop/session]\nidle-delay=souvent\n", "[a]\n[a\nb=c"])
def test_settings_that_do_not_read_are_unknown(box, text: str) -> None:
    session(box, "gnome")
    box.write("/etc/dconf/db/local.d/00", text)
    assert isinstance(lock(box), Unknown)


def dconf(folder: Path, text: str) -> Path:
    """A person's database, made by dconf itself."""
    (folder / "source").mkdir()
    (folder / "source/00").write_text(text)
    (folder / "home/.config/dconf").mkdir(parents=True)
    subprocess.run(["dconf", "compile", folder / "home/.config/dconf/user", folder / "source"], check=True)
    return folder / "home"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (keyfile("uint32 0"), None),
        (keyfile(enabled="false"), None),
        (keyfile("uint32 180"), 180),
        (keyfile(base="org/other"), 300),
    ],
)
def test_a_persons_own_settings_are_read_and_nothing_is_written(
    tmp_path: Path, live, text: str, seconds: int | None
) -> None:
    home = dconf(tmp_path, text)
    before = sorted(home.rglob("*"))
    code = (
        "from hygie.probes.linux.locks import gnome\nfrom hygie.probes.linux.homes import Account, Home\n"
        f"print(gnome(machine, Home('{home}', Account('h', 1000, 1000, '{home}', '/bin/sh'))))"
    )
    assert live("", code) == str(seconds)
    assert sorted(home.rglob("*")) == before


def test_a_persons_database_that_does_not_read_is_unknown(tmp_path: Path, live) -> None:
    home = dconf(tmp_path, keyfile("uint32 180"))
    code = (
        "from hygie.probes.linux.locks import gnome\nfrom hygie.probes.linux.homes import Account, Home\n"
        f"home = Home('{home}', Account('h', 1000, 1000, '{home}', '/bin/sh'))\n"
        "print(type(ask(lambda m: gnome(m, home), machine)).__name__)"
    )
    (tmp_path / "dconf").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "dconf").chmod(0o755)
    assert live(f"mount --bind {tmp_path}/dconf /usr/bin/dconf", code) == "Unknown"


def test_a_computer_that_does_not_run_and_has_own_settings_is_unknown(box) -> None:
    home = session(box, "gnome")
    box.write(f"{home}/.config/dconf/user", "GVariant")
    assert isinstance(lock(box), Unknown)


# ------------------------------------------------------------------ whatever the files


@given(st.text(max_size=300) | st.text("[]=\n ab/#", max_size=200))
def test_whatever_a_keyfile_holds_it_is_read_or_unknown(text: str) -> None:
    with contextlib.suppress(CannotTell):
        assert all(isinstance(key, str) for key, _ in parse_keyfile(text, ""))


@given(st.text(max_size=300) | st.text("<>/&; propertynamevalue=\"'!-", max_size=200))
def test_whatever_an_xml_holds_it_is_read_or_unknown(text: str) -> None:
    for body in (text, f"<channel>{text}</channel>"):
        with contextlib.suppress(CannotTell):
            assert isinstance(parse_xfconf(body), dict)


@given(text=st.text(max_size=200) | st.text("Timeoutlck=[]0123456789\n", max_size=100))
def test_whatever_a_file_of_kde_holds_there_is_an_answer(text: str, boxes) -> None:
    box = boxes()
    box.write("/h/.config/kscreenlockerrc", text)
    try:
        found = locks.kde(box.machine(), Home("/h", Account("h", 1000, 1000, "/h", "")))
    except CannotTell:
        return
    assert found is None or found >= 0
