"""Firewalls: rules really loaded in the kernel of a network of our own, then read as Hygie reads them."""

import contextlib
import json
import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import Firewall, Unknown
from hygie.probes.linux import firewall
from hygie.probes.linux.firewall import iptables_filters_input, nft_filters_input
from hygie.probes.machine import CannotTell

INPUT = "table inet f {{ chain input {{ type filter hook input priority 0; policy {policy}; {rules}\n}} {more} }}"


def nft(ruleset: str) -> str:
    """What nft says of a ruleset that it has loaded in the kernel."""
    script = "nft -f - && exec nft -j list ruleset"
    lines = re.sub(r"\} +(?=\}|chain)", "}\n", ruleset) + "\n"
    done = subprocess.run(
        ["unshare", "--net", "bash", "-c", script], input=lines, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def chain(policy: str = "accept", rules: str = "", more: str = "") -> str:
    return INPUT.format(policy=policy, rules=rules, more=more)


FAIL2BAN = """table inet f2b-table {
  set addr-set-sshd { type ipv4_addr; elements = { 192.0.2.7 } }
  chain f2b-chain { type filter hook input priority filter - 1; policy accept;
    tcp dport { 22 } ip saddr @addr-set-sshd reject with icmp port-unreachable
  }
}
"""
FIREWALLD = """table inet firewalld {
  chain filter_INPUT { type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    iifname "lo" accept
    ct state invalid drop
    jump filter_INPUT_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_INPUT_ZONES { tcp dport 22 accept; }
}
"""


@pytest.mark.parametrize(
    ("ruleset", "active"),
    [
        ("", False),
        (chain("drop"), True),
        (chain("drop", 'iif "lo" accept; ct state established,related accept; tcp dport 22 accept'), True),
        (chain("accept"), False),
        (chain("accept", "tcp dport 23 drop"), False),
        (chain("accept", "ct state invalid drop"), False),
        (chain("accept", "tcp dport 22 accept; drop"), True),
        (chain("accept", 'counter log prefix "x" reject'), True),
        (chain("accept", 'tcp dport 22 accept; counter drop comment "le reste"'), True),
        (chain("accept", "limit rate 1/second drop"), False),
        (chain("accept", "accept; drop"), False),
        (chain("drop", "accept"), False),
        (chain("accept", "jump end", "chain end { drop; }"), True),
        (chain("accept", "tcp dport 1 jump end", "chain end { drop; }"), False),
        (chain("accept", "jump one", "chain end { reject; } chain one { jump end; }"), True),
        (chain("accept", "jump end; drop", "chain end { return; }"), True),
        (chain("accept", "jump end; drop", "chain end { accept; }"), False),
        (chain("accept", "goto end; drop", "chain end { tcp dport 1 drop; }"), False),
        (FAIL2BAN, False),
        (FAIL2BAN + chain("drop"), True),
        (FIREWALLD, True),
        ("table ip6 f { chain input { type filter hook input priority 0; policy drop; } }", False),
        ("table ip f { chain input { type filter hook input priority 0; policy drop; } }", True),
        ("table ip f { chain out { type filter hook output priority 0; policy drop; } }", False),
        ("table inet f { chain input { drop; } }", False),
        ("table bridge f { chain input { type filter hook input priority 0; policy drop; } }", False),
    ],
)
def test_a_firewall_is_one_when_it_refuses_what_nobody_asked_for(ruleset: str, *, active: bool) -> None:
    assert nft_filters_input(nft(ruleset)) is active


def test_chains_of_the_same_name_are_not_mistaken() -> None:
    other = "table ip other { chain input { drop; } }"
    assert not nft_filters_input(nft(chain("accept") + "\n" + other))


# ------------------------------------------------------------------ iptables


def iptables(*commands: str) -> str:
    script = " && ".join([*(f"iptables {command}" for command in commands), "exec iptables-save"])
    done = subprocess.run(["unshare", "--net", "bash", "-c", script], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("commands", "active"),
    [
        (("-S",), False),
        (("-P INPUT DROP",), True),
        (("-P INPUT DROP", "-A INPUT -j ACCEPT"), False),
        (("-A INPUT -i lo -j ACCEPT", "-A INPUT -j DROP"), True),
        (("-A INPUT -j REJECT --reject-with icmp-host-prohibited",), True),
        (("-A INPUT -m comment --comment 'le reste' -j DROP",), True),
        (("-A INPUT -p tcp --dport 23 -j DROP",), False),
        (
            (
                "-N f2b-sshd",
                "-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd",
                "-A f2b-sshd -s 192.0.2.7 -j REJECT",
                "-A f2b-sshd -j RETURN",
            ),
            False,
        ),
        (("-N end", "-A end -j DROP", "-A INPUT -j end"), True),
        (("-N end", "-A end -p tcp -j DROP", "-A INPUT -g end", "-A INPUT -j DROP"), False),
        (("-P FORWARD DROP",), False),
        (("-t mangle -A INPUT -j DROP",), False),
    ],
)
def test_the_same_is_told_of_iptables(commands: tuple[str, ...], *, active: bool) -> None:
    assert iptables_filters_input(iptables(*commands)) is active


def test_rules_of_iptables_seen_by_nft_are_told_too() -> None:
    script = "iptables -A INPUT -i lo -j ACCEPT; iptables -P INPUT DROP; exec nft -j list ruleset"
    done = subprocess.run(["unshare", "--net", "bash", "-c", script], text=True, capture_output=True, check=True)
    assert nft_filters_input(done.stdout)


def test_chains_that_call_each_other_without_end_are_an_answer() -> None:
    table = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j a\n-A a -j b\n-A b -j a\nCOMMIT\n"
    assert iptables_filters_input(table) is False


# ------------------------------------------------------------------ the running computer, and one that does not run


CODE = "from hygie.probes.linux.firewall import firewall\nprint(ask(firewall, machine))"


def test_the_running_computer_is_asked(live) -> None:
    assert live("", CODE) == str(Firewall(active=False, mechanism="nftables"))
    setup = "nft add table inet f; nft add chain inet f i '{ type filter hook input priority 0; policy drop; }'"
    assert live(setup, CODE) == str(Firewall(active=True, mechanism="nftables"))


def test_old_rules_that_nft_does_not_show_are_seen(live) -> None:
    """A kernel built without the old tables refuses the first command, and then there is nothing to see."""
    code = (
        "import subprocess\nold = subprocess.run(['iptables-legacy', '-P', 'INPUT', 'DROP'], capture_output=True)\n"
        + CODE
    )
    code += "\nprint(old.returncode)"
    found, refused = live("", code).splitlines()
    expected = (
        Firewall(active=False, mechanism="nftables") if int(refused) else Firewall(active=True, mechanism="iptables")
    )
    assert found == str(expected)


def test_rules_closed_to_us_are_unknown(live) -> None:
    code = "import os, hygie.probes.linux\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n" + CODE
    assert live("", code).startswith("Unknown")


@pytest.mark.parametrize(
    ("line", "active"),
    [("ENABLED=yes", True), ('ENABLED="yes"', True), ("ENABLED=no", False), ("#ENABLED=yes", False), ("", False)],
)
def test_a_computer_that_does_not_run_is_judged_on_ufw(box, line: str, *, active: bool) -> None:
    box.write("/etc/ufw/ufw.conf", line + "\n")
    assert box.ask(firewall.firewall) == Firewall(active, "ufw")


def test_a_computer_that_does_not_run_and_has_no_ufw_cannot_be_judged(box) -> None:
    assert isinstance(box.ask(firewall.firewall), Unknown)


# ------------------------------------------------------------------ whatever the answer


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["input", "drop", "accept", "ip", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["nftables", "chain", "rule", "hook", "family", "policy", "expr", "jump", "target", "drop"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values | st.fixed_dictionaries({"nftables": st.lists(json_values)}))
def test_an_answer_of_another_form_is_unknown(value: object) -> None:
    with contextlib.suppress(CannotTell):
        assert nft_filters_input(json.dumps(value)) in (True, False)


@given(st.text())
def test_an_answer_that_is_no_answer_is_unknown_or_no_firewall(text: str) -> None:
    with pytest.raises(CannotTell):
        nft_filters_input("{" + text)
    assert iptables_filters_input(text) in (True, False)
    assert iptables_filters_input(f"*filter\n:INPUT {text}\n-A INPUT -j {text}\nCOMMIT\n") in (True, False)


def test_an_answer_nested_without_end_is_unknown() -> None:
    with pytest.raises(CannotTell):
        nft_filters_input("[" * 100_000)
