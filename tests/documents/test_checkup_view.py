"""The view that the HTML and the PDF share: words, order, and what never appears."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hygie.checkup.checks
from hygie.checkup.run import Checkup, SinceLast, judge
from hygie.checkup.score import Status
from hygie.core.finding import Measure, Outcome
from hygie.core.severity import Severity
from hygie.documents.checkup_view import checkup_view
from hygie.documents.incident_sheet import contact_words, dialled, months_later, phones
from hygie.documents.words import EVIDENCE_LABELS, clean, clip, duration, gist, shown_evidence, state_of
from hygie.reference.contacts import contacts
from tests.documents.conftest import HOSTILE, NOW, SECRET_NAME, answers, context, facts

ORDER = ["Urgent", "À faire", "Inconnu", "En attente", "Exceptions", "En ordre", "Non concerné"]


def _findings(view: dict) -> list[dict]:
    return [f for measure in view["detail"]["measures"] for group in measure["groups"] for f in group["findings"]]


def _finding(view: dict, check_id: str) -> dict:
    return next(f for f in _findings(view) if f["check"] == check_id)


def test_every_finding_of_every_measure_is_in_the_detail(calm: Checkup) -> None:
    shown = [finding["check"] for finding in _findings(checkup_view(calm))]
    assert sorted(shown) == sorted(finding.check_id for finding in calm.findings)


def test_the_seven_measures_keep_their_order_and_their_state_has_a_word_and_an_icon(calm: Checkup) -> None:
    measures = checkup_view(calm)["measures"]
    assert [measure["number"] for measure in measures] == [1, 2, 3, 4, 5, 6, 7]
    assert measures[3]["state"] == {"id": "urgent", "word": "Urgent"}
    assert measures[2]["state"] == {"id": "attente", "word": "En attente"}
    assert measures[6]["state"] == {"id": "afaire", "word": "À faire"}


def test_urgent_is_said_only_of_a_critical_failure(calm: Checkup) -> None:
    urgent = [finding for finding in calm.findings if state_of(finding)["word"] == "Urgent"]
    assert [finding.check_id for finding in urgent] == ["backup-disk-unplugged"]
    assert all(f.severity is Severity.CRITICAL and f.outcome is Outcome.FAILED for f in urgent)


def test_a_running_exception_is_shown_with_its_reason_and_its_end(calm: Checkup) -> None:
    finding = _finding(checkup_view(calm), "messaging-domain-protection")
    assert finding["state"]["word"] == "Exception"
    assert finding["exception"] == {"reason": "L’éditeur s’en charge en mai", "until": "1er mai 2027"}


def test_what_is_to_do_comes_first_and_what_is_in_order_is_folded(calm: Checkup) -> None:
    for measure in checkup_view(calm)["detail"]["measures"]:
        titles = [group["title"] for group in measure["groups"]]
        assert titles == sorted(titles, key=ORDER.index)
        folded = {group["title"] for group in measure["groups"] if group["folded"]}
        assert folded == {"En ordre", "Non concerné"} & set(titles)


def test_inside_a_state_the_gravest_comes_first(blank: Checkup) -> None:
    severity = {finding.check_id: finding.severity for finding in blank.findings}
    for measure in checkup_view(blank)["detail"]["measures"]:
        for group in measure["groups"]:
            weights = [severity[finding["check"]] for finding in group["findings"]]
            assert weights == sorted(weights, reverse=True)


def test_a_blank_checkup_says_inconnu_everywhere_and_counts_nothing_as_good(blank: Checkup) -> None:
    view = checkup_view(blank)
    assert {measure["state"]["word"] for measure in view["measures"]} == {"Inconnu"}
    assert {measure["source"]["word"] for measure in view["measures"]} == {"Inconnu"}
    assert view["ring"]["good"] == 0
    assert view["ring"]["under"] == "en ordre sur 7"
    assert "aucune en ordre" in view["voice"]["help"]


def test_the_points_still_unknown_are_told_beside_a_known_state(calm: Checkup) -> None:
    backup = checkup_view(calm)["measures"][3]
    unknown = sum(1 for f in calm.measures[3].findings if f.outcome is Outcome.UNKNOWN)
    assert unknown > 1
    assert backup["source"]["rest"] == f"{unknown} points inconnus"


def test_the_ring_names_the_seven_parts_in_words(calm: Checkup) -> None:
    assert checkup_view(calm)["ring"]["label"] == (
        "0 en ordre sur 7. Les sept mesures\u00a0: 1 inconnu, 2 inconnu, 3 en attente, 4 urgent, 5 inconnu, 6 à faire, "
        "7 à faire."
    )


def test_a_partial_checkup_says_what_it_did_not_look_at() -> None:
    view = checkup_view(judge(facts(), context(answers()), only=[Measure.BACKUP, Measure.CPS]))
    assert "5 mesures n’ont pas été regardées." in view["voice"]["help"]
    assert [part["state"] for part in view["ring"]["parts"]].count("absent") == 5


def test_a_perfect_checkup_has_nothing_to_do(perfect: Checkup) -> None:
    view = checkup_view(perfect)
    assert view["actions"]["list"] == []
    assert view["actions"]["more"] == ""
    assert view["actions"]["none"] == "Rien à faire aujourd’hui."
    assert view["voice"]["help"] == "Sur les sept mesures\u00a0: sept en ordre."


def test_each_action_says_who_and_how_long_in_words(calm: Checkup) -> None:
    first = checkup_view(calm)["actions"]["list"][0]
    assert first["title"] == "Débrancher le disque de sauvegarde"
    assert first["owner"] == "Le secrétariat"
    assert first["duration"] == "3\u00a0minutes"
    assert first["steps"]


def test_an_action_about_questions_tells_how_to_answer_not_how_to_repair(blank: Checkup) -> None:
    first = checkup_view(blank)["actions"]["list"][0]
    assert first["title"].startswith("Répondre aux ")
    assert "hygie bilan --questions" in first["steps"][0]
    assert first["undo"] == []


def test_what_is_in_order_asks_for_no_gesture(calm: Checkup) -> None:
    view = checkup_view(calm)
    assert _finding(view, "access-firewall")["steps"] == []
    assert _finding(view, "training-drill")["steps"]
    assert _finding(view, "training-drill")["undo"]


def test_an_answer_no_is_told_with_what_it_answers(calm: Checkup) -> None:
    sentence = checkup_view(calm)["measures"][6]["sentence"]
    assert sentence.endswith("le cabinet a répondu non le 29 octobre 2026.")
    assert not sentence.startswith("Le cabinet")


def test_what_got_worse_and_better_is_said_in_words(calm: Checkup) -> None:
    changes = checkup_view(calm)["since"]["sentences"]
    assert [change["kind"] for change in changes] == ["Moins bien", "Mieux", "Mieux"]


def test_a_count_of_other_changes_is_neither_better_nor_worse(calm: Checkup) -> None:
    many = SinceLast(NOW, "2026-10-01", ("a", "b", "c", "d", "Et 4 autres changements."), ("x",) * 5, ("y",) * 3)
    kinds = [c["kind"] for c in checkup_view(replace(calm, since_last=many))["since"]["sentences"]]
    assert kinds == ["Moins bien", "Moins bien", "Moins bien", "Mieux", ""]


def test_no_change_is_said_without_a_sign(calm: Checkup) -> None:
    none = SinceLast(NOW, "2026-10-01", ("Rien n’a changé depuis le 26 octobre 2026.",), (), ())
    assert checkup_view(replace(calm, since_last=none))["since"]["sentences"][0]["kind"] == ""


def test_file_names_are_never_in_the_view(calm: Checkup, hostile: Checkup) -> None:
    assert any("names" in finding.evidence for finding in calm.findings)
    for checkup in (calm, hostile):
        assert SECRET_NAME not in json.dumps(checkup_view(checkup))
    assert all("names" not in shown_evidence(finding) for finding in calm.findings)


def test_no_score_is_shown_to_anybody(calm: Checkup) -> None:
    text = json.dumps(checkup_view(calm), ensure_ascii=False)
    assert "/100" not in text
    assert "score" not in text.casefold()


def test_evidence_is_told_in_french(calm: Checkup) -> None:
    finding = _finding(checkup_view(calm), "gdpr-patient-files")
    assert {"label": "fichiers", "value": "1"} in finding["evidence"]
    assert {"label": "emplacements", "value": "sur le bureau"} in finding["evidence"]


def test_every_evidence_key_a_check_can_give_has_a_french_label() -> None:
    given_keys = set()
    for path in Path(hygie.checkup.checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if name in ("passed", "failed", "unknown", "waiting", "not_applicable"):
                given_keys |= {keyword.arg for keyword in node.keywords if keyword.arg}
    assert given_keys - set(EVIDENCE_LABELS) <= {"names"}


def test_the_sheet_shows_the_practice_s_numbers_and_leaves_blanks_for_the_others() -> None:
    shown = phones({"Informatique": "02 61 91 45 10", "Voisin": "06 00 00 00 00", "Personne": "  "})["phones"]
    assert [(one["name"], one["number"]) for one in shown] == [
        ("Assistance de l’assureur", ""),
        ("Informatique", "02 61 91 45 10"),
        ("Hébergeur du dossier", ""),
        ("Fournisseur d’accès", ""),
        ("Voisin", "06 00 00 00 00"),
    ]


def test_a_sheet_with_too_many_numbers_says_where_the_others_are() -> None:
    many = phones({f"Numéro {rank}": "0600000000" for rank in range(9)})
    assert len(many["phones"]) == 7
    assert many["phones_more"] == "Et 6 autres numéros, dans le fichier de réponses."


def test_the_sheet_is_to_be_replaced_after_six_months(calm: Checkup) -> None:
    sheet = checkup_view(calm)["sheet"]
    assert sheet["of"] == "Fiche du 3 novembre 2026"
    assert sheet["until"] == "à remplacer avant le 3 mai 2027"
    assert sheet["contract"] == "MRP-2024-118204"


def test_the_two_clocks_quote_their_articles_and_can_be_counted_by_hand(calm: Checkup) -> None:
    sheet = checkup_view(calm)["sheet"]
    assert sheet["clocks_title"] == "Deux délais de 72 heures, à écrire à la main"
    assert "L12-10-1 du code des assurances" in sheet["clocks"][0]["sentence"]
    assert "article 33 du RGPD" in sheet["clocks"][1]["sentence"]
    assert "même heure, 3 jours plus tard" in sheet["clocks_note"]
    assert "L113-2" in sheet["insurer"]


def test_a_number_that_nobody_verified_says_so() -> None:
    assert contact_words(contacts()["ans_cps"])["doubt"] == "à vérifier"
    assert contact_words(contacts()["cert_sante"])["doubt"] == ""


def test_a_source_that_nobody_verified_says_so(blank: Checkup) -> None:
    titles = [source["title"] for source in checkup_view(blank)["detail"]["sources"]]
    assert any(title.endswith("(à vérifier)") for title in titles)


@pytest.mark.parametrize(
    ("number", "link"),
    [("01 99 00 12 34", "0199001234"), ("+33 1.99-00", "+3319900"), ("33700", "33700"), ("à demander", ""), ("", "")],
)
def test_only_what_a_telephone_can_dial_becomes_a_link(number: str, link: str) -> None:
    assert dialled(number) == link


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 24))
def test_some_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or later.day < day.day <= 31


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "1\u00a0minute"),
        (30, "30\u00a0minutes"),
        (60, "1\u00a0h"),
        (90, "1\u00a0h\u00a030"),
        (185, "3\u00a0h\u00a005"),
    ],
)
def test_a_duration_is_told_in_words(minutes: int, words: str) -> None:
    assert duration(minutes) == words


@given(st.text(), st.integers(10, 200))
def test_a_clipped_text_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(clip(text, length)) <= length
    assert len(gist(text, length)) <= length


def test_the_gist_keeps_whole_sentences() -> None:
    assert gist("Une phrase. Une autre. Et la fin.", 25) == "Une phrase. Une autre."


@given(st.text(st.characters()))
def test_a_cleaned_text_can_be_written_and_neither_hides_nor_reorders(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert cleaned == clean(cleaned)
    assert not set(cleaned) & set("\u202e\u2066\u200b\x00\x1b\n\t")


def test_hostile_texts_are_made_harmless_everywhere(hostile: Checkup) -> None:
    text = json.dumps(checkup_view(hostile), ensure_ascii=False)
    text.encode()
    assert not set(text) & set(HOSTILE) & set("\u202e\u2066\x00\x07\x1b\ud800\ue000")
    assert "שלום" in text


def test_the_view_holds_only_plain_data(calm: Checkup) -> None:
    view = checkup_view(calm)
    assert json.loads(json.dumps(view)) == view


def test_the_view_is_the_same_twice(make: Callable[..., Checkup]) -> None:
    assert checkup_view(make("no")) == checkup_view(make("no"))


def test_a_measure_without_any_finding_still_has_words(calm: Checkup) -> None:
    empty = replace(calm.measures[0], findings=(), status=Status.NOT_APPLICABLE, sentence="Rien à vérifier ici.")
    measure = checkup_view(replace(calm, measures=(empty,), actions=()))["measures"][0]
    assert measure["state"]["word"] == "Non concerné"
    assert measure["source"]["when"] == ""
