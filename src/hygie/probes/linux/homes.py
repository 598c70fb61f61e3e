"""People's accounts and folders: who they are in /etc/passwd, and whether we may look."""

import os
from dataclasses import dataclass

from hygie.probes.linux.mounts import closed_places, is_closed
from hygie.probes.machine import CannotTell, Machine

FIRST_PERSON, LAST_PERSON = 1000, 59_999
_LONGEST_NUMBER = 10
_NO_SESSION = frozenset({"nologin", "false", "true", "sync", "halt", "shutdown"})
IN_SHADOW = "x"


@dataclass(frozen=True, slots=True)
class Account:
    """A line of passwd(5)."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    stored: str = IN_SHADOW

    @property
    def opens_session(self) -> bool:
        """Whether the account can open a session at all."""
        return self.shell.rpartition("/")[2] not in _NO_SESSION

    @property
    def is_person(self) -> bool:
        """Whether it is somebody's account, not a service's."""
        return FIRST_PERSON <= self.uid <= LAST_PERSON and self.opens_session


@dataclass(frozen=True, slots=True)
class Home:
    """A person's folder that we may enter."""

    place: str
    account: Account


def accounts(machine: Machine) -> tuple[Account, ...]:
    """Every account of passwd(5)."""
    return machine.once("accounts", _read_accounts)


def _read_accounts(machine: Machine) -> tuple[Account, ...]:
    rows = [line.split(":") for line in machine.read("/etc/passwd").splitlines()]
    whole = [row for row in rows if len(row) == 7 and _is_number(row[2]) and _is_number(row[3])]  # noqa: PLR2004 - passwd(5)
    return tuple(Account(row[0], int(row[2]), int(row[3]), row[5], row[6], row[1]) for row in whole)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER


def people(machine: Machine) -> list[Account]:
    """People's accounts."""
    return [account for account in accounts(machine) if account.is_person]


def homes(machine: Machine) -> list[Home]:
    """Folders of people and of root that exist and that we may enter; never one on a network mount."""
    return [home for home in _existing(machine) if _enterable(machine, home)]


def whole_homes(machine: Machine) -> list[Home]:
    """The same, but CannotTell when one of the people's folders is closed to us: an empty answer would flatter."""
    if not all(_enterable(machine, home) for home in people_homes(machine)):
        raise CannotTell("Des dossiers personnels sont fermés : relancez avec les droits d'administrateur.")
    return homes(machine)


def people_homes(machine: Machine) -> list[Home]:
    """People's folders that exist, open to us or not; CannotTell when one lies on a network mount."""
    closed = closed_places(machine)
    if any(is_closed(account.home, closed) for account in people(machine)):
        raise CannotTell("Des dossiers personnels sont sur le réseau : Hygie n'y entre pas.")
    return [home for home in _existing(machine) if home.account.is_person]


def _existing(machine: Machine) -> list[Home]:
    closed = closed_places(machine)
    chosen = [account for account in accounts(machine) if account.is_person or account.uid == 0]
    unique = {place: Home(place, account) for account in chosen if (place := account.home.rstrip("/"))}
    return [home for place, home in unique.items() if not is_closed(place, closed) and machine.exists(place)]


def _enterable(machine: Machine, home: Home) -> bool:
    return os.access(machine.inside(home.place), os.R_OK | os.X_OK)
