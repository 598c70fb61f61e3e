from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.event import Event, uuid7
from hygie.core.severity import Severity

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
BITS = st.integers(0, (1 << 74) - 1)
INSTANTS = st.integers(0, (1 << 44) - 1).map(lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms))


@given(INSTANTS.filter(lambda at: at.year < 2500), BITS)
def test_version_and_variant_are_those_of_rfc_9562(at: datetime, bits: int) -> None:
    made = uuid7(at, bits)
    assert made.version == 7
    assert made.variant == RFC_4122


@given(BITS)
def test_the_first_48_bits_are_the_milliseconds_and_the_rest_is_given_randomness(bits: int) -> None:
    made = uuid7(NOW, bits)
    assert made.int >> 80 == int(NOW.timestamp()) * 1000
    assert (made.int >> 64 & 0xFFF) << 62 | made.int & (1 << 62) - 1 == bits


@given(BITS, BITS, st.integers(1, 10**9))
def test_a_later_event_sorts_after_whatever_its_randomness(first: int, second: int, later: int) -> None:
    early, late = uuid7(NOW, first), uuid7(NOW + timedelta(milliseconds=later), second)
    assert early < late
    assert str(early) < str(late)


def test_two_events_of_the_same_millisecond_do_not_collide() -> None:
    assert len({uuid7(NOW) for _ in range(2000)}) == 2000


def test_the_example_of_rfc_9562_is_rebuilt() -> None:
    at = datetime.fromtimestamp(1645557742, UTC)  # 2022-02-22T19:22:22Z
    bits = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert str(uuid7(at, bits)) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_an_event_cannot_be_changed_once_it_happened() -> None:
    event = Event(
        uuid7(NOW, 0), NOW, NOW, "logon", Severity.MINOR, "poste-1", "session", "Session ouverte.", {}, "veille"
    )
    with pytest.raises(AttributeError):
        event.summary = "autre"  # type: ignore[misc]
