"""The aid for the CNIL: 14 sections in order, what is known at its place, what is missing named, nothing sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hygie.documents.cnil_aid import BY_HAND, MAY_BE_EMPTY, cnil_complement, cnil_initial
from hygie.documents.paper import Bullets, Field, Fields, Heading, Paper, texts
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.clocks import clocks
from hygie.incident.events import Kind
from hygie.reference.cnil_form import cnil_form
from tests.documents import incidents
from tests.documents.incidents import AWARE, CANARY, CNIL_RECEIPT, IDENTITY, bare, dossier
from tests.documents.reading import dense, docx_text, pdf_text

BOTH = [cnil_initial, cnil_complement]


def fields(paper: Paper) -> dict[str, list[Field]]:
    found: dict[str, list[Field]] = {}
    for block in paper.blocks:
        for row in block.rows if isinstance(block, Fields) else ():
            found.setdefault(row.label, []).append(row)
    return found


@pytest.mark.parametrize("make", BOTH)
@pytest.mark.parametrize("made", [dossier, bare])
def test_the_fourteen_sections_stand_in_the_order_of_the_form(make: object, made: object) -> None:
    paper = make(made())
    wanted = [f"{section.number}. {section.title}" for section in cnil_form().sections]
    assert len(wanted) == 14
    found = [block.text for block in paper.blocks if isinstance(block, Heading)]
    assert [text for text in found if text[:1].isdigit()] == wanted
    for text in (dense(pdf_text(paper_pdf(paper), "-raw")), dense(docx_text(paper_docx(paper)))):
        places = [text.index(dense(title)) for title in wanted]
        assert places == sorted(places)


@pytest.mark.parametrize("make", BOTH)
def test_every_field_of_the_form_is_asked_once_in_its_section(make: object) -> None:
    blocks = [block for block in make(dossier()).blocks if isinstance(block, Fields)]
    wanted = [tuple(one.label for one in section.fields) for section in cnil_form().sections]
    assert [tuple(row.label for row in block.rows) for block in blocks] == wanted


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("Notification", "Initiale"),
        ("Numéro SIREN", IDENTITY.siren),
        ("Dénomination", IDENTITY.legal_name),
        ("Effectif", "4"),
        ("Fonction", IDENTITY.contact_role),
        ("Est-ce le délégué à la protection des données ?", "Non"),
        ("Rôle de l'organisme", "Sous-traitant"),
        ("La violation est", "Établie"),
        ("Début de la violation", "9 novembre 2026"),
        ("Prise de connaissance", "mardi 10 novembre 2026, 9 h 40"),
        ("Motifs du retard, après 72 heures", "indisponibles"),
        ("Nature de la violation", "Perte de disponibilité"),
        ("Origine de la violation", "rançongiciel"),
        ("Cause de la violation", "Acte externe malveillant"),
        ("Catégories de données", "Numéro de sécurité sociale"),
        ("Nombre approximatif d'enregistrements", "5\u202f200"),
        ("Nombre approximatif de personnes", "4\u202f100"),
        ("Ce qui protégeait les données", "Une copie débranchée"),
        ("Préjudices possibles pour les personnes", "secret professionnel"),
        ("Niveau de gravité", "Maximal"),
        ("Mesures réalisées", "Isoler l’ordinateur"),
        ("Mesures prévues", "Réinstaller"),
        ("Les personnes ont-elles été prévenues ?", "elles le seront"),
        ("Autres autorités prévenues", "Plainte déposée"),
    ],
)
def test_what_is_known_stands_at_its_place(label: str, answer: str) -> None:
    found = dense(" ".join(row.value for row in fields(cnil_initial(dossier()))[label]))
    assert dense(answer) in found


def test_the_complement_bears_the_number_of_the_initial_one() -> None:
    rows = fields(cnil_complement(dossier()))
    assert rows["Numéro de la notification initiale"][0].value == CNIL_RECEIPT
    assert "Complémentaire" in rows["Notification"][0].value
    assert fields(cnil_initial(dossier()))["Numéro de la notification initiale"][0].value == ""


def test_free_texts_are_left_to_the_hand() -> None:
    rows = fields(cnil_initial(dossier()))
    for label in ("Nom de l'organisme", "Commentaires sur les dates", "Précisions"):
        assert rows[label][0].value == ""
        assert BY_HAND in rows[label][0].note
    assert CANARY not in str(cnil_initial(dossier()))


def test_it_never_claims_to_send() -> None:
    for text in (pdf_text(paper_pdf(cnil_initial(dossier()))), docx_text(paper_docx(cnil_initial(dossier())))):
        assert dense("Hygie n’envoie rien") in dense(text)
        assert "https://notifications.cnil.fr/notifications/index" in dense(text)


def test_what_is_missing_is_named_and_nothing_else() -> None:
    bullets = next(block for block in cnil_initial(bare()).blocks if isinstance(block, Bullets))
    assert "Numéro SIREN (rubrique 2)" in bullets.items
    full = next(block for block in cnil_initial(dossier()).blocks if isinstance(block, Bullets))
    assert full.items == ("Civilité (rubrique 3)", "Civilité (rubrique 4)")


def test_what_may_stay_empty_is_a_field_of_the_form() -> None:
    known = {one.id for section in cnil_form().sections for one in section.fields}
    assert known >= MAY_BE_EMPTY


def test_the_end_of_the_delay_is_told_in_words() -> None:
    assert "Avant le vendredi 13 novembre 2026, 9 h 40" in dense_lines(cnil_initial(dossier()))
    assert "partira dès que" in dense_lines(cnil_initial(bare()))


def dense_lines(paper: Paper) -> str:
    return "\n".join(texts(paper)).replace("\u00a0", " ").replace("\u202f", " ")


def test_past_the_delay_it_says_to_send_and_offers_reasons() -> None:
    events = [one for one in incidents.events() if one.kind != Kind.BREACH and one.facts.get("step") != "cnil"]
    now = AWARE + timedelta(hours=80)
    found = dossier(found=events)
    found = replace(found, made_at=now, clocks=clocks(found.state, now))
    said = dense_lines(cnil_initial(found))
    assert "Envoyez quand même, avec la raison." in said
    assert "La raison du retard" in said


@pytest.mark.parametrize("held", [None, 5, "x", ["x", 7], {"a": 1}, True, -3, "2026-99-99"])
def test_a_breach_that_holds_anything_never_breaks_the_aid(held: object) -> None:
    events = incidents.events()
    names = [one.id for section in cnil_form().sections for one in section.fields]
    incidents.add(events, Kind.BREACH, **dict.fromkeys(names, held))
    assert "x" not in {row.value for rows in fields(cnil_initial(dossier(found=events))).values() for row in rows}


def test_patients_are_said_to_be_told_only_with_the_day_and_the_number() -> None:
    def said(**breach: object) -> str:
        made = incidents.events()
        incidents.add(made, Kind.DECISION, about="patients", decision="yes", reasons=[], exception="")
        incidents.add(made, Kind.STEP, step="patients", reply="fait", receipt="", reason="")
        incidents.add(made, Kind.BREACH, **breach)
        (row,) = fields(cnil_initial(dossier(found=made)))["Les personnes ont-elles été prévenues ?"]
        return row.value

    assert said() == ""
    assert said(communicated_on="2026-11-20") == ""
    assert "Oui" in said(communicated_on="2026-11-20", communicated_people=250)
