"""People's accounts and folders: who they are in /etc/passwd, and whether we may look."""

import os
from dataclasses import dataclass

from hygie.probes.linux.mounts import closed_places
from hygie.probes.machine import CannotTell, Machine

FIRST_PERSON, LAST_PERSON = 1000, 59_999
_NO_SESSION = ("nologin", "false", "sync", "halt", "shutdown")


@dataclass(frozen=True, slots=True)
class Account:
    """A line of passwd(5)."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str

    @property
    def opens_session(self) -> bool:
        """Whether the account can open a session at all."""
        return not self.shell.endswith(_NO_SESSION)

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
    whole = [row for row in rows if len(row) == 7 and row[2].isdigit() and row[3].isdigit()]  # noqa: PLR2004 - passwd(5)
    return tuple(Account(row[0], int(row[2]), int(row[3]), row[5], row[6]) for row in whole)


def people(machine: Machine) -> list[Account]:
    """People's accounts."""
    return [account for account in accounts(machine) if account.is_person]


def homes(machine: Machine) -> list[Home]:
    """Folders of people and of root that exist and that we may enter; never one on a network mount."""
    return [home for home in _existing(machine) if _enterable(machine, home)]


def whole_homes(machine: Machine) -> list[Home]:
    """The same, but CannotTell when one of the people's folders is closed to us: an empty answer would flatter."""
    existing = [home for home in _existing(machine) if home.account.is_person]
    if not all(_enterable(machine, home) for home in existing):
        raise CannotTell("Des dossiers personnels sont fermés : relancez avec les droits d'administrateur.")
    return homes(machine)


def _existing(machine: Machine) -> list[Home]:
    closed = closed_places(machine)
    chosen = [account for account in accounts(machine) if account.is_person or account.uid == 0]
    unique = {account.home.rstrip("/"): Home(account.home.rstrip("/"), account) for account in chosen if account.home != "/"}
    return [home for place, home in unique.items() if place not in closed and machine.exists(place)]


def _enterable(machine: Machine, home: Home) -> bool:
    return os.access(machine.path(home.place), os.R_OK | os.X_OK)
