"""Two people in one room: what a colleague said meanwhile is shown, never written over; a double click counts once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from hygie.core.french import hour_in_words
from hygie.incident.events import Kind
from hygie.incident.state import Reply, StepAnswer
from hygie.reference.playbooks import Step
from hygie.web.incidents import flows, selectors
from hygie.web.incidents.hours import here
from hygie.web.incidents.models import Incident
from hygie.web.journal.flows import Actor

WORDS = {
    Reply.DONE: "c’est fait", Reply.NOBODY: "personne ne répond", Reply.UNKNOWN: "on ne sait pas",
    Reply.WAIVED: "on y renonce",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of a step; `seen` is the rank of the last answer that their page showed, 0 for none."""

    step: str
    reply: Reply
    receipt: str = ""
    reason: str = ""
    seen: int = 0


@transaction.atomic
def answer_seen(actor: Actor, incident: Incident, said: Said, *, now: datetime) -> StepAnswer | None:
    """Say it, unless somebody answered since the page was shown: their answer is given back and nothing is written.

    The errors of `flows.answer_step`.
    """
    Incident.objects.select_for_update().get(pk=incident.pk)
    state = selectors.state_of_incident(incident)
    standing = state.steps.get(said.step)
    if standing is not None and standing.rank > said.seen:
        return standing
    flows.answer_step(actor, incident, said.step, said.reply, now=now, receipt=said.receipt, reason=said.reason)
    return None


def weighty(step: Step) -> bool:
    """Whether giving the step up decides about rights, indemnity or evidence: a doctor's word."""
    return bool(step.clock) or step.id == "evidence" or bool(step.needs)


def already(standing: StepAnswer) -> str:
    """« Déjà noté par Nadia à 8 h 24 : c’est fait »."""
    return f"Déjà noté par {standing.by} à {hour_in_words(here(standing.at))} : {WORDS[standing.reply]}."


@transaction.atomic
def note_seen(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor, incident: Incident, text: str, *, now: datetime, seen: int, corrects: int | None, quoted: bool
) -> bool:
    """Write the line once: the same text of the same person, sent again from the same page, is not written twice."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    events = selectors.events_of(incident)
    later = [event for event in events if event.rank > seen and event.kind is Kind.NOTE]
    if any(event.author == actor.id and event.facts.get("text") == text.strip() for event in later):
        return False
    known = {event.rank for event in events}
    flows.add_note(actor, incident, text, now=now, corrects=corrects if corrects in known else None, quoted=quoted)
    return True
