"""What every fact may be instead of itself: unknown, or absent; and the moment of the look."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody could look: no right, no tool, no answer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """There is nothing to look at on this computer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When the facts were gathered, with its offset."""

    now: datetime
