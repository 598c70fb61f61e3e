"""The continuity of care kit: what keeps care going on paper. Printed beforehand, kept at the desk, replaced in time.

`paper.fingerprint` of its content tells the app that the printed copy no longer says the same.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from hygie.core.clock import PARIS
from hygie.core.french import day_in_words, plural, typeset
from hygie.documents.first_hour import ROLES
from hygie.documents.incident_sheet import contact_words, months_later
from hygie.documents.paper import (
    Block,
    Box,
    Bullets,
    Field,
    Fields,
    Heading,
    Lines,
    PageBreak,
    Paper,
    Paragraph,
    Steps,
    Table,
    Tick,
    as_data,
)
from hygie.incident.dossier import Identity, Party
from hygie.reference.care_kit import CareKit, PaperForm, care_kit
from hygie.reference.contacts import contacts

TO_CHECK: Final = " (à vérifier)"
PUBLIC: Final = ("17cyber", "police", "cert_sante", "ans_cps", "ans_ecps")
OWN_LINES: Final = 3
APPOINTMENTS: Final = 22


def care_kit_paper(identity: Identity, parties: Sequence[Party], made_at: datetime) -> Paper:
    """The kit of this practice, dated, with the day by which to replace it."""
    kit, today = care_kit(), made_at.astimezone(PARIS).date()
    return Paper(
        "care_kit", "Continuer à soigner sans ordinateur", _dated(kit, today), made_at, (
            Box("Vous continuez à soigner", ("Prenez cette pochette, un stylo, et suivez les pages dans l’ordre.",)),
            Heading("À dire au téléphone, ou à enregistrer"),
            Paragraph(f"« {kit.phone_message} »"),
            Heading("Les numéros"),
            numbers(identity, parties),
            PageBreak(),
            *_do(kit),
            PageBreak(),
            *_have(kit),
            PageBreak(),
            Heading("Fiche de consultation, à photocopier"),
            *_form(kit),
            PageBreak(),
            Heading("Rendez-vous du jour, à photocopier"),
            Paragraph("À détruire au broyeur après la saisie.", small=True),
            Lines(("Heure", "Patient, téléphone", "Motif", "Vu"), APPOINTMENTS, (12, 48, 30, 10)),
        ), practice=identity.name, foot="Vierge, ce document ne nomme aucun patient. Rempli, il se garde sous clé.",
    )  # fmt: skip


def care_kit_content(identity: Identity, parties: Sequence[Party], made_at: datetime) -> dict[str, Any]:
    """Everything the kit says, for `paper.fingerprint`."""
    return as_data(care_kit_paper(identity, parties, made_at))


def replace_before(made_on: date) -> date:
    """The day by which the printed kit is too old."""
    return months_later(made_on, care_kit().reprint_months)


def _dated(kit: CareKit, today: date) -> str:
    until = day_in_words(months_later(today, kit.reprint_months))
    return f"Pochette du {day_in_words(today)}, à remplacer avant le {until}"


def numbers(identity: Identity, parties: Sequence[Party]) -> Table:
    """The practice's own numbers, then the public ones; an unknown one is a line to fill."""
    held = {role: [one for one in parties if one.role == role and one.phone.strip()] for role in ROLES}
    own = [row for role, label in ROLES.items() for row in _numbers(label, held[role], identity)]
    known = [contact_words(contacts()[name]) for name in PUBLIC]
    public = [(one["name"], one["phone"] or one["site"], _hours(one)) for one in known]
    return Table(("Qui", "Numéro", "Quand, contrat"), (*own, *public), (40, 30, 30), large=True)


def _numbers(label: str, held: Sequence[Party], identity: Identity) -> list[tuple[str, ...]]:
    if not held:
        return [(typeset(label), "", "")]
    return [(typeset(f"{label} : {one.name}"), one.phone, _hours_and_contract(one, identity)) for one in held]


def _hours_and_contract(one: Party, identity: Identity) -> str:
    return typeset(" ; ".join(filter(None, (one.hours, _contract(one, identity)))))


def _contract(one: Party, identity: Identity) -> str:
    number = one.contract or (identity.insurer_contract if one.role == "insurer" else "")
    return f"contrat n° {number}" if number else ""


def _hours(one: dict[str, Any]) -> str:
    hours, doubt = str(one["hours"]), str(one["doubt"])
    return typeset(" ; ".join(filter(None, (hours, doubt))))


def _do(kit: CareKit) -> tuple[Block, ...]:
    return (
        Heading("Au secrétariat"),
        Steps(tuple(Tick(line) for line in kit.secretary)),
        Heading("Le médecin"),
        Steps(tuple(Tick(line) for line in kit.doctor)),
    )


def _have(kit: CareKit) -> tuple[Block, ...]:
    return (
        Heading("Dans la pochette"),
        Steps(tuple(Tick(f"{one.label}, {plural(one.copies, 'exemplaire')}", _use(one)) for one in kit.forms)),
        Heading("À côté"),
        Bullets(kit.ready),
        Heading("Facturer"),
        Bullets(kit.billing),
        Paragraph(_note(kit), small=True),
        Heading("Quand tout remarche"),
        Bullets(kit.afterwards),
    )


def _use(one: PaperForm) -> str:
    return one.use + (TO_CHECK if one.confidence == "unverified" else "")


def _note(kit: CareKit) -> str:
    return f"{kit.note} Lu le {day_in_words(kit.as_of)}{TO_CHECK if kit.confidence == 'unverified' else ''}."


def _form(kit: CareKit) -> tuple[Block, ...]:
    return (Fields(tuple(Field(line.rstrip("."), "", "", OWN_LINES) for line in kit.consultation)),)
