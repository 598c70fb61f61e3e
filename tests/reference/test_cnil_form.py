"""The CNIL's form: its 14 sections, its lists of answers, and the reasons of a decision."""

import re
from pathlib import Path

import pytest

from hygie.reference import cnil_form as module
from hygie.reference.cnil_form import ENUMERATIONS, cnil_form, load_cnil_form
from hygie.reference.errors import BrokenReference
from hygie.reference.sources import sources
from tests.reference.plain_french import faults

SHIPPED = Path(module.__file__).parent / "cnil_form.toml"
FORM = cnil_form()
TITLES = (
    "Type de notification", "Organisme", "Responsable légal", "Personne à contacter", "Autres organismes impliqués",
    "Dates de la violation", "Violation", "Données et personnes concernées", "Mesures de sécurité avant la violation",
    "Conséquences potentielles", "Préjudices potentiels", "Mesures prises après la violation",
    "Communication aux personnes", "Transfrontalier et autres notifications",
)  # fmt: skip


def test_the_fourteen_sections_come_in_the_order_of_the_cnil() -> None:
    assert tuple(section.title for section in FORM.sections) == TITLES
    assert [section.number for section in FORM.sections] == list(range(1, 15))


def test_the_form_is_dated_sourced_and_does_not_claim_to_be_the_last() -> None:
    assert FORM.source in sources()
    assert FORM.url.startswith("https://notifications.cnil.fr/")
    assert "suivez la page" in FORM.note


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("origin", 11), ("cause", 5), ("nature", 3), ("data_category", 18), ("person_category", 11), ("severity", 4),
        ("communication", 3), ("notification", 3), ("harm", 10), ("consequence_confidentiality", 3),
        ("consequence_integrity", 2), ("consequence_availability", 2),
    ],
)  # fmt: skip
def test_the_lists_have_all_their_answers(name: str, count: int) -> None:
    assert len(FORM.options(name)) == count


def test_article_9_data_are_marked() -> None:
    marked = {one.id for one in FORM.data_category if one.sensitive}
    assert marked == {
        "health", "genetic", "biometric", "sexual_orientation", "racial_ethnic", "political",
        "philosophical_religious", "trade_union",
    }  # fmt: skip


def test_professional_secrecy_is_the_only_harm_ticked_beforehand() -> None:
    assert [one.id for one in FORM.harm if one.ticked] == ["professional_secrecy"]


def test_what_was_not_verified_says_so() -> None:
    assert {one.confidence for one in FORM.consequence_integrity} == {"unverified"}


def test_an_answer_is_said_in_words_and_an_unknown_one_in_none() -> None:
    assert FORM.label("severity", "maximal") == "Maximal"
    assert FORM.label("severity", "huge") == ""
    with pytest.raises(KeyError):
        FORM.label("nowhere", "maximal")
    with pytest.raises(KeyError):
        FORM.options("sections")


def test_a_field_is_found_by_its_name() -> None:
    assert FORM.field("people").kind == "number"
    with pytest.raises(KeyError):
        FORM.field("nowhere")


def test_the_page_of_the_leak_asks_for_nothing_that_somebody_could_tell_a_patient_in() -> None:
    asked = FORM.breach_fields()
    assert [one.id for one in asked if one.kind == "text"] == ["involved_name"]
    assert {"nature", "origin", "cause", "data_category", "people", "records", "harm"} <= {one.id for one in asked}


@pytest.mark.parametrize("about", ["cnil", "patients"])
@pytest.mark.parametrize("decision", ["yes", "no"])
def test_a_decision_has_reasons_with_their_articles(about: str, decision: str) -> None:
    reasons = FORM.reasons_for(about, decision)
    assert len(reasons) >= 3
    assert all(re.search(r"\b(?:4|33|34)\b.* du RGPD$", one.article) for one in reasons)


def test_the_three_exceptions_say_what_remains_to_be_done() -> None:
    assert [one.id for one in FORM.exceptions] == ["a", "b", "c"]
    assert "affiche" in FORM.exceptions[2].remains
    assert [one.id for one in FORM.reasons if one.exception] == ["patients_no_exception"]


def test_a_reason_of_delay_only_has_holes_that_the_form_fills() -> None:
    for late in FORM.late_reasons:
        assert re.findall(r"\{(\w+)\}", late.sentence) == ([late.needs] if late.needs else [])
    assert any(late.needs for late in FORM.late_reasons)


def test_every_text_is_plain() -> None:
    texts = [one.label for name in ENUMERATIONS for one in FORM.options(name) if name not in {"origin", "harm"}]
    texts += [one.label for one in (*FORM.reasons, *FORM.late_reasons, *FORM.exceptions)]
    texts += [field.label for section in FORM.sections for field in section.fields]
    texts += [one.remains for one in FORM.exceptions]
    for text in texts:
        assert not faults(text, longest=17), (text, faults(text, longest=17))
    for sentence in [one.sentence for one in (*FORM.reasons, *FORM.late_reasons, *FORM.exceptions)]:
        assert not faults(sentence, longest=22), (sentence, faults(sentence, longest=22))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("number = 14", "number = 15"),
        ('id = "siren"', 'id = "legal_name"'),
        ('options = "origin"', 'options = "origins"'),
        ('options = "origin"', 'options = ""'),
        ('id = "trash_paper"', 'id = "trash_device"'),
        ('id = "systems_down"', 'id = "phases"'),
        ('needs = "provider_notified_on"', 'needs = "nowhere"'),
        ('from = "hand"', 'from = "nowhere"'),
        ('source = "incident-cnil-trame"', 'source = "nowhere"'),
        ('decision = "no"', 'decision = "maybe"'),
        ('id = "c"', 'id = "d"'),
        ('id = "b"', 'id = "a"'),
    ],
)
def test_a_broken_form_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert before in text
    path = tmp_path / "cnil_form.toml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BrokenReference):
        load_cnil_form(path)
