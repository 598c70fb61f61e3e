"""Something that happened, as the journal will keep it and the watch will report it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hygie.core.severity import Severity

_RANDOM_BITS = 74


def uuid7(at: datetime, randomness: int | None = None) -> UUID:
    """A version 7 UUID (RFC 9562): sorted by time, unique without a counter.

    `at` must carry an offset; `randomness` (74 bits) is given by tests.
    """
    bits = secrets.randbits(_RANDOM_BITS) if randomness is None else randomness
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    high = milliseconds << 16 | 7 << 12 | bits >> 62 & 0xFFF
    low = 0b10 << 62 | bits & (1 << 62) - 1
    return UUID(int=high << 64 | low)


@dataclass(frozen=True, slots=True)
class Event:
    """One fact with its time; `summary` is French and names no patient."""

    id: UUID
    occurred_at: datetime
    recorded_at: datetime
    kind: str
    severity: Severity
    device: str
    subject: str
    summary: str
    data: Mapping[str, int | str | bool]
    source: str
