"""The end of an incident on paper: one page for the doctor, everything for the expert and the insurer.

Both say the same facts. Reasons are those that can be chosen, with their article; what people typed is not printed.
"""

from collections.abc import Mapping
from typing import Any, Final

from hygie.core.french import plural, typeset
from hygie.documents import paper_words as say
from hygie.documents.cnil_aid import MAY_BE_EMPTY
from hygie.documents.paper import Block, Box, Bullets, Field, Fields, Heading, Paper, Paragraph, Signature, Table
from hygie.incident.clocks import ClockState
from hygie.incident.decision import why
from hygie.incident.dossier import Dossier
from hygie.incident.steps import places
from hygie.reference import cnil_form as form
from hygie.reference.cnil_form import cnil_form
from hygie.reference.severity import severity_scale

STATUS: Final = {
    "done": "fait", "waived": "abandonné expressément", "here": "à faire maintenant", "tried": "personne n’a répondu",
    "unknown": "on ne sait pas", "later": "à faire", "locked": "attend d’autres étapes", "not_needed": "non concerné",
}  # fmt: skip
WHOM: Final = {"cnil": "Prévenir la CNIL", "patients": "Prévenir les patients"}
YES_NO: Final = {"yes": "Oui", "no": "Non"}
MOST_LEFT: Final = 4


def report_doctor(dossier: Dossier) -> Paper:
    """One page: what happened, what is settled, what is left."""
    return Paper(
        "report_doctor", f"Incident {dossier.reference} : {say.playbook_of(dossier).title}", "Rapport, une page",
        dossier.made_at, (
            Box(_state(dossier), _numbers(dossier)),
            Fields((
                Field("Connu le", say.when(dossier.state.known_at)),
                Field("Fuite de données connue le", say.when(dossier.state.aware_at)),
                Field("Gravité", _graded(dossier)),
                Field("Clos le", say.when(dossier.state.closed_at)),
            )),
            Heading("Les délais"),
            say.clock_table(dossier, articles=False),
            Heading("Les décisions"),
            decisions(dossier),
            Heading("Ce qui reste"),
            *_left(dossier),
        ), dossier.reference, dossier.identity.name, dossier.fingerprint, exercise=dossier.exercise,
    )  # fmt: skip


def _state(dossier: Dossier) -> str:
    state = dossier.state
    if state.false_alarm:
        return "Fausse alerte : l’incident est clos, il reste au journal."
    if state.closed_at is not None:
        return "L’incident est clos."
    late = [say.CLOCK_TITLES[one.id] for one in dossier.clocks if one.state is ClockState.LATE]
    return f"L’incident est ouvert. Délai passé : {', '.join(late)}." if late else "L’incident est ouvert."


def _numbers(dossier: Dossier) -> tuple[str, ...]:
    plan = [one for one in places(dossier.state, dossier.made_at) if one.status != "not_needed"]
    done = sum(one.status in {"done", "waived"} for one in plan)
    kept = plural(len(dossier.pieces), "preuve gardée", "preuves gardées")
    return (f"{plural(done, 'étape réglée', 'étapes réglées')} sur {len(plan)}, {kept}.",)


def _graded(dossier: Dossier) -> str:
    band = say.band(dossier)
    return typeset(f"{band.label} (échelle de la CNIL : {say.cnil_level(dossier)})") if band else ""


def _left(dossier: Dossier) -> tuple[Block, ...]:
    waiting = [one for one in places(dossier.state, dossier.made_at) if one.status in _OPEN]
    if dossier.state.closed_at is not None or not waiting:
        return (Paragraph("Rien. Gardez ce rapport avec le registre des violations (article 33, paragraphe 5)."),)
    lines = tuple(f"{one.step.doing} : {STATUS[one.status]}" for one in waiting[:MOST_LEFT])
    left = len(waiting) - MOST_LEFT
    return (Bullets((*lines, *((f"et {plural(left, 'autre étape', 'autres étapes')}",) if left > 0 else ()))),)


_OPEN: Final = frozenset({"here", "tried", "unknown", "later", "locked"})


def report_expert(dossier: Dossier) -> Paper:
    """Everything that an expert checks: hours, proofs, decisions and their reasons."""
    return Paper(
        "report_expert", f"Rapport d’incident {dossier.reference}", "Rapport complet, pour l’expert ou l’assureur",
        dossier.made_at, (
            Box(say.playbook_of(dossier).title, (_state(dossier), *_numbers(dossier))),
            Heading("Le cabinet"),
            Fields((*say.who_declares(dossier), Field("Contrat d’assurance", dossier.identity.insurer_contract))),
            Heading("L’incident"),
            Fields(_incident(dossier)),
            Heading("Les délais"),
            say.clock_table(dossier),
            Paragraph("Heures écoulées : nuits, dimanches et jours fériés comptent. Heures de Paris.", small=True),
            Heading("La chronologie"),
            say.chronology_table(dossier),
            Heading("Les étapes"),
            steps_table(dossier),
            Heading("Les preuves et leur garde"),
            *_evidence(dossier),
            Heading("Les données touchées"),
            Fields(_breach(dossier)),
            Heading("La gravité, terme par terme"),
            *severity(dossier),
            Heading("Les décisions"),
            decisions(dossier),
            Heading("Ce qui protégeait le cabinet avant"),
            *_before(dossier),
            Signature(),
        ), dossier.reference, dossier.identity.name, dossier.fingerprint, exercise=dossier.exercise,
    )  # fmt: skip


def _incident(dossier: Dossier) -> tuple[Field, ...]:
    state = dossier.state
    return (
        Field("Nature", typeset(say.playbook_of(dossier).title)),
        Field("Attaque, perte ou erreur connue le", say.when(state.known_at)),
        Field("Fuite de données connue le", say.when(state.aware_at)),
        Field("Ouvert le", say.when(state.opened_at)),
        Field("Clos le", say.when(state.closed_at)),
        Field("Corrections d’heures", str(state.corrections), "Chacune est dans la chronologie."),
    )


def steps_table(dossier: Dossier) -> Table:
    """Every step, what was said of it last, by whom, its receipt. Typed reasons are not printed."""
    rows = []
    for place in places(dossier.state, dossier.made_at):
        answer = dossier.state.steps.get(place.step.id)
        said = (say.short(answer.at), answer.by, answer.receipt) if answer else ("", "", "")
        rows.append((str(place.number), typeset(place.step.doing), typeset(STATUS[place.status]), *said))
    columns = ("N°", "Étape", "État", "Le", "Par", "Récépissé")
    return Table(columns, tuple(rows), (6, 34, 17, 15, 14, 14))


def _evidence(dossier: Dossier) -> tuple[Block, ...]:
    custody = tuple(
        (str(one.number), say.short(one.added_at), one.added_by, say.KEPT.get(one.place, "")) for one in dossier.pieces
    )
    columns = ("Pièce", "Reçue le", "Par", "Garde")
    note = "Les remises, copies et vérifications de chaque pièce sont dans la chronologie."
    table = (Table(columns, custody, (8, 22, 25, 45)), Paragraph(note, small=True)) if custody else ()
    return (say.evidence_table(dossier), *table)


def _breach(dossier: Dossier) -> tuple[Field, ...]:
    """What is known of the data; what may stay empty in the CNIL's form is left out, not left blank."""
    rows = [Field(one.label, _known(dossier, one)) for one in cnil_form().breach_fields() if one.kind != "text"]
    optional = {one.label for one in cnil_form().breach_fields() if one.id in MAY_BE_EMPTY}
    return tuple(row for row in rows if row.value or row.label not in optional)


def _known(dossier: Dossier, one: form.Field) -> str:
    held = dossier.state.breach.get(one.id)
    if one.kind == "number":
        return say.number(held)
    if one.kind == "date":
        return say.date_in_words(held)
    return typeset(" ; ".join(say.labels_in(dossier, one.id, one.options)))


def severity(dossier: Dossier) -> tuple[Block, ...]:
    """The score, term by term, in the words of its rules; nothing typed."""
    sentences = say.chosen(dossier.severity.get("sentences"))
    if not sentences:
        return (Paragraph("La gravité n’est pas encore estimée."),)
    lowered = "La nature des données a été comptée plus bas que l’échelle : la raison est dans l’incident."
    told = (Paragraph(lowered, strong=True),) if dossier.severity.get("lowered") else ()
    method = f"SE = DPC × EI + CB, méthode de l’ENISA. {severity_scale().note}"
    return (Bullets(sentences), *told, Paragraph(method, small=True))


def decisions(dossier: Dossier) -> Table:
    """Whom to tell: decided when, and why, with the article; an exception says what remains to be done."""
    rows = tuple(
        (WHOM[about], YES_NO.get(str(facts.get("decision")), ""), say.short(dossier.state.decided_at.get(about)),
         _why(facts))
        for about, facts in dossier.state.decisions.items()
        if about in WHOM
    )  # fmt: skip
    empty = "Rien n’est encore décidé. Dans le doute, prévenez la CNIL."
    return Table(("Décision", "Réponse", "Le", "Raisons"), rows, (20, 11, 17, 52), empty=empty)


def _why(facts: Mapping[str, Any]) -> str:
    return typeset(" ".join(why(facts)))


def _before(dossier: Dossier) -> tuple[Block, ...]:
    if dossier.prior_measures:
        return (Bullets(dossier.prior_measures),)
    return (Paragraph("Aucun bilan de sécurité n’est connu d’avant l’incident."),)
