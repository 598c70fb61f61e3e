"""How long a door stays shut: the scale, its end, and what the server's own machine gets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.accounts import patience
from hygie.web.accounts.patience import Count, Try

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def seconds(*values):
    return [timedelta(seconds=value) for value in values]


def test_the_wait_doubles_after_five_tries_up_to_a_quarter_of_an_hour():
    waits = [patience.wait_after(failures, Count.PAIR, local=False) for failures in range(14)]
    assert waits == seconds(0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900)


def test_a_place_and_an_account_have_twenty_tries():
    for count in (Count.PLACE, Count.ACCOUNT):
        assert patience.wait_after(19, count, local=False) == timedelta(0)
        assert patience.wait_after(20, count, local=False) == timedelta(seconds=5)


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(Count), st.booleans())
def test_no_number_of_tries_shuts_a_door_for_good(failures, count, local):
    wait = patience.wait_after(failures, count, local=local)
    assert timedelta(0) <= wait <= (timedelta(seconds=30) if local else timedelta(minutes=15))
    assert patience.wait_after(failures + 1, count, local=local) >= wait


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_the_own_machine_is_known(address):
    attempt = Try("password", "Helene", address)
    assert attempt.local
    assert set(attempt.parts()) == {Count.PAIR, Count.PLACE}


@pytest.mark.parametrize("address", ["192.168.1.20", "::ffff:10.0.0.1", "fe80::1", "", "nonsense"])
def test_other_machines_are_not(address):
    assert not Try("password", "Helene", address).local
    assert set(Try("password", "Helene", address).parts()) == set(Count)


def test_case_and_spaces_make_no_other_account():
    assert Try("password", " HELENE ", "10.0.0.1").parts() == Try("password", "helene", "10.0.0.1").parts()


def test_a_clock_that_moves_never_makes_a_wait_longer():
    assert patience.remaining(NOW + timedelta(minutes=15), NOW) == timedelta(minutes=15)
    assert patience.remaining(NOW + timedelta(days=300), NOW) == timedelta(0)
    assert patience.remaining(NOW - timedelta(days=300), NOW) == timedelta(0)
    assert patience.remaining(None, NOW) == timedelta(0)


def test_old_failures_are_forgotten_and_a_clock_set_back_forgets_nothing():
    assert patience.forgotten(NOW - timedelta(hours=25), NOW)
    assert not patience.forgotten(NOW - timedelta(hours=23), NOW)
    assert not patience.forgotten(NOW + timedelta(days=3), NOW)


def test_the_journal_gets_one_line_when_waits_begin_then_one_an_hour():
    assert not patience.to_note(4, None, NOW)
    assert patience.to_note(5, None, NOW)
    assert not patience.to_note(50, NOW - timedelta(minutes=59), NOW)
    assert patience.to_note(51, NOW - timedelta(minutes=60), NOW)


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0.2, "1 seconde"), (5, "5 secondes"), (59.5, "1 minute"), (61, "2 minutes"), (900, "15 minutes")],
)
def test_waits_in_words(wait, words):
    assert patience.in_words(timedelta(seconds=wait)) == words
