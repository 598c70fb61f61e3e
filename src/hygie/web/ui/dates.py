"""Days and hours as a person says them: « ce matin, 7 h 52 », « hier, 19 h 10 », « le 29 octobre ».

Pure functions of the local time of the practice; a moment without a zone is taken as local.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from hygie.core.french import MONTHS, day_in_words, hour_in_words

DAWN, NOON, EVENING = 5, 12, 18


def local(value: datetime) -> datetime:
    """The same moment on the clock of the practice."""
    return value if timezone.is_naive(value) else timezone.localtime(value)


def local_day(value: date | datetime) -> date:
    """The day it is at the practice."""
    return local(value).date() if isinstance(value, datetime) else value


def moment_in_words(value: datetime) -> str:
    """« 3 novembre 2026, 8 h 15 »."""
    return f"{day_in_words(local(value))}, {hour_in_words(local(value))}"


def ago(value: date | datetime, now: datetime) -> str:
    """« ce matin, 7 h 52 », « hier, 19 h 10 », « le 29 octobre », « le 2 mai 2025 »; « aujourd’hui » for a bare day."""
    day, today = local_day(value), local_day(now)
    hour = f", {hour_in_words(local(value))}" if isinstance(value, datetime) else ""
    if day == today:
        return (_part_of_day(local(value).hour) if isinstance(value, datetime) else "aujourd’hui") + hour
    if day == today - timedelta(days=1):
        return f"hier{hour}"
    if day.year == today.year:
        number = "1er" if day.day == 1 else str(day.day)
        return f"le {number} {MONTHS[day.month - 1]}"
    return f"le {day_in_words(day)}"


def _part_of_day(hour: int) -> str:
    if hour < DAWN:
        return "cette nuit"
    if hour < NOON:
        return "ce matin"
    return "cet après-midi" if hour < EVENING else "ce soir"
