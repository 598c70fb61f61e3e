"""French as it is printed: spaces before double signs, dates in words, plurals."""

import re
from collections.abc import Sequence
from datetime import date, datetime

NARROW = "\u202f"
NO_BREAK = "\u00a0"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_PLURAL = 2  # French plural starts at two
_SPACES = rf"[ {NO_BREAK}{NARROW}]*"
_KEPT = re.compile(r"`[^`]*`|https?://[^\s»]*[^\s»;!?.,:)]|\ue000")  # commands and addresses are never dressed
_HOLE = "\ue000"
_RULES = tuple(
    (re.compile(pattern), dressed)
    for pattern, dressed in (
        ("'", "’"),
        (rf"(?<=[^\s;!?]){_SPACES}([;!?]+)(?=[\s)»]|$)", rf"{NARROW}\1"),
        (rf"(?<=\S)[ {NO_BREAK}{NARROW}]+:(?=[\s»]|$)", f"{NO_BREAK}:"),
        (rf"(?<=\d)[ {NARROW}]%", f"{NO_BREAK}%"),
        (rf"«{_SPACES}", f"«{NO_BREAK}"),
        (rf"(?<![ {NO_BREAK}{NARROW}]){_SPACES}»", f"{NO_BREAK}»"),
    )
)


def typeset(text: str) -> str:
    """Put the no-break spaces of French typography before ; ! ? : % and inside « », and curl apostrophes.

    What stands between backquotes and web addresses are left as they are. Typesetting twice changes nothing more.
    """
    kept = iter(_KEPT.findall(text))
    return re.sub(_HOLE, lambda _: next(kept), _dressed(_KEPT.sub(_HOLE, text)))


def _dressed(text: str) -> str:
    for pattern, dressed in _RULES:
        text = pattern.sub(dressed, text)
    return text


def plural(count: int, singular: str, several: str | None = None) -> str:
    """« 1 compte », « 3 comptes », « 0 compte »: the number with its noun, French zero being singular."""
    noun = singular if count < _PLURAL else several or singular + "s"
    return f"{count} {noun}"


def agree(count: int, one: str, several: str) -> str:
    """The sentence about one thing, or the one about several with « {} » replaced by their number."""
    return one if count < _PLURAL else several.format(count)


def listed(words: Sequence[str], at_most: int = 3) -> str:
    """« A », « A et B », « A, B et C », and « A, B, C et 4 autres » beyond `at_most`."""
    shown = list(words[:at_most])
    if left := len(words) - len(shown):
        shown.append(plural(left, "autre"))
    return " et ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


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
