"""Firewall, ports, remote desktop, shares, Wi-Fi, proxy, resolvers."""

import pytest

from hygie.probes.facts import Firewall, Listener, ListeningServices, Proxy, RemoteDesktop, Resolvers, Share, Wifi
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.windows import network
from hygie.probes.windows.answers import Row


def test_a_profile_on_is_a_firewall(sample):
    found = network.firewall(sample("firewall_domain_fr"), [])
    assert found == Firewall(active=True, mechanism="pare-feu Windows")


def test_one_profile_off_is_no_firewall(sample):
    assert network.firewall(sample("firewall_off"), None).active is False


def test_a_firewall_that_lets_everything_in_is_none():
    row = Row({"Name": "Public", "Enabled": "True", "DefaultInboundAction": "Allow"})
    assert network.firewall([row], []).active is False


def test_another_makers_firewall_counts(sample):
    found = network.firewall(sample("firewall_off"), sample("firewall_other"))
    assert found == Firewall(active=True, mechanism="Pare-feu d'un autre éditeur")


def test_a_firewall_untold_is_not_guessed():
    with pytest.raises(CannotTell):
        network.firewall([], None)


def test_ports_of_the_computers_own_loop_are_left_out(sample):
    assert network.listening(sample("listeners_loopback")) == ListeningServices(())


def test_a_port_is_told_once_for_all_its_addresses(sample):
    found = network.listening(sample("listeners_reachable"))
    assert found == ListeningServices((Listener(139, "System"), Listener(3099, "node")))


def test_an_address_that_is_none_is_not_guessed():
    with pytest.raises(CannotTell):
        network.listening([Row({"LocalAddress": "partout", "LocalPort": 80})])


def test_remote_desktop_is_open_when_not_denied(sample):
    assert network.remote_desktop(sample("rdp_open")) == RemoteDesktop(enabled=True, network_level_authentication=False)


def test_a_policy_wins_over_the_setting(sample):
    row = Row({**sample("rdp_open")[0].values, "PolicyfDenyTSConnections": 1, "PolicyUserAuthentication": 1})
    assert network.remote_desktop([row]) == RemoteDesktop(enabled=False, network_level_authentication=True)


def test_remote_desktop_untold_is_not_guessed():
    with pytest.raises(CannotTell):
        network.remote_desktop([Row({"fDenyTSConnections": None})])


def test_everyone_does_not_hold_the_nameless_by_default(sample):
    found = network.shares(sample("share_everyone_read"), sample("anonymity_off"))
    assert found.shares == (Share(anonymous=False, writable_by_all=False),)


@pytest.mark.parametrize("state", [{"EveryoneIncludesAnonymous": 1}, {"GuestEnabled": True}])
def test_everyone_holds_the_nameless_when_windows_says_so(sample, state):
    row = Row({**sample("anonymity_off")[0].values, **state})
    found = network.shares(sample("share_everyone_read"), [row])
    assert found.shares == (Share(anonymous=True, writable_by_all=False),)


def test_a_share_of_named_accounts_is_open_to_nobody_else(sample):
    found = network.shares(sample("share_named"), sample("anonymity_off"))
    assert found.shares == (Share(anonymous=False, writable_by_all=False),)


def test_shares_that_any_account_may_change_or_the_nameless_may_read_are_told(sample):
    found = network.shares(sample("shares_writable"), sample("anonymity_off"))
    assert found.shares == (Share(anonymous=False, writable_by_all=True), Share(anonymous=True, writable_by_all=False))


def test_a_wpa2_network_is_protected(sample):
    assert network.wifi(sample("wifi_wpa2"), None) == Wifi(1, 0)


def test_open_and_wep_networks_are_not(sample):
    assert network.wifi(sample("wifi_mixed"), None) == Wifi(5, 3)


def test_a_computer_without_wireless_card_has_nothing_to_look_at():
    with pytest.raises(NotThere):
        network.wifi([], [Row({"Adapters": 0})])


def test_a_wireless_card_without_known_network_is_told():
    assert network.wifi([], [Row({"Adapters": 1})]) == Wifi(0, 0)


def test_no_proxy_is_none(sample):
    assert network.proxy(sample("proxy_off")) == Proxy(configured=False)


@pytest.mark.parametrize("change", [{"ProxyEnable": 1}, {"HasScript": True}])
def test_a_proxy_or_a_script_is_one(sample, change):
    assert network.proxy([Row({**sample("proxy_off")[0].values, **change})]) == Proxy(configured=True)


def test_resolvers_leave_out_the_addresses_windows_lists_by_itself(sample):
    assert network.resolvers(sample("resolvers_fr")) == Resolvers(("1.1.1.1", "8.8.8.8"))


def test_no_resolver_is_not_believed():
    with pytest.raises(CannotTell):
        network.resolvers([Row({"ServerAddresses": []})])
