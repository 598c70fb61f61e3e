"""One step at a time: which comes now, which are locked and by what, what an answer needs, what closing needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hygie.incident.clocks import IncidentClock, applies
from hygie.incident.errors import AlreadyClosed, GateClosed, ReceiptMissing, StillOpen, UnknownStep
from hygie.incident.state import Reply, State
from hygie.reference.playbooks import Step, steps_of

TRY_AGAIN = timedelta(minutes=30)
"""How long after « personne ne répond » the call comes back."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step in its list. `status` is done, waived, here, tried, unknown, later, locked or not_needed."""

    step: Step
    number: int
    status: str
    missing: tuple[str, ...] = ()


def needed(step: Step, state: State) -> bool:
    """Whether the step concerns this incident: a clock that does not apply needs no gesture."""
    return not step.clock or applies(step.clock, state)


def missing_for(step: Step, state: State) -> tuple[str, ...]:
    """The steps (as « déposer plainte ») that must be done or waived before this one."""
    plan = {one.id: one for one in steps_of(state.playbook)}
    open_ones = [plan[name] for name in step.needs if name in plan and not state.settled(name)]
    return tuple(one.doing for one in open_ones if needed(one, state))


def next_step(state: State, now: datetime) -> Step | None:
    """What to do now: a call to try again, the first step nobody answered, then what nobody knew. None: all done."""
    if state.closed_at is not None:
        return None
    plan = [step for step in steps_of(state.playbook) if needed(step, state) and not missing_for(step, state)]
    fresh = [step for step in plan if step.id not in state.steps]
    again = [step for step in plan if _said(state, step, Reply.NOBODY)]
    due = [step for step in again if now - state.steps[step.id].at >= TRY_AGAIN]
    unsure = [step for step in plan if _said(state, step, Reply.UNKNOWN)]
    waiting = due + fresh + sorted(again, key=lambda step: state.steps[step.id].at) + unsure
    return waiting[0] if waiting else None


def _said(state: State, step: Step, reply: Reply) -> bool:
    answer = state.steps.get(step.id)
    return answer is not None and answer.reply is reply


def places(state: State, now: datetime) -> tuple[Place, ...]:
    """Every step of the incident with where it stands."""
    here = next_step(state, now)
    return tuple(
        Place(step, number, _status(step, state, here), missing_for(step, state))
        for number, step in enumerate(steps_of(state.playbook), 1)
    )


def _status(step: Step, state: State, here: Step | None) -> str:
    answer = state.steps.get(step.id)
    if answer is not None and answer.reply.settled:
        return "done" if answer.reply is Reply.DONE else "waived"
    if not needed(step, state):
        return "not_needed"
    if here is not None and step.id == here.id:
        return "here"
    if missing_for(step, state):
        return "locked"
    if answer is None:
        return "later"
    return "tried" if answer.reply is Reply.NOBODY else "unknown"


def check_answer(state: State, step_id: str, reply: Reply, *, receipt: str = "") -> Step:
    """The step, when this may be said of it. UnknownStep, AlreadyClosed, GateClosed or ReceiptMissing otherwise."""
    plan: Mapping[str, Step] = {step.id: step for step in steps_of(state.playbook)}
    if step_id not in plan:
        raise UnknownStep(list(plan))
    step = plan[step_id]
    if state.closed_at is not None:
        raise AlreadyClosed
    if reply is Reply.DONE and (missing := missing_for(step, state)):
        raise GateClosed(missing)
    if reply is Reply.DONE and step.receipt == "required" and not receipt.strip():
        raise ReceiptMissing(step.doing)
    return step


def check_close(state: State, found: tuple[IncidentClock, ...]) -> None:
    """Whether the incident may be closed (not as a false alarm). StillOpen names what is missing."""
    if state.closed_at is not None:
        raise AlreadyClosed
    plan = steps_of(state.playbook)
    open_steps = [
        step.doing
        for step in plan
        if (step.clock or step.id in _MUST) and needed(step, state) and not state.settled(step.id)
        and not _undecided(step, state)
    ]  # fmt: skip
    undecided = [_DECIDE[name] for name in ("cnil", "patients") if _open_decision(name, state, found)]
    if open_steps or undecided:
        raise StillOpen([*open_steps, *undecided])


_MUST = frozenset({"evidence"})
_DECIDE = {"cnil": "décider s’il faut prévenir la CNIL", "patients": "décider s’il faut prévenir les patients"}


def _undecided(step: Step, state: State) -> bool:
    """A step that waits for a decision is named as that decision."""
    return step.clock in _DECIDE and step.clock not in state.decisions and state.steps.get(step.id) is None


def _open_decision(name: str, state: State, found: tuple[IncidentClock, ...]) -> bool:
    clock = next(one for one in found if one.id == name)
    settled = clock.done_at is not None or clock.state in {"waived", "not_applicable"}
    return not settled and name not in state.decisions and not _step_settled(name, state)


def _step_settled(name: str, state: State) -> bool:
    return any(step.clock == name and state.settled(step.id) for step in steps_of(state.playbook))
