"""Delays in elapsed hours (A.2, E.1) and in working days (E.2), with the reference's own vectors."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.clock import PARIS, FixedClock, SystemClock, after_hours, after_working_days, days_since
from hygie.core.holidays import public_holidays

HOLIDAYS = public_holidays(2026) | public_holidays(2027)
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=PARIS)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(PARIS))  # noqa: DTZ001 - bounds


@pytest.mark.parametrize(
    ("aware_at", "due_at"),
    [
        ("2026-10-24T22:00+02:00", "2026-10-27T21:00+01:00"),  # summer time ends
        ("2026-03-28T22:00+01:00", "2026-03-31T23:00+02:00"),  # summer time begins
        ("2026-12-24T18:30+01:00", "2026-12-27T18:30+01:00"),  # a Sunday, after Christmas
    ],
)
def test_72_hours_are_elapsed_hours_whatever_the_season_and_the_day(aware_at: str, due_at: str) -> None:
    due = after_hours(datetime.fromisoformat(aware_at), 72)
    assert due == datetime.fromisoformat(due_at)
    assert due.isoformat(timespec="minutes") == due_at


def test_a_moment_told_from_elsewhere_gives_the_same_deadline_in_paris_time() -> None:
    in_paris = datetime(2026, 12, 24, 18, 30, tzinfo=PARIS)
    in_reunion = in_paris.astimezone(timezone(timedelta(hours=4)))
    assert after_hours(in_reunion, 72).isoformat() == "2026-12-27T18:30:00+01:00"


def test_a_moment_without_an_offset_starts_no_delay() -> None:
    with pytest.raises(ValueError, match="décalage"):
        after_hours(datetime(2026, 12, 24, 18, 30), 72)  # noqa: DTZ001 - what is refused


@given(MOMENTS, st.integers(0, 400))
def test_hours_are_never_lost_nor_won(start: datetime, hours: int) -> None:
    start = start.astimezone(UTC)
    assert after_hours(start, hours).astimezone(UTC) - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("known_on", "days", "last_day"),
    [
        ("2026-07-10", 5, "2026-07-20"),  # over 14 July
        ("2026-07-10", 2, "2026-07-15"),  # theft
        ("2026-05-07", 5, "2026-05-18"),  # 8 May and Ascension
        ("2026-12-24", 5, "2027-01-04"),  # Christmas and the new year
    ],
)
def test_working_days_begin_the_day_after_and_skip_holidays(known_on: str, days: int, last_day: str) -> None:
    due = after_working_days(date.fromisoformat(known_on), days, HOLIDAYS)
    assert due.date() == date.fromisoformat(last_day)
    assert due.isoformat()[10:19] == "T23:59:59"
    assert due.tzinfo is PARIS


def test_good_friday_counts_only_outside_alsace_moselle() -> None:
    eve = date(2026, 4, 2)
    assert after_working_days(eve, 1, public_holidays(2026)).date() == date(2026, 4, 3)
    local = public_holidays(2026, alsace_moselle=True)
    assert after_working_days(eve, 1, local).date() == date(2026, 4, 7)


@given(st.dates(date(2026, 1, 1), date(2027, 11, 1)), st.integers(1, 15))
def test_the_last_day_is_a_working_day_and_one_more_day_is_always_later(known_on: date, days: int) -> None:
    last = after_working_days(known_on, days, HOLIDAYS).date()
    assert last.weekday() < 5
    assert last not in HOLIDAYS
    assert last < after_working_days(known_on, days + 1, HOLIDAYS).date()
    assert (last - known_on).days >= days


def test_a_fixed_clock_stands_still_and_the_machine_s_own_has_an_offset() -> None:
    assert FixedClock(NOW).now() == FixedClock(NOW).now() == NOW
    assert SystemClock().now().tzinfo is not None


@pytest.mark.parametrize(
    ("elapsed", "days"),
    [
        (timedelta(0), 0),
        (timedelta(hours=23, minutes=59), 0),
        (timedelta(days=1), 1),
        (timedelta(days=6, hours=23), 6),
        (timedelta(days=7), 7),
        (-timedelta(hours=3), 0),
        (-timedelta(days=1), 0),
        (-timedelta(days=1, seconds=1), None),
        (-timedelta(days=400), None),
    ],
)
def test_a_date_far_ahead_tells_nothing_of_an_age(elapsed: timedelta, days: int | None) -> None:
    assert days_since(NOW - elapsed, NOW) == days
