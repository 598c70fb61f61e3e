"""Whom to call in an incident: the practice's own numbers first, then the public services of `reference.contacts`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from hygie.core.finding import Owner
from hygie.core.french import typeset
from hygie.documents.incident_sheet import contact_words, dialled
from hygie.reference.contacts import contacts
from hygie.reference.playbooks import PUBLIC, Call
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.dashboard.selectors import contract_of
from hygie.web.inventory.models import Provider

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "insurer": ("insurer",), "it_provider": ("it",), "host": ("host", "software"), "isp": ("isp",),
    "agenda": ("agenda",),
}  # fmt: skip
"""Which providers of the inventory answer a call, the best first."""
LABELS: Final[Mapping[str, str]] = {
    "insurer": "Assistance de l’assureur", "it_provider": "Informatique", "host": "Hébergeur du dossier",
    "isp": "Fournisseur d’accès", "agenda": "Agenda en ligne",
}  # fmt: skip
USUAL: Final = ("insurer", "it_provider", "host", "isp")
WHERE: Final[Mapping[str, str]] = {
    "bank": "Le numéro de la banque est au dos de votre carte, ou sur vos relevés.",
    "insurer": "Hygie n’a pas ce numéro : il est sur votre contrat d’assurance.",
}
NOWHERE: Final = "Hygie n’a pas ce numéro : cherchez-le sur un contrat ou une facture."
_WHO: Final[Mapping[Owner, tuple[Role, str]]] = {
    Owner.DOCTOR: (Role.HOLDER, "Un médecin"),
    Owner.SECRETARY: (Role.SECRETARY, "Le secrétariat"),
}
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody to call: `call` is the role in the playbooks, `link` the number a telephone dials, `url` a site."""

    call: str
    name: str
    number: str = ""
    link: str = ""
    detail: str = ""
    contract: str = ""
    hours: str = ""
    url: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The numbers of a practice, and the names of who does what."""

    own: tuple[Entry, ...]
    people: Mapping[Role, str]

    def entry(self, call: Call) -> Entry | None:
        """Whoever answers this call; None when nobody is known."""
        if call in PUBLIC:
            return public(call, PUBLIC[call])
        return next((one for one in self.own if one.call == call), None)

    def who(self, owner: Owner) -> str:
        """The name of who usually does a step."""
        if owner in _WHO:
            role, word = _WHO[owner]
            return self.people.get(role, word)
        entry = self.entry("it_provider")
        return entry.name if entry else "Votre informaticien"

    def listed(self) -> list[Entry]:
        """Everybody of the practice with a number, the usual ones first, then 17Cyber."""
        order = {call: rank for rank, call in enumerate(USUAL)}
        own = sorted((one for one in self.own if one.number), key=lambda one: order.get(one.call, len(order)))
        return [*own, public("17cyber", "17cyber")]


def book_of(practice: Any, *, contracts: bool) -> Book:
    """Three queries. `contracts`: whether contract numbers may be shown to who asks."""
    rows = list(Provider.objects.for_practice(practice).filter(ended_on=None)[:MOST])
    own = [_entry(call, row, contracts=contracts) for call, row in _answering(rows)]
    if contracts and (number := contract_of(practice)):
        own = [one if one.call != "insurer" else _with_contract(one, number) for one in own]
    return Book(tuple(own), _people(practice))


def public(call: str, contact: str) -> Entry:
    """A public service; a number that nobody verified says so."""
    words = contact_words(contacts()[contact])
    doubt = words["doubt"] and f"numéro {words['doubt']}"
    detail = typeset(" · ".join(filter(None, (words["hours"], doubt))))
    return Entry(call, words["name"], words["phone"], words["link"], detail, "", detail, words["url"], words["site"])


def where(call: Call) -> str:
    """Where a number that Hygie does not have is written."""
    return WHERE.get(call, NOWHERE)


def _answering(rows: list[Provider]) -> list[tuple[str, Provider]]:
    """Each provider once, under the call it answers; those with a number first."""
    found: list[tuple[str, Provider]] = []
    for call, kinds in KINDS.items():
        fitting = [row for kind in kinds for row in rows if row.kind == kind]
        found += [(call, row) for row in sorted(fitting, key=lambda row: not row.phone)]
    named = {row.pk for _, row in found}
    return found + [("", row) for row in rows if row.pk not in named]


def _entry(call: str, row: Provider, *, contracts: bool) -> Entry:
    contract = str(row.contract) if contracts else ""
    label = LABELS.get(call) or row.get_kind_display()
    told = (label if typeset(row.name) != label else "", row.hours, contract and f"contrat n° {contract}")
    return Entry(
        call, row.name, row.phone, dialled(row.phone), typeset(" · ".join(filter(None, told))), contract,
        typeset(row.hours),
    )  # fmt: skip


def _with_contract(one: Entry, number: str) -> Entry:
    shown = one.contract or number
    told = one.detail if one.contract else typeset(f"{one.detail} · contrat n° {number}")
    return replace(one, detail=told, contract=shown)


def _people(practice: Any) -> dict[Role, str]:
    """The only person of a role by name; several are the role."""
    rows = Member.objects.for_practice(practice).filter(left_on=None, role__in=[Role.HOLDER, Role.SECRETARY])
    names: dict[Role, list[str]] = {}
    for row in rows[:MOST]:
        names.setdefault(Role(row.role), []).append(row.name)
    return {role: found[0] for role, found in names.items() if len(found) == 1}
