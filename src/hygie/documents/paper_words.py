"""What the incident's papers share: their dated words (templates/papers.toml), and an incident's facts in French.

Nothing here reads what people typed: neither notes, nor reasons, nor names of evidence files.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from hygie.core.clock import PARIS
from hygie.core.french import NARROW, day_in_words, hour_in_words, typeset, weekday_in_words
from hygie.documents.paper import Field, Table
from hygie.incident.clocks import ClockState, IncidentClock
from hygie.incident.dossier import Dossier, Party
from hygie.incident.state import Piece
from hygie.reference.cnil_form import cnil_form
from hygie.reference.errors import BrokenReference
from hygie.reference.playbooks import Playbook, playbooks, steps_of
from hygie.reference.severity import Band, severity_scale
from hygie.reference.sources import Confidence, sources
from hygie.reference.toml import load, once

PATH = Path(__file__).parent / "templates" / "papers.toml"
BLANK = "______________"
TO_CHECK = " (à vérifier)"
CLOCK_TITLES = {
    "complaint": "Plainte",
    "cnil": "CNIL",
    "insurer": "Assureur",
    "patients": "Patients",
    "provider": "Avis écrit du prestataire",
}
CLOCK_WORDS = {
    ClockState.NOT_STARTED: "pas commencé",
    ClockState.RUNNING: "en cours",
    ClockState.LATE: "délai passé",
    ClockState.DONE: "fait",
    ClockState.WAIVED: "abandonné expressément",
    ClockState.NOT_APPLICABLE: "non concerné",
}
MEDIA = {
    "image": "image", "audio": "son", "video": "vidéo", "text": "texte", "message": "courriel",
    "application": "fichier", "font": "fichier", "model": "fichier",
}  # fmt: skip
KEPT = {"kept": "copie gardée dans Hygie", "in_place": "resté à sa place, empreinte seule"}
_UNITS = ("octets", "Ko", "Mo", "Go", "To")
_STEP_OF_SIZE = 1024


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article quoted in the complaint, for the playbooks it concerns."""

    id: str
    article: str
    sentence: str
    playbooks: tuple[str, ...]
    confidence: Confidence
    as_of: date


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one letter, notice or note."""

    id: str
    title: str
    kind: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    source: str
    confidence: Confidence
    as_of: date
    asks_title: str = ""
    asks: tuple[str, ...] = ()


class Items(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list used by several papers; « title | note » in one item."""

    id: str
    items: tuple[str, ...]
    confidence: Confidence
    as_of: date


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a letter says of some kinds of data: their name, what may follow, what to do."""

    id: str
    categories: tuple[str, ...]
    says: str
    risk: str
    do: str


class Nature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happened to the data, in a patient's words."""

    id: str
    sentence: str


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was done, in a patient's words, once the step is done."""

    step: str
    sentence: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """papers.toml."""

    version: str
    law: tuple[Law, ...]
    text: tuple[Text, ...]
    list: tuple[Items, ...]
    risk: tuple[Risk, ...]
    nature: tuple[Nature, ...]
    measure: tuple[Measure, ...]


@once
def words() -> Words:
    """The words shipped with Hygie. BrokenReference when one names a source that does not exist."""
    found = load(PATH, Words)
    if unknown := sorted({one.source for one in found.text} - set(sources())):
        raise BrokenReference(PATH, None, f"la source « {unknown[0]} » n'existe pas")
    return found


def text_of(name: str) -> Text:
    """The words of one paper. KeyError when there are none."""
    return {one.id: one for one in words().text}[name]


def items_of(name: str) -> tuple[str, ...]:
    """One of the shared lists. KeyError when there is none."""
    return {one.id: one.items for one in words().list}[name]


def laws_of(playbook: str) -> tuple[Law, ...]:
    """The articles that this kind of incident may fall under."""
    return tuple(one for one in words().law if playbook in one.playbooks)


def filled(sentence: str, facts: Mapping[str, str]) -> str:
    """The sentence with its facts; an empty one leaves a line to fill by hand."""
    return sentence.format_map({name: fact or BLANK for name, fact in facts.items()})


def when(moment: datetime | None) -> str:
    """« mardi 10 novembre 2026, 8 h 20 », in Paris; "" when unknown."""
    if moment is None:
        return ""
    local = moment.astimezone(PARIS)
    return f"{weekday_in_words(local.date())}, {hour_in_words(local)}"


def short(moment: datetime | None) -> str:
    """« 10/11/2026 8 h 20 » for a table, in Paris."""
    if moment is None:
        return ""
    local = moment.astimezone(PARIS)
    return f"{local:%d/%m/%Y} {hour_in_words(local)}"


def day(moment: datetime | None) -> str:
    """« 10 novembre 2026 », in Paris."""
    return day_in_words(moment.astimezone(PARIS).date()) if moment else ""


def size(octets: int) -> str:
    """« 12,4 Mo »."""
    amount, rank = float(octets), 0
    while amount >= _STEP_OF_SIZE and rank < len(_UNITS) - 1:
        amount, rank = amount / _STEP_OF_SIZE, rank + 1
    shown = f"{amount:.1f}".replace(".", ",") if rank else f"{octets:,}".replace(",", NARROW)
    return f"{shown} {_UNITS[rank]}"


def media(piece: Piece) -> str:
    """What kind of file it is, in a word: never its name."""
    return MEDIA.get(piece.media.partition("/")[0], "fichier")


def playbook_of(dossier: Dossier) -> Playbook:
    """The kind of incident."""
    return playbooks()[dossier.state.playbook]


def band(dossier: Dossier) -> Band | None:
    """The severity's level on the scale, None while it is not graded."""
    return next((one for one in severity_scale().bands if one.id == dossier.severity.get("level")), None)


def cnil_level(dossier: Dossier) -> str:
    """The CNIL's word for the severity, "" while it is not graded."""
    found = band(dossier)
    return cnil_form().label("severity", found.cnil) if found else ""


def party(dossier: Dossier, role: str) -> Party | None:
    """The first party of that role."""
    return next((one for one in dossier.parties if one.role == role), None)


def address(dossier: Dossier) -> tuple[str, ...]:
    """The practice as the head of a letter."""
    who = dossier.identity
    return (
        who.legal_name or who.name, who.name if who.legal_name not in ("", who.name) else "", who.address,
        f"{who.postcode} {who.city}".strip(), who.phone, who.email,
    )  # fmt: skip


def place_and_day(dossier: Dossier) -> str:
    """« À Val-sur-Orne, le 10 novembre 2026 »; the place is left to fill when unknown."""
    return f"À {dossier.identity.city or BLANK}, le {day(dossier.made_at)}"


def who_declares(dossier: Dossier) -> tuple[Field, ...]:
    """The practice, field by field."""
    who = dossier.identity
    return (
        Field("Nom du cabinet", who.name),
        Field("Dénomination officielle", who.legal_name),
        Field("Numéro SIREN", who.siren),
        Field("Titulaire", who.holder),
        Field("Numéro RPPS", who.rpps),
        Field("Adresse", ", ".join(filter(None, (who.address, f"{who.postcode} {who.city}".strip())))),
        Field("Téléphone", who.phone),
        Field("Adresse e-mail", who.email),
    )


def receipt(dossier: Dossier, clock: str) -> str:
    """The receipt number of the step that answers this clock; "" when none."""
    for step in steps_of(dossier.state.playbook):
        answer = dossier.state.steps.get(step.id)
        if step.clock == clock and answer is not None and answer.receipt:
            return answer.receipt
    return ""


def clock_of(dossier: Dossier, name: str) -> IncidentClock | None:
    """One clock of the incident."""
    return next((one for one in dossier.clocks if one.id == name), None)


def clock_table(dossier: Dossier, *, articles: bool = True) -> Table:
    """Every clock: start, end, state, proof, and its article unless the paper must stay short."""
    shown = [one for one in dossier.clocks if one.state is not ClockState.NOT_APPLICABLE]
    rows = [_clock_row(dossier, one) + ((_article(one),) if articles else ()) for one in shown]
    columns = ("Délai", "Départ", "Avant le", "État", "Récépissé", *(("Article",) if articles else ()))
    widths = (12, 15, 15, 16, 20, 22) if articles else (18, 18, 18, 26, 20)
    return Table(columns, tuple(rows), widths, empty="Aucun délai ne court.")


def _clock_row(dossier: Dossier, one: IncidentClock) -> tuple[str, ...]:
    proof = receipt(dossier, one.id)
    return (CLOCK_TITLES[one.id], short(one.starts_at), short(one.due_at), _clock_state(one), proof)


def _clock_state(clock: IncidentClock) -> str:
    done = f" le {short(clock.done_at)}" if clock.done_at else ""
    late = ", après le délai" if clock.done_at and clock.due_at and clock.done_at > clock.due_at else ""
    return f"{CLOCK_WORDS[clock.state]}{done}{late}"


def _article(clock: IncidentClock) -> str:
    law = clock.law
    own = "" if law.binding else " ; repère de Hygie, pas un délai légal"
    return typeset(f"{law.article}{own}{TO_CHECK if law.confidence == 'unverified' else ''}")


def chronology_table(dossier: Dossier) -> Table:
    """The chronology as it is told to third parties: structured facts, and notes that may be quoted."""
    rows = tuple((short(line.at), typeset(line.text), line.by) for line in dossier.chronology)
    return Table(("Heure", "Fait", "Par"), rows, (20, 60, 20), empty="Rien n’est encore noté.")


def evidence_table(dossier: Dossier) -> Table:
    """The evidence by number and SHA-256, with both dates; never its names."""
    rows = tuple(
        (str(one.number), f"{media(one)}, {size(one.size)}", short(one.taken_at), short(one.added_at), one.sha256)
        for one in dossier.pieces
    )
    columns = ("Pièce", "Nature", "Date du fait", "Ajoutée le", "Empreinte SHA-256")
    return Table(columns, rows, (8, 18, 17, 17, 40), empty="Aucune pièce pour l’instant.")


def done_steps(dossier: Dossier) -> tuple[str, ...]:
    """What was done, in order, with its hour: titles only."""
    found = [(dossier.state.steps.get(step.id), step) for step in steps_of(dossier.state.playbook)]
    return tuple(
        f"{step.doing} ({short(answer.at)})" for answer, step in found if answer and answer.reply.value == "fait"
    )


def labels(dossier: Dossier, name: str) -> tuple[str, ...]:
    """The chosen labels of one enumerated field of the breach; an identifier that the form has not is left out."""
    return labels_in(dossier, name, name)


def labels_in(dossier: Dossier, name: str, options: str) -> tuple[str, ...]:
    """The same, for a field whose list of answers has another name."""
    held = chosen(dossier.state.breach.get(name))
    return tuple(
        one.label + (TO_CHECK if one.confidence == "unverified" else "")
        for one in cnil_form().options(options)
        if one.id in held
    )


def chosen(found: object) -> tuple[str, ...]:
    """The identifiers that a breach's field holds: one, or several."""
    if isinstance(found, str):
        return (found,)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list | tuple) else ()


def number(found: object) -> str:
    """A count with its thousands apart, "" when it is not one."""
    known = isinstance(found, int) and not isinstance(found, bool) and found >= 0
    return f"{found:,}".replace(",", NARROW) if known else ""


def date_in_words(found: Any) -> str:
    """A day, or a time with its offset, as the incident's facts hold it; "" when it is neither."""
    if not isinstance(found, str):
        return ""
    try:
        if "T" in found:
            moment = datetime.fromisoformat(found)
            return when(moment) if moment.tzinfo else ""
        return day_in_words(date.fromisoformat(found))
    except ValueError:
        return ""
