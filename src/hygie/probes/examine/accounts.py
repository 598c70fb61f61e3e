"""Accounts that are new on Linux: passwd(5) and group(5) against the copies their tools leave (« passwd- »).

Those copies hold the state before the last change only; the log of useradd and usermod, when it can be read, says more.
"""

import re

from hygie.probes.examine.answers import NewAccounts
from hygie.probes.examine.recent import changed_at, is_recent
from hygie.probes.linux.accounts import administrators_of
from hygie.probes.linux.homes import accounts, people
from hygie.probes.linux.logs import lines_since
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.examination import examination_rules

_ADMIN_GROUPS = ("sudo", "wheel", "admin")
_LOGS = ("/var/log/auth.log", "/var/log/secure")
_CREATED = re.compile(r"\buseradd\[\d+\]: new user: name=([^,\s]+),")
_PROMOTED = re.compile(r"\busermod\[\d+\]: add '([\w.-]+)' to (?:shadow )?group '(?:sudo|wheel|admin)'")
_PROMOTED_BY_GPASSWD = re.compile(r"\bgpasswd\[\d+\]: user ([\w.-]+) added by \S+ to group (?:sudo|wheel|admin)\b")
_NO_LOG = "Le journal des comptes n'a pas pu être lu : seul le dernier changement est connu."


def new_accounts(machine: Machine) -> NewAccounts:
    """People's accounts created and accounts promoted in the last days; names are counted, never kept."""
    days = examination_rules().recent_days
    lines, partial = _log(machine, days)
    created = _since_copy(machine, "/etc/passwd", days) | _named(_CREATED, lines)
    promoted = _promoted_since_copy(machine, days) | _named(_PROMOTED, lines) | _named(_PROMOTED_BY_GPASSWD, lines)
    there = {account.name for account in people(machine)}
    chiefs = administrators_of(machine)
    return NewAccounts(len(created & there), len((promoted | created) & chiefs), days, partial)


def _since_copy(machine: Machine, name: str, days: int) -> set[str]:
    """Accounts of the file that its copy does not have yet, when the file changed recently."""
    if not _changed(machine, name, days):
        return set()
    before = {line.partition(":")[0] for line in machine.read(f"{name}-").splitlines()}
    return {account.name for account in accounts(machine)} - before


def _promoted_since_copy(machine: Machine, days: int) -> set[str]:
    if not _changed(machine, "/etc/group", days):
        return set()
    return _members(machine.read("/etc/group")) - _members(machine.read("/etc/group-"))


def _changed(machine: Machine, name: str, days: int) -> bool:
    """Whether the file changed recently and its tools kept a copy of what was before."""
    status = machine.status(name)
    return status is not None and machine.exists(f"{name}-") and is_recent(machine, changed_at(machine, status), days)


def _members(text: str) -> set[str]:
    rows = [line.split(":") for line in text.splitlines()]
    listed = [row[3] for row in rows if len(row) == 4 and row[0] in _ADMIN_GROUPS]  # noqa: PLR2004 - group(5)
    return {name for names in listed for name in names.split(",") if name}


def _log(machine: Machine, days: int) -> tuple[list[str], str]:
    try:
        lines, _ = lines_since(machine, _LOGS, days)
    except CannotTell:
        return [], _NO_LOG
    return lines, ""


def _named(pattern: re.Pattern[str], lines: list[str]) -> set[str]:
    return {found[1] for line in lines if (found := pattern.search(line))}
