"""How much a failure matters, from 1 (a good habit) to 5 (an open door)."""

from enum import IntEnum


class Severity(IntEnum):
    """The weight of a check in a measure; `CRITICAL` also caps its measure when it is not met."""

    HABIT = 1
    MINOR = 2
    NOTABLE = 3
    MAJOR = 4
    CRITICAL = 5
