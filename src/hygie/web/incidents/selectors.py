"""Reading incidents: events, state, clocks, parties, dossier; and whether anything was altered since it was written."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError

from hygie.incident.clocks import Contract
from hygie.incident.events import GENESIS, Event, Kind, facts_of, seal
from hygie.incident.state import State, state_of
from hygie.reference.playbooks import Step, steps_of
from hygie.web.errors import SealBroken
from hygie.web.incidents.models import Identity, Incident, IncidentEvent
from hygie.web.journal.models import JournalEntry

ALTERED = (SealBroken, DatabaseError, ValueError)
"""What a cell raises that no longer opens, or is no text, or no time."""


def event_of(row: IncidentEvent) -> Event:
    """A row as the rules know it; one that no longer says what its kind says is UNREADABLE. SealBroken by its seal."""
    try:
        facts = json.loads(row.facts)
        kind = Kind(row.kind) if isinstance(facts, dict) else Kind.UNREADABLE
    except ValueError:
        facts, kind = {}, Kind.UNREADABLE
    return Event(row.rank, kind, row.at, row.author, row.author_name, facts if isinstance(facts, dict) else {})


def events_of(incident: Incident) -> list[Event]:
    """Its events in order. What was altered in the database is UNREADABLE: the rest must still be shown."""
    try:
        return [event_of(row) for row in incident.events.order_by("rank")]
    except ALTERED:
        ranks = list(incident.events.order_by("rank").values_list("rank", flat=True))
        return [_event_at(incident, rank) for rank in ranks]


def _event_at(incident: Incident, rank: int) -> Event:
    try:
        return event_of(incident.events.get(rank=rank))
    except ALTERED:
        return Event(rank, Kind.UNREADABLE, incident.opened_at, "system", "", {})


def events_of_all(incidents: Sequence[Incident]) -> dict[Any, list[Event]]:
    """The events of several incidents by incident, in one query."""
    found: dict[Any, list[Event]] = {incident.pk: [] for incident in incidents}
    try:
        for row in IncidentEvent.objects.filter(incident__in=list(found)).order_by("incident_id", "rank"):
            found[row.incident_id].append(event_of(row))
    except ALTERED:
        return {incident.pk: events_of(incident) for incident in incidents}
    return found


def state_of_incident(incident: Incident) -> State:
    """Where it stands."""
    return state_of(events_of(incident))


def identity_of(practice: Any) -> Identity:
    """The practice's row, not yet saved when nobody filled it."""
    return Identity.objects.for_practice(practice).first() or Identity(practice=practice)


def contract_of(practice: Any) -> Contract:
    """What the contract and the place change in the clocks."""
    row = identity_of(practice)
    return Contract(row.insurer_days, row.theft_days, practice.local_law)


def plan_of(incident: Incident) -> tuple[Step, ...]:
    """The steps of its playbook, in order."""
    return steps_of(state_of_incident(incident).playbook)


def open_incidents(practice: Any) -> list[Incident]:
    """Those under way, the latest first."""
    return list(Incident.objects.for_practice(practice).filter(closed_at=None)[:20])


def altered(incident: Incident) -> list[int]:
    """The ranks whose row no longer says what was written, or is gone; against the chain and the practice's journal."""
    told = _told(incident)
    found, previous, ranks = set(), GENESIS, set()
    try:
        rows: Iterable[IncidentEvent] = list(incident.events.order_by("rank"))
    except ALTERED:
        rows, found = [], {0}
    for row in rows:
        ranks.add(row.rank)
        digest = _digest(incident, previous, row)
        if digest != row.digest or told.get(row.rank) != row.digest:
            found.add(row.rank)
        previous = row.digest
    return sorted(found | (set(told) - ranks))


def _digest(incident: Incident, previous: str, row: IncidentEvent) -> str:
    try:
        event = replace(event_of(row), facts=facts_of(row.facts))
        return seal(str(incident.pk), previous, event)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _told(incident: Incident) -> dict[int, str]:
    """Rank → digest, as the practice's journal keeps it."""
    lines = JournalEntry.objects.filter(practice=str(incident.practice_id), subject=f"incident:{incident.pk}")
    data = [_read(text) for text in lines.values_list("data", flat=True)]
    return {one["rank"]: one["digest"] for one in data if "rank" in one and "digest" in one}


def _read(text: Any) -> dict[str, Any]:
    """A line's data; nothing when they are no longer readable, so that the event they told shows as altered."""
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
