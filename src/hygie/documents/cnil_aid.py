"""The aid to fill the CNIL's form: its 14 sections in its order, with what the incident knows, blanks for the rest.

It is copied by hand on the CNIL's site, the only way accepted: nothing here is sent. Free texts are left to the hand,
because a patient's name could have been typed in them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hygie.core.french import day_in_words, plural, typeset
from hygie.documents import paper_words as say
from hygie.documents.paper import Block, Box, Bullets, Field, Fields, Heading, Paper, Paragraph
from hygie.incident.clocks import ClockState
from hygie.incident.dossier import Dossier
from hygie.incident.lateness import drafted, late
from hygie.incident.steps import places
from hygie.reference import cnil_form as form
from hygie.reference.contacts import contacts
from hygie.reference.law import deadlines

BY_HAND: Final = "À compléter à la main."
SECTOR: Final = "Santé humaine : cabinet médical libéral"
COUNTRY: Final = "France"
BETWEEN: Final = " ; "
LONG_LINES: Final = 3
MOST_MISSING: Final = 12


def cnil_initial(dossier: Dossier) -> Paper:
    """The aid for the initial notification."""
    return _aid(dossier, "initial")


def cnil_complement(dossier: Dossier) -> Paper:
    """The aid for the complementary notification, with the number of the initial one."""
    return _aid(dossier, "complementary")


def _aid(dossier: Dossier, variant: str) -> Paper:
    answers = {one.id: _answer(dossier, variant, one) for section in _sections() for one in section.fields}
    title = "Prévenir la CNIL : notification initiale"
    if variant != "initial":
        title = "Compléter ce qui a été dit à la CNIL"
    return Paper(
        "cnil" if variant == "initial" else "cnil_complement", title, "Aide à remplir, à recopier vous-même",
        dossier.made_at, (*_head(dossier, answers), *_body(answers)), dossier.reference, dossier.identity.name,
        dossier.fingerprint, exercise=dossier.exercise,
    )  # fmt: skip


def _sections() -> tuple[form.Section, ...]:
    return form.cnil_form().sections


def _head(dossier: Dossier, answers: Mapping[str, str]) -> tuple[Block, ...]:
    known, law = form.cnil_form(), deadlines()["cnil"]
    site = contacts()["cnil_violation"]
    doubt = say.TO_CHECK if known.confidence == "unverified" else ""
    return (
        Box(_due(dossier), (law.sentence, "Hygie n’envoie rien : recopiez ces réponses sur le site de la CNIL.")),
        Paragraph(f"Où : {site.url}. {site.purpose}"),
        Paragraph(f"{known.note} Lu le {day_in_words(known.as_of)}{doubt}.", small=True),
        *_lateness(dossier, answers),
        Heading("Ce qui manque encore"),
        *_missing(answers),
    )


def _lateness(dossier: Dossier, answers: Mapping[str, str]) -> tuple[Block, ...]:
    """Past the delay, and while nobody chose why: the reasons that the facts support, to choose from."""
    clock = say.clock_of(dossier, "cnil")
    if clock is None or not late(clock) or answers["late_reasons"]:
        return ()
    drafts = tuple(one.sentence for one in drafted(clock, dossier.state) if one.suggested)
    asked = "Dites pourquoi (article 33, paragraphe 1, du RGPD). D’après l’incident :"
    return (Heading("La raison du retard"), Paragraph(asked), Bullets(drafts)) if drafts else ()


def _due(dossier: Dossier) -> str:
    clock = say.clock_of(dossier, "cnil")
    if clock is None or clock.due_at is None:
        return "Le délai de 72 heures partira dès que la fuite de données sera certaine."
    if clock.state is ClockState.LATE:
        return f"Le délai est passé depuis le {say.when(clock.due_at)}. Envoyez quand même, avec la raison."
    return f"Avant le {say.when(clock.due_at)}"


def _missing(answers: Mapping[str, str]) -> tuple[Block, ...]:
    """Which answers are blank, so that nobody has to hunt for them; what may stay empty is not counted."""
    lacking = [
        f"{one.label} (rubrique {section.number})"
        for section in _sections()
        for one in section.fields
        if one.id not in MAY_BE_EMPTY and not answers[one.id]
    ]
    if not lacking:
        return (Paragraph("Rien : relisez, puis envoyez."),)
    left = len(lacking) - MOST_MISSING
    more = (f"et {plural(left, 'autre réponse', 'autres réponses')}, plus bas",) if left > 0 else ()
    return (
        Paragraph("Envoyez ce que vous savez, vous compléterez plus tard (article 33, paragraphe 4, du RGPD)."),
        Bullets((*lacking[:MOST_MISSING], *more)),
    )


MAY_BE_EMPTY: Final = frozenset({
    "initial_number", "vat_number", "involved_name", "involved_role", "ended_on", "provider_notified_on",
    "dates_comment", "late_reasons", "consequence_confidentiality", "consequence_integrity",
    "consequence_availability", "harm_text", "communicated_on", "communicated_by", "communicated_people",
    "communicated_content", "exception", "other_notices", "measures_planned",
})  # fmt: skip


def _body(answers: Mapping[str, str]) -> tuple[Block, ...]:
    made: list[Block] = []
    for section in _sections():
        made.append(Heading(f"{section.number}. {section.title}"))
        made.append(Fields(tuple(_row(one, answers[one.id]) for one in section.fields)))
    return tuple(made)


def _row(one: form.Field, answer: str) -> Field:
    by_hand = "" if answer else BY_HAND
    note = " ".join(filter(None, (one.help, by_hand)))
    return Field(one.label, typeset(answer), note, LONG_LINES if one.kind == "text" and _is_long(one) else 1)


def _is_long(one: form.Field) -> bool:
    return one.comes_from in {"hand", "incident", "steps"} and one.id not in _SHORT


_SHORT: Final = frozenset({"vat_number", "legal_title", "contact_title", "initial_number", "notification"})


def _answer(dossier: Dossier, variant: str, one: form.Field) -> str:
    """What the incident knows for one field; "" is a blank."""
    if one.id in _KNOWN:
        return _KNOWN[one.id](dossier, variant)
    if one.comes_from != "breach" or one.kind == "text":
        return ""
    found = dossier.state.breach.get(one.id)
    return _READ[one.kind](one, found)


def _choice(one: form.Field, found: Any) -> str:
    held = say.chosen(found)
    return BETWEEN.join(
        f"{option.label}{say.TO_CHECK if option.confidence == 'unverified' else ''}"
        for option in form.cnil_form().options(one.options)
        if option.id in held
    )


def _date(_: form.Field, found: Any) -> str:
    return say.date_in_words(found)


_READ: Mapping[str, Callable[[form.Field, Any], str]] = {
    "choice": _choice, "choices": _choice, "date": _date, "number": lambda _, found: say.number(found),
}  # fmt: skip


def _late(dossier: Dossier, _: str) -> str:
    """The reasons of the delay that somebody ticked, their holes filled from the facts."""
    held = say.chosen(dossier.state.breach.get("late_reasons"))
    reasons = [one for one in form.cnil_form().late_reasons if one.id in held]
    facts = {one.needs: say.date_in_words(dossier.state.breach.get(one.needs)) for one in reasons if one.needs}
    return " ".join(say.filled(one.sentence, facts) for one in reasons)


def _description(dossier: Dossier, _: str) -> str:
    """What happened, from structured facts alone: the kind of incident, what was seen, the natures of the breach."""
    playbook = say.playbook_of(dossier)
    natures = say.labels(dossier, "nature")
    known = say.when(dossier.state.known_at)
    return " ".join(filter(None, (
        f"{playbook.title}.", f"Connu le {known}." if known else "", f"{' ; '.join(natures)}." if natures else "",
        f"{plural(len(dossier.pieces), 'preuve gardée', 'preuves gardées')}." if dossier.pieces else "",
    )))  # fmt: skip


def _planned(dossier: Dossier, _: str) -> str:
    waiting = [one.step.doing for one in places(dossier.state, dossier.made_at) if one.status in _AHEAD]
    return BETWEEN.join(waiting)


_AHEAD: Final = frozenset({"here", "tried", "unknown", "later", "locked"})


def _told(dossier: Dossier, _: str) -> str:
    decision = dossier.state.decisions.get("patients")
    clock = say.clock_of(dossier, "patients")
    if decision is None:
        return ""
    if clock and clock.done_at and not _told_in_full(dossier):
        return ""  # ticked, but neither the day nor the number is known: the doctor says it to the CNIL, not Hygie
    told = "no" if decision.get("decision") == "no" else "yes" if clock and clock.done_at else "soon"
    return form.cnil_form().label("communication", told)


def _told_in_full(dossier: Dossier) -> bool:
    return bool(dossier.state.breach.get("communicated_on") and dossier.state.breach.get("communicated_people"))


def _exception(dossier: Dossier, _: str) -> str:
    held = (dossier.state.decisions.get("patients") or {}).get("exception", "")
    found = [f"{one.sentence} ({one.article})" for one in form.cnil_form().exceptions if one.id == held]
    return "".join(found)


def _content(dossier: Dossier, _: str) -> str:
    told = dossier.state.decisions.get("patients", {}).get("decision") == "yes"
    return f"Joindre la lettre type, sans nom (incident {dossier.reference})." if told else ""


def _officer(dossier: Dossier, _: str) -> str:
    if not dossier.identity.contact:
        return ""
    return form.cnil_form().label("yes_no", "yes" if dossier.identity.data_officer else "no")


_KNOWN: Mapping[str, Callable[[Dossier, str], str]] = {
    "notification": lambda _, variant: form.cnil_form().label("notification", variant),
    "initial_number": lambda dossier, variant: say.receipt(dossier, "cnil") if variant != "initial" else "",
    "siren": lambda dossier, _: dossier.identity.siren,
    "legal_name": lambda dossier, _: dossier.identity.legal_name or dossier.identity.name,
    "sector": lambda *_: SECTOR,
    "staff": lambda dossier, _: say.number(dossier.identity.people),
    "address": lambda dossier, _: dossier.identity.address,
    "postcode": lambda dossier, _: dossier.identity.postcode,
    "city": lambda dossier, _: dossier.identity.city,
    "country": lambda *_: COUNTRY,
    "legal_holder": lambda dossier, _: dossier.identity.holder,
    "legal_email": lambda dossier, _: dossier.identity.email,
    "contact_name": lambda dossier, _: dossier.identity.contact or dossier.identity.holder,
    "contact_role": lambda dossier, _: dossier.identity.contact_role,
    "contact_email": lambda dossier, _: dossier.identity.email,
    "contact_phone": lambda dossier, _: dossier.identity.phone,
    "data_officer": _officer,
    "aware_at": lambda dossier, _: say.when(dossier.state.aware_at),
    "late_reasons": _late,
    "description": _description,
    "measures_before": lambda dossier, _: " ".join(dossier.prior_measures),
    "severity": lambda dossier, _: say.cnil_level(dossier),
    "measures_done": lambda dossier, _: BETWEEN.join(say.done_steps(dossier)),
    "measures_planned": _planned,
    "communication": _told,
    "communicated_content": _content,
    "exception": _exception,
}
