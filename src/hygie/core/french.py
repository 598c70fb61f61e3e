"""French as it is printed: spaces before double signs, dates in words, plurals."""

import re
from datetime import date, datetime

NARROW = "\u202f"
NO_BREAK = "\u00a0"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def typeset(text: str) -> str:
    """Put the no-break spaces of French typography where a plain space or nothing was typed, and curl apostrophes."""
    text = text.replace("'", "’")
    text = re.sub(r" ?([;!?])(?=\s|$)", NARROW + r"\1", text)
    text = re.sub(r"(?<=\S) :(?=\s|$)", NO_BREAK + ":", text)
    text = re.sub(r"« ?", "«" + NO_BREAK, text)
    return re.sub(r" ?»", NO_BREAK + "»", text)


def plural(count: int, singular: str, several: str | None = None) -> str:
    """« 1 compte », « 3 comptes », « 0 compte »: the number with its noun, French zero being singular."""
    noun = singular if count < 2 else several or singular + "s"  # noqa: PLR2004 - French plural starts at two
    return f"{count} {noun}"


def day_in_words(day: date) -> str:
    """« 3 novembre 2026 », « 1er mai 2026 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def weekday_in_words(day: date) -> str:
    """« mardi 3 novembre 2026 »."""
    return f"{DAYS[day.weekday()]} {day_in_words(day)}"


def hour_in_words(moment: datetime) -> str:
    """« 7 h 52 », « 8 h »."""
    minutes = f"{NO_BREAK}{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour}{NO_BREAK}h{minutes}"
