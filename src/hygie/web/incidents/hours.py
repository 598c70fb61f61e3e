"""Moments as the room says them: « 8 h 24 », « ven. 8 h 20 », « Vendredi 13, 8 h 20 », « Reste 69 h 15 ».

Pure functions of Paris time; a length is counted in elapsed time.
"""

from datetime import date, datetime, timedelta

from hygie.core.clock import PARIS
from hygie.core.french import DAYS, MONTHS, NO_BREAK, hour_in_words, plural
from hygie.core.holidays import public_holidays
from hygie.incident.clocks import elapsed

SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
WEEK = 6
_SATURDAY = 5
_HOUR, _DAY = 60, 1440


def here(moment: datetime) -> datetime:
    """The moment on the clock of the practice."""
    return moment.astimezone(PARIS)


def day_number(day: date) -> str:
    """« 1er », « 18 »."""
    return "1er" if day.day == 1 else str(day.day)


def short_day(day: date) -> str:
    """« 18 nov. »."""
    return f"{day_number(day)}{NO_BREAK}{SHORT_MONTHS[day.month - 1]}"


def short(moment: datetime, now: datetime) -> str:
    """« 8 h 24 » today, « ven. 8 h 20 » within a week, « 18 nov., 8 h » otherwise."""
    local, today = here(moment), here(now).date()
    away = abs((local.date() - today).days)
    if away == 0:
        return hour_in_words(local)
    if away <= WEEK:
        return f"{DAYS[local.weekday()][:3]}. {hour_in_words(local)}"
    return f"{short_day(local.date())}, {hour_in_words(local)}"


def on_day(moment: datetime, now: datetime) -> str:
    """« mardi à 8 h 20 » within a week, « le 10 novembre à 8 h 20 » otherwise."""
    local = here(moment)
    if abs((local.date() - here(now).date()).days) <= WEEK:
        return f"{DAYS[local.weekday()]} à {hour_in_words(local)}"
    year = "" if local.year == here(now).year else f" {local.year}"
    return f"le {day_number(local.date())} {MONTHS[local.month - 1]}{year} à {hour_in_words(local)}"


def incident_day(moment: datetime, now: datetime) -> str:
    """« 10 novembre », with the year when it is not this one."""
    local = here(moment)
    year = "" if local.year == here(now).year else f" {local.year}"
    return f"{day_number(local.date())} {MONTHS[local.month - 1]}{year}"


def deadline(moment: datetime, now: datetime, *, whole_day: bool) -> str:
    """« Vendredi 13, 8 h 20 », « Mardi 1er déc., 8 h 20 »; « Mercredi 18 nov. » for the end of a day."""
    local = here(moment)
    name = DAYS[local.weekday()].capitalize()
    if whole_day:
        return f"{name} {short_day(local.date())}"
    near = (local.year, local.month) == (here(now).year, here(now).month)
    return f"{name} {day_number(local.date()) if near else short_day(local.date())}, {hour_in_words(local)}"


def length(span: timedelta) -> str:
    """« 69 h 15 », « 45 minutes »: whole minutes, never seconds."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < _HOUR:
        return plural(minutes, "minute")
    rest = f"{NO_BREAK}{minutes % _HOUR:02d}" if minutes % _HOUR else ""
    return f"{minutes // _HOUR}{NO_BREAK}h{rest}"


def left(due: datetime, now: datetime) -> str:
    """« Reste 69 h 15 »."""
    return f"Reste {length(elapsed(now, due))}"


def working_days_left(due: datetime, now: datetime, *, alsace_moselle: bool) -> str:
    """« Reste 5 jours ouvrés », « Dernier jour »: the days after today, the last one included."""
    count = len(working_days(here(now).date(), here(due).date(), alsace_moselle=alsace_moselle))
    return f"Reste {plural(count, 'jour ouvré', 'jours ouvrés')}" if count else "Dernier jour"


def working_days(after: date, until: date, *, alsace_moselle: bool) -> list[date]:
    """The working days after a day, until another."""
    off = set(holidays(after, until, alsace_moselle=alsace_moselle))
    return [day for day in _days(after, until) if day.weekday() < _SATURDAY and day not in off]


def holidays(after: date, until: date, *, alsace_moselle: bool) -> list[date]:
    """The public holidays from Monday to Friday between two days: they do not count."""
    years = range(after.year, until.year + 1)
    off = frozenset().union(*(public_holidays(year, alsace_moselle=alsace_moselle) for year in years))
    return [day for day in _days(after, until) if day in off and day.weekday() < _SATURDAY]


def _days(after: date, until: date) -> list[date]:
    return [after + timedelta(days=number + 1) for number in range(min((until - after).days, 366))]
