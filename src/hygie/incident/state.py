"""Where an incident stands: the fold of its events. Nothing is stored that the events do not say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from hygie.incident.events import Event, Kind
from hygie.reference.playbooks import IDS


class Reply(StrEnum):
    """What can be said of a step."""

    DONE = "fait"
    NOBODY = "personne"
    UNKNOWN = "inconnu"
    WAIVED = "waived"

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected of the step."""
        return self in {Reply.DONE, Reply.WAIVED}


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """The last thing said of a step. `rank` is the event's; `tries` counts how often nobody answered since."""

    reply: Reply
    at: datetime
    by: str
    rank: int
    receipt: str = ""
    reason: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence, numbered from 1. `name` is what its author called it: never in a document that leaves."""

    number: int
    sha256: str
    size: int
    media: str
    taken_at: datetime | None
    added_at: datetime
    added_by: str
    name: str
    stored_as: str
    place: str
    source: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line that somebody wrote; `corrects` is the rank of the line it puts right."""

    rank: int
    text: str
    at: datetime
    by: str
    corrects: int | None
    quoted: bool


@dataclass(frozen=True, slots=True)
class State:
    """An incident after its last event. Times carry an offset; `aware_at` is None while nobody is sure."""

    playbook: str = "intrusion"
    """The cautious one until an event says which."""
    opened_at: datetime | None = None
    known_at: datetime | None = None
    aware_at: datetime | None = None
    stolen: bool | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, StepAnswer] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    pieces: tuple[Piece, ...] = ()
    breach: Mapping[str, Any] = field(default_factory=dict)
    severity: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decided_at: Mapping[str, datetime] = field(default_factory=dict)
    first_decided_at: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    documents: Mapping[str, datetime] = field(default_factory=dict)
    corrections: int = 0
    closed_at: datetime | None = None
    false_alarm: bool = False
    lessons: tuple[str, ...] = ()
    last_at: datetime | None = None
    last_rank: int = 0

    def settled(self, step: str) -> bool:
        """Whether the step is done or expressly waived."""
        answer = self.steps.get(step)
        return answer is not None and answer.reply.settled


def state_of(events: Iterable[Event]) -> State:
    """The state after these events, in the order of their ranks."""
    state = State()
    for event in events:
        state = applied(state, event)
    return state


def applied(state: State, event: Event) -> State:
    """The state after one more event. An event whose facts are not those of its kind was altered: it says nothing."""
    try:
        changed = _APPLY[event.kind](state, event)
    except (KeyError, TypeError, ValueError, AttributeError):
        changed = state
    return replace(changed, last_at=event.at, last_rank=event.rank)


def moment(text: str | None) -> datetime | None:
    """A time of an event's facts."""
    return datetime.fromisoformat(text) if text else None


def _opened(state: State, event: Event) -> State:
    facts = event.facts
    _known_playbook(facts["playbook"])
    return replace(
        state, playbook=facts["playbook"], opened_at=event.at, known_at=moment(facts["known_at"]),
        answers=facts.get("answers", {}),
    )  # fmt: skip


def _known_playbook(name: str) -> None:
    if name not in IDS:
        raise ValueError(name)


def _playbook(state: State, event: Event) -> State:
    _known_playbook(event.facts["playbook"])
    return replace(state, playbook=event.facts["playbook"])


def _known(state: State, event: Event) -> State:
    return replace(state, known_at=moment(event.facts["known_at"]), corrections=state.corrections + 1)


def _aware(state: State, event: Event) -> State:
    corrected = state.corrections + (1 if state.aware_at else 0)
    return replace(state, aware_at=moment(event.facts["aware_at"]), corrections=corrected)


def _theft(state: State, event: Event) -> State:
    return replace(state, stolen=event.facts["stolen"])


def _step(state: State, event: Event) -> State:
    facts = event.facts
    said = Reply(facts["reply"])
    receipt, reason = facts.get("receipt", ""), facts.get("reason", "")
    before = state.steps.get(facts["step"])
    tries = (before.tries if before else 0) + 1 if said is Reply.NOBODY else 0
    answer = StepAnswer(said, event.at, event.author_name, event.rank, receipt, reason, tries)
    return replace(state, steps={**state.steps, facts["step"]: answer})


def _note(state: State, event: Event) -> State:
    facts = event.facts
    note = Note(
        event.rank, facts["text"], event.at, event.author_name, facts.get("corrects"), facts.get("quoted", False)
    )
    return replace(state, notes=(*state.notes, note))


def _evidence(state: State, event: Event) -> State:
    facts = event.facts
    piece = Piece(
        facts["piece"], facts["sha256"], facts["size"], facts["media"], moment(facts.get("taken_at")), event.at,
        event.author_name, facts["name"], facts["stored_as"], facts["place"], facts.get("source", ""),
    )  # fmt: skip
    return replace(state, pieces=(*state.pieces, piece))


def _same(state: State, event: Event) -> State:
    del event
    return state


def _breach(state: State, event: Event) -> State:
    return replace(state, breach=event.facts)


def _severity(state: State, event: Event) -> State:
    return replace(state, severity=event.facts)


def _decision(state: State, event: Event) -> State:
    """A decision said again keeps its date, also after a « no » in between: what counts from it must not slip."""
    about, decision = event.facts["about"], event.facts["decision"]
    at = state.first_decided_at.get((about, decision), event.at)
    return replace(
        state,
        decisions={**state.decisions, about: event.facts},
        decided_at={**state.decided_at, about: at},
        first_decided_at={**state.first_decided_at, (about, decision): at},
    )


def _document(state: State, event: Event) -> State:
    return replace(state, documents={**state.documents, event.facts["document"]: event.at})


def _closed(state: State, event: Event) -> State:
    facts = event.facts
    return replace(
        state, closed_at=event.at, false_alarm=facts.get("false_alarm", False), lessons=tuple(facts.get("lessons", ()))
    )


_APPLY = {
    Kind.OPENED: _opened,
    Kind.PLAYBOOK: _playbook,
    Kind.KNOWN: _known,
    Kind.AWARE: _aware,
    Kind.THEFT: _theft,
    Kind.STEP: _step,
    Kind.NOTE: _note,
    Kind.EVIDENCE: _evidence,
    Kind.CUSTODY: _same,
    Kind.BREACH: _breach,
    Kind.SEVERITY: _severity,
    Kind.DECISION: _decision,
    Kind.DOCUMENT: _document,
    Kind.CLOCK: _same,
    Kind.CLOSED: _closed,
    Kind.UNREADABLE: _same,
}
