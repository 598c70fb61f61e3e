"""Open ports of a network of our own, and the wireless networks that a computer remembers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Absent, RemoteDesktop, Unknown, Wifi
from hygie.probes.linux import network
from hygie.probes.linux.network import parse_tcp

CODE = """
import socket
def listen(family, address, port):
    s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((address, port)); s.listen(); return s
kept = [listen(*one) for one in {places}]
from hygie.probes.linux.network import listening_services, remote_desktop
print([(one.port, one.program[:6]) for one in listening_services(machine).reachable])
print(remote_desktop(machine))
"""
LO = "ip link set lo up"


def test_ports_bound_beyond_loopback_are_told_with_their_program(live) -> None:
    places = [
        (2, "0.0.0.0", 11112), (2, "127.0.0.1", 5432), (2, "127.8.8.8", 5433), (10, "::", 8042), (10, "::1", 6379),
        (10, "::", 11112),
    ]  # fmt: skip
    first, _ = live(LO, CODE.format(places=places)).splitlines()
    assert first == "[(8042, 'python'), (11112, 'python')]"


def test_a_mapped_address_counts_as_what_it_maps(live) -> None:
    code = CODE.replace("1)\n    s.bind", "0)\n    s.bind")
    first, _ = live(
        LO, code.format(places="[(10, '::ffff:127.0.0.1', 7001), (10, '::ffff:0.0.0.0', 7002)]")
    ).splitlines()
    assert first == "[(7002, 'python')]"


def test_no_service_no_port(live) -> None:
    assert live(LO, CODE.format(places="[]")).splitlines() == [
        "[]",
        str(RemoteDesktop(enabled=False, network_level_authentication=None)),
    ]


def test_a_remote_desktop_is_told_by_its_port(live) -> None:
    _, second = live(LO, CODE.format(places="[(2, '0.0.0.0', 3389)]")).splitlines()
    assert second == str(RemoteDesktop(enabled=True, network_level_authentication=None))


def test_a_computer_that_does_not_run_has_no_open_port(box) -> None:
    assert isinstance(box.ask(network.listening_services), Unknown)
    assert isinstance(box.ask(network.remote_desktop), Unknown)


HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 111 1", [("111", 22)]),
        ("0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 111 1", []),
        ("0: 00000000:0016 00000000:0000 01 00000000:00000000 00:00000000 00000000 0 0 111 1", []),
        ("0: 0000000000000000FFFF00000100007F:0016 0:0 0A 0:0 00:0 0 0 0 111 1", []),
        ("0: zz:0016 00000000:0000 0A 0 0 0 0 0 111", []),
        ("0: 00000000:0016", []),
    ],
)
def test_each_listening_socket_gives_its_number_and_port(row: str, found: list[tuple[str, int]]) -> None:
    assert list(parse_tcp(HEADER + row + "\n")) == found


@given(st.text() | st.text("0123456789ABCDEF: \n", max_size=400))
def test_whatever_the_table_it_gives_ports(text: str) -> None:
    assert all(0 <= port <= 65_535 for _, port in parse_tcp(HEADER + text))


# ------------------------------------------------------------------ wireless


def remembered(box, *texts: str) -> Wifi:
    for number, text in enumerate(texts):
        box.write(f"/etc/NetworkManager/system-connections/{number}.nmconnection", text, 0o600)
    return box.ask(network.wifi)


WPA = "[connection]\nid=cabinet\ntype=wifi\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=x\n"


@pytest.mark.parametrize(
    ("text", "open_ones"),
    [(WPA, 0), (WPA.replace("wpa-psk", "sae"), 0), (WPA.replace("wpa-psk", "wpa-eap"), 0),
     (WPA.replace("wpa-psk", "owe"), 0),
     (WPA.replace("=", " = "), 0), ("[connection]\ntype=wifi\n", 1), ("[connection]\ntype = 802-11-wireless\n", 1),
     (WPA.replace("wpa-psk", "none"), 1), (WPA.replace("wpa-psk", "ieee8021x"), 1),
     (WPA.replace("key-mgmt", "#key-mgmt"), 1)],
)  # fmt: skip
def test_a_network_without_wpa_is_open_or_wep(box, text: str, open_ones: int) -> None:
    assert remembered(box, text) == Wifi(1, open_ones)


def test_cables_are_not_wireless(box) -> None:
    assert isinstance(remembered(box, "[connection]\ntype=ethernet\n"), Absent)
    assert remembered(box, "[connection]\ntype=ethernet\n", WPA) == Wifi(1, 0)


def test_networks_of_wpa_supplicant_count(box) -> None:
    box.write(
        "/etc/wpa_supplicant/wpa_supplicant.conf",
        'ctrl_interface=/run\n#network={\n#key_mgmt=NONE\n#}\nnetwork={\n  ssid="a"\n  psk="x"\n}\n'
        'network={\n  ssid="b"\n  key_mgmt = NONE\n}\n'
        'network={\n ssid="c"\n key_mgmt=WPA-PSK SAE\n}\n',
    )
    assert box.ask(network.wifi) == Wifi(3, 1)


def test_networks_of_iwd_count(box) -> None:
    for name in ("cabinet.psk", "Hotel Libre.open", "campus.8021x", ".known_network.freq"):
        box.write(f"/var/lib/iwd/{name}", "")
    assert box.ask(network.wifi) == Wifi(3, 1)


def test_networks_closed_to_us_are_unknown(box, as_nobody) -> None:
    remembered(box, WPA)
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import network\nprint(ask(network.wifi, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")


@given(text=st.text(max_size=200))
def test_whatever_is_remembered_there_is_an_answer(text: str, boxes) -> None:
    box = boxes()
    box.write("/etc/wpa_supplicant/a.conf", "network={" + text)
    assert isinstance(remembered(box, text, WPA + text), Wifi)
