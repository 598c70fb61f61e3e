"""What the tests of the papers share: a leak told through the pages, and a name planted where people type freely."""

import io
from typing import Any

import pytest
from django.utils import timezone

from hygie.incident.errors import NotAReceipt
from hygie.incident.events import Kind
from hygie.incident.state import Reply
from hygie.web.accounts.models import Member
from hygie.web.incidents import evidence, flows, selectors
from hygie.web.incidents.models import Identity, Incident, IncidentEvent
from hygie.web.journal.flows import Actor

CANARY = "Zéphyrine Quatrebarbes"
LEAK = {
    "nature": ["confidentiality"], "origin": ["hack"], "cause": ["external_malicious"], "data_category": ["health"],
    "person_category": ["patient"], "people": "250", "certainty": "established", "ongoing": "ended",
    "harm": ["professional_secrecy"], "cross_border": "none",
}  # fmt: skip
GRAVE = {
    "presets": ["record"], "ease": "maximum", "c": "unknown", "i": "none", "a": "none", "m": "intent", "people": "250",
}  # fmt: skip


def url(incident: Incident, path: str) -> str:
    return f"/incidents/{incident.pk}/{path}"


def events(incident: Incident, kind: Kind) -> list[IncidentEvent]:
    return list(incident.events.filter(kind=kind.value).order_by("rank"))


def plant(incident: Incident, member: Member) -> None:
    """The name of a patient in every free text of the incident: notes, reasons, names of evidence."""
    actor, now = Actor.of(member), timezone.localtime()
    flows.add_note(actor, incident, f"Le dossier de {CANARY} était ouvert.", now=now)
    flows.set_known(actor, incident, now, f"{CANARY} a appelé.", now=now)
    flows.set_aware(actor, incident, now, f"{CANARY} est touchée.", now=now)
    first = selectors.plan_of(incident)[0].id
    flows.answer_step(actor, incident, first, Reply.DONE, now=now, reason=f"sauf le poste de {CANARY}")
    evidence.add_piece(
        actor, incident, io.BytesIO(b"%PDF-1.4 essai"), name=f"{CANARY}.pdf", taken_at=None, now=now,
        source_kind="web",
    )  # fmt: skip
    for step in ("complaint", "cnil"):
        with pytest.raises(NotAReceipt):
            flows.answer_step(actor, incident, step, Reply.DONE, now=now, receipt=CANARY)
        flows.answer_step(actor, incident, step, Reply.UNKNOWN, now=now, receipt=CANARY)
    graded = {
        "category": "record", "adjusted": 3.0, "reason": f"{CANARY} est la seule.", "ease": "maximum", "c": "unknown",
        "i": "none", "a": "none", "m": "intent", "people": 250, "unintelligible": False,
    }  # fmt: skip
    flows.grade(actor, incident, graded, now=now)


def declare(practice: Any) -> Identity:
    """Everything that letters need to know of the practice."""
    row: Identity = Identity.objects.create(
        practice=practice, legal_name="SELARL Fontaine", siren="732829320", rpps="10003456781",
        address="3 rue des Ormes", postcode="61000", city="Val-sur-Orne", phone="02 33 00 00 00",
        email="cabinet@fontaine.example", contact="Nadia Lemoine", contact_role="Secrétaire",
    )  # fmt: skip
    return row
