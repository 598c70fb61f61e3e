"""The two reports: one page for the doctor; hours, proofs, decisions and their reasons for the expert."""

from datetime import timedelta

import pytest

from hygie.documents.incident_reports import decisions, report_doctor, report_expert, severity, steps_table
from hygie.documents.paper import texts
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.events import Kind
from hygie.reference.playbooks import IDS, steps_of
from tests.documents import incidents
from tests.documents.incidents import CANARY, CNIL_RECEIPT, RECEIPT, SHA, bare, dossier
from tests.documents.reading import dense, docx_text, pages, pdf_text

BOTH = [report_doctor, report_expert]


def said(paper: object) -> str:
    return "\n".join(texts(paper)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("playbook", IDS)
@pytest.mark.parametrize("made", [dossier, bare])
def test_the_doctor_reads_one_page(playbook: str, made: object) -> None:
    assert pages(paper_pdf(report_doctor(made(playbook)))) == 1


@pytest.mark.parametrize(
    "fact",
    [
        "SELARL Fontaine", "MRP-2024-118204", "mardi 10 novembre 2026, 8 h 20", "mardi 10 novembre 2026, 9 h 40",
        RECEIPT, CNIL_RECEIPT, *SHA, "L12-10-1", "L113-2", "Article 33", "Nadia Lemoine", "4,75 sur 6", "maximal",
        "L’écran du bureau 2 est rouge.", "copie gardée dans Hygie", "Une copie débranchée datait", "comptée plus bas",
        "article 34, paragraphe 1", "c4" * 32, "Réinstaller", "4 100",
    ],
)  # fmt: skip
def test_the_expert_finds_every_fact(fact: str) -> None:
    paper = report_expert(dossier())
    assert dense(fact) in dense(pdf_text(paper_pdf(paper)))
    assert dense(fact) in dense(docx_text(paper_docx(paper)))


def test_every_step_is_in_the_table_with_what_was_said() -> None:
    rows = {row[1]: row for row in steps_table(dossier()).rows}
    assert len(rows) == len(steps_of("ransomware"))
    complaint = next(row for name, row in rows.items() if name.startswith("Déposer plainte"))
    assert (complaint[2], complaint[4], complaint[5]) == ("fait", "Nadia Lemoine", RECEIPT)


@pytest.mark.parametrize("make", BOTH)
def test_nothing_typed_is_printed(make: object) -> None:
    events = incidents.events()
    incidents.add(events, Kind.STEP, step="reinstall", reply="waived", receipt="", reason=f"Mme {CANARY}")
    incidents.add(events, Kind.CLOSED, false_alarm=False, reason=CANARY, lessons=[f"Rappeler {CANARY}"])
    paper = make(dossier(found=events))
    assert CANARY not in str(paper)
    assert "abandonné expressément" in said(report_expert(dossier(found=events)))


def test_a_late_clock_is_told_first() -> None:
    found = bare()
    late = incidents.dossier(found=None, made_at=found.made_at + timedelta(days=9))
    assert "ouvert" in said(report_doctor(late))


def test_a_closed_incident_says_so_and_asks_nothing_more() -> None:
    events = incidents.events()
    incidents.add(events, Kind.CLOSED, false_alarm=False, reason="", lessons=[])
    text = said(report_doctor(dossier(found=events)))
    assert "L’incident est clos." in text
    assert "article 33, paragraphe 5" in text


def test_a_false_alarm_says_so() -> None:
    events = incidents.events()
    incidents.add(events, Kind.CLOSED, false_alarm=True, reason=CANARY, lessons=[])
    assert "Fausse alerte" in said(report_doctor(dossier(found=events)))


def test_while_nothing_is_graded_or_decided_it_says_so() -> None:
    assert "pas encore estimée" in str(severity(bare()))
    assert "Dans le doute" in decisions(bare()).empty


@pytest.mark.parametrize("exception", ["a", "b", "c"])
def test_an_exception_is_written_with_what_remains_to_do(exception: str) -> None:
    events = incidents.events()
    facts = {"about": "patients", "decision": "no", "reasons": ["patients_no_exception"], "exception": exception}
    incidents.add(events, Kind.DECISION, **facts)
    row = next(row for row in decisions(dossier(found=events)).rows if row[0] == "Prévenir les patients")
    assert row[1] == "Non"
    assert f"point {exception}" in row[3]


def test_an_unknown_reason_is_left_out() -> None:
    events = incidents.events()
    incidents.add(events, Kind.DECISION, about="cnil", decision="no", reasons=[CANARY, "x"], exception=CANARY)
    row = next(row for row in decisions(dossier(found=events)).rows if row[0] == "Prévenir la CNIL")
    assert CANARY not in str(row)
