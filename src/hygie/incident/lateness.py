"""A delay is past: the reasons that the facts already suggest, drafted for a person to keep, change or drop.

The law asks for them (article 33(1)) and nobody should have to find the words. They say only what the events say.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hygie.core.clock import PARIS
from hygie.core.french import hour_in_words, typeset, weekday_in_words
from hygie.incident.clocks import ClockState, IncidentClock, elapsed
from hygie.incident.state import Reply, State
from hygie.reference.cnil_form import LateReason, cnil_form

_ONLY_FOR_THE_CNIL: Final = frozenset({"investigation", "phases", "not_understood"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A reason in one sentence; `suggested` when the facts support it, otherwise a person must say so."""

    id: str
    label: str
    sentence: str
    suggested: bool


def late(clock: IncidentClock) -> bool:
    """Whether the delay passed before what it asks for was done."""
    if clock.state is ClockState.DONE and clock.done_at is not None and clock.due_at is not None:
        return elapsed(clock.due_at, clock.done_at).total_seconds() > 0
    return clock.state is ClockState.LATE


def drafted(clock: IncidentClock, state: State) -> tuple[Draft, ...]:
    """The reasons that may explain this delay, the likely ones first; () when it is not late."""
    if not late(clock):
        return ()
    offered = [reason for reason in cnil_form().late_reasons if _concerns(reason, clock)]
    drafts = [_draft(reason, state) for reason in offered if not reason.needs or _told_on(reason.needs, state)]
    return tuple(sorted(drafts, key=lambda draft: not draft.suggested))


def in_words(clock: IncidentClock) -> str:
    """« Le délai finissait mardi 27 octobre 2026, 21 h. »; "" when it is not late."""
    if not late(clock) or clock.due_at is None:
        return ""
    due = clock.due_at.astimezone(PARIS)
    return typeset(f"Le délai finissait {weekday_in_words(due.date())}, {hour_in_words(due)}.")


def _concerns(reason: LateReason, clock: IncidentClock) -> bool:
    return clock.id == "cnil" or reason.id not in _ONLY_FOR_THE_CNIL


def _draft(reason: LateReason, state: State) -> Draft:
    sentence = reason.sentence
    if reason.needs:
        sentence = sentence.replace(f"{{{reason.needs}}}", _told_on(reason.needs, state))
    return Draft(reason.id, typeset(reason.label), typeset(sentence), reason.id in _supported(state))


def _supported(state: State) -> set[str]:
    """The reasons that the events show; « police » and « not_understood » are only for a person to say."""
    breach = state.breach
    shown = {
        "systems_down": _answered(state, "isolate") or "availability" in (breach.get("nature") or ()),
        "care_first": _answered(state, "continuity"),
        "late_notice": bool(_told_on("provider_notified_on", state)),
        "investigation": _found_out_later(state),
        "phases": breach.get("certainty") == "supposed" or _unsure(state),
        "scope": not breach.get("people"),
    }
    return {name for name, is_so in shown.items() if is_so}


def _answered(state: State, step: str) -> bool:
    answer = state.steps.get(step)
    return answer is not None and answer.reply is Reply.DONE


def _found_out_later(state: State) -> bool:
    if state.known_at is None or state.aware_at is None:
        return False
    return elapsed(state.known_at, state.aware_at).total_seconds() > 0


def _unsure(state: State) -> bool:
    return any(answer.reply is Reply.UNKNOWN for answer in state.steps.values())


def _told_on(field: str, state: State) -> str:
    """The day of a field in words; "" when nobody said it, or when it is not a day."""
    value: Any = state.breach.get(field)
    try:
        return weekday_in_words(date.fromisoformat(str(value)[:10])) if value else ""
    except ValueError:
        return ""
