from collections.abc import Callable

import pytest

from hygie.probes.facts import Listener, Share, SshServer, Wifi
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.macos import network, sharing, wifi
from hygie.probes.macos.reading import parse_plist

Sample = Callable[[str], str]
AIRPORT = "system_profiler -json SPAirPortDataType"
SERVICES = "launchctl print-disabled system"
PORTS = "netstat -anv -p tcp"


def test_the_firewall_is_judged_by_its_state(sample: Sample) -> None:
    assert network.parse_firewall(sample("firewall_on")).active
    assert not network.parse_firewall(sample("firewall_off")).active


def test_ports_in_reach_are_listed_once_with_their_program(sample: Sample) -> None:
    reachable = network.parse_listening(sample("netstat")).reachable
    assert reachable == (Listener(445, "smbd"), Listener(5900, "launchd"))


def test_older_columns_give_ports_without_programs(sample: Sample) -> None:
    reachable = network.parse_listening(sample("netstat_older")).reachable
    assert reachable == (Listener(22, ""), Listener(5900, ""), Listener(8444, ""))


def test_loopback_in_every_form_is_left_out() -> None:
    rows = [f"tcp4 0 0 {address}.80 *.* LISTEN" for address in ("127.0.0.1", "127.8.8.8", "::1", "fe80::1%lo0")]
    assert network.parse_listening("\n".join(["Local Address", *rows])).reachable == ()


def test_an_intermediary_is_seen_only_when_it_is_on(sample: Sample) -> None:
    assert network.parse_proxy(sample("proxy_set")).configured
    assert not network.parse_proxy(sample("proxy_none")).configured
    assert network.parse_proxy("<dictionary> {\n  ProxyAutoConfigEnable : 1\n}\n").configured


def test_resolvers_of_one_domain_or_one_interface_are_left_out(sample: Sample) -> None:
    assert network.parse_resolvers(sample("dns")).addresses == ("1.1.1.1", "192.168.1.1")


def test_the_hosts_file_diverts_public_names_only(sample: Sample) -> None:
    assert network.parse_hosts(sample("hosts")).diverted == ("hello-world.info", "www.guestbook.com", "play.games.com")


def test_an_authority_for_signing_code_does_not_read_traffic(sample: Sample) -> None:
    assert network.parse_roots(sample("trust_none")) == 0
    assert network.parse_roots(sample("trust_code_signing")) == 0
    assert network.parse_roots(sample("trust_root")) == 1
    assert network.parse_roots(sample("trust_root").replace("TrustAsRoot", "Deny")) == 0


def test_an_authority_without_settings_is_trusted_for_everything() -> None:
    assert network.parse_roots("Number of trusted certs = 1\nCert 0: CA\n   Number of trust settings : 0\n") == 1


def test_authorities_of_the_computer_and_of_the_account_add_up(mac: Callable[..., object], sample: Sample) -> None:
    says = {
        "security dump-trust-settings -d": sample("trust_none"),
        "security dump-trust-settings": sample("trust_root"),
    }
    assert network.added_roots(mac(says)).added == 1


def test_probes_of_the_network_ask_the_right_questions(mac: Callable[..., object], sample: Sample) -> None:
    machine = mac({
        f"{network.SOCKETFILTERFW} --getglobalstate": sample("firewall_off"),
        PORTS: sample("netstat"),
        "scutil --proxy": sample("proxy_none"),
        "scutil --dns": sample("dns"),
    }, {"/private/etc/hosts": sample("hosts")})  # fmt: skip
    assert not network.firewall(machine).active
    assert len(network.listening_services(machine).reachable) == 2
    assert not network.proxy(machine).configured
    assert len(network.resolvers(machine).addresses) == 2
    assert len(network.hosts_file(machine).diverted) == 3


def test_a_service_is_read_in_both_ways_launchd_says_it(sample: Sample) -> None:
    assert sharing.parse_service(sample("services"), "com.openssh.sshd") is True
    assert sharing.parse_service(sample("services"), "com.n8n") is False
    assert sharing.parse_service(sample("services"), "com.apple.smbd") is None
    assert sharing.parse_service('"com.openssh.sshd" => false', "com.openssh.sshd") is True
    assert sharing.parse_service('"com.openssh.sshd" => true', "com.openssh.sshd") is False


def test_sshd_as_macos_installs_it_asks_passwords(sample: Sample) -> None:
    assert sharing.parse_sshd("", [sample("sshd_macos")]) == SshServer(True, "keys", False)


def test_the_first_value_of_sshd_wins(sample: Sample) -> None:
    hardened = sharing.parse_sshd("PasswordAuthentication yes\n", [sample("sshd_hardened"), sample("sshd_macos")])
    assert hardened == SshServer(False, "no", False)
    assert sharing.parse_sshd("PermitRootLogin=yes\nPermitEmptyPasswords yes\n", []) == SshServer(True, "yes", True)


def test_what_sshd_says_of_some_people_only_is_left_out() -> None:
    assert sharing.parse_sshd("Match User x\nPasswordAuthentication no\n", []).password_login


def test_sshd_is_absent_when_it_is_off(mac: Callable[..., object], sample: Sample) -> None:
    off = {SERVICES: sample("services").replace("enabled", "disabled"), PORTS: sample("netstat")}
    with pytest.raises(NotThere):
        sharing.ssh_server(mac(off))
    files = {"/private/etc/ssh/sshd_config.d/100-macos.conf": sample("sshd_macos"), "/private/etc/ssh/sshd_config": ""}
    assert sharing.ssh_server(mac({SERVICES: sample("services"), PORTS: sample("netstat")}, files)).password_login


def test_a_service_that_launchd_says_off_is_off_whoever_holds_its_port(
    mac: Callable[..., object], sample: Sample
) -> None:
    off = {SERVICES: sample("services").replace("enabled", "disabled"), PORTS: sample("netstat_older")}
    with pytest.raises(NotThere):
        sharing.ssh_server(mac(off))


def test_shares_are_open_to_visitors_only_when_the_mac_accepts_them(sample: Sample) -> None:
    assert sharing.parse_shares(sample("shares"), guests=True).shares == (Share(anonymous=True, writable_by_all=True),)
    assert sharing.parse_shares(sample("shares"), guests=False).shares == (
        Share(anonymous=False, writable_by_all=False),
    )
    assert sharing.parse_shares(sample("shares_none"), guests=True).shares == ()


def test_visitors_are_told_by_sysadminctl(sample: Sample) -> None:
    assert not sharing.parse_guests(sample("smb_guest"))
    assert sharing.parse_guests(sample("smb_guest").replace("disabled", "enabled"))


def test_folders_are_absent_when_file_sharing_is_off(mac: Callable[..., object], sample: Sample) -> None:
    says = {SERVICES: sample("services"), PORTS: sample("netstat_older")}
    with pytest.raises(NotThere):
        sharing.shared_folders(mac(says))
    on = {
        **says,
        PORTS: sample("netstat"),
        "sysadminctl -smbGuestAccess status": sample("smb_guest"),
        "sharing -l": sample("shares"),
    }
    assert sharing.shared_folders(mac(on)).shares == (Share(anonymous=False, writable_by_all=False),)


def test_a_mac_has_no_windows_desktop(mac: Callable[..., object]) -> None:
    with pytest.raises(NotThere):
        sharing.remote_desktop(mac())


def test_known_networks_are_counted_in_both_forms(sample: Sample) -> None:
    assert wifi.parse_known(parse_plist(sample("known_networks"))) == Wifi(2, 0)
    assert wifi.parse_known(parse_plist(sample("known_networks_old"))) == Wifi(2, 1)


def test_a_network_whose_protection_is_not_written_is_not_guessed() -> None:
    with pytest.raises(CannotTell):
        wifi.parse_known({"wifi.network.ssid.x": {"Hidden": False}})


def test_the_network_in_use_is_certain_only_when_it_is_open(sample: Sample) -> None:
    assert wifi.parse_current(sample("airport_open")) == Wifi(1, 1)
    with pytest.raises(CannotTell):
        wifi.parse_current(sample("airport"))
    with pytest.raises(NotThere):
        wifi.parse_current('{"SPAirPortDataType": []}')


def test_the_list_of_known_networks_is_preferred(mac: Callable[..., object], sample: Sample) -> None:
    place = "/Library/Preferences/com.apple.wifi.known-networks.plist"
    assert wifi.wifi(mac({AIRPORT: sample("airport_open")}, {place: sample("known_networks")})) == Wifi(2, 0)


def test_without_the_list_the_network_in_use_is_asked(mac: Callable[..., object], sample: Sample) -> None:
    assert wifi.wifi(mac({AIRPORT: sample("airport_open")})) == Wifi(1, 1)
