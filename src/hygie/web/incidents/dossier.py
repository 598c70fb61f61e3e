"""Everything an incident's papers may say, gathered once: for the pages, the command line and the package.

Nothing that was typed freely goes in, except notes that their author lets documents quote.
"""

from datetime import datetime
from typing import Any, Final

from hygie.core.errors import HygieError
from hygie.core.finding import Outcome
from hygie.core.french import day_in_words, plural, typeset
from hygie.incident.chronology import chronology
from hygie.incident.clocks import clocks
from hygie.incident.dossier import Dossier, Party
from hygie.incident.dossier import Identity as Declarant
from hygie.incident.events import Event, Kind
from hygie.incident.severity import Assessment, assessed
from hygie.incident.state import State, state_of
from hygie.reference.catalogue import catalogue
from hygie.reference.contacts import contacts
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.dashboard.selectors import contract_of as insurer_contract_of
from hygie.web.dashboard.selectors import snapshot_before
from hygie.web.errors import SealBroken
from hygie.web.incidents.models import Incident
from hygie.web.incidents.selectors import contract_of, events_of, events_of_all, identity_of
from hygie.web.inventory.models import Provider
from hygie.web.ui.dates import local_day

MOST_PARTIES: Final = 60
MOST_INCIDENTS: Final = 1_000
MOST_MEASURES: Final = 10
ROLES: Final = {"it": "it_provider"}
"""Kinds of providers that the rules call otherwise; the others keep their name."""


def dossier_of(incident: Incident, now: datetime) -> Dossier:
    """The incident as its papers tell it, at `now`. SealBroken when an event was altered."""
    practice, events = incident.practice, events_of(incident)
    if any(event.kind is Kind.UNREADABLE for event in events):
        raise SealBroken
    state = state_of(events)
    return Dossier(
        reference=incident.reference,
        made_at=now,
        identity=declarant_of(practice),
        state=state,
        clocks=clocks(state, now, contract_of(practice)),
        parties=parties_of(practice),
        chronology=chronology(events),
        prior_measures=prior_measures(practice, _first_known(state, now)),
        severity=_severity(state),
        fingerprint=_fingerprint(incident, events),
        exercise=practice.demo,
    )


def register_of(practice: Any, now: datetime) -> list[tuple[Incident, Dossier]]:
    """Every incident, the latest first, with what the register says of it: a constant number of queries."""
    contract, identity = contract_of(practice), declarant_of(practice)
    rows = list(Incident.objects.for_practice(practice)[:MOST_INCIDENTS])
    events = events_of_all(rows)
    found = []
    for incident in rows:
        state = state_of(events[incident.pk])
        told = clocks(state, now, contract)
        found.append((incident, Dossier(incident.reference, now, identity, state, told, severity=_severity(state))))
    return found


def declarant_of(practice: Any) -> Declarant:
    """Who declares: the practice, its holder, its insurer. What nobody filled is empty."""
    row = identity_of(practice)
    holder = Member.objects.for_practice(practice).filter(role=Role.HOLDER, left_on=None).order_by("pk").first()
    insurer = _insurer(practice)
    return Declarant(
        name=practice.name, legal_name=row.legal_name, siren=row.siren, rpps=row.rpps, address=row.address,
        postcode=row.postcode, city=row.city, phone=row.phone, email=row.email, holder=holder.name if holder else "",
        contact=row.contact, contact_role=row.contact_role, data_officer=row.data_officer, people=practice.people,
        insurer=insurer.name if insurer else "", insurer_contract=insurer_contract_of(practice),
    )  # fmt: skip


def _insurer(practice: Any) -> Provider | None:
    rows = Provider.objects.for_practice(practice).filter(kind="insurer", ended_on=None)
    found: Provider | None = rows.order_by("pk").first()
    return found


def parties_of(practice: Any) -> tuple[Party, ...]:
    """Whom to call or write to: the practice's providers in activity, oldest first, then the public services."""
    rows = Provider.objects.for_practice(practice).filter(ended_on=None).order_by("pk")[:MOST_PARTIES]
    own = tuple(
        Party(ROLES.get(row.kind, row.kind), row.name, row.phone, row.email, row.contract, row.hours) for row in rows
    )
    public = (one for one in contacts().values() if one.phone)
    return own + tuple(Party("public", _named(one), one.phone, hours=typeset(one.hours)) for one in public)


def _named(contact: Any) -> str:
    """What nobody verified says so wherever it is printed."""
    doubt = " (numéro à vérifier)" if contact.confidence == "unverified" else ""
    return typeset(f"{contact.name}{doubt}")


def prior_measures(practice: Any, before: datetime) -> tuple[str, ...]:
    """What was in order at the last check-up before that moment, in sentences; () when there was none."""
    snapshot = snapshot_before(practice, before)
    if snapshot is None:
        return ()
    known = catalogue().checks
    good = [known[name] for name, found in snapshot.outcomes.items() if found == Outcome.PASSED and name in known]
    if not good:
        return ()
    good.sort(key=lambda check: (-check.severity, check.priority, check.id))
    counted = f"Bilan du {day_in_words(local_day(snapshot.taken_at))} : {plural(len(good), 'point', 'points')} en ordre"
    head = f"{counted}, dont :" if len(good) > MOST_MEASURES else f"{counted}."
    return tuple(typeset(text) for text in (head, *(f"{check.title}." for check in good[:MOST_MEASURES])))


def _first_known(state: State, now: datetime) -> datetime:
    """When the attack was known, or when the incident was opened: what came after is no longer « before »."""
    return min((moment for moment in (state.known_at, state.opened_at) if moment is not None), default=now)


def assessment_of(state: State) -> Assessment | None:
    """The severity; None while nobody graded it, or when what was graded is no longer of the scale."""
    if not state.severity:
        return None
    try:
        return assessed(state.severity)
    except HygieError:
        return None


def _severity(state: State) -> dict[str, Any]:
    found = assessment_of(state)
    return found.as_facts() if found else {}


def _fingerprint(incident: Incident, events: list[Event]) -> str:
    """The seal of the last event read: two people acting at once, the papers name what they were made of."""
    last = incident.events.filter(rank=events[-1].rank).first() if events else None
    return last.digest if last else ""
