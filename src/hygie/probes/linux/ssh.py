"""What the SSH server accepts, read from sshd_config(5) as sshd reads it."""

import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatchcase

from hygie.probes.facts import SshServer
from hygie.probes.machine import CannotTell, Machine, NotThere

Setting = tuple[bool, str, str]

_CONFIG = "/etc/ssh/sshd_config"
_MAX_INCLUDES = 8
_MAX_SETTINGS = 20_000
_PROGRAMS = ("/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd")
_DEFAULTS = {
    "passwordauthentication": "yes",
    "permitrootlogin": "prohibit-password",
    "permitemptypasswords": "no",
    "kbdinteractiveauthentication": "yes",
    "usepam": "no",
}


def ssh_server(machine: Machine) -> SshServer:
    """What it accepts from at least one person: the first value of a keyword wins, and a Match block adds its own."""
    if not any(machine.exists(program) for program in _PROGRAMS):
        raise NotThere("Aucun serveur SSH n'est installé.")
    settings = accepted(_settings(machine, _CONFIG, _MAX_INCLUDES))
    keyboard = "yes" in settings["kbdinteractiveauthentication"] and "yes" in settings["usepam"]
    password = "yes" in settings["passwordauthentication"] or keyboard
    return SshServer(password, _root(settings["permitrootlogin"]), "yes" in settings["permitemptypasswords"])


def _root(values: set[str]) -> str:
    if values == {"no"}:
        return "no"
    return "yes" if "yes" in values else "keys"


def accepted(settings: list[Setting]) -> dict[str, set[str]]:
    """Keyword → its value for everybody, and those that Match blocks give to some."""
    general = dict(_DEFAULTS)
    general.update({key: value for matched, key, value in reversed(settings) if not matched})
    some = {key: {value for matched, name, value in settings if matched and name == key} for key in _DEFAULTS}
    return {key: {general[key]} | some[key] for key in _DEFAULTS}


def _settings(machine: Machine, name: str, includes: int) -> list[Setting]:
    found: list[Setting] = []
    for matched, key, values in parse(machine.read_or(name)):
        if key == "include":
            found += [(matched or inner, *rest) for inner, *rest in _included(machine, values, includes)]  # type: ignore[misc]
        else:
            found.append((matched, key, values[0].casefold().replace("without-password", "prohibit-password")))
        if len(found) > _MAX_SETTINGS:
            raise CannotTell("Les réglages du serveur SSH sont trop longs.")
    return found


def _included(machine: Machine, patterns: list[str], includes: int) -> list[Setting]:
    if includes == 0:
        raise CannotTell("Les réglages du serveur SSH s'incluent sans fin.")
    names = [name for pattern in patterns for name in _matching(machine, pattern)]
    return [setting for name in names for setting in _settings(machine, name, includes - 1)]


def _matching(machine: Machine, pattern: str) -> list[str]:
    whole = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
    folder, _, name = whole.rpartition("/")
    if not re.search(r"[*?\[]", whole):
        return [whole]
    if re.search(r"[*?\[]", folder):
        raise CannotTell("Hygie ne suit pas toutes les inclusions des réglages du serveur SSH.")
    return [f"{folder}/{one}" for one in machine.names(folder) if fnmatchcase(one, name) and not one.startswith(".")]


def parse(text: str) -> Iterator[tuple[bool, str, list[str]]]:
    """(inside a Match block, keyword in lower case, values) of each line; a Match block ends with its file."""
    matched = False
    for line in text.splitlines():
        words = _words(line)
        key = words[0].casefold() if words else ""
        if key == "match":
            matched = True
        elif len(words) > 1:
            yield matched, key.replace("challengeresponse", "kbdinteractive"), words[1:]


def _words(line: str) -> list[str]:
    spaced = re.sub(r"^\s*(\w+)\s*=", r"\1 ", line)
    try:
        return shlex.split(spaced, comments=True)
    except ValueError:
        return spaced.split("#")[0].split()
