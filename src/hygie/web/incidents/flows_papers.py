"""What people do around an incident's papers: say who declares, keep a trace of what was made or printed.

Nothing typed goes to the journal: constants, counts and titles only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hygie.core.french import plural
from hygie.incident.errors import AlreadyClosed
from hygie.incident.events import Kind
from hygie.web.errors import Outdated
from hygie.web.incidents import flows, selectors
from hygie.web.incidents.models import Identity, Incident, PrintedKit
from hygie.web.journal.flows import Actor, record


@transaction.atomic
def answer_once(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor, incident: Incident, kind: Kind, facts: Mapping[str, Any], *, seen: int, now: datetime
) -> bool:
    """Write what is known of the leak, its severity or a decision. The same facts again are not written twice.

    AlreadyClosed. Outdated when somebody answered since rank `seen`. Whether a line was added.
    """
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    if row.closed_at is not None:
        raise AlreadyClosed
    rank, before = last_told(incident, kind, str(facts.get("about", "")))
    if before == facts:
        return False
    if rank > seen:
        raise Outdated
    _write(actor, incident, kind, facts, now)
    return True


def _write(actor: Actor, incident: Incident, kind: Kind, facts: Mapping[str, Any], now: datetime) -> None:
    if kind is Kind.BREACH:
        flows.describe_breach(actor, incident, facts, now=now)
    elif kind is Kind.SEVERITY:
        flows.grade(actor, incident, facts, now=now)
    else:
        flows.decide(
            actor, incident, facts["about"], yes=facts["decision"] == "yes", reasons=facts["reasons"],
            exception=facts["exception"], now=now,
        )  # fmt: skip


def last_told(incident: Incident, kind: Kind, about: str = "") -> tuple[int, Mapping[str, Any]]:
    """The rank and the facts of the last event of that kind (about the CNIL or the patients); 0 and {} before."""
    for event in reversed(selectors.events_of(incident)):
        if event.kind is kind and (not about or event.facts.get("about") == about):
            return event.rank, event.facts
    return 0, {}


@transaction.atomic
def note_document(actor: Actor, incident: Incident, document: str, form: str, *, now: datetime) -> bool:
    """A document was made. Made again while nothing else happened, it is the same one: noted once."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    facts = {"document": document, "form": form}
    for event in reversed(selectors.events_of(incident)):
        if event.kind is not Kind.DOCUMENT:
            break
        if dict(event.facts) == facts:
            return False
    flows.append(actor, incident, Kind.DOCUMENT, facts, "Document de l’incident préparé.", now=now)
    return True


@transaction.atomic
def note_letters(actor: Actor, incident: Incident, form: str, count: int, *, now: datetime) -> None:
    """Letters, or their list, were made: only how many is kept."""
    what = "lettres aux patients" if form == "letters" else "liste des lettres"
    words = f"{plural(count, 'personne', 'personnes')} : {what} en PDF, rien n’est gardé."
    flows.append(actor, incident, Kind.DOCUMENT, {"document": form, "form": "pdf", "count": count}, words, now=now)


@transaction.atomic
def change_identity(actor: Actor, practice: Any, values: Mapping[str, Any], *, seen: int) -> Identity:
    """Say who declares. Outdated when somebody else wrote meanwhile; `seen` is 0 for a sheet never filled."""
    row = Identity.objects.for_practice(practice).first()
    if row is None:
        row = _new_identity(practice, values, seen)
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.save_version(seen)
    record(actor, "incident.identity", "La fiche du déclarant a été mise à jour.", subject="identity")
    return row


def _new_identity(practice: Any, values: Mapping[str, Any], seen: int) -> Identity:
    """The only row of the practice: two people filling it at once are one row, and the second reads the first."""
    if seen:
        raise Outdated
    try:
        with transaction.atomic():
            return Identity.objects.create(practice=practice, **values)
    except IntegrityError as error:
        raise Outdated from error


@transaction.atomic
def note_printed(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor, practice: Any, document: str, title: str, fingerprint: str, *, now: datetime
) -> PrintedKit:
    """A paper kept near the telephone was printed, with what it then said: noted once for one content and one day."""
    last = PrintedKit.objects.for_practice(practice).filter(document=document).order_by("-printed_at", "-pk").first()
    if last is not None and last.fingerprint == fingerprint and last.printed_at.date() == now.date():
        return last
    row = PrintedKit.objects.create(
        practice=practice, document=document, printed_at=now, printed_by=actor.name, fingerprint=fingerprint
    )
    record(actor, "care_kit.printed", f"Copie imprimée : {title}.", subject=f"paper:{document}", occurred_at=now)
    return row
