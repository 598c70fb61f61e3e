"""The hosts table: which protected names it diverts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.hosts import diverted_names
from hygie.reference.lists import names

USUAL = """127.0.0.1\tlocalhost
127.0.1.1\tposte-1.cabinet.example poste-1
::1     localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
192.168.1.20 nas imprimante
"""


def test_a_usual_table_diverts_nothing() -> None:
    assert diverted_names(USUAL) == ()


@pytest.mark.parametrize(
    "line",
    ["203.0.113.9 www.ameli.fr", "203.0.113.9\twww.ameli.fr # mise à jour", "0.0.0.0 WWW.AMELI.FR.", "::1 www.ameli.fr",
     "fe80::1%eth0 www.ameli.fr", "  203.0.113.9   nas  www.ameli.fr", "127.0.0.1 www.ameli.fr"],
)  # fmt: skip
def test_a_protected_name_sent_elsewhere_is_seen(line: str) -> None:
    assert diverted_names(USUAL + line + "\n") == ("www.ameli.fr",)


@pytest.mark.parametrize(
    "line",
    ["# 203.0.113.9 www.ameli.fr", "203.0.113.9 # www.ameli.fr", "www.ameli.fr 203.0.113.9", "203.0.113.999 ameli.fr",
     "203.0.113.9 faux-ameli.fr", "203.0.113.9 ameli.fr.example", "203.0.113.9", ""],
)  # fmt: skip
def test_a_line_that_diverts_no_protected_name_is_left_alone(line: str) -> None:
    assert diverted_names(USUAL + line) == ()


def test_a_name_is_protected_on_a_label_boundary_only() -> None:
    assert diverted_names("1.2.3.4 notameli.fr compte.ameli.fr ameli.fr") == ("compte.ameli.fr", "ameli.fr")


def test_a_name_is_told_once() -> None:
    assert diverted_names("1.2.3.4 ameli.fr\n5.6.7.8 ameli.fr\n") == ("ameli.fr",)


def test_the_first_line_counts_after_the_mark_of_a_windows_editor() -> None:
    assert diverted_names("\ufeff203.0.113.9 www.ameli.fr\r\n") == ("www.ameli.fr",)


@given(st.text())
def test_whatever_the_table_only_protected_names_are_told(text: str) -> None:
    protected = names().never_diverted
    assert all(any(host == name or host.endswith(f".{name}") for name in protected) for host in diverted_names(text))


@given(st.sampled_from(names().never_diverted), st.ip_addresses(), st.sampled_from(["", "www.", "a.b."]))
def test_every_protected_name_is_seen_at_any_address(name: str, address: object, above: str) -> None:
    assert diverted_names(f"{address} {above}{name}") == (f"{above}{name}",)
