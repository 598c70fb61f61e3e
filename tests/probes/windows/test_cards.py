"""Readers that are plugged in and real, the Cryptolib, the certificates that serve."""

import pytest

from hygie.probes.facts import CardMiddleware, CardReader
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.windows import cards
from hygie.probes.windows.answers import Row


def test_a_reader_counts_when_it_is_plugged_in_and_not_invented(sample):
    assert cards.reader(sample("readers"), sample("card_service")) == CardReader(1, service_running=True)


def test_a_stopped_service_is_told():
    assert cards.reader([], [Row({"State": "Stopped"})]) == CardReader(0, service_running=False)


def test_a_service_untold_stays_untold(sample):
    assert cards.reader(sample("readers"), None) == CardReader(1, service_running=None)


def test_the_version_of_the_cryptolib_is_told(sample):
    assert cards.middleware(sample("cryptolib")) == CardMiddleware("5.2.2")


def test_no_cryptolib_is_told():
    assert cards.middleware([Row({"Versions": [], "IsThere": False})]) == CardMiddleware(None)


def test_a_cryptolib_without_version_cannot_be_told():
    with pytest.raises(CannotTell):
        cards.middleware([Row({"Versions": None, "IsThere": True})])


def test_the_newest_of_two_versions_counts_by_number():
    assert cards.middleware([Row({"Versions": ["5.2.2", "5.10.0"], "IsThere": True})]) == CardMiddleware("5.10.0")


def test_only_certificates_of_servers_count(sample):
    assert [end.year for end in cards.certificates(sample("certificates")).ends] == [2027]


def test_no_certificate_of_a_server_is_nothing_to_look_at():
    with pytest.raises(NotThere):
        cards.certificates([])
