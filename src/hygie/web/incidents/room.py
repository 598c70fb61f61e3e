"""An incident read once for one person at one moment, and the header of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hygie.core.french import DAYS, hour_in_words, typeset
from hygie.incident.clocks import Contract, IncidentClock, clocks
from hygie.incident.events import Event
from hygie.incident.state import State, state_of
from hygie.reference.playbooks import Playbook, playbooks
from hygie.web.accounts.access import Action, Role, can
from hygie.web.incidents import selectors
from hygie.web.incidents.hours import here, incident_day, short
from hygie.web.incidents.models import Incident
from hygie.web.incidents.phones import Book, book_of


@dataclass(frozen=True, slots=True)
class Room:
    """An incident read for one person at one moment."""

    incident: Incident
    events: Sequence[Event]
    state: State
    clocks: tuple[IncidentClock, ...]
    contract: Contract
    book: Book
    member: Any
    now: datetime

    @property
    def playbook(self) -> Playbook:
        """What is followed."""
        return playbooks()[self.state.playbook]

    def may(self, action: Action) -> bool:
        """Whether the person may do this here."""
        return can(self.member, action, self.incident)


def room_of(incident: Incident, member: Any, now: datetime) -> Room:
    """Everything, in a constant number of queries."""
    events = selectors.events_of(incident)
    state, contract = state_of(events), selectors.contract_of(incident.practice)
    book = book_of(incident.practice, contracts=member.role != Role.IT_PROVIDER)
    return Room(incident, events, state, clocks(state, now, contract), contract, book, member, now)


def head(room: Room) -> dict[str, Any]:
    """The header of every page of the incident."""
    by = room.events[0].author_name if room.events else ""
    return {
        "incident": room.incident,
        "room_title": f"Incident du {incident_day(room.incident.opened_at, room.now)}",
        "room_line": typeset(
            f"{room.incident.practice.name} · ouvert par {by} à {short(room.incident.opened_at, room.now)} · "
            f"{_weekday(room.now)}"
        ),
        "altered": selectors.altered(room.incident),
        "closed": room.state.closed_at,
        "closed_on": short(room.state.closed_at, room.now) if room.state.closed_at else "",
        "false_alarm": room.state.false_alarm,
        "may_act": room.may(Action.ACT_IN_INCIDENT) and room.state.closed_at is None,
        "may_add_number": room.may(Action.CHANGE_INVENTORY),
        "may_add": room.may(Action.ADD_TO_INCIDENT),
        "may_decide": room.may(Action.DECIDE_IN_INCIDENT),
        "may_see_evidence": room.may(Action.SEE_EVIDENCE),
    }


def _weekday(now: datetime) -> str:
    return f"{DAYS[here(now).weekday()]}, {hour_in_words(here(now))}"
