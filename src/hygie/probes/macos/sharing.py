"""What this Mac offers to the network: files, a terminal, its screen.

launchd says whether a service is on; it lists only what somebody changed once, so its port tells for the others.
"""

import re
from collections.abc import Iterator

from hygie.probes.facts import RemoteDesktop, Share, SharedFolders, SshServer
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.macos.network import listening_services
from hygie.probes.macos.reading import spoken

SSH_PORT, SMB_PORT = 22, 445
_SSHD = "/private/etc/ssh/sshd_config"
_ROOT = {"yes": "yes", "no": "no"}


def parse_service(text: str, label: str) -> bool | None:
    """`launchctl print-disabled system`: whether a service is on; older systems print the opposite word."""
    found = re.search(rf'^\s*"{re.escape(label)}"\s*=>\s*(enabled|disabled|true|false)\s*$', text, re.MULTILINE)
    return found[1] in ("enabled", "false") if found else None


def _is_on(machine: Machine, label: str, port: int) -> bool:
    said = parse_service(machine.run(["launchctl", "print-disabled", "system"]).text, label)
    return _listens(machine, port) if said is None else said


def _listens(machine: Machine, port: int) -> bool:
    return any(listener.port == port for listener in listening_services(machine).reachable)


def parse_sshd(main: str, additions: list[str]) -> SshServer:
    """sshd_config(5): the first value of a keyword wins, and macOS reads the additions first."""
    settings: dict[str, str] = {}
    for text in (*additions, main):
        for key, value in _keywords(text):
            settings.setdefault(key, value)
    root = _ROOT.get(settings.get("permitrootlogin", "prohibit-password"), "keys")
    return SshServer(_asks(settings), root, empty_passwords=settings.get("permitemptypasswords", "no") == "yes")


def _asks(settings: dict[str, str]) -> bool:
    keyboard = settings.get("kbdinteractiveauthentication", settings.get("challengeresponseauthentication", "yes"))
    through_pam = keyboard == "yes" and settings.get("usepam", "no") == "yes"
    return through_pam or settings.get("passwordauthentication", "yes") == "yes"


def _keywords(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        words = re.split(r"[\s=]+", line.strip(), maxsplit=1)
        if words[0].lower() == "match":
            return
        if len(words) > 1 and not words[0].startswith("#"):
            yield words[0].lower(), words[1].strip().strip('"').lower()


def ssh_server(machine: Machine) -> SshServer:
    """« Session à distance » and what it accepts."""
    if not _is_on(machine, "com.openssh.sshd", SSH_PORT):
        raise NotThere("La session à distance (SSH) est éteinte.")
    additions = [machine.read(name) for name in machine.files(f"{_SSHD}.d")]
    return parse_sshd(machine.read_or(_SSHD), additions)


def remote_desktop(machine: Machine) -> RemoteDesktop:  # noqa: ARG001 - every probe takes the machine
    """Windows' remote desktop has no server in macOS; screen sharing is VNC and shows among the ports."""
    raise NotThere("macOS n'a pas de bureau à distance Windows ; le partage d'écran se vérifie avec les ports ouverts.")


def parse_guests(text: str) -> bool:
    """`sysadminctl -smbGuestAccess status`: whether shares accept visitors at all."""
    found = re.search(r"SMB guest access (enabled|disabled)", text, re.IGNORECASE)
    if found is None:
        raise CannotTell("L'accès des invités aux dossiers partagés n'a pas été compris.")
    return found[1].lower() == "enabled"


def parse_shares(text: str, guests: bool) -> SharedFolders:  # noqa: FBT001 - a fact, not an option
    """`sharing -l`: the folders offered by SMB, and whether a visitor reads or changes them."""
    if "List of Share Points" not in text:
        raise CannotTell("La liste des dossiers partagés n'a pas été comprise.")
    blocks = [dict(re.findall(r"^\s*([\w -]+):\s*(\d)\s*$", block, re.MULTILINE)) for block in _smb_blocks(text)]
    offered = [block for block in blocks if block.get("shared") == "1"]
    return SharedFolders(tuple(_share(block, guests=guests) for block in offered))


def _smb_blocks(text: str) -> list[str]:
    return re.findall(r"^\s*smb:\s*\{(.*?)\}", text, re.MULTILINE | re.DOTALL)


def _share(block: dict[str, str], *, guests: bool) -> Share:
    visitors = guests and block.get("guest access") == "1"
    return Share(anonymous=visitors, writable_by_all=visitors and block.get("read-only") == "0")


def shared_folders(machine: Machine) -> SharedFolders:
    """Folders offered when file sharing is on."""
    if not _is_on(machine, "com.apple.smbd", SMB_PORT):
        raise NotThere("Le partage de fichiers est éteint.")
    guests = parse_guests(spoken(machine, "sysadminctl -smbGuestAccess status"))
    return parse_shares(spoken(machine, "sharing -l"), guests)
