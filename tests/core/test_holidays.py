from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.holidays import easter, public_holidays

YEARS = st.integers(1900, 2199)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2024, date(2024, 3, 31)),
        (2019, date(2019, 4, 21)),
        (1943, date(1943, 4, 25)),  # the latest possible
        (2285, date(2285, 3, 22)),  # the earliest possible
        (2000, date(2000, 4, 23)),
    ],
)
def test_easter_falls_on_the_known_days(year: int, day: date) -> None:
    assert easter(year) == day


@given(YEARS)
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    day = easter(year)
    assert day.weekday() == 6
    assert date(year, 3, 22) <= day <= date(year, 4, 25)


@given(YEARS)
def test_alsace_moselle_has_two_more_holidays(year: int) -> None:
    national, local = public_holidays(year), public_holidays(year, alsace_moselle=True)
    assert national < local
    assert local - national <= {easter(year) - timedelta(days=2), date(year, 12, 26)}


def test_the_eleven_holidays_of_2026_are_those_of_the_labour_code() -> None:
    expected = ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"]
    assert sorted(public_holidays(2026)) == [date.fromisoformat(f"2026-{day}") for day in expected]


def test_a_year_where_ascension_falls_on_1_may_has_ten_days_off() -> None:
    assert easter(2008) + timedelta(days=39) == date(2008, 5, 1)
    assert len(public_holidays(2008)) == 10
