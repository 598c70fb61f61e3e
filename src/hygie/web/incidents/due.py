"""What incidents leave to be done by a day: running delays of the open ones, lessons of those closed a while ago."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from hygie.incident.clocks import IncidentClock, clocks
from hygie.incident.state import state_of
from hygie.web.incidents import selectors
from hygie.web.incidents.clock_pages import TITLES
from hygie.web.incidents.models import Incident
from hygie.web.practice.rules import RunningClock

QUARTER: Final = timedelta(days=95)
MOST: Final = 40


@dataclass(frozen=True, slots=True)
class Closed:
    """An incident that was closed with lessons."""

    pk: Any
    reference: str
    closed_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """Both, read together."""

    clocks: tuple[RunningClock, ...] = ()
    lessons: tuple[Closed, ...] = ()


def due_of(practice: Any, now: datetime) -> Due:
    """The delays that run in open incidents, and the incidents closed with lessons. One query when there is none."""
    recent = Q(closed_at=None) | Q(closed_at__gte=now - QUARTER)
    rows = list(Incident.objects.for_practice(practice).filter(recent)[:MOST])
    if not rows:
        return Due()
    events, contract = selectors.events_of_all(rows), selectors.contract_of(practice)
    states = [(one, state_of(events[one.pk])) for one in rows]
    running = (_running(one, clocks(state, now, contract)) for one, state in states if one.closed_at is None)
    return Due(
        tuple(clock for found in running for clock in found),
        tuple(Closed(one.pk, one.reference, _day(one.closed_at)) for one, state in states if state.lessons),
    )


def _running(incident: Incident, found: Iterable[IncidentClock]) -> Iterator[RunningClock]:
    for clock in found:
        if clock.running and clock.due_at is not None:
            half, due = _day(clock.reminders[0]), _day(clock.due_at)
            yield RunningClock(incident.pk, incident.reference, clock.id, TITLES[clock.id], half, due)


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)
