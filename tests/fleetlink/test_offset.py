"""Offsets of clocks, measured and worded."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fleetlink import offset as o
from hygie.fleetlink.client import new_message
from hygie.fleetlink.messages import FARTHEST_OFFSET

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "est à l'heure"),
        (119, "est à l'heure"),
        (120, "avance de 2 min"),
        (-700, "retarde de 12 min"),
        (7_200, "avance de 2 h"),
        (-86_400, "retarde de 1 jour"),
        (3 * 86_400, "avance de 3 jours"),
        (-12 * 365 * 86_400, "retarde de 12 ans"),
    ],
)
def test_in_words(seconds: int, words: str) -> None:
    assert o.offset_in_words(seconds) == f"L'horloge de ce poste {words}."


def test_measured_from_any_zone() -> None:
    assert o.measured((NOW + timedelta(hours=2)).astimezone(), NOW) == 7_200


@given(st.datetimes(), st.datetimes())
def test_any_two_hours_give_an_offset_that_can_be_sent(local: datetime, server: datetime) -> None:
    offset = o.measured(local.replace(tzinfo=UTC), server.replace(tzinfo=UTC))
    assert abs(offset) <= FARTHEST_OFFSET
    assert new_message("event", o.clock_event(offset), NOW).kind == "event"
    assert o.offset_in_words(offset).endswith(".")
