"""What may leave the practice, later, towards a hub: one type, built by one function.

No name, no file name, no free text, no message content: a kind out of a closed list, a severity and an hour. Whoever
adds a field here changes what the page « Ce qui sort du cabinet » must say, and a test reminds them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid5

from hygie.core.event import Event
from hygie.core.severity import Severity

OTHER: Final = "other"
_NAMESPACE: Final = UUID("5b1f6a52-0c1d-4e0b-9d6e-3f8a7c2b9e10")
KINDS: Final = frozenset(
    {
        "checkup.measured",
        "exposure.found",
        "watch.card_left",
        "watch.logon",
        "watch.medium_left",
        "watch.new_device",
        "watch.ransomware",
        "workstation.clock",
    }
)
"""The kinds that say what happened and nothing else; any other leaves as « other »."""


@dataclass(frozen=True, slots=True)
class FleetEvent:
    """One event as a hub may know it; `occurred_at` is cut to the minute, in UTC; `id` tells nothing of the hour."""

    id: UUID
    occurred_at: datetime
    kind: str
    severity: Severity


def redact(event: Event) -> FleetEvent:
    """The event without anything that a person wrote or named."""
    minute = event.occurred_at.astimezone(UTC).replace(second=0, microsecond=0)
    kind = event.kind if event.kind in KINDS else OTHER
    return FleetEvent(uuid5(_NAMESPACE, str(event.id)), minute, kind, Severity(event.severity))
