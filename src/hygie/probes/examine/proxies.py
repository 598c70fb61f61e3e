"""Intermediaries that one person's desktop, browser or session is sent through: GNOME, Firefox, the environment."""

import re

from hygie.probes.examine.answers import OwnProxies
from hygie.probes.linux.homes import Home, homes
from hygie.probes.machine import CannotTell, Machine

_FIREFOX = (".mozilla/firefox", "snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox")
_BY_HAND_OR_SCRIPT = re.compile(r'^user_pref\("network\.proxy\.type",\s*[12]\);', re.MULTILINE)
_MODE = re.compile(r"^\[(?:system/proxy|/)\]\s*$(?:\n(?!\[).*)*?\nmode\s*=\s*'(?:manual|auto)'", re.MULTILINE)
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
_NOWHERE = "/proc/nowhere"
_NO_DCONF = "Les réglages réseau du bureau d'une personne n'ont pas pu être lus."


def own_proxies(machine: Machine) -> OwnProxies:
    """How many people's desktops, Firefox profiles or session environments set an intermediary."""
    found, partial = int(_in_environment(machine)) + _in_system_keyfiles(machine), ""
    for home in homes(machine):
        found += sum(1 for name in _profiles(machine, home) if _BY_HAND_OR_SCRIPT.search(_text(machine, name)))
        try:
            found += int(bool(_MODE.search(_dconf(machine, home))))
        except CannotTell:
            partial = _NO_DCONF
    return OwnProxies(found, partial)


def _in_environment(machine: Machine) -> bool:
    """Whether the session that asks is sent through an intermediary; only the running computer has one."""
    named = {key.casefold(): value for key, value in machine.environment.items()}
    return machine.live and any(named.get(key) for key in _VARIABLES)


def _in_system_keyfiles(machine: Machine) -> int:
    folders = [f"/etc/dconf/db/{name}.d" for name in ("distro", "site", "local")]
    texts = (_text(machine, name) for folder in folders for name in machine.files(folder))
    return sum(1 for text in texts if _MODE.search(text))


def _profiles(machine: Machine, home: Home) -> list[str]:
    return [
        f"{profile}/{name}"
        for place in _FIREFOX
        for profile in machine.files(f"{home.place}/{place}")
        for name in ("prefs.js", "user.js")
        if machine.exists(f"{profile}/{name}")
    ]


def _dconf(machine: Machine, home: Home) -> str:
    """The person's own settings of GNOME's proxy, printed by dconf(1); "" when they changed nothing."""
    if not machine.exists(f"{home.place}/.config/dconf/user"):
        return ""
    place = str(machine.path(home.place))
    environment = {"XDG_CONFIG_HOME": f"{place}/.config", "HOME": place, "XDG_RUNTIME_DIR": _NOWHERE}
    output = machine.run(["dconf", "dump", "/system/proxy/"], environment=environment)
    if output.code:
        raise CannotTell(_NO_DCONF)
    return output.text


def _text(machine: Machine, name: str) -> str:
    try:
        return machine.read_or(name)
    except CannotTell:
        return ""
