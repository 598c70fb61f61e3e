"""What other machines can reach: firewall, open ports, SSH, shared folders, wireless networks."""

import ipaddress
import json
import os
import re
from collections.abc import Iterator

from hygie.probes.facts import (
    Firewall,
    Listener,
    ListeningServices,
    RemoteDesktop,
    Share,
    SharedFolders,
    SshServer,
    Wifi,
)
from hygie.probes.machine import CannotTell, Machine, NotThere

_LISTEN = "0A"
_MAX_PROCESSES = 4096
_RDP = 3389
_TRUE = ("yes", "true", "1", "on")
_SSH_DEFAULTS = {
    "passwordauthentication": "yes",
    "permitrootlogin": "prohibit-password",
    "permitemptypasswords": "no",
    "kbdinteractiveauthentication": "yes",
    "usepam": "no",
}


# ------------------------------------------------------------------ firewall


def firewall(machine: Machine) -> Firewall:
    """Whether rules in force refuse incoming traffic: nftables first, then iptables; files when not running."""
    if not machine.live:
        return _firewall_on_disk(machine)
    if machine.program("nft"):
        return Firewall(nft_filters_input(_rules(machine, ["nft", "-j", "list", "ruleset"])), "nftables")
    if machine.program("iptables-save"):
        return Firewall(iptables_filters_input(_rules(machine, ["iptables-save"])), "iptables")
    if machine.exists("/proc/net/ip_tables_names") or machine.exists("/sys/module/nf_tables"):
        raise CannotTell("Aucun programme installé ne peut lire les règles du pare-feu.")
    return Firewall(active=False, mechanism="aucun")


def _rules(machine: Machine, command: list[str]) -> str:
    output = machine.run(command)
    if output.code:
        raise CannotTell("Il faut les droits d'administrateur pour lire les règles du pare-feu.")
    return output.text


def nft_filters_input(text: str) -> bool:
    """Whether a base chain on the input hook drops by default, or holds a rule that drops or rejects."""
    try:
        items = json.loads(text)["nftables"]
    except (ValueError, KeyError, TypeError) as error:
        raise CannotTell("La réponse du pare-feu n'est pas lisible.") from error
    chains = [item["chain"] for item in items if "chain" in item]
    inputs = [chain for chain in chains if chain.get("hook") == "input"]
    if any(chain.get("policy") == "drop" for chain in inputs):
        return True
    names = {(chain.get("table"), chain.get("name")) for chain in inputs}
    rules = [item["rule"] for item in items if "rule" in item]
    return any((rule.get("table"), rule.get("chain")) in names and _refuses(rule) for rule in rules)


def _refuses(rule: dict[str, object]) -> bool:
    expressions = rule.get("expr")
    return isinstance(expressions, list) and any("drop" in part or "reject" in part for part in expressions)


def iptables_filters_input(text: str) -> bool:
    """Whether the INPUT chain of iptables-save(8) drops by default or holds a rule that drops or rejects."""
    return bool(re.search(r"^:INPUT (?:DROP|REJECT)|^-A INPUT .*-j (?:DROP|REJECT)", text, re.MULTILINE))


def _firewall_on_disk(machine: Machine) -> Firewall:
    enabled = re.search(r"^ENABLED=yes", machine.read_or("/etc/ufw/ufw.conf"), re.MULTILINE)
    return Firewall(bool(enabled), "ufw" if machine.exists("/etc/ufw") else "aucun")


# ------------------------------------------------------------------ open ports


def listening_services(machine: Machine) -> ListeningServices:
    """TCP ports bound beyond loopback, with the program when we may see it."""
    if not machine.live:
        raise CannotTell("Cet ordinateur n'est pas en marche : ses services ne se voient pas.")
    sockets = dict(_reachable(machine.read("/proc/net/tcp")))
    sockets.update(_reachable(machine.read_or("/proc/net/tcp6")))
    owners = _owners(machine, {inode for inode, _ in sockets.items()}) if sockets else {}
    by_port = {port: owners.get(inode, "") for inode, port in sockets.items()}
    return ListeningServices(tuple(Listener(port, by_port[port]) for port in sorted(by_port)))


def _reachable(table: str) -> Iterator[tuple[str, int]]:
    """(inode, port) of the listening sockets of a /proc/net/tcp table (proc(5)) that are not on loopback."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 9 and fields[3] == _LISTEN:  # noqa: PLR2004 - the fields of proc(5)
            address, _, port = fields[1].partition(":")
            if not _is_loopback(address):
                yield fields[9], int(port, 16)


def _is_loopback(hexadecimal: str) -> bool:
    raw = bytes.fromhex(hexadecimal)
    words = b"".join(raw[place : place + 4][::-1] for place in range(0, len(raw), 4))
    address = ipaddress.ip_address(words)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _owners(machine: Machine, inodes: set[str]) -> dict[str, str]:
    """Socket inode → program name, for the processes whose descriptors we may see."""
    found: dict[str, str] = {}
    for number in [name for name in os.listdir("/proc") if name.isdigit()][:_MAX_PROCESSES]:  # noqa: PTH208
        held = _sockets_of(number) & inodes
        if held:
            found.update(dict.fromkeys(held, machine.read_or(f"/proc/{number}/comm").strip()))
    return found


def _sockets_of(number: str) -> set[str]:
    try:
        with os.scandir(f"/proc/{number}/fd") as entries:
            targets = [os.readlink(entry.path) for entry in entries]
    except OSError:
        return set()
    return {target[8:-1] for target in targets if target.startswith("socket:[")}


def remote_desktop(machine: Machine) -> RemoteDesktop:
    """Whether xrdp or GNOME's remote desktop answers on its port. On Linux no password comes before the screen."""
    ports = {listener.port for listener in listening_services(machine).reachable}
    return RemoteDesktop(_RDP in ports, None)


# ------------------------------------------------------------------ SSH


def ssh_server(machine: Machine) -> SshServer:
    """What sshd_config(5) accepts: the first value of a keyword wins, included files first where they are named."""
    if not machine.exists("/usr/sbin/sshd"):
        raise NotThere("Aucun serveur SSH n'est installé.")
    settings = {**_SSH_DEFAULTS, **parse_sshd(_sshd_lines(machine, "/etc/ssh/sshd_config", depth=3))}
    keyboard = settings["kbdinteractiveauthentication"] == "yes" and settings["usepam"] == "yes"
    root = {"yes": "yes", "no": "no"}.get(settings["permitrootlogin"], "keys")
    asks_password = settings["passwordauthentication"] == "yes" or keyboard
    return SshServer(asks_password, root, settings["permitemptypasswords"] == "yes")


def _sshd_lines(machine: Machine, name: str, depth: int) -> list[str]:
    lines: list[str] = []
    for line in machine.read_or(name).splitlines():
        words = line.split()
        if len(words) > 1 and words[0].casefold() == "include" and depth:
            for pattern in words[1:]:
                lines += [inner for found in _matching(machine, pattern) for inner in _sshd_lines(machine, found, depth - 1)]
        else:
            lines.append(line)
    return lines


def _matching(machine: Machine, pattern: str) -> list[str]:
    whole = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
    folder, _, name = whole.rpartition("/")
    return list(machine.files(folder, name.lstrip("*"))) if "*" in name else [whole]


def parse_sshd(lines: list[str]) -> dict[str, str]:
    """Keyword → value in lower case; what stands in a Match block concerns some people only and is left out."""
    found: dict[str, str] = {}
    for line in lines:
        words = line.replace("=", " ").split("#")[0].split()
        if words and words[0].casefold() == "match":
            break
        if len(words) > 1:
            key = words[0].casefold().replace("challengeresponse", "kbdinteractive")
            found.setdefault(key, words[1].strip('"').casefold())
    return found


# ------------------------------------------------------------------ shared folders


def shared_folders(machine: Machine) -> SharedFolders:
    """Folders offered by Samba (smb.conf(5)) and NFS (exports(5))."""
    shares = (*_samba(machine), *_nfs(machine))
    if not shares:
        raise NotThere("Cet ordinateur ne partage aucun dossier.")
    return SharedFolders(shares)


def _samba(machine: Machine) -> tuple[Share, ...]:
    files = ["/etc/samba/smb.conf", *machine.files("/var/lib/samba/usershares")]
    sections = [section for name in files for section in parse_smb(machine.read_or(name))]
    return tuple(share for name, keys in sections if (share := _share(machine, name, keys)) is not None)


def parse_smb(text: str) -> list[tuple[str, dict[str, str]]]:
    """Sections of an smb.conf: name and keys, without the spaces and case that Samba ignores."""
    sections: list[tuple[str, dict[str, str]]] = [("usershare", {})]
    for line in text.replace("\\\n", "").splitlines():
        kept = line.strip()
        if kept.startswith("[") and kept.endswith("]"):
            sections.append((kept[1:-1].strip().casefold(), {}))
        elif "=" in kept and not kept.startswith(("#", ";")):
            key, _, value = kept.partition("=")
            sections[-1][1][re.sub(r"\s", "", key).casefold()] = value.strip().casefold()
    return [(name, keys) for name, keys in sections if keys]


def _share(machine: Machine, name: str, keys: dict[str, str]) -> Share | None:
    if name in ("global", "printers", "print$", "homes") or "path" not in keys:
        return None
    guest = any(keys.get(key, "no") in _TRUE for key in ("guestok", "public", "guest_ok"))
    read_only = keys.get("readonly", "yes")
    writable = read_only in ("no", "false", "0") or any(keys.get(key) in _TRUE for key in ("writable", "writeable", "writeok"))
    everyone = writable and not any(key in keys for key in ("validusers", "writelist"))
    if "usershare_acl" in keys:
        everyone = "everyone:f" in keys["usershare_acl"]
    return Share(guest, everyone and (guest or _others_can_write(machine, keys["path"])))


def _others_can_write(machine: Machine, path: str) -> bool:
    status = machine.status(path)
    return bool(status and status.st_mode & 0o002)


def _nfs(machine: Machine) -> tuple[Share, ...]:
    names = ["/etc/exports", *machine.files("/etc/exports.d", ".exports")]
    lines = [line.split("#")[0].split() for name in names for line in machine.read_or(name).splitlines()]
    return tuple(_export(words[1:]) for words in lines if words)


def _export(clients: list[str]) -> Share:
    open_to_all = [client for client in clients or ["*"] if client.startswith(("*", "0.0.0.0/0", "("))]
    return Share(bool(open_to_all), any("rw" in re.split(r"[(,)]", client) for client in open_to_all))


# ------------------------------------------------------------------ wireless


def wifi(machine: Machine) -> Wifi:
    """Wireless networks that NetworkManager or wpa_supplicant remember, and those without WPA."""
    known = [text for text in _network_manager(machine) if re.search(r"^type=(?:wifi|802-11-wireless)", text, re.MULTILINE)]
    open_ones = sum(1 for text in known if not re.search(r"^key-mgmt=(?:wpa|sae|owe|ieee8021x)", text, re.MULTILINE))
    blocks = [b for n in machine.files("/etc/wpa_supplicant", ".conf") for b in machine.read_or(n).split("network={")[1:]]
    open_ones += sum(1 for block in blocks if "key_mgmt=NONE" in block.replace(" ", "").partition("}")[0])
    if not known and not blocks:
        raise NotThere("Cet ordinateur ne connaît aucun réseau Wi-Fi.")
    return Wifi(len(known) + len(blocks), open_ones)


def _network_manager(machine: Machine) -> list[str]:
    folders = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections")
    return [machine.read_or(name) for folder in folders for name in machine.files(folder)]
