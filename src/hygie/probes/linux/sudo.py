"""Who may become administrator through sudo, and who needs no password for it (sudoers(5))."""

import re
from collections.abc import Iterator

from hygie.probes.machine import CannotTell, Machine, NotThere

_SUDOERS = "/etc/sudoers"
_MAX_INCLUDES = 8
_INCLUDE = re.compile(r"[@#]include(dir)?\s+(.+)")
_COMMENT = re.compile(r"#(?!\d|include(?:dir)?\s).*")
_NOPASSWD = re.compile(r"(?!Defaults).*\bNOPASSWD\s*:")
_NO_AUTH = re.compile(r"Defaults(?:[:@!>]\s*\S+)?\s.*!\s*authenticate\b")
_ALL_COMMANDS = re.compile(r"([%\w][\w.@-]*)\s+[^=]+=\s*(?:\([^)]*\)\s*)?(?:[A-Z_]+\s*:\s*)*ALL\s*$")
_NOT_PEOPLE = ("root", "Defaults")


def rules_without_password(machine: Machine) -> int:
    """How many lines let an account become administrator without its password. NotThere without sudo."""
    if not machine.exists(_SUDOERS):
        raise NotThere("Le programme sudo n'est pas installé.")
    lines = parse(machine)
    return sum(1 for line in lines if _NOPASSWD.match(line) or _NO_AUTH.match(line))


def all_powerful(machine: Machine) -> set[str]:
    """Accounts and groups (« %group ») allowed every command; none when the rules are closed to us."""
    try:
        lines = parse(machine) if machine.exists(_SUDOERS) else []
    except CannotTell:
        return set()
    names = {found[1] for line in lines if (found := _ALL_COMMANDS.match(line))}
    return {name for name in names if name not in _NOT_PEOPLE}


def parse(machine: Machine, name: str = _SUDOERS, includes: int = _MAX_INCLUDES) -> list[str]:
    """The lines of a sudoers file and of those it includes: joined when continued, without comments."""
    if includes == 0:
        raise CannotTell("Les règles de sudo s'incluent sans fin.")
    found: list[str] = []
    for line in machine.read_or(name).replace("\\\n", " ").splitlines():
        kept = line.strip()
        if include := _INCLUDE.match(kept):
            inner = _files(machine, include[2].strip().strip('"'), folder=bool(include[1]))
            found += [one for below in inner for one in parse(machine, below, includes - 1)]
        elif bare := _COMMENT.sub("", kept).strip():
            found.append(bare)
    return found


def _files(machine: Machine, name: str, *, folder: bool) -> Iterator[str]:
    """The files of an include: those of a folder whose name has neither a dot nor a final ~."""
    whole = name if name.startswith("/") else f"/etc/{name}"
    if not folder:
        yield whole
        return
    yield from (f"{whole}/{one}" for one in machine.names(whole) if "." not in one and not one.endswith("~"))
