"""How far a workstation's clock is from its server's: measured at each answer, said in words, told when it changes.

An offset is the workstation's hour minus the server's, in seconds: positive when the workstation is ahead.
"""

from datetime import datetime, timedelta
from typing import Final

from hygie.core.french import plural
from hygie.core.severity import Severity
from hygie.fleetlink.messages import FARTHEST_OFFSET, EventBody

NOTICEABLE: Final = 120
"""Seconds: below, it is the network's delay or nobody's concern."""
CLOCK_EVENT: Final = "workstation.clock"
_UNITS: Final = ((365 * 86_400, "an"), (86_400, "jour"), (3_600, "h"), (60, "min"), (1, "s"))


def measured(local: datetime, server: datetime) -> int:
    """The offset, in seconds, bounded to what a message can say."""
    seconds = round((local - server) / timedelta(seconds=1))
    return max(-FARTHEST_OFFSET, min(FARTHEST_OFFSET, seconds))


def changed(offset: int, reported: int) -> bool:
    """Whether the practice, which knows `reported`, should hear of `offset`."""
    return abs(offset - reported) >= NOTICEABLE


def clock_event(offset: int) -> EventBody:
    """What the practice hears of it."""
    severity = Severity.MINOR if abs(offset) >= NOTICEABLE else Severity.HABIT
    return EventBody(CLOCK_EVENT, severity, offset_in_words(offset), {"offset": offset})


def offset_in_words(offset: int) -> str:
    """« L'horloge de ce poste avance de 2 h. », in the largest unit that fits."""
    if abs(offset) < NOTICEABLE:
        return "L'horloge de ce poste est à l'heure."
    size, unit = next(one for one in _UNITS if abs(offset) >= one[0])
    count = round(abs(offset) / size)
    amount = f"{count} {unit}" if unit in ("h", "min") else plural(count, unit)
    return f"L'horloge de ce poste {'avance' if offset > 0 else 'retarde'} de {amount}."
