"""The network: firewall, ports in reach, intermediaries, names and authorities.

netstat, not lsof, lists ports: without rights lsof hides the programs of other accounts, hence the system's own.
"""

import re

from hygie.probes.facts import AddedRoots, Firewall, HostsFile, Listener, ListeningServices, Proxy, Resolvers
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.macos.reading import spoken

SOCKETFILTERFW = "/usr/libexec/ApplicationFirewall/socketfilterfw"
HOSTS = "/private/etc/hosts"
HIGHEST_PORT = 65_535
_OWNER = re.compile(r"\bLISTEN(?:\s+\d+){4}\s+(.*?):\d+\s")
_LOOPBACK = re.compile(r"^(?:127\.|::1$|fe80::1%lo0$)")
_PROXY = re.compile(r"^\s*(?:HTTP|HTTPS|SOCKS|ProxyAutoConfig)Enable\s*:\s*1\s*$", re.MULTILINE)
_SERVER = re.compile(r"^\s*nameserver\[\d+\]\s*:\s*(\S+)\s*$", re.MULTILINE)
_LOCAL_NAMES = (".local", ".lan", ".home", ".internal", ".localhost", ".localdomain", ".test", ".invalid", ".arpa")
_NO_SETTINGS = "No Trust Settings were found"


def parse_firewall(text: str) -> Firewall:
    """`socketfilterfw --getglobalstate`: 0 off, 1 on, 2 everything refused."""
    found = re.search(r"\(State = ([0-2])\)", text)
    if found is None:
        raise CannotTell("L'état du coupe-feu n'a pas été compris.")
    return Firewall(found[1] != "0", "Coupe-feu des applications")


def firewall(machine: Machine) -> Firewall:
    """Apple's firewall; the file com.apple.alf.plist no longer exists on recent systems."""
    return parse_firewall(machine.run([SOCKETFILTERFW, "--getglobalstate"]).text)


def parse_listening(text: str) -> ListeningServices:
    """`netstat -anv -p tcp`: ports open beyond this computer, with the program when the version prints it."""
    if "Local Address" not in text:
        raise CannotTell("La liste des ports ouverts n'a pas été comprise.")
    found = (_listener(line) for line in text.splitlines())
    unique = {listener.port: listener for listener in found if listener is not None}
    return ListeningServices(tuple(unique[port] for port in sorted(unique)))


def _listener(line: str) -> Listener | None:
    columns = line.split()
    if len(columns) < 6 or not columns[0].startswith("tcp") or columns[5] != "LISTEN":  # noqa: PLR2004 - netstat(1)
        return None
    address, _, port = columns[3].rpartition(".")
    if not port.isdecimal() or int(port) > HIGHEST_PORT or _LOOPBACK.match(address):
        return None
    owner = _OWNER.search(f"{line} ")
    return Listener(int(port), owner[1].strip() if owner else "")


def listening_services(machine: Machine) -> ListeningServices:
    """Ports that other machines can reach."""
    return machine.once("macos.listening", _read_listening)


def _read_listening(machine: Machine) -> ListeningServices:
    return parse_listening(machine.run(["netstat", "-anv", "-p", "tcp"]).text)


def parse_proxy(text: str) -> Proxy:
    """`scutil --proxy`."""
    if "<dictionary>" not in text:
        raise CannotTell("Les réglages de l'intermédiaire réseau n'ont pas été compris.")
    return Proxy(configured=_PROXY.search(text) is not None)


def proxy(machine: Machine) -> Proxy:
    """Whether traffic goes through an intermediary."""
    return parse_proxy(machine.run(["scutil", "--proxy"]).text)


def parse_resolvers(text: str) -> Resolvers:
    """`scutil --dns`: the servers used for every name, not those of one domain or one interface."""
    general = text.partition("DNS configuration (for scoped queries)")[0]
    blocks = re.split(r"^resolver #\d+$", general, flags=re.MULTILINE)[1:]
    everywhere = [block for block in blocks if not re.search(r"^\s*domain\s*:", block, re.MULTILINE)]
    addresses = dict.fromkeys(address for block in everywhere for address in _SERVER.findall(block))
    if not addresses:
        raise CannotTell("Aucun serveur de noms n'a été trouvé : ce Mac est-il relié au réseau ?")
    return Resolvers(tuple(addresses))


def resolvers(machine: Machine) -> Resolvers:
    """Servers that turn names into addresses."""
    return parse_resolvers(machine.run(["scutil", "--dns"]).text)


def parse_hosts(text: str) -> HostsFile:
    """/etc/hosts: public names in it, each once."""
    rows = (line.partition("#")[0].split() for line in text.splitlines())
    names = dict.fromkeys(name.lower().rstrip(".") for row in rows for name in row[1:])
    return HostsFile(tuple(name for name in names if "." in name and not name.endswith(_LOCAL_NAMES)))


def hosts_file(machine: Machine) -> HostsFile:
    """Names this computer diverts by itself."""
    if not machine.exists(HOSTS):
        raise CannotTell("La table des noms de ce Mac n'a pas été trouvée.")
    return parse_hosts(machine.read_or(HOSTS))


def parse_roots(text: str) -> int:
    """`security dump-trust-settings`: authorities somebody trusts for secured sites."""
    if _NO_SETTINGS in text:
        return 0
    if not re.search(r"^Number of trusted certs = \d+", text, re.MULTILINE):
        raise CannotTell("La liste des autorités ajoutées n'a pas été comprise.")
    certificates = re.split(r"^Cert \d+:", text, flags=re.MULTILINE)[1:]
    return sum(1 for certificate in certificates if _reads_traffic(certificate))


def _reads_traffic(certificate: str) -> bool:
    settings = re.split(r"^\s*Trust Setting \d+:", certificate, flags=re.MULTILINE)[1:]
    return not settings or any(_trusts_sites(setting) for setting in settings)


def _trusts_sites(setting: str) -> bool:
    policy = re.search(r"Policy OID\s*: (.+)$", setting, re.MULTILINE)
    refused = re.search(r"Result Type\s*: \S*(?:Deny|Unspecified)", setting)
    return refused is None and (policy is None or policy[1].strip() == "SSL")


def added_roots(machine: Machine) -> AddedRoots:
    """Authorities added for the whole computer and for the person's account."""
    everybody = parse_roots(spoken(machine, "security dump-trust-settings -d"))
    return AddedRoots(everybody + parse_roots(spoken(machine, "security dump-trust-settings")))
