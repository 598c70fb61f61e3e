"""After how long a session locks: GNOME and Cinnamon (dconf(7)), KDE (kscreenlockerrc), XFCE (xfce4-screensaver)."""

import configparser
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from hygie.probes.linux.homes import Home
from hygie.probes.machine import CannotTell, Machine

Lock = Callable[[Machine, Home], int | None]

_DATABASES = ("distro", "site", "local")
_NOWHERE = "/proc/nowhere"
_FALSE = ("false", "no", "off", "0")
_UNREADABLE = "Les réglages du verrouillage ne se lisent pas."
_NUMBER = re.compile(r"[0-9]{1,9}")
_XFCE_SWITCHES = (
    "saver/enabled", "saver/idle-activation/enabled", "lock/enabled", "lock/saver-activation/enabled",
)  # fmt: skip


def lock_of(session: str) -> Lock:
    """Where the lock of a desktop is set, from the name of its session file; CannotTell for an unknown desktop."""
    for stems, lock in _DESKTOPS:
        if session.startswith(stems):
            return lock
    raise CannotTell("Hygie ne connaît pas le verrouillage de ce bureau.")


# ------------------------------------------------------------------ KDE


def kde(machine: Machine, home: Home) -> int | None:
    """Seconds of kscreenlockerrc, the person's before the system's; 5 minutes and 5 seconds when nothing is said."""
    settings = {**_ini(machine, "/etc/xdg/kscreenlockerrc"), **_ini(machine, f"{home.place}/.config/kscreenlockerrc")}
    idle = _count(settings.get("Timeout", "5"))
    if settings.get("Autolock", "true").casefold() in _FALSE or idle == 0:
        return None
    return idle * 60 + _count(settings.get("LockGrace", "5"))


def _ini(machine: Machine, name: str) -> dict[str, str]:
    lines = [line.partition("=") for line in machine.read_or(name).splitlines() if not line.lstrip().startswith("#")]
    return {re.sub(r"\[\$\w+\]$", "", key.strip()): value.strip() for key, equals, value in lines if equals}


def _count(text: str) -> int:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise CannotTell(_UNREADABLE)
    return int(found[0])


# ------------------------------------------------------------------ XFCE


def xfce(machine: Machine, home: Home) -> int | None:
    """Seconds of xfce4-screensaver; another locker (light-locker, xscreensaver) has settings that nobody reads here."""
    if not machine.exists("/usr/bin/xfce4-screensaver"):
        raise CannotTell("Hygie ne connaît pas le verrouillage de ce bureau.")
    name = f"{home.place}/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml"
    settings = parse_xfconf(machine.read_or(name))
    if any(settings.get(key) == "false" for key in _XFCE_SWITCHES):
        return None
    idle = _count(settings.get("saver/idle-activation/delay", "5"))
    return (idle + _count(settings.get("lock/saver-activation/delay", "0"))) * 60


def parse_xfconf(text: str) -> dict[str, str]:
    """(« saver/enabled », « true ») of an xfconf channel; CannotTell when it is not one."""
    if not text:
        return {}
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL):
        raise CannotTell(_UNREADABLE)
    try:
        return dict(_properties(ET.fromstring(text), ""))  # noqa: S314 - no entity can be declared without « <! »
    except (ET.ParseError, ValueError, RecursionError) as error:
        raise CannotTell(_UNREADABLE) from error


def _properties(element: ET.Element, above: str) -> Iterator[tuple[str, str]]:
    for below in element.iterfind("property"):
        path = f"{above}{below.get('name', '')}"
        yield path, below.get("value", "")
        yield from _properties(below, f"{path}/")


# ------------------------------------------------------------------ GNOME, Cinnamon


def gnome(machine: Machine, home: Home) -> int | None:
    """Seconds of GNOME's settings: 5 minutes when nothing is said."""
    return _from_dconf(machine, home, "org/gnome/desktop/", idle=300)


def cinnamon(machine: Machine, home: Home) -> int | None:
    """Seconds of Cinnamon's own settings: 15 minutes when nothing is said."""
    return _from_dconf(machine, home, "org/cinnamon/desktop/", idle=900)


def _from_dconf(machine: Machine, home: Home, prefix: str, idle: int) -> int | None:
    defaults, locked = _system_settings(machine, prefix)
    mine = {key: value for key, value in _own_settings(machine, home, prefix).items() if key not in locked}
    settings = {**defaults, **mine}
    if settings.get("screensaver/lock-enabled", "true") == "false":
        return None
    after = _seconds(settings.get("session/idle-delay", str(idle)))
    return after + _seconds(settings.get("screensaver/lock-delay", "0")) if after else None


def _seconds(value: str) -> int:
    return _count(value.removeprefix("uint32"))


def _system_settings(machine: Machine, prefix: str) -> tuple[dict[str, str], set[str]]:
    """What the system's key files say, the local ones winning, and the keys they forbid to change."""
    folders = [f"/etc/dconf/db/{name}.d" for name in _DATABASES]
    texts = [machine.read_or(name) for folder in folders for name in _plain_files(machine, folder)]
    locks = [machine.read_or(name) for folder in folders for name in _plain_files(machine, f"{folder}/locks")]
    keys = {line.strip().strip("/") for text in locks for line in text.splitlines()}
    defaults = {key: value for text in texts for key, value in parse_keyfile(text, prefix)}
    return defaults, {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}


def _plain_files(machine: Machine, folder: str) -> list[str]:
    return [name for name in machine.files(folder) if not machine.names(name)]


def parse_keyfile(text: str, prefix: str) -> Iterator[tuple[str, str]]:
    """(« screensaver/lock-enabled », « true ») of a dconf key file, for the paths under `prefix`."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), default_section="")
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise CannotTell(_UNREADABLE) from error
    for section in parser.sections():
        path = f"{section.strip('/')}/"
        if path.startswith(prefix):
            for key, value in parser.items(section):
                yield f"{path.removeprefix(prefix)}{key}", value.strip()


def _own_settings(machine: Machine, home: Home, prefix: str) -> dict[str, str]:
    """The person's own settings, printed by dconf(1) from their database; empty when they changed nothing.

    Without a run-time folder it may write to, dconf leaves no trace in the person's folder.
    """
    if not machine.exists(f"{home.place}/.config/dconf/user"):
        return {}
    place = str(machine.path(home.place))
    environment = {"XDG_CONFIG_HOME": f"{place}/.config", "HOME": place, "XDG_RUNTIME_DIR": _NOWHERE}
    output = machine.run(["dconf", "dump", f"/{prefix}"], environment=environment)
    if output.code:
        raise CannotTell(_UNREADABLE)
    return dict(parse_keyfile(output.text, ""))


_DESKTOPS: tuple[tuple[tuple[str, ...], Lock], ...] = (
    (("plasma", "kde"), kde),
    (("xfce", "xubuntu"), xfce),
    (("cinnamon",), cinnamon),
    (("gnome", "ubuntu.", "ubuntu-xorg", "ubuntu-wayland", "unity"), gnome),
)
