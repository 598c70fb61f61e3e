"""Known wireless networks and those without protection.

The list of known networks is root's since macOS 11. Without it only the network in use is seen: when that one is open
the answer is certain, when it is protected nothing is known of the others.
"""

from hygie.probes.facts import Wifi
from hygie.probes.machine import NEEDS_ADMINISTRATOR, CannotTell, Machine, NotThere
from hygie.probes.macos.reading import Plist, parse_profile, plist_file, profile

AIRPORT = "SPAirPortDataType"
_KNOWN = "/Library/Preferences/com.apple.wifi.known-networks.plist"
_OLD_KNOWN = "/Library/Preferences/SystemConfiguration/com.apple.airport.preferences.plist"
_MODE = "spairport_security_mode"
_OPEN_MODES = (f"{_MODE}_none", f"{_MODE}_open")


def parse_known(settings: Plist) -> Wifi:
    """com.apple.wifi.known-networks.plist, or KnownNetworks of the older com.apple.airport.preferences.plist."""
    networks = settings.get("KnownNetworks", settings)
    values = list(networks.values()) if isinstance(networks, dict) else []
    modes = [_mode(value) for value in values if isinstance(value, dict)]
    if "" in modes:
        raise CannotTell("La protection d'un réseau Wi-Fi connu ne se voit pas.")
    return Wifi(len(modes), sum(1 for mode in modes if _is_weak(mode)))


def _mode(network: Plist) -> str:
    return str(network.get("SupportedSecurityTypes", network.get("SecurityType", "")))


def _is_weak(mode: str) -> bool:
    return mode.lower() in ("open", "none") or "wep" in mode.lower()


def parse_current(text: str) -> Wifi:
    """The network in use, from `system_profiler -json SPAirPortDataType`."""
    items = parse_profile(text, AIRPORT)
    interfaces = [face for item in items for face in _dicts(item.get("spairport_airport_interfaces"))]
    if not interfaces:
        raise NotThere("Ce Mac n'a pas de Wi-Fi.")
    current = [face.get("spairport_current_network_information") for face in interfaces]
    modes = [str(network.get(_MODE, "")) for network in current if isinstance(network, dict)]
    if not any(mode in _OPEN_MODES or "_wep" in mode for mode in modes):
        raise CannotTell(NEEDS_ADMINISTRATOR)
    return Wifi(known=1, unprotected=1)


def _dicts(value: object) -> list[Plist]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def wifi(machine: Machine) -> Wifi:
    """Known networks when they may be read, else the one in use."""
    try:
        known = plist_file(machine, _KNOWN) or plist_file(machine, _OLD_KNOWN)
    except CannotTell:
        known = None
    return parse_known(known) if known else parse_current(profile(machine, AIRPORT))
