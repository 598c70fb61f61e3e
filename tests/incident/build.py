"""Incidents made of events, as the practice would have written them: short to say in a test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hygie.core.clock import PARIS
from hygie.incident.clocks import Contract, IncidentClock, by_id, clocks
from hygie.incident.events import Event, Kind
from hygie.incident.state import State, state_of

NOW = datetime(2026, 11, 24, 8, 20, tzinfo=PARIS)
CANARY = "Zéphyrine Quatrebarbes"
MALICIOUS = (
    "ransomware", "phishing", "account_takeover", "data_leak", "provider_leak", "lost_device", "fake_support",
    "bank_details", "intrusion",
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def event(rank: int, kind: Kind, when: datetime = NOW, **facts: Any) -> Event:
    return Event(rank, kind, when, "user:1", "Nadia", facts)


def opened(playbook: str = "ransomware", known_at: str | datetime = NOW, when: datetime = NOW) -> Event:
    known = known_at if isinstance(known_at, str) else known_at.isoformat()
    return event(1, Kind.OPENED, when, playbook=playbook, known_at=known, answers={}, by="cli")


def story(first: Event, *more: tuple[Kind, Mapping[str, Any]], every: timedelta = timedelta(minutes=1)) -> list[Event]:
    """The first event, then the others a minute apart."""
    rest = [event(rank, kind, first.at + every * (rank - 1), **facts) for rank, (kind, facts) in enumerate(more, 2)]
    return [first, *rest]


def step(name: str, reply: str = "fait", receipt: str = "", reason: str = "") -> tuple[Kind, dict[str, Any]]:
    return Kind.STEP, {"step": name, "reply": reply, "receipt": receipt, "reason": reason}


def aware(moment: str | None) -> tuple[Kind, dict[str, Any]]:
    return Kind.AWARE, {"aware_at": moment, "reason": ""}


def decide(about: str, decision: str, *reasons: str, exception: str = "") -> tuple[Kind, dict[str, Any]]:
    return Kind.DECISION, {"about": about, "decision": decision, "reasons": list(reasons), "exception": exception}


def clock(name: str, state: State, now: datetime = NOW, contract: Contract | None = None) -> IncidentClock:
    return by_id(clocks(state, now, contract))[name]


def after(events: list[Event], *more: tuple[Kind, Mapping[str, Any]]) -> State:
    """The state once these were added, a minute apart."""
    last = events[-1]
    added = [
        replace(event(last.rank + n, kind, **facts), at=last.at + timedelta(minutes=n))
        for n, (kind, facts) in enumerate(more, 1)
    ]
    return state_of([*events, *added])
