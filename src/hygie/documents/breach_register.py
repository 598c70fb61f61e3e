"""The register of breaches (article 33, paragraph 5): every one, told to the CNIL or not, as PDF and as CSV.

A row is a mapping with the keys of COLUMNS; missing keys are blanks. Its texts are structured facts, never typed ones:
`row_of` makes it from an incident. A cell that a spreadsheet would run as a formula is shown as text.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from hygie.core.french import plural, typeset
from hygie.documents import paper_words as say
from hygie.documents.cnil_aid import BETWEEN
from hygie.documents.paper import Block, Field, Fields, Heading, Paper, Paragraph, value
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.decision import why
from hygie.incident.dossier import Dossier

BYTE_ORDER_MARK: Final = "\ufeff"
STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MOST_ROWS: Final = 1_000
COLUMNS: Final[Mapping[str, str]] = MappingProxyType({
    "reference": "Numéro",
    "aware_at": "Connue le",
    "started_on": "Début",
    "ended_on": "Fin",
    "nature": "Nature",
    "origin": "Origine",
    "cause": "Cause",
    "facts": "Faits",
    "data": "Catégories de données",
    "persons": "Catégories de personnes",
    "records": "Enregistrements",
    "people": "Personnes",
    "effects": "Effets",
    "severity": "Gravité, terme par terme",
    "cnil_level": "Niveau pour la CNIL",
    "measures": "Mesures prises",
    "cnil_decision": "Prévenir la CNIL",
    "cnil_receipt": "Récépissé de la CNIL",
    "cnil_sent_at": "CNIL prévenue le",
    "persons_decision": "Prévenir les personnes",
    "persons_proof": "Preuve de l’information",
    "complaint": "Plainte",
    "insurer": "Déclaration à l’assureur",
    "processor": "Prestataire impliqué",
    "closed_at": "Clos le",
    "lessons": "Enseignements",
})  # fmt: skip
"""The columns, in order: identifier → title."""


def row_of(dossier: Dossier) -> dict[str, str]:
    """The row of one incident, from its structured facts."""
    state, breach = dossier.state, dossier.state.breach
    effects = ("consequence_confidentiality", "consequence_integrity", "consequence_availability", "harm")
    return {
        "reference": dossier.reference,
        "aware_at": say.when(state.aware_at),
        "started_on": say.date_in_words(breach.get("started_on")),
        "ended_on": say.date_in_words(breach.get("ended_on")),
        "nature": _chosen(dossier, "nature"),
        "origin": _chosen(dossier, "origin"),
        "cause": _chosen(dossier, "cause"),
        "facts": typeset(say.playbook_of(dossier).title),
        "data": _chosen(dossier, "data_category"),
        "persons": _chosen(dossier, "person_category"),
        "records": say.number(breach.get("records")),
        "people": say.number(breach.get("people")),
        "effects": BETWEEN.join(filter(None, (_chosen(dossier, name) for name in effects))),
        "severity": " ".join(say.chosen(dossier.severity.get("sentences"))),
        "cnil_level": say.cnil_level(dossier),
        "measures": BETWEEN.join(say.done_steps(dossier)),
        **_after(dossier),
    }


def _after(dossier: Dossier) -> dict[str, str]:
    return {
        "cnil_decision": _decision(dossier, "cnil"),
        "cnil_receipt": say.receipt(dossier, "cnil"),
        "cnil_sent_at": _done(dossier, "cnil"),
        "persons_decision": _decision(dossier, "patients"),
        "persons_proof": _proof(dossier),
        "complaint": BETWEEN.join(filter(None, (_done(dossier, "complaint"), say.receipt(dossier, "complaint")))),
        "insurer": BETWEEN.join(filter(None, (_done(dossier, "insurer"), say.receipt(dossier, "insurer")))),
        "processor": BETWEEN.join(say.labels_in(dossier, "involved_role", "involved_role")),
        "closed_at": say.when(dossier.state.closed_at),
        "lessons": _lessons(dossier),
    }


def _chosen(dossier: Dossier, name: str) -> str:
    return typeset(BETWEEN.join(say.labels(dossier, name)))


def _decision(dossier: Dossier, about: str) -> str:
    facts = dossier.state.decisions.get(about)
    if facts is None:
        return ""
    answer = "Oui" if facts.get("decision") == "yes" else "Non"
    return typeset(f"{answer}, le {say.short(dossier.state.decided_at.get(about))}. {' '.join(why(facts))}")


def _done(dossier: Dossier, clock: str) -> str:
    found = say.clock_of(dossier, clock)
    return say.when(found.done_at) if found else ""


def _proof(dossier: Dossier) -> str:
    breach = dossier.state.breach
    count = say.number(breach.get("communicated_people"))
    found = (
        say.date_in_words(breach.get("communicated_on")), *say.labels_in(dossier, "communicated_by", "means"),
        f"{count} personnes" if count else "",
    )  # fmt: skip
    return BETWEEN.join(filter(None, found))


def _lessons(dossier: Dossier) -> str:
    """How many there are: they were typed, and stay in the incident."""
    count = len(dossier.state.lessons)
    return plural(count, "enseignement gardé dans l’incident", "enseignements gardés dans l’incident") if count else ""


def register_paper(rows: Sequence[Mapping[str, str]], practice: str, made_at: datetime) -> Paper:
    """The register, one section a breach. ValueError beyond MOST_ROWS."""
    _bounded(rows)
    head = "Toutes les violations, notifiées ou non (article 33, paragraphe 5, du RGPD)."
    blocks: list[Block] = [Paragraph(f"{head} {plural(len(rows), 'violation', 'violations')}.")]
    for row in rows:
        blocks.append(Heading(f"Violation {row.get('reference', '')}"))
        blocks.append(Fields(tuple(Field(title, row.get(key, "")) for key, title in _BELOW.items())))
    if not rows:
        blocks.append(Paragraph("Aucune violation n’est inscrite. Le registre reste à la disposition de la CNIL."))
    return Paper("breach_register", "Registre des violations de données", "Registre", made_at, tuple(blocks),
                 practice=practice)  # fmt: skip


_BELOW: Final = {key: title for key, title in COLUMNS.items() if key != "reference"}


def register_pdf(rows: Sequence[Mapping[str, str]], practice: str, made_at: datetime) -> bytes:
    """The register as a PDF. ValueError beyond MOST_ROWS, MissingPart without Typst."""
    return paper_pdf(register_paper(rows, practice, made_at))


def register_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """The register for a French spreadsheet: semicolons, CR LF, a mark at its head. ValueError beyond MOST_ROWS."""
    _bounded(rows)
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    writer.writerows([harmless(row.get(key, "")) for key in COLUMNS] for row in rows)
    return BYTE_ORDER_MARK + table.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: what begins a formula is preceded by an apostrophe."""
    text = value(cell)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def _bounded(rows: Sequence[Mapping[str, str]]) -> None:
    if len(rows) > MOST_ROWS:
        raise ValueError("le registre dépasse mille violations")
