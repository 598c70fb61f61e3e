"""What other machines can reach: open ports, remote desktop, wireless networks."""

import ipaddress
import os
import re
import sys
from collections.abc import Iterator

from hygie.probes.facts import Listener, ListeningServices, RemoteDesktop, Wifi
from hygie.probes.linux.packages import program_name
from hygie.probes.machine import CannotTell, Machine, NotThere

_LISTEN = "0A"
_LOCAL = re.compile(r"([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})")
_ORDER = -1 if sys.byteorder == "little" else 1
_MAX_PROCESSES = 4096
_RDP = 3389
_WPA = re.compile(r"^\s*key-mgmt\s*=\s*(?:wpa|sae|owe)", re.MULTILINE)
_IWD = (".open", ".psk", ".8021x")


# ------------------------------------------------------------------ open ports


def listening_services(machine: Machine) -> ListeningServices:
    """TCP ports bound beyond loopback, with the program when we may see it."""
    if not machine.live:
        raise CannotTell("Cet ordinateur n'est pas en marche : ses services ne se voient pas.")
    sockets = [*parse_tcp(machine.read("/proc/net/tcp")), *parse_tcp(machine.read_or("/proc/net/tcp6"))]
    owners = _owners(machine, {inode for inode, _ in sockets}) if sockets else {}
    by_port = {port: owners.get(inode, "") for inode, port in sorted(sockets)}
    return ListeningServices(tuple(Listener(port, by_port[port]) for port in sorted(by_port)))


def parse_tcp(table: str) -> Iterator[tuple[str, int]]:
    """(inode, port) of the listening sockets of a /proc/net/tcp table (proc(5)) that are not on loopback."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        local = _LOCAL.fullmatch(fields[1]) if len(fields) > 9 else None  # noqa: PLR2004 - the fields of proc(5)
        if local and fields[3] == _LISTEN and not _is_loopback(bytes.fromhex(local[1])):
            yield fields[9], int(local[2], 16)


def _is_loopback(raw: bytes) -> bool:
    """Whether an address written by the kernel, each word of 4 bytes in the processor's order, is loopback."""
    words = b"".join(raw[place : place + 4][::_ORDER] for place in range(0, len(raw), 4))
    address = ipaddress.ip_address(words)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _owners(machine: Machine, inodes: set[str]) -> dict[str, str]:
    """Socket inode → program name, for the processes whose descriptors we may see."""
    found: dict[str, str] = {}
    for number in [name for name in os.listdir("/proc") if name.isdigit()][:_MAX_PROCESSES]:  # noqa: PTH208
        held = _sockets_of(number) & inodes
        if held:
            found.update(dict.fromkeys(held, program_name(machine, number)))
    return found


def _sockets_of(number: str) -> set[str]:
    try:
        with os.scandir(f"/proc/{number}/fd") as entries:
            targets = [os.readlink(entry.path) for entry in entries]  # noqa: PTH115 - thousands of them
    except OSError:
        return set()
    return {target[8:-1] for target in targets if target.startswith("socket:[")}


def remote_desktop(machine: Machine) -> RemoteDesktop:
    """Whether xrdp or GNOME's remote desktop answers on its port. On Linux no password comes before the screen."""
    ports = {listener.port for listener in listening_services(machine).reachable}
    return RemoteDesktop(_RDP in ports, None)


# ------------------------------------------------------------------ wireless


def wifi(machine: Machine) -> Wifi:
    """Wireless networks that NetworkManager, wpa_supplicant or iwd remember, and those without WPA (open or WEP)."""
    known = [*_network_manager(machine), *_wpa_supplicant(machine), *_iwd(machine)]
    if not known:
        raise NotThere("Cet ordinateur ne connaît aucun réseau Wi-Fi.")
    return Wifi(len(known), known.count(False))


def _network_manager(machine: Machine) -> list[bool]:
    """Whether each network of the key files is protected; key-mgmt none and ieee8021x are WEP."""
    folders = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections")
    texts = [machine.read_or(name) for folder in folders for name in machine.files(folder)]
    wireless = [text for text in texts if re.search(r"^\s*type\s*=\s*(?:wifi|802-11-wireless)\s*$", text, re.MULTILINE)]
    return [bool(_WPA.search(text)) for text in wireless]


def _wpa_supplicant(machine: Machine) -> list[bool]:
    """The same of the network blocks of wpa_supplicant.conf(5), which ask for WPA unless told otherwise."""
    texts = [machine.read_or(name) for name in machine.files("/etc/wpa_supplicant", ".conf")]
    lines = ["\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")) for text in texts]
    blocks = [block.partition("}")[0] for text in lines for block in text.split("network={")[1:]]
    return [not re.search(r"\bkey_mgmt=[^\n]*\b(?:NONE|IEEE8021X)\b", block.replace(" ", "")) for block in blocks]


def _iwd(machine: Machine) -> list[bool]:
    names = [name for name in machine.files("/var/lib/iwd") if name.endswith(_IWD)]
    return [not name.endswith(".open") for name in names]
