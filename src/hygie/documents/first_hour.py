"""The first-hour sheet: one A4 page that is enough to act for an hour without any computer, then to write it all down.

It says what incident_sheet.py says, from the practice's own numbers; what is not known is a blank. PDF, black on white.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from hygie.core.clock import PARIS
from hygie.core.french import typeset
from hygie.documents.incident_sheet import incident_sheet
from hygie.documents.paper import NO_PATIENT, value
from hygie.documents.paper_pdf import compiled
from hygie.documents.words import cleaned, clip
from hygie.incident.dossier import Identity, Party

NOTE_LINES: Final = 12
LONGEST_NUMBER: Final = 24
POLICE: Final = {"name": "Police ou gendarmerie du secteur", "number": "", "link": ""}
"""A line to fill with a pen: nobody publishes the number of every station, and the complaint is filed there."""
ROLES: Final = {
    "insurer": "Assistance de l'assureur",
    "it_provider": "Informatique",
    "host": "Hébergeur du dossier",
    "isp": "Fournisseur d'accès",
    "software": "Éditeur du logiciel",
    "agenda": "Agenda en ligne",
    "bank": "Banque",
}
"""How the sheet names each party, in its order; the first four are printed even when their number is a blank."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What incident_sheet prints."""

    started_at: datetime
    insurer_contract: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)


def first_hour(identity: Identity, parties: Sequence[Party], made_at: datetime) -> bytes:
    """The sheet as a one-page PDF. MissingPart without the « pdf » extra."""
    content = first_hour_content(identity, parties, made_at)
    return compiled("first_hour.typ", content, made_at)


def first_hour_content(identity: Identity, parties: Sequence[Party], made_at: datetime) -> dict[str, Any]:
    """Everything the sheet says; `paper.fingerprint` of it tells whether a printed copy is out of date."""
    local = made_at.astimezone(PARIS)
    known = _Known(local, identity.insurer_contract or _contract(parties), phones_of(parties))
    sheet: dict[str, Any] = cleaned(incident_sheet(known))
    names = ("year", "month", "day", "hour", "minute", "second")
    return {
        **sheet,
        "now": [{**step, "note": step["note"].replace("plus bas", "à droite")} for step in sheet["now"]],
        "phones": [*({**one, "number": clip(one["number"], LONGEST_NUMBER)} for one in sheet["phones"]), POLICE],
        "title": typeset("Il se passe quelque chose d’anormal"),
        "practice": clip(value(identity.name), 60),
        "lines": NOTE_LINES,
        "foot": NO_PATIENT,
        "moment": {name: getattr(local, name) for name in names},
    }


def phones_of(parties: Sequence[Party]) -> dict[str, str]:
    """Numbers by the sheet's own labels, in its order; the first party of each role counts."""
    found: dict[str, str] = {}
    for role, label in ROLES.items():
        number = next((one.phone for one in parties if one.role == role and one.phone.strip()), "")
        if number:
            found[label] = number
    return found


def _contract(parties: Sequence[Party]) -> str:
    return next((one.contract for one in parties if one.role == "insurer"), "")
