"""What people do in an incident, one verb an action: each adds one event, with its line in the practice's journal.

The incident's row is locked first: two people acting at once are two events, in one order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hygie.core.clock import PARIS
from hygie.core.french import day_in_words, hour_in_words, typeset
from hygie.incident.clocks import clocks
from hygie.incident.errors import AlreadyClosed, NotATime, ReasonMissing, UnknownPlaybook
from hygie.incident.events import GENESIS, Event, Kind, canonical, seal
from hygie.incident.state import Reply
from hygie.incident.steps import check_answer, check_close
from hygie.reference.playbooks import playbooks
from hygie.web.incidents import selectors
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.journal.flows import Actor, record

AHEAD = timedelta(hours=24)
CLOCK_WENT_BACK = timedelta(minutes=2)
LONGEST_TEXT = 4_000
_WORDS = {
    Reply.DONE: "c’est fait",
    Reply.NOBODY: "personne ne répond",
    Reply.UNKNOWN: "on ne sait pas",
    Reply.WAIVED: "on y renonce expressément",
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when an incident opens; times carry an offset."""

    playbook: str
    known_at: datetime
    aware_at: datetime | None = None
    answers: Mapping[str, str] | None = None
    by: str = "web"
    stolen: bool | None = None


@transaction.atomic
def open_incident(
    actor: Actor, practice: Any, opening: Opening, *, now: datetime, creation_key: Any = None
) -> Incident:
    """Open one. UnknownPlaybook, NotATime. Sent twice with one creation key, it is opened once."""
    if opening.playbook not in playbooks():
        raise UnknownPlaybook(list(playbooks()))
    _not_ahead(now, opening.known_at, opening.aware_at)
    known = Incident.objects.for_practice(practice).filter(creation_key=creation_key).first() if creation_key else None
    if known is not None:
        return known
    extra = {"creation_key": creation_key} if creation_key else {}
    incident = Incident.objects.create(practice=practice, reference=_reference(practice, now), opened_at=now, **extra)
    facts = {
        "playbook": opening.playbook, "known_at": opening.known_at.isoformat(),
        "answers": dict(opening.answers or {}), "by": opening.by,
    }  # fmt: skip
    title = playbooks()[opening.playbook].title
    append(actor, incident, Kind.OPENED, facts, f"Incident {incident.reference} ouvert : {title}.", now=now)
    if opening.stolen is not None:
        say_theft(actor, incident, stolen=opening.stolen, now=now)
    if opening.aware_at is not None:
        set_aware(actor, incident, opening.aware_at, "", now=now)
    return incident


def _reference(practice: Any, now: datetime) -> str:
    """« 2026-1 »: the year in Paris, and a rank in the practice. The practice's row is locked, so two are two."""
    type(practice).objects.select_for_update().get(pk=practice.pk)
    year = now.astimezone(PARIS).year
    taken = Incident.objects.for_practice(practice).filter(reference__startswith=f"{year}-")
    ranks = [int(text.partition("-")[2]) for text in taken.values_list("reference", flat=True)]
    return f"{year}-{max(ranks, default=0) + 1}"


@transaction.atomic
def append(
    actor: Actor, incident: Incident, kind: Kind, facts: Mapping[str, Any], summary: str, *, now: datetime
) -> IncidentEvent:
    """Add one event. `summary` goes to the practice's journal: constants and titles only, nothing typed."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    last = _note_clock(incident, incident.events.order_by("-rank").first(), now)
    return _added(actor, incident, last, kind, facts, summary, now)


def _added(
    actor: Actor,
    incident: Incident,
    last: IncidentEvent | None,
    kind: Kind,
    facts: Mapping[str, Any],
    summary: str,
    now: datetime,
) -> IncidentEvent:
    """The event after `last`, and its line in the practice's journal."""
    event = Event(last.rank + 1 if last else 1, kind, now, actor.id, actor.name, dict(facts))
    row = _written(incident, last, event)
    data = {"incident": incident.reference, "rank": row.rank, "digest": row.digest}
    subject = f"incident:{incident.pk}"
    record(actor, f"incident.{kind.value}", typeset(summary), subject=subject, data=data, occurred_at=now)
    return row


def _written(incident: Incident, last: IncidentEvent | None, event: Event) -> IncidentEvent:
    digest = seal(str(incident.pk), last.digest if last else GENESIS, event)
    return IncidentEvent.objects.create(
        practice_id=incident.practice_id, incident=incident, rank=event.rank, kind=event.kind.value, at=event.at,
        author=event.author, author_name=event.author_name, facts=canonical(event.facts), digest=digest,
    )  # fmt: skip


def _note_clock(incident: Incident, last: IncidentEvent | None, now: datetime) -> IncidentEvent | None:
    """A clock that goes back is told, never corrected: the order of events is their rank. Gives the last event."""
    if last is None or last.at - now <= CLOCK_WENT_BACK:
        return last
    text = "L’horloge de l’ordinateur a reculé : l’ordre des lignes fait foi, pas leur heure."
    facts = {"was": last.at.isoformat(), "now": now.isoformat()}
    return _added(Actor.system(incident.practice_id), incident, last, Kind.CLOCK, facts, text, now)


@transaction.atomic
def answer_step(
    actor: Actor, incident: Incident, step_id: str, reply: Reply, *, now: datetime, receipt: str = "", reason: str = ""
) -> None:
    """Say what became of a step. Errors of `steps.check_answer`. Said twice the same, it is written once."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    state = selectors.state_of_incident(incident)
    step = check_answer(state, step_id, reply, receipt=receipt, reason=reason)
    receipt = receipt.strip()[:40] if step.receipt and reply is Reply.DONE else ""
    before = state.steps.get(step_id)
    if before is not None and (before.reply, before.receipt) == (reply, receipt) and reply.settled:
        return
    facts = {"step": step_id, "reply": reply.value, "receipt": receipt, "reason": reason[:LONGEST_TEXT]}
    append(actor, incident, Kind.STEP, facts, f"{step.doing} : {_WORDS[reply]}.", now=now)


@transaction.atomic
def add_note(
    actor: Actor, incident: Incident, text: str, *, now: datetime, corrects: int | None = None, quoted: bool = False
) -> IncidentEvent:
    """Write a line in the incident's journal; a correction is a new line. Also after closing."""
    facts = {"text": text.strip()[:LONGEST_TEXT], "corrects": corrects, "quoted": quoted}
    words = "Ligne corrigée dans le journal de l’incident." if corrects else "Ligne ajoutée au journal de l’incident."
    return append(actor, incident, Kind.NOTE, facts, words, now=now)


@transaction.atomic
def set_known(actor: Actor, incident: Incident, known_at: datetime, reason: str, *, now: datetime) -> IncidentEvent:
    """Correct when it was known: complaint and insurer count from there. NotATime."""
    _open(incident)
    _not_ahead(now, known_at)
    facts = {"known_at": known_at.isoformat(), "reason": reason[:LONGEST_TEXT]}
    words = f"Heure de connaissance corrigée : {_moment(known_at)}. Plainte et assureur comptent de là."
    return append(actor, incident, Kind.KNOWN, facts, words, now=now)


@transaction.atomic
def set_aware(
    actor: Actor, incident: Incident, aware_at: datetime | None, reason: str, *, now: datetime
) -> IncidentEvent:
    """Say (None: take back) when it was known that personal data are touched: the CNIL counts from there. NotATime."""
    _open(incident)
    _not_ahead(now, aware_at)
    facts = {"aware_at": aware_at.isoformat() if aware_at else None, "reason": reason[:LONGEST_TEXT]}
    words = "Fuite de données : pas encore certain, le délai de la CNIL ne court pas."
    if selectors.state_of_incident(incident).aware_at is not None:
        words = "Fuite de données : ce n’est plus certain, le délai de la CNIL ne court plus."
    if aware_at is not None:
        words = f"Fuite de données connue : {_moment(aware_at)}. Départ du délai de la CNIL."
    return append(actor, incident, Kind.AWARE, facts, words, now=now)


@transaction.atomic
def say_theft(actor: Actor, incident: Incident, *, stolen: bool, now: datetime) -> IncidentEvent:
    """Stolen, or only lost: the insurer's delay depends on it."""
    _open(incident)
    words = "L’appareil a été volé." if stolen else "L’appareil est perdu, pas volé."
    return append(actor, incident, Kind.THEFT, {"stolen": stolen}, words, now=now)


@transaction.atomic
def change_playbook(actor: Actor, incident: Incident, playbook: str, reason: str, *, now: datetime) -> IncidentEvent:
    """It is something else than was thought: the steps answered that both share stay answered."""
    if playbook not in playbooks():
        raise UnknownPlaybook(list(playbooks()))
    if not reason.strip():
        raise ReasonMissing
    _open(incident)
    facts = {"playbook": playbook, "reason": reason[:LONGEST_TEXT]}
    return append(
        actor, incident, Kind.PLAYBOOK, facts, f"Autre marche à suivre : {playbooks()[playbook].title}.", now=now
    )


@transaction.atomic
def describe_breach(actor: Actor, incident: Incident, facts: Mapping[str, Any], *, now: datetime) -> IncidentEvent:
    """What is known of the data that are touched."""
    return append(actor, incident, Kind.BREACH, facts, "Ce que l’on sait de la fuite a été mis à jour.", now=now)


@transaction.atomic
def grade(actor: Actor, incident: Incident, facts: Mapping[str, Any], *, now: datetime) -> IncidentEvent:
    """The inputs of the severity."""
    return append(actor, incident, Kind.SEVERITY, facts, "Gravité estimée.", now=now)


@transaction.atomic
def decide(
    actor: Actor,
    incident: Incident,
    about: str,
    *,
    yes: bool,
    reasons: Sequence[str],
    now: datetime,
    exception: str = "",
) -> IncidentEvent:
    """Decide whether the CNIL, or the patients, are told; `reasons` are identifiers, `exception` that of art. 34(3)."""
    _open(incident)
    facts = {"about": about, "decision": "yes" if yes else "no", "reasons": list(reasons), "exception": exception}
    whom = {"cnil": "la CNIL", "patients": "les patients"}[about]
    words = f"Décision : {'prévenir' if yes else 'ne pas prévenir'} {whom}."
    return append(actor, incident, Kind.DECISION, facts, words, now=now)


@transaction.atomic
def close(actor: Actor, incident: Incident, *, now: datetime, lessons: Sequence[str] = ()) -> Incident:
    """Close what is settled. StillOpen names what is missing."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    state = selectors.state_of_incident(incident)
    check_close(state, clocks(state, now, selectors.contract_of(incident.practice)))
    return _closed(actor, incident, {"false_alarm": False, "lessons": list(lessons)}, "Incident clos.", now)


@transaction.atomic
def dismiss(actor: Actor, incident: Incident, reason: str, *, now: datetime) -> Incident:
    """A false alarm: it closes cleanly and stays in the journal."""
    _open(incident)
    facts = {"false_alarm": True, "reason": reason[:LONGEST_TEXT]}
    return _closed(actor, incident, facts, "Fausse alerte : incident clos, il reste au journal.", now)


def _closed(actor: Actor, incident: Incident, facts: Mapping[str, Any], words: str, now: datetime) -> Incident:
    append(actor, incident, Kind.CLOSED, facts, words, now=now)
    incident.closed_at = now
    incident.save(update_fields=["closed_at"])
    return incident


def _open(incident: Incident) -> None:
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    if row.closed_at is not None:
        raise AlreadyClosed


def _not_ahead(now: datetime, *moments: datetime | None) -> None:
    if any(moment is not None and (moment.tzinfo is None or moment - now > AHEAD) for moment in moments):
        raise NotATime


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{day_in_words(local.date())}, {hour_in_words(local)}"
