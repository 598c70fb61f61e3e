"""What `hygie urgence` says: the object of the contract, or calm French with the telephone number first.

On a terminal, what was typed elsewhere is shown without the characters that move a cursor or reorder a line.
"""

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hygie.cli.output import shown
from hygie.core.clock import PARIS
from hygie.core.french import hour_in_words, plural, typeset, weekday_in_words
from hygie.documents.checkup_terminal import Pen, safe
from hygie.incident.clocks import ClockState, Contract, IncidentClock, clocks
from hygie.incident.state import State
from hygie.incident.steps import next_step
from hygie.reference.playbooks import Step, playbooks, steps_of

if TYPE_CHECKING:
    from hygie.cli.urgence_room import Room
    from hygie.web.incidents.models import Incident
    from hygie.web.incidents.phones import Book

SCHEMA: Final = "hygie.incident/1"
LIST_SCHEMA: Final = "hygie.incidents/1"
JOURNAL_SCHEMA: Final = "hygie.incident-journal/1"
_PEN: Final = Pen(colour=False)
_ANSWERS: Final = (("fait", "c'est fait"), ("personne", "personne ne répond"), ("inconnu", "je ne sais pas"))


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident now: what the object and the text are both made of."""

    incident: "Incident"
    state: State
    clocks: tuple[IncidentClock, ...]
    contract: Contract
    step: Step | None
    book: "Book"
    command: str
    given: Path | None
    now: datetime

    def line(self, *words: str) -> str:
        """A command to type, with the folder when the person named one."""
        folder = () if self.given is None else ("--practice", str(self.given))
        return f"{self.command} urgence {shlex.join((*words, *folder))}"


def standing(room: "Room", incident: "Incident") -> Standing:
    """Read the incident again."""
    from hygie.web.incidents import selectors
    from hygie.web.incidents.phones import book_of

    state, contract = selectors.state_of_incident(incident), selectors.contract_of(room.practice)
    return Standing(
        incident, state, clocks(state, room.now, contract), contract, next_step(state, room.now),
        book_of(room.practice, contracts=False), os.environ.get("HYGIE_COMMAND", "hygie"), room.given, room.now,
    )  # fmt: skip


def fields(now: Standing) -> dict[str, Any]:
    """The object of the contract."""
    return {
        "schema": SCHEMA,
        "incident": now.incident.reference,
        "playbook": now.state.playbook,
        "deadlines": [_deadline(clock) for clock in now.clocks],
        "next_step": _step_fields(now),
    }


def _deadline(clock: IncidentClock) -> dict[str, Any]:
    return {
        "id": clock.id, "starts_at": stamp(clock.starts_at), "due_at": stamp(clock.due_at),
        "article": clock.law.article, "state": clock.state.value,
    }  # fmt: skip


def _step_fields(now: Standing) -> dict[str, Any] | None:
    step = now.step
    if step is None:
        return None
    number = _number(now, step)
    return {
        "id": step.id, "title": typeset(step.title), "who": step.who.value, "phone": number or None,
        "minutes": step.minutes,
    }  # fmt: skip


def _number(now: Standing, step: Step) -> str:
    entry = now.book.entry(step.call) if step.call else None
    return entry.number if entry else ""


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in Paris, to the second."""
    return moment.astimezone(PARIS).isoformat(timespec="seconds") if moment else None


def say(text: Iterator[str], told: Mapping[str, Any], form: str) -> None:
    """Print the object, or the lines."""
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if form == "json" else shown("\n".join(text)))


def say_standing(now: Standing, form: str, *, first: Sequence[str] = (), more: Mapping[str, Any] | None = None) -> None:
    """The incident, after what has just been done (`first`, in text) and with it (`more`, in JSON)."""
    head = [line for text in first for line in _PEN.wrap(typeset(text), 0)]
    told = () if form == "json" else (*head, *([""] if head else []), *card(now))
    say(iter(told), {**fields(now), **(more or {})}, form)


def card(now: Standing) -> Iterator[str]:
    """The incident for a frightened person: one step, then the delays."""
    kind = playbooks()[now.state.playbook]
    yield typeset(f"Incident {now.incident.reference} : {kind.title}")
    if now.state.closed_at is not None:
        told = "Fausse alerte" if now.state.false_alarm else "Incident clos"
        yield typeset(f"{told} le {moment_in_words(now.state.closed_at)}. Il reste au journal.")
        return
    yield typeset(kind.voice)
    yield ""
    yield from _step_card(now) if now.step else _all_done(now)
    yield ""
    yield from clock_lines(now)


def _all_done(now: Standing) -> Iterator[str]:
    yield "Toutes les étapes ont reçu une réponse. Pour clore :"
    yield f"  {now.line('clore', now.incident.reference)}"


def _step_card(now: Standing) -> Iterator[str]:
    step = now.step
    if step is None:
        return
    yield from _call(now, step)
    plan = [one.id for one in steps_of(now.state.playbook)]
    who = safe(now.book.who(step.who))
    yield typeset(f"Étape {plan.index(step.id) + 1} sur {len(plan)}. {who}, {plural(step.minutes, 'minute')}.")
    yield from _PEN.wrap(typeset(step.title), 0)
    if step.say:
        yield from _PEN.wrap(typeset(f"Dites : « {step.say} »"), 0)
    for line in step.how:
        yield from _PEN.wrap(typeset(line), 2, "-")
    if step.avoid:
        yield from _PEN.wrap(typeset(f"À cette étape, ne pas : {' ; '.join(step.avoid)}."), 0)
    yield from _PEN.wrap(typeset(f"Jamais : {' ; '.join(playbooks()[now.state.playbook].never)}."), 0)
    yield from _answers(now, step)


def _call(now: Standing, step: Step) -> Iterator[str]:
    """The number alone on its line, before anything to read; or where to find it."""
    if not step.call:
        return
    from hygie.web.incidents.phones import where

    entry = now.book.entry(step.call)
    if entry is not None and entry.number:
        yield f"Téléphone : {safe(entry.number)}".replace(" :", "\u00a0:")
        yield from _PEN.wrap(typeset(f"{safe(entry.name)}. {entry.detail}".rstrip(". ")), 0)
    elif entry is not None and entry.url:
        yield typeset(f"{entry.name} : {entry.url}")
    else:
        yield from _PEN.wrap(typeset(where(step.call)), 0)
    yield ""


def _answers(now: Standing, step: Step) -> Iterator[str]:
    yield ""
    yield "Ensuite, tapez une de ces lignes :"
    reference = now.incident.reference
    for reply, words in _ANSWERS:
        if reply == "personne" and not step.call:
            continue
        proof = ("--receipt", "NUMÉRO") if reply == "fait" and step.receipt == "required" else ()
        yield typeset(f"  {words} :")
        yield f"    {now.line('etape', reference, step.id, reply, *proof)}"


def clock_lines(now: Standing) -> Iterator[str]:
    """The delays: the moment first, then what is left. The patients' one shows once it is decided."""
    from hygie.web.incidents.clock_pages import clock_views

    by_id = {clock.id: clock for clock in now.clocks}
    yield typeset("Délais (nuits, dimanches et jours fériés comptent, sauf pour l'assureur)")
    for view in clock_views(now.clocks, now.now, now.contract):
        clock = by_id[view.id]
        told = [
            view.title + " :",
            _until(clock),
            view.left and f"{view.left.rstrip('.')}.",
            view.said and f"{view.said}.",
        ]
        yield from _PEN.wrap(typeset(" ".join(filter(None, told))), 4, "  -")


def _until(clock: IncidentClock) -> str:
    if clock.due_at is None or not clock.running:
        return "pas encore parti." if clock.state is ClockState.NOT_STARTED else ""
    return f"avant le {moment_in_words(clock.due_at)}."


def moment_in_words(moment: datetime) -> str:
    """« mardi 24 novembre 2026 à 8 h 20 », in Paris."""
    local = moment.astimezone(PARIS)
    return f"{weekday_in_words(local.date())} à {hour_in_words(local)}"
