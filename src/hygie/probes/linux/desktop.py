"""The graphical session: does it lock, does it open alone, does it welcome guests, does it start what is plugged in?"""

import configparser
import re
from collections.abc import Iterator

from hygie.probes.facts import Autorun, AutoLogin, GuestAccount, ScreenLock
from hygie.probes.linux.homes import Home, homes
from hygie.probes.linux.packages import packages
from hygie.probes.machine import CannotTell, Machine, NotThere

_SESSION_FOLDERS = ("/usr/share/xsessions", "/usr/share/wayland-sessions")
_DCONF = ("/etc/dconf/db/local.d", "/etc/dconf/db/site.d", "/etc/dconf/db/distro.d")
_GNOME_IDLE, _KDE_IDLE = 300, 300
_NO_DESKTOP = "Cet ordinateur n'a pas de bureau : il s'utilise sans écran de session."


def require_desktop(machine: Machine) -> list[str]:
    """Names of the sessions a person can choose; NotThere when there is none."""
    found = [name.casefold() for folder in _SESSION_FOLDERS for name in machine.names(folder) if name.endswith(".desktop")]
    if not found:
        raise NotThere(_NO_DESKTOP)
    return found


def screen_lock(machine: Machine) -> ScreenLock:
    """The weakest lock among the people's sessions, from dconf(7) key files, user settings, KDE or XFCE."""
    sessions = require_desktop(machine)
    people = [home for home in homes(machine) if home.account.is_person]
    if not people:
        raise CannotTell("Aucune session de personne ne se lit sur cet ordinateur.")
    delays = [_delay(machine, home, sessions) for home in people]
    known = [delay for delay in delays if delay is not None]
    weakest = None if len(known) < len(delays) else max(known)
    return ScreenLock(weakest is not None, weakest, len(people))


def _delay(machine: Machine, home: Home, sessions: list[str]) -> int | None:
    """Seconds before the session locks; None when it never does."""
    if any("plasma" in name for name in sessions):
        return _kde(machine, home)
    if any(word in name for name in sessions for word in ("gnome", "ubuntu", "unity", "cinnamon")):
        return _gnome(machine, home)
    if any("xfce" in name for name in sessions):
        return _xfce(machine, home)
    raise CannotTell("Hygie ne connaît pas le verrouillage de ce bureau.")


def _kde(machine: Machine, home: Home) -> int | None:
    settings = _ini(machine.read_or(f"{home.place}/.config/kscreenlockerrc"))
    if settings.get("Autolock", "true").casefold() == "false":
        return None
    return int(settings.get("Timeout", _KDE_IDLE / 60)) * 60


def _ini(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def _xfce(machine: Machine, home: Home) -> int | None:
    text = machine.read_or(f"{home.place}/.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-screensaver.xml")
    if re.search(r'name="enabled"[^>]*value="false"', text):
        return None
    found = re.search(r'name="delay"[^>]*value="(\d+)"', text)
    return int(found[1]) * 60 if found else 300


def _gnome(machine: Machine, home: Home) -> int | None:
    settings = {**_dconf_defaults(machine), **_dconf_user(machine, home)}
    if settings.get("screensaver/lock-enabled", "true") == "false":
        return None
    idle = _seconds(settings.get("session/idle-delay", str(_GNOME_IDLE)))
    return idle + _seconds(settings.get("screensaver/lock-delay", "0")) if idle else None


def _seconds(value: str) -> int:
    return int(value.replace("uint32", "").strip() or 0)


def _dconf_defaults(machine: Machine) -> dict[str, str]:
    texts = [machine.read_or(name) for folder in _DCONF for name in machine.files(folder)]
    return {key: value for text in texts for key, value in parse_keyfile(text, "org/gnome/desktop/")}


def parse_keyfile(text: str, prefix: str) -> Iterator[tuple[str, str]]:
    """(« screensaver/lock-enabled », « true ») of a dconf key file, for the paths under `prefix`."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in parser.sections():
        path = f"{section.strip('/')}/"
        if path.startswith(prefix):
            for key, value in parser.items(section):
                yield f"{path.removeprefix(prefix)}{key}", value.strip()


def _dconf_user(machine: Machine, home: Home) -> dict[str, str]:
    """The person's own settings, printed by dconf(1) from their database; empty when they changed nothing."""
    if not machine.exists(f"{home.place}/.config/dconf/user"):
        return {}
    output = machine.run(
        ["dconf", "dump", "/org/gnome/desktop/"],
        environment={"XDG_CONFIG_HOME": str(machine.path(f"{home.place}/.config")), "HOME": str(machine.path(home.place))},
    )
    return {key: value for key, value in parse_keyfile(output.text, "")} if output.code == 0 else {}  # noqa: C416


def auto_login(machine: Machine) -> AutoLogin:
    """Whether GDM, LightDM or SDDM opens a session alone."""
    require_desktop(machine)
    gdm = "\n".join(machine.read_or(f"/etc/{folder}/{name}") for folder in ("gdm3", "gdm") for name in ("daemon.conf", "custom.conf"))
    lightdm = _joined(machine, "/etc/lightdm/lightdm.conf", "/etc/lightdm/lightdm.conf.d")
    sddm = _joined(machine, "/etc/sddm.conf", "/etc/sddm.conf.d")
    return AutoLogin(
        bool(
            re.search(r"^\s*(?:Automatic|Timed)LoginEnable\s*=\s*true", gdm, re.MULTILINE | re.IGNORECASE)
            or re.search(r"^\s*autologin-user\s*=\s*\S", lightdm, re.MULTILINE)
            or re.search(r"^\[Autologin\][^\[]*^User=\S", sddm, re.MULTILINE)
        )
    )


def guest_account(machine: Machine) -> GuestAccount:
    """Whether LightDM lets guests in (its default on old Ubuntu needs a guest-session package)."""
    require_desktop(machine)
    text = _joined(machine, "/etc/lightdm/lightdm.conf", "/etc/lightdm/lightdm.conf.d")
    return GuestAccount(bool(re.search(r"^\s*allow-guest\s*=\s*true", text, re.MULTILINE)))


def autorun(machine: Machine) -> Autorun:
    """Whether a program mounts and starts what is plugged in without asking; desktops of today ask."""
    require_desktop(machine)
    return Autorun("usbmount" in packages(machine) or "ivman" in packages(machine))


def _joined(machine: Machine, name: str, folder: str) -> str:
    return "\n".join(machine.read_or(file) for file in (name, *machine.files(folder, ".conf")))
