"""Every paper of every kind of incident: all the facts are there, nothing that was typed is, blanks are blanks."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hygie.core.clock import PARIS
from hygie.documents import paper_words as say
from hygie.documents.incident_papers import FILES, PAPERS, claim, complaint, make_all, relevant
from hygie.documents.paper import Field, texts
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.clocks import clocks
from hygie.incident.dossier import Dossier
from hygie.incident.events import Kind
from hygie.reference.law import deadlines
from hygie.reference.playbooks import IDS, playbooks, steps_of
from tests.documents import incidents
from tests.documents.incidents import CANARY, CNIL_RECEIPT, KNOWN, RECEIPT, SHA, bare, dossier
from tests.documents.reading import dense, docx_text, everything, pages, pdf_text


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return make_all(dossier())


def both(paper: object) -> tuple[str, str]:
    return dense(pdf_text(paper_pdf(paper))), dense(docx_text(paper_docx(paper)))


@pytest.mark.parametrize("playbook", IDS)
def test_nothing_that_people_typed_is_in_any_paper(playbook: str) -> None:
    found = dossier(playbook)
    assert CANARY in str(found.state)
    for name, (_, make) in PAPERS.items():
        paper = make(found)
        for text in both(paper):
            assert CANARY.lower() not in text.lower(), name
        assert CANARY.lower() not in str(paper).lower(), name


def test_no_byte_of_any_file_holds_what_people_typed(made: dict[str, bytes]) -> None:
    for name, raw in made.items():
        assert CANARY.encode() not in raw
        assert CANARY not in name
        assert CANARY not in everything(name, raw)


def test_a_note_that_may_be_quoted_is_quoted(made: dict[str, bytes]) -> None:
    for name in ("03-plainte-memo.pdf", "03-plainte-memo.docx"):
        assert dense("L’écran du bureau 2 est rouge.") in everything(name, made[name])


def test_the_author_of_a_quote_is_told(made: dict[str, bytes]) -> None:
    assert dense("Nadia Lemoine") in everything("x.pdf", made["03-plainte-memo.pdf"])


def test_every_paper_says_the_incident_and_its_day(made: dict[str, bytes]) -> None:
    for name, raw in made.items():
        text = everything(name, raw)
        assert "Incident2026-1" in text, name
        assert dense("10 novembre 2026") in text, name


def test_every_file_is_named_plainly(made: dict[str, bytes]) -> None:
    assert len(made) == 2 * len(relevant(dossier()))
    assert all(re.fullmatch(r"\d\d-[a-z-]+\.(pdf|docx)", name) for name in made)
    assert {Path(name).suffix for name in made} == {".pdf", ".docx"}
    assert set(FILES) == set(PAPERS)


def test_the_same_incident_gives_the_same_bytes(made: dict[str, bytes]) -> None:
    assert make_all(dossier()) == made


def test_the_complaint_has_all_that_the_police_asks() -> None:
    found = dossier()
    for text in both(complaint(found)):
        for fact in (
            "SELARL Fontaine", "732829320", "10000000017", "Dr Hélène Fontaine", "3, rue des Tilleuls, 54000",
            "03 53 01 77 00", "cabinet@fontaine.example", RECEIPT, *SHA, "323-1", "323-3-1", "plainte contre X",
            "mardi 10 novembre 2026, 8 h 20", "2,4 Mo", "4 100", "5 200", "Données de santé", "Honoraires perdus",
        ):  # fmt: skip
            assert dense(fact) in text, fact


def test_the_receipt_stands_in_its_own_field() -> None:
    rows = {row.label: row.value for block in complaint(dossier()).blocks for row in getattr(block, "rows", ())
            if isinstance(row, Field)}  # fmt: skip
    assert rows["Numéro du récépissé"] == RECEIPT


def test_the_complaint_says_until_when_in_words() -> None:
    found = bare()
    for text in both(complaint(found)):
        assert dense("À déposer avant le vendredi 13 novembre 2026, 8 h 20") in text
        assert "L12-10-1" in text


def test_a_complaint_past_its_delay_is_still_to_be_filed() -> None:
    found = bare()
    late = KNOWN + timedelta(hours=80)
    found = replace(found, made_at=late, clocks=clocks(found.state, late))
    assert any("Portez plainte quand même" in text for text in texts(complaint(found)))


def test_the_claim_has_all_that_the_insurer_asks() -> None:
    for text in both(claim(dossier())):
        for fact in (
            "Assurance du Val", "MRP-2024-118204", RECEIPT, CNIL_RECEIPT, "L113-2", *SHA,
            "Une copie débranchée datait du 8 novembre 2026.", "ne reconnaît aucune responsabilité",
            "mercredi 18 novembre 2026, 23 h 59", "Reconstitution des données",
        ):  # fmt: skip
            assert dense(fact) in text, fact


def test_what_is_unverified_says_so() -> None:
    assert all("à vérifier" in line for line in texts(complaint(dossier("lost_device"))) if "311-1" in line)
    assert any("à vérifier" in line for line in texts(complaint(dossier("lost_device"))))


@pytest.mark.parametrize("playbook", IDS)
def test_an_incident_just_opened_leaves_blanks_and_no_word_for_them(playbook: str) -> None:
    found = bare(playbook)
    for name in relevant(found):
        for text in texts(PAPERS[name][1](found)):
            assert "None" not in text, name
            assert "{" not in text, name


@pytest.mark.parametrize("playbook", IDS)
def test_relevant_papers_follow_the_playbook(playbook: str) -> None:
    names = relevant(bare(playbook))
    assert ("complaint" in names) is (playbooks()[playbook].complaint or playbooks()[playbook].theft)
    assert {"claim", "team", "report_doctor", "report_expert"} <= set(names)
    asked = {step.message for step in steps_of(playbook)} - {""}
    assert asked <= set(names)
    assert ("isp" in names) is ("host" in asked)


def test_a_decision_not_to_tell_removes_the_letters() -> None:
    events = incidents.events()
    incidents.add(
        events, Kind.DECISION, about="patients", decision="no", reasons=["patients_no_exception"], exception="c"
    )
    names = relevant(dossier(found=events))
    assert "patients_letter" not in names
    assert {"patients_notice", "poster"} <= set(names)


def test_a_false_alarm_leaves_the_reports() -> None:
    events = incidents.events()
    incidents.add(events, Kind.CLOSED, false_alarm=True, reason=CANARY, lessons=[CANARY])
    names = relevant(dossier(found=events))
    assert "report_doctor" in names
    assert not {"complaint", "cnil", "patients_letter"} & set(names)


def test_an_exercise_says_so_on_every_paper() -> None:
    for make in (make for _, make in PAPERS.values()):
        assert "EXERCICE" in pdf_text(paper_pdf(make(dossier(exercise=True))))


def test_the_delays_are_told_with_their_article_and_what_is_only_a_mark() -> None:
    table = say.clock_table(dossier())
    cells = {row[0]: row for row in table.rows}
    assert "L12-10-1" in cells["Plainte"][5]
    assert RECEIPT in cells["Plainte"][4]
    assert "pas un délai légal" in cells["Patients"][5]
    assert "pas un délai légal" not in cells["CNIL"][5]


def test_the_words_are_dated_and_sourced() -> None:
    for one in say.words().text:
        assert one.source
        assert one.as_of <= deadlines()["cnil"].as_of


@pytest.mark.parametrize(
    ("octets", "words"),
    [(0, "0 octets"), (1_023, "1\u202f023 octets"), (2_500_000, "2,4 Mo"), (21 * 1024**3, "21,0 Go")],
)
def test_sizes_are_said_in_french(octets: int, words: str) -> None:
    assert say.size(octets) == words


@pytest.mark.parametrize("held", [None, "", "hier", "2026-13-01", "2026-11-10T08:20", 5, ["2026-11-10"], True])
def test_a_date_that_is_not_one_is_a_blank(held: object) -> None:
    assert say.date_in_words(held) == ""


@pytest.mark.parametrize("held", [None, "", "4100", -1, 1.5, True, [1]])
def test_a_count_that_is_not_one_is_a_blank(held: object) -> None:
    assert say.number(held) == ""


def test_times_are_those_of_paris() -> None:
    found = dossier()
    assert found.state.known_at is not None
    assert say.when(found.state.known_at) == say.when(found.state.known_at.astimezone(PARIS))


@pytest.mark.parametrize("name", ["complaint", "report_doctor", "report_expert"])
def test_hundreds_of_long_lines_still_make_a_paper(name: str) -> None:
    events = incidents.events()
    for _ in range(400):
        incidents.add(events, Kind.NOTE, text="W" * 300, corrects=None, quoted=True)
    found: Dossier = dossier(found=events)
    assert pages(paper_pdf(PAPERS[name][1](found))) < 120
