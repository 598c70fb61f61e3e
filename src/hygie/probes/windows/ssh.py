"""OpenSSH server for Windows: its sshd_config, with the defaults of sshd. Windows has no root account to let in.

The first value of a keyword wins; a laxer value inside a `Match` block counts as the server's, for some account has it.
"""

from hygie.probes.collect import Probe
from hygie.probes.facts import SshServer
from hygie.probes.machine import Machine, NotThere
from hygie.probes.windows.answers import Row
from hygie.probes.windows.folders import folder
from hygie.probes.windows.powershell import Theme

THEME = Theme(
    "ssh", {"service": "Get-CimInstance Win32_Service -Filter 'Name=''sshd''' | Select-Object State, StartMode"}
)


def is_served(rows: list[Row]) -> bool:
    """Whether the service exists and runs, or will at the next start."""
    return any(row.needed("State") == "Running" or row.needed("StartMode") == "Auto" for row in rows)


def server(text: str) -> SshServer:
    """What the settings accept."""
    password = _values(text, "passwordauthentication")
    empty = _values(text, "permitemptypasswords")
    return SshServer(_lax(password, default=True), "no", _lax(empty, default=False))


def _values(text: str, keyword: str) -> list[tuple[bool, bool]]:
    found, inside = [], False
    for line in text.splitlines():
        words = line.partition("#")[0].replace("=", " ").lower().split()
        inside = inside or words[:1] == ["match"]
        if words[:1] == [keyword] and len(words) > 1:
            found.append((inside, words[1].strip('"') == "yes"))
    return found


def _lax(values: list[tuple[bool, bool]], *, default: bool) -> bool:
    general = next((yes for inside, yes in values if not inside), default)
    return general or any(yes for inside, yes in values if inside)


def probe_server(machine: Machine) -> SshServer:
    """What the remote terminal accepts."""
    if not is_served(THEME.ask(machine).rows("service")):
        raise NotThere("Aucun serveur de terminal à distance (OpenSSH) ne tourne sur cet ordinateur.")
    return server(machine.read_or(f"{folder(machine, 'PROGRAMDATA')}/ssh/sshd_config"))


PROBES: dict[type, Probe] = {SshServer: probe_server}
