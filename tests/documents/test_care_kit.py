"""The continuity of care kit: everything the reference holds, the practice's own numbers, a fingerprint."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hygie.documents.care_kit import care_kit_content, care_kit_paper, replace_before
from hygie.documents.paper import fingerprint
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.dossier import Identity, Party
from hygie.reference.care_kit import care_kit
from tests.documents.incidents import IDENTITY, NOW, PARTIES
from tests.documents.reading import dense, docx_text, pages, pdf_text


@pytest.fixture(scope="module")
def both() -> tuple[str, str]:
    paper = care_kit_paper(IDENTITY, PARTIES, NOW)
    return dense(pdf_text(paper_pdf(paper))), dense(docx_text(paper_docx(paper)))


def unbroken(text: str) -> str:
    """Without the hyphens, that a reader of PDF takes away at the end of a line."""
    return dense(text).replace("-", "")


def test_it_says_everything_that_the_reference_holds(both: tuple[str, str]) -> None:
    kit = care_kit()
    lines = [*kit.ready, *kit.secretary, *kit.doctor, *kit.billing, *kit.afterwards, kit.phone_message, kit.note]
    lines += [one.label for one in kit.forms] + [one.use for one in kit.forms]
    lines += [line.rstrip(".") for line in kit.consultation]
    for text in both:
        for line in lines:
            assert unbroken(line.replace("'", "’")) in unbroken(text), line


def test_it_has_the_numbers_of_the_practice_and_the_public_ones(both: tuple[str, str]) -> None:
    for text in both:
        for fact in (*(one.phone for one in PARTIES), "MRP-2024-118204", "NEB-77", "09 72 43 91 25", "17cyber.gouv.fr"):
            assert dense(fact) in text, fact


def test_it_is_dated_with_the_day_by_which_to_replace_it(both: tuple[str, str]) -> None:
    for text in both:
        assert dense("Pochette du 10 novembre 2026, à remplacer avant le 10 mai 2027") in text
    assert replace_before(date(2026, 8, 31)) == date(2027, 2, 28)


def test_what_is_unverified_says_so(both: tuple[str, str]) -> None:
    doubtful = [one for one in care_kit().forms if one.confidence == "unverified"]
    assert doubtful
    for text in both:
        assert text.count(dense("(à vérifier)")) >= len(doubtful)


def test_an_unknown_number_is_a_blank() -> None:
    paper = care_kit_paper(Identity(), (), NOW)
    assert "None" not in str(paper)
    assert pages(paper_pdf(paper)) == pages(paper_pdf(care_kit_paper(IDENTITY, PARTIES, NOW)))


def test_the_fingerprint_changes_with_the_practice_not_with_the_day() -> None:
    first = fingerprint(care_kit_content(IDENTITY, PARTIES, NOW))
    assert fingerprint(care_kit_content(IDENTITY, PARTIES, NOW + timedelta(days=100))) == first
    assert fingerprint(care_kit_content(IDENTITY, (*PARTIES, Party("bank", "Banque", "01 02")), NOW)) != first
    assert fingerprint(care_kit_content(replace(IDENTITY, insurer_contract="X"), PARTIES[1:], NOW)) != first
