"""Where Windows keeps a person's and the computer's files, by the environment of the examined session."""

from hygie.probes.machine import CannotTell, Machine


def variable(machine: Machine, name: str) -> str:
    """The value of an environment variable, whose name ignores case; empty when it is not set."""
    wanted = name.upper()
    found = next((value for key, value in machine.environment.items() if key.upper() == wanted), "")
    return found.rstrip("\\/")


def folder(machine: Machine, name: str) -> str:
    """The folder that an environment variable names."""
    if not (found := variable(machine, name)):
        raise CannotTell("Windows ne dit pas où sont les dossiers de cette session.")
    return found
