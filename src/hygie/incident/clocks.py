"""The clocks of an incident: each has its own start, its own end and its own proof; none depends on another.

Every length comes from the dated data of `reference.law`. Elapsed hours are counted in UTC, working days in Paris.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from hygie.core.clock import PARIS, after_hours, after_working_days
from hygie.core.holidays import public_holidays
from hygie.incident.state import Reply, State
from hygie.reference.law import Deadline, deadlines
from hygie.reference.playbooks import playbooks, steps_of

IDS = ("complaint", "cnil", "insurer", "patients", "provider")
REMINDERS = (0.5, 0.8)
FEWEST_WORKING_DAYS_A_YEAR = 240


class ClockState(StrEnum):
    """The six states of the contract."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    LATE = "late"
    DONE = "done"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Contract:
    """What the practice's contract and place change: working days (never fewer than the law's), local holidays."""

    insurer_days: int | None = None
    theft_days: int | None = None
    alsace_moselle: bool = False


@dataclass(frozen=True, slots=True)
class IncidentClock:
    """One delay of an incident. `reminders` are the moments at half and at 80 % of it."""

    id: str
    state: ClockState
    law: Deadline
    starts_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    reminders: tuple[datetime, ...] = ()

    @property
    def running(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in {ClockState.RUNNING, ClockState.LATE}

    def part(self, now: datetime) -> float:
        """How much of the delay is gone, 0 to 1 and beyond; 0 when it does not run."""
        if self.starts_at is None or self.due_at is None:
            return 0.0
        whole = elapsed(self.starts_at, self.due_at)
        return max(0.0, elapsed(self.starts_at, now) / whole) if whole > timedelta(0) else 1.0


def clocks(state: State, now: datetime, contract: Contract | None = None) -> tuple[IncidentClock, ...]:
    """The five clocks of the contract, in its order."""
    contract = contract or Contract()
    return tuple(_clock(name, state, now, contract) for name in IDS)


def _clock(name: str, state: State, now: datetime, contract: Contract) -> IncidentClock:
    law = deadlines()[_law_of(name, state)]
    if not applies(name, state):
        return IncidentClock(name, ClockState.NOT_APPLICABLE, law)
    start = start_of(name, state)
    done, waived = _settled(name, state)
    settled = ClockState.DONE if done else ClockState.WAIVED if waived else None
    if start is None:
        return IncidentClock(name, settled or ClockState.NOT_STARTED, law, done_at=done)
    due = due_at(law, start, _days(name, state, contract), contract)
    told = settled or _running(due, now)
    return IncidentClock(name, told, law, start.astimezone(PARIS), due, done, reminders(start, due))


def _law_of(name: str, state: State) -> str:
    return "insurer_theft" if name == "insurer" and _theft(state) else name


def _theft(state: State) -> bool:
    """A lost device counts as stolen unless somebody said that it was lost."""
    return playbooks()[state.playbook].theft and state.stolen is not False


def applies(name: str, state: State) -> bool:
    """Whether this clock concerns the incident at all."""
    if state.false_alarm:
        return False
    playbook = playbooks()[state.playbook]
    if name == "complaint":
        return playbook.complaint and not (playbook.theft and state.stolen is False)
    if name == "provider":
        return playbook.provider
    decision = state.decisions.get(name)
    return decision is None or decision["decision"] == "yes"


def start_of(name: str, state: State) -> datetime | None:
    """When this clock started; None while it did not."""
    if name == "cnil":
        return state.aware_at
    if name == "patients":
        return state.decided_at.get("patients")
    return state.known_at


def due_at(law: Deadline, start: datetime, days: int | None, contract: Contract) -> datetime:
    """The end of a delay: elapsed hours, or the last second of a working day in Paris."""
    if law.hours is not None:
        return after_hours(start, law.hours)
    known_on, count = start.astimezone(PARIS).date(), days or law.working_days or 0
    return after_working_days(known_on, count, _holidays(known_on, count, contract))


def _days(name: str, state: State, contract: Contract) -> int | None:
    """The contract's own delay, when it is longer than the law's: a shorter one is without effect."""
    if name != "insurer":
        return None
    own, least = contract.insurer_days, deadlines()["insurer"].working_days or 0
    if _theft(state):
        own, least = contract.theft_days, deadlines()["insurer_theft"].working_days or 0
    return max(own or least, least)


def _holidays(day: date, count: int, contract: Contract) -> frozenset[date]:
    """The holidays of every year that `count` working days may reach."""
    years = range(day.year, day.year + 2 + count // FEWEST_WORKING_DAYS_A_YEAR)
    return frozenset().union(*(public_holidays(year, alsace_moselle=contract.alsace_moselle) for year in years))


def reminders(start: datetime, due: datetime) -> tuple[datetime, ...]:
    """Half and 80 % of the delay, counted in elapsed time."""
    whole, start = elapsed(start, due), start.astimezone(UTC)
    return tuple((start + whole * part).astimezone(PARIS) for part in REMINDERS)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """The time that went by. Python subtracts two moments of one zone as if the hour never changed: UTC does not."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def _running(due: datetime, now: datetime) -> ClockState:
    return ClockState.LATE if elapsed(due, now) > timedelta(0) else ClockState.RUNNING


def _settled(name: str, state: State) -> tuple[datetime | None, bool]:
    """When the step that answers this clock was done, and whether it was waived instead."""
    for step in steps_of(state.playbook):
        answer = state.steps.get(step.id)
        if step.clock == name and answer is not None:
            return (answer.at if answer.reply is Reply.DONE else None), answer.reply is Reply.WAIVED
    return None, False


def by_id(found: tuple[IncidentClock, ...]) -> Mapping[str, IncidentClock]:
    """The clocks by name."""
    return {clock.id: clock for clock in found}
