"""Who may do what, as one table and one function: `can(member, action, object)`.

Pure: no request, no database. `Grant.OWN` means the objects whose owner is the person's role (the secretary's findings,
the IT provider's), `Grant.ALL` every object of the person's own practice. What is not in the table is refused.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, Protocol

from hygie.core.finding import Owner


class Role(StrEnum):
    """The six kinds of people who enter the app."""

    HOLDER = "holder"
    PARTNER = "partner"
    SECRETARY = "secretary"
    LOCUM = "locum"
    IT_PROVIDER = "it_provider"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """The French word."""
        return _LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """For a form: value and French word."""
        return [(role.value, role.label) for role in cls]


_LABELS = {
    Role.HOLDER: "Titulaire",
    Role.PARTNER: "Collaborateur ou associé",
    Role.SECRETARY: "Secrétaire",
    Role.LOCUM: "Remplaçant",
    Role.IT_PROVIDER: "Prestataire informatique",
    Role.AUDITOR: "Auditeur, en lecture",
}


class Action(StrEnum):
    """Everything a view may ask for."""

    SEE_TODAY = "today.see"
    RUN_CHECKUP = "checkup.run"
    SEE_MEASURE = "measure.see"
    SEE_FINDING = "finding.see"
    ANSWER_FINDING = "finding.answer"
    ADD_PROOF = "finding.prove"
    SEE_PROOF = "proof.see"
    DECIDE_EXCEPTION = "exception.decide"
    ASK_QUESTION = "question.ask"
    FIRST_RUN = "first_run.answer"
    SEE_PRACTICE = "practice.see"
    CHANGE_PRACTICE = "practice.change"
    SEE_INVENTORY = "inventory.see"
    CHANGE_INVENTORY = "inventory.change"
    SEE_CARDS = "cards.see"
    CHANGE_CARDS = "cards.change"
    EXPORT_INVENTORY = "inventory.export"
    SEE_TEAM = "team.see"
    CHANGE_TEAM = "team.change"
    SEE_OWN_ACCOUNT = "account.own"
    SEE_SHARING = "sharing.see"
    CHANGE_SHARING = "sharing.change"
    SEE_JOURNAL = "journal.see"
    SEE_DOCUMENTS = "documents.see"
    SEE_EMERGENCY = "emergency.see"
    SEE_REMINDERS = "reminders.see"
    SEE_WORKSTATIONS = "workstations.see"
    CHANGE_WORKSTATIONS = "workstations.change"
    CHANGE_DEMONSTRATION = "demonstration.change"
    OPEN_INCIDENT = "incident.open"
    SEE_INCIDENT = "incident.see"
    ACT_IN_INCIDENT = "incident.act"
    ADD_TO_INCIDENT = "incident.add"
    SEE_EVIDENCE = "incident.evidence"
    DECIDE_IN_INCIDENT = "incident.decide"
    SEE_INCIDENT_PAPERS = "incident.papers"
    SEE_BREACHES = "breaches.see"
    SEE_CARE_KIT = "care_kit.see"
    CHANGE_IDENTITY = "identity.change"


class Grant(Enum):
    """How far a permission reaches."""

    OWN = "own"
    ALL = "all"


_A, _O = Grant.ALL, Grant.OWN
_H, _P, _S, _L, _I, _R = Role
_EVERYONE = dict.fromkeys(Role, _A)
_READERS = {_H: _A, _P: _A, _S: _A, _L: _A, _R: _A}
_OWN_SHARE = {_S: _O, _I: _O}

TABLE: Mapping[Action, Mapping[Role, Grant]] = {
    Action.SEE_TODAY: _EVERYONE,
    Action.RUN_CHECKUP: {_H: _A, _P: _A, _S: _A, _I: _A},
    Action.SEE_MEASURE: _EVERYONE,
    Action.SEE_FINDING: {_H: _A, _P: _A, _S: _A, _L: _A, _I: _O, _R: _A},
    Action.ANSWER_FINDING: {_H: _A, _P: _A, **_OWN_SHARE},
    Action.ADD_PROOF: {_H: _A, _P: _A, **_OWN_SHARE},
    Action.SEE_PROOF: {_H: _A, _P: _A, _R: _A, **_OWN_SHARE},
    Action.DECIDE_EXCEPTION: {_H: _A, _P: _A},
    Action.ASK_QUESTION: {_H: _A, _P: _A, _S: _A},
    Action.FIRST_RUN: {_H: _A, _S: _A},
    Action.SEE_PRACTICE: {_H: _A, _P: _A, _S: _A, _R: _A},
    Action.CHANGE_PRACTICE: {_H: _A},
    Action.SEE_INVENTORY: {_H: _A, _P: _A, _S: _A, _I: _A, _R: _A},
    Action.CHANGE_INVENTORY: {_H: _A, _P: _A, _S: _A, _I: _A},
    Action.SEE_CARDS: {_H: _A, _P: _A, _S: _A, _R: _A},
    Action.CHANGE_CARDS: {_H: _A, _P: _A, _S: _A},
    Action.EXPORT_INVENTORY: {_H: _A, _P: _A, _S: _A, _R: _A},
    Action.SEE_TEAM: {_H: _A, _R: _A},
    Action.CHANGE_TEAM: {_H: _A},
    Action.SEE_OWN_ACCOUNT: _EVERYONE,
    Action.SEE_SHARING: {_H: _A, _P: _A, _S: _A, _R: _A},
    Action.CHANGE_SHARING: {_H: _A},
    Action.SEE_JOURNAL: {_H: _A, _P: _A, _R: _A},
    Action.SEE_DOCUMENTS: {**_READERS, _I: _A},
    Action.SEE_EMERGENCY: _EVERYONE,
    Action.SEE_REMINDERS: _READERS,
    Action.SEE_WORKSTATIONS: {_H: _A, _P: _A, _I: _A, _R: _A},
    Action.CHANGE_WORKSTATIONS: {_H: _A, _I: _A},
    Action.CHANGE_DEMONSTRATION: {_H: _A},
    Action.OPEN_INCIDENT: {_H: _A, _P: _A, _S: _A, _L: _A, _I: _A},
    Action.SEE_INCIDENT: _EVERYONE,
    Action.ACT_IN_INCIDENT: {_H: _A, _P: _A, _S: _A, _L: _A, _I: _A},
    Action.ADD_TO_INCIDENT: {_H: _A, _P: _A, _S: _A, _L: _A, _I: _A},
    Action.SEE_EVIDENCE: {_H: _A, _P: _A, _S: _A, _I: _A},
    Action.DECIDE_IN_INCIDENT: {_H: _A, _P: _A},
    Action.SEE_INCIDENT_PAPERS: {_H: _A, _P: _A, _S: _A},
    Action.SEE_BREACHES: {_H: _A, _P: _A, _S: _A, _R: _A},
    Action.SEE_CARE_KIT: _EVERYONE,
    Action.CHANGE_IDENTITY: {_H: _A, _P: _A, _S: _A},
}
OWNERS: Mapping[Role, frozenset[Owner]] = {
    Role.SECRETARY: frozenset({Owner.SECRETARY}),
    Role.IT_PROVIDER: frozenset({Owner.IT_PROVIDER}),
}


class Person(Protocol):
    """What `can` needs to know of somebody."""

    role: str
    practice_id: Any


def can(member: Person | None, action: Action, target: object | None = None) -> bool:
    """Whether this person may do this, to this object when there is one. An object of another practice: never."""
    if member is None:
        return False
    grant = TABLE.get(action, {}).get(Role(member.role))
    if grant is None or not _same_practice(member, target):
        return False
    if grant is Grant.ALL or target is None:
        return True
    return getattr(target, "owner", None) in OWNERS.get(Role(member.role), frozenset())


def _same_practice(member: Person, target: object | None) -> bool:
    return getattr(target, "practice_id", member.practice_id) == member.practice_id
