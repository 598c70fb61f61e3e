"""One step at a time: which comes now, which are locked and by what, what an answer needs, what closing needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hygie.core.errors import Refused
from hygie.incident.clocks import IncidentClock, applies, elapsed
from hygie.incident.errors import AlreadyClosed, GateClosed, NotAReceipt, ReceiptMissing, StillOpen, UnknownStep
from hygie.incident.state import Reply, State, StepAnswer
from hygie.reference.playbooks import Step, steps_of

TRY_AGAIN = timedelta(minutes=30)
"""How long after « personne ne répond » the call comes back."""
_RECEIPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_°-]{0,39}")
_WORD = re.compile(r"[A-Za-z]{5}")
TRIES_FIRST = 3
"""How many times an unanswered call comes back before the rest; then it waits its turn, so that nothing starves."""


class NotWaivable(Refused):
    """A step that nobody may give up, or was given up without a reason."""

    code = "not_waivable"

    def __init__(self, title: str, *, possible: bool) -> None:
        """Name the step, and what is left to do."""
        if possible:
            super().__init__(f"Il manque la raison d’y renoncer : {title}.", "Écrivez-la : elle reste au journal.")
        else:
            super().__init__(f"On ne renonce pas à cette étape : {title}.", "Laissez-la ouverte, ou faites-la.")


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
    """What to do now: a call to try again, the first step nobody answered, then what waits longest. None: all done."""
    if state.closed_at is not None:
        return None
    plan = [step for step in steps_of(state.playbook) if needed(step, state) and not missing_for(step, state)]
    fresh = [step for step in plan if step.id not in state.steps]
    due = [step for step in plan if _due(state.steps.get(step.id), now)]
    waiting = [step for step in plan if step.id in state.steps and not state.settled(step.id)]
    waiting.sort(key=lambda step: state.steps[step.id].rank)
    free = [step for step in fresh if not step.needs]
    few = [step for step in waiting if 0 < state.steps[step.id].tries < TRIES_FIRST]
    order = due + free + few + fresh + waiting  # what a gate keeps is the last thing to be offered
    return order[0] if order else None


def _due(answer: StepAnswer | None, now: datetime) -> bool:
    if answer is None or answer.reply is not Reply.NOBODY or answer.tries > TRIES_FIRST:
        return False
    return elapsed(answer.at, now) >= TRY_AGAIN


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


def check_receipt(text: str) -> None:
    """NotAReceipt unless it looks like a number: it is printed on papers, where no name may stand."""
    text = text.strip()
    if not _RECEIPT.fullmatch(text) or _WORD.search(text) or not any(one.isdigit() for one in text):
        raise NotAReceipt


def check_answer(state: State, step_id: str, reply: Reply, *, receipt: str = "", reason: str | None = None) -> Step:
    """The step, when this may be said of it. UnknownStep, AlreadyClosed, GateClosed, ReceiptMissing, NotWaivable.

    A waiver needs a `reason`; None is for a caller that asks before anybody could write one.
    """
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
    if reply is Reply.DONE and step.receipt and receipt.strip():
        check_receipt(receipt)
    if reply is Reply.WAIVED and not (step.waivable and (reason is None or reason.strip())):
        raise NotWaivable(step.doing, possible=step.waivable)
    return step


def loses_the_complaint(state: State, playbook: str) -> bool:
    """Whether following this playbook instead would end the duty to complain: a decision, not a correction."""
    return applies("complaint", state) and not applies("complaint", replace(state, playbook=playbook))


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
