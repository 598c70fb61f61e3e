"""Time as an argument: who needs the hour is given a `Clock`, so that tests never wait.

Also the two ways French texts count a delay: in elapsed hours (CNIL, complaint) and in working days (insurer).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_SATURDAY = 5


class Clock(Protocol):
    """Tells the time, always with its offset."""

    def now(self) -> datetime:
        """The present moment."""
        ...


class SystemClock:
    """The machine's own clock, in its own zone."""

    def now(self) -> datetime:
        """The present moment with the local offset."""
        return datetime.now(UTC).astimezone()


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for tests and for judging stored facts again."""

    moment: datetime

    def now(self) -> datetime:
        """Always the same moment."""
        return self.moment


def after_hours(start: datetime, hours: int) -> datetime:
    """The moment `hours` elapsed hours after `start`, shown in Paris time.

    Nights, Sundays and holidays count; the change of hour does not (Reg. 1182/71, art. 3).
    Raises ValueError when `start` has no offset.
    """
    if start.tzinfo is None:
        raise ValueError("un délai part d'une heure avec son décalage horaire")
    return (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(PARIS)


def after_working_days(known_on: date, days: int, holidays: Collection[date]) -> datetime:
    """The end (23:59:59, Paris) of the `days`-th working day after the day of knowledge.

    Working days are Monday to Friday without the public holidays (L113-2 4° of the insurance code).
    """
    day = known_on
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in holidays:
            days -= 1
    return datetime.combine(day, time(23, 59, 59), PARIS)


def days_since(then: datetime, now: datetime) -> int | None:
    """Whole days from `then` to `now`; None when `then` is more than a day ahead, since one of the clocks is wrong."""
    elapsed = now - then
    return None if elapsed < -timedelta(days=1) else max(elapsed.days, 0)
