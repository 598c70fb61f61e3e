from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.ui import dates
from hygie.web.ui.templatetags import ui

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)  # 15 h in Paris


def words(value: date | datetime) -> str:
    return dates.ago(value, NOW).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (datetime(2026, 11, 23, 23, 10, tzinfo=UTC), "cette nuit, 0 h 10"),
        (datetime(2026, 11, 23, 22, 10, tzinfo=UTC), "hier, 23 h 10"),
        (datetime(2026, 11, 24, 17, 0, tzinfo=UTC), "ce soir, 18 h"),
        (datetime(2026, 11, 24, 8, 5), "ce matin, 8 h 05"),  # noqa: DTZ001 - a moment without a zone is local
        (date(2026, 11, 24), "aujourd’hui"),
        (date(2026, 11, 23), "hier"),
        (date(2026, 3, 1), "le 1er mars"),
        (date(2025, 3, 1), "le 1er mars 2025"),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), "le 26 novembre"),
    ],
)
def test_a_moment_is_told_on_the_clock_of_the_practice(when: date | datetime, told: str) -> None:
    assert words(when) == told


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_today_is_never_called_otherwise(when: datetime) -> None:
    same = dates.local_day(when) == dates.local_day(NOW)
    assert words(when).startswith(("ce ", "cet", "cette")) == same


def test_day_and_moment_use_the_local_day() -> None:
    midnight = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert ui.day(midnight) == "1er décembre 2026"
    assert ui.moment(midnight).replace("\u00a0", " ") == "1er décembre 2026, 0 h 30"
    assert ui.day(date(2026, 11, 30)) == "30 novembre 2026"
    assert ui.day(None) == ui.moment(None) == ""


def test_without_a_moment_given_now_is_now() -> None:
    assert ui.ago(datetime.now(UTC) - timedelta(days=800)).startswith("le ")
