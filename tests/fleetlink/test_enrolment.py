"""The code and the two proofs: who knows it, who does not, and what a man in the middle can do."""

import base64
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fleetlink import enrolment as e
from hygie.fleetlink.errors import CodeRefused, CodeUnreadable, ServerUnproven
from hygie.fleetlink.messages import EnrolHello, EnrolRequest

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SERVER, OTHER = "a" * 64, "b" * 64
KEY = base64.b64encode(bytes(range(32))).decode()
NEWCOMER = e.Newcomer(KEY, "Accueil", "linux")


@pytest.fixture(scope="module")
def shown() -> tuple[str, e.JoinCode]:
    return e.new_code(NOW)


def exchange(
    shown: tuple[str, e.JoinCode], typed: str | None = None, seen: str = SERVER, served: str = SERVER
) -> tuple[e.JoinCode, EnrolRequest]:
    hello = EnrolHello(e.new_nonce())
    kept, offered = e.offer(shown[1], hello, served, NOW)
    return kept, e.answer_offer(e.normalise(typed or shown[0]), hello, offered, seen, NEWCOMER)


def test_the_code_is_ten_characters_in_two_groups(shown: tuple[str, e.JoinCode]) -> None:
    assert re.fullmatch(rf"[{e.ALPHABET}]{{5}}-[{e.ALPHABET}]{{5}}", shown[0])
    assert len(e.ALPHABET) ** e.LENGTH == 2**50
    assert shown[0].replace("-", "") not in repr(shown[1])


def test_two_codes_differ() -> None:
    assert len({e.new_code(NOW)[0] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "typed", ["7k2qd-mx0r1", "7K2QDMX0R1", " 7K2QD MXOR1 ", "7K2QD-MX0RI", "7k2qd mx0rl", "7K2QD‑MX0R1"]
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert e.normalise(typed) == "7K2QDMX0R1"


@pytest.mark.parametrize("typed", ["", "7K2QD", "7K2QD-MX0R12", "7K2QD-MX0RU", "é" * 10, "1" * 10_000, "7K2QD_MX0R1"])
def test_what_is_no_code_is_said_so(typed: str) -> None:
    with pytest.raises(CodeUnreadable):
        e.normalise(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    with suppress(CodeUnreadable):
        assert set(e.normalise(text)) <= set(e.ALPHABET)


def test_a_computer_that_knows_the_code_joins_once(shown: tuple[str, e.JoinCode]) -> None:
    kept, request = exchange(shown)
    used = e.accept(kept, request, SERVER, NOW)
    assert used.used_by == KEY
    with pytest.raises(CodeRefused):
        e.accept(used, request, SERVER, NOW)  # the same request, replayed


def test_another_computer_cannot_use_a_used_code(shown: tuple[str, e.JoinCode]) -> None:
    kept, request = exchange(shown)
    used = e.accept(kept, request, SERVER, NOW)
    hello = EnrolHello(e.new_nonce())
    again, offered = e.offer(used, hello, SERVER, NOW)
    stranger = replace(NEWCOMER, public_key=base64.b64encode(bytes(32)).decode())
    theirs = e.answer_offer(e.normalise(shown[0]), hello, offered, SERVER, stranger)
    with pytest.raises(CodeRefused):
        e.accept(again, theirs, SERVER, NOW)


def test_a_lost_answer_is_asked_for_again_with_the_same_key(shown: tuple[str, e.JoinCode]) -> None:
    kept, request = exchange(shown)
    used = e.accept(kept, request, SERVER, NOW)
    again, second = exchange((shown[0], used))
    assert e.accept(again, second, SERVER, NOW).used_by == KEY


def test_a_server_that_does_not_know_the_code_gets_nothing(shown: tuple[str, e.JoinCode]) -> None:
    with pytest.raises(ServerUnproven):
        exchange(shown, typed="00000-00000")


def test_a_man_in_the_middle_shows_another_certificate_and_is_found_out(shown: tuple[str, e.JoinCode]) -> None:
    """He relays the server's true offer: it is over the server's certificate, and the workstation sees his."""
    with pytest.raises(ServerUnproven):
        exchange(shown, seen=OTHER)


def test_a_request_relayed_over_another_certificate_is_refused(shown: tuple[str, e.JoinCode]) -> None:
    """Were the workstation to answer him all the same, the server would refuse: its own certificate is another one."""
    kept, request = exchange(shown, seen=OTHER, served=OTHER)
    with pytest.raises(CodeRefused):
        e.accept(kept, request, SERVER, NOW)


def test_a_server_proof_cannot_be_sent_back_as_a_workstation_s(shown: tuple[str, e.JoinCode]) -> None:
    hello = EnrolHello(e.new_nonce())
    kept, offered = e.offer(shown[1], hello, SERVER, NOW)
    reflected = EnrolRequest(hello.nonce, offered.server_nonce, KEY, "Accueil", "linux", offered.proof)
    with pytest.raises(CodeRefused):
        e.accept(kept, reflected, SERVER, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"public_key": base64.b64encode(bytes(32)).decode()},
        {"name": "Accueil 2"},
        {"system": "windows"},
        {"proof": "0" * 64},
        {"nonce": "1" * 64},
        {"server_nonce": "1" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_everything_asked_for_is_covered_by_the_proof(shown: tuple[str, e.JoinCode], change: dict[str, str]) -> None:
    kept, request = exchange(shown)
    with pytest.raises(CodeRefused):
        e.accept(kept, msgspec.structs.replace(request, **change), SERVER, NOW)
    e.accept(kept, request, SERVER, NOW)  # what was not changed is still good


@pytest.mark.parametrize("minutes", [15, 16, 60 * 24 * 400, -1])
def test_a_code_lives_fifteen_minutes_also_when_the_clock_goes_back(
    shown: tuple[str, e.JoinCode], minutes: int
) -> None:
    kept, request = exchange(shown)
    later = NOW + timedelta(minutes=minutes)
    with pytest.raises(CodeRefused):
        e.accept(kept, request, SERVER, later)
    with pytest.raises(CodeRefused):
        e.offer(kept, EnrolHello(e.new_nonce()), SERVER, later)
    assert e.accept(kept, request, SERVER, NOW + timedelta(minutes=14, seconds=59)).used_by


def test_no_code_no_offer() -> None:
    with pytest.raises(CodeRefused):
        e.offer(None, EnrolHello(e.new_nonce()), SERVER, NOW)


def test_a_code_dies_after_ten_wrong_proofs(shown: tuple[str, e.JoinCode]) -> None:
    kept, request = exchange(shown)
    for _ in range(e.MOST_ATTEMPTS):
        with pytest.raises(CodeRefused):
            e.accept(kept, msgspec.structs.replace(request, proof="0" * 64), SERVER, NOW)
        kept = e.failed_attempt(kept)
    with pytest.raises(CodeRefused):
        e.accept(kept, request, SERVER, NOW)


def test_hellos_fill_nothing(shown: tuple[str, e.JoinCode]) -> None:
    kept = shown[1]
    for _ in range(50):
        kept, _offered = e.offer(kept, EnrolHello(e.new_nonce()), SERVER, NOW)
    assert len(kept.nonces) == e.MOST_NONCES


def test_an_offer_tells_nothing_of_the_code_and_is_never_the_same(shown: tuple[str, e.JoinCode]) -> None:
    hello = EnrolHello(e.new_nonce())
    offers = [e.offer(shown[1], hello, SERVER, NOW)[1] for _ in range(3)]
    assert len({one.proof for one in offers}) == 3
    assert shown[1].verifier not in repr(offers)


def test_the_key_of_the_proofs_is_slow_and_salted() -> None:
    assert e.derive("7K2QDMX0R1", "00" * 16) != e.derive("7K2QDMX0R1", "01" * 16)
    assert e._COST * e._BLOCK * 128 >= 32 * 1024 * 1024


@given(st.lists(st.text(max_size=5), min_size=1, max_size=4), st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_two_different_lists_never_give_the_same_proof(one: list[str], other: list[str]) -> None:
    assert (e._mac(b"k" * 32, *one) == e._mac(b"k" * 32, *other)) == (one == other)
