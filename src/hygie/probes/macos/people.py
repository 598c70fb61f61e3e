"""Who uses this Mac: the person who asks, and people's folders.

Under sudo the person is the one who typed the command; root itself has no session to judge.
"""

from hygie.probes.machine import CannotTell, Machine

USERS = "/Users"
STAFF = 20
_NOT_PEOPLE = ("Shared", "Guest")


def person(machine: Machine) -> str:
    """The short name of the person who asks."""
    asked = (machine.environment.get(key, "") for key in ("SUDO_USER", "USER", "LOGNAME"))
    name = next((name for name in asked if name), "")
    if name in ("", "root"):
        raise CannotTell("Lancez Hygie depuis la session de la personne, pas depuis le compte root.")
    return name


def own_home(machine: Machine) -> str:
    """The folder of the person who asks."""
    return f"{USERS}/{person(machine)}"


def homes(machine: Machine) -> list[str]:
    """People's folders under /Users."""
    names = (name for name in machine.names(USERS) if not name.startswith("."))
    return [f"{USERS}/{name}" for name in names if name not in _NOT_PEOPLE]


def in_own_session(machine: Machine) -> None:
    """CannotTell when a program would answer for another account than the person's."""
    if machine.environment.get("SUDO_USER") or machine.environment.get("USER") == "root":
        raise CannotTell("Lancez Hygie sans sudo : ce réglage appartient à la session de chaque personne.")
