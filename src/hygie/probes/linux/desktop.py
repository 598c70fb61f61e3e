"""The graphical session: whether it locks, opens alone, welcomes guests, starts what is plugged in."""

import re

from hygie.probes.facts import AutoLogin, Autorun, GuestAccount, ScreenLock
from hygie.probes.linux.homes import whole_homes
from hygie.probes.linux.locks import lock_of
from hygie.probes.linux.packages import packages
from hygie.probes.machine import CannotTell, Machine, NotThere

_SESSION_FOLDERS = ("/usr/share/xsessions", "/usr/share/wayland-sessions")
_MANAGERS = ("/usr/bin/sddm", "/etc/gdm3", "/etc/gdm", "/etc/lightdm", "/etc/sddm.conf")
_LIGHTDM = ("/usr/share/lightdm/lightdm.conf.d", "/etc/xdg/lightdm/lightdm.conf.d", "/etc/lightdm/lightdm.conf.d")
_GDM_ALONE = re.compile(r"^[ \t]*(?:Automatic|Timed)LoginEnable[ \t]*=[ \t]*(?:true|1)\b", re.MULTILINE | re.IGNORECASE)
_LIGHTDM_ALONE = re.compile(r"^[ \t]*autologin-(?:user[ \t]*=[ \t]*\S|guest[ \t]*=[ \t]*true)", re.MULTILINE)
_SDDM_ALONE = re.compile(r"^\[Autologin\](?:\n(?!\[).*)*\n[ \t]*User[ \t]*=[ \t]*\S", re.MULTILINE)
_NO_DESKTOP = "Cet ordinateur n'a pas de bureau : il s'utilise sans écran de session."


def require_desktop(machine: Machine) -> list[str]:
    """Names of the sessions a person can choose; NotThere when there is none."""
    found = [
        name.casefold() for folder in _SESSION_FOLDERS for name in machine.names(folder) if name.endswith(".desktop")
    ]
    if not found:
        raise NotThere(_NO_DESKTOP)
    return found


def screen_lock(machine: Machine) -> ScreenLock:
    """The weakest lock among the people's sessions and the desktops that can be chosen."""
    locks = dict.fromkeys(map(lock_of, require_desktop(machine)))
    people = [home for home in whole_homes(machine) if home.account.is_person]
    if not people:
        raise CannotTell("Aucune session de personne ne se lit sur cet ordinateur.")
    delays = [lock(machine, home) for lock in locks for home in people]
    known = [delay for delay in delays if delay is not None]
    weakest = None if len(known) < len(delays) else max(known)
    return ScreenLock(weakest is not None, weakest, len(people))


def auto_login(machine: Machine) -> AutoLogin:
    """Whether GDM, LightDM or SDDM opens a session alone; another display manager is not known here."""
    require_desktop(machine)
    if not any(machine.exists(name) for name in _MANAGERS):
        raise CannotTell("Hygie ne connaît pas le programme qui ouvre les sessions de ce bureau.")
    names = [f"/etc/{folder}/{name}" for folder in ("gdm3", "gdm") for name in ("daemon.conf", "custom.conf")]
    gdm = "\n".join(machine.read_or(name) for name in names)
    sddm = _joined(machine, "/etc/sddm.conf", "/usr/lib/sddm/sddm.conf.d", "/etc/sddm.conf.d")
    alone = _GDM_ALONE.search(gdm) or _LIGHTDM_ALONE.search(_lightdm(machine)) or _SDDM_ALONE.search(sddm)
    return AutoLogin(alone is not None)


def guest_account(machine: Machine) -> GuestAccount:
    """Whether LightDM lets guests in (its default on old Ubuntu needs a guest-session package)."""
    require_desktop(machine)
    return GuestAccount(bool(re.search(r"^[ \t]*allow-guest[ \t]*=[ \t]*true", _lightdm(machine), re.MULTILINE)))


def _lightdm(machine: Machine) -> str:
    return _joined(machine, "/etc/lightdm/lightdm.conf", *_LIGHTDM)


def _joined(machine: Machine, name: str, *folders: str) -> str:
    """The text of a settings file and of the folders that complete it."""
    names = [name, *(file for folder in folders for file in machine.files(folder, ".conf"))]
    return "\n".join(machine.read_or(file) for file in names)


def autorun(machine: Machine) -> Autorun:
    """Whether a program mounts and starts what is plugged in without asking; desktops of today ask."""
    require_desktop(machine)
    return Autorun("usbmount" in packages(machine) or "ivman" in packages(machine))
