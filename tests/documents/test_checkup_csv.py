"""The table of a check-up: what a French spreadsheet opens, without ever running it."""

import csv
import io

import pytest
from hypothesis import given, settings

from hygie.checkup.run import Checkup
from hygie.core.finding import Origin, Outcome, Waiver
from hygie.documents.checkup_csv import render_csv
from tests.documents.factory_exports import HOSTILE, any_checkup, checkup, finding, hostile_checkup, real_checkup

HEADERS = [
    "mesure", "identifiant", "titre", "état", "connu par", "gravité", "responsable", "minutes", "constat", "pourquoi",
    "étapes", "retour en arrière", "sources", "observé le", "vu depuis le", "exception",
]  # fmt: skip
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def _rows(one: Checkup) -> list[list[str]]:
    text = render_csv(one).encode().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def _row(one: Checkup) -> dict[str, str]:
    headers, row = _rows(one)
    return dict(zip(headers, row, strict=True))


def test_the_file_begins_with_the_mark_that_excel_looks_for() -> None:
    assert render_csv(checkup(finding())).encode().startswith(b"\xef\xbb\xbfmesure;identifiant;")


def test_the_headers_are_french_and_in_order() -> None:
    assert _rows(checkup()) == [HEADERS]


def test_there_is_one_row_a_finding() -> None:
    one = real_checkup()
    rows = _rows(one)
    assert [row[1] for row in rows[1:]] == [found.check_id for found in one.findings]
    assert {len(row) for row in rows} == {len(HEADERS)}


def test_a_row_is_written_in_words() -> None:
    row = _row(checkup(finding(exception=Waiver("Remplacé en janvier.", finding().observed_at.date()))))
    assert row["mesure"] == "Accès au matériel"
    assert (row["état"], row["connu par"], row["responsable"]) == ("à faire", "mesuré", "prestataire informatique")
    assert (row["gravité"], row["minutes"]) == ("4", "20")
    assert row["étapes"] == "1. Ouvrez les réglages. | 2. Activez-le."
    assert row["retour en arrière"] == "Désactivez-le."
    assert row["sources"] == "ANSSI, Guide d’hygiène https://cyber.gouv.fr/guide 2026-11-02"
    assert row["observé le"] == "2026-11-24T07:52:03+01:00"
    assert row["exception"] == "jusqu’au 2026-11-24 : Remplacé en janvier."


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.PASSED, "en ordre"),
        (Outcome.FAILED, "à faire"),
        (Outcome.UNKNOWN, "inconnu"),
        (Outcome.WAITING, "en attente"),
        (Outcome.NOT_APPLICABLE, "non concerné"),
    ],
)
def test_every_state_has_its_word(outcome: Outcome, word: str) -> None:
    origin = Origin.UNKNOWN if outcome is Outcome.UNKNOWN else Origin.DECLARED
    assert _row(checkup(finding(outcome=outcome, origin=origin)))["état"] == word


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "\x00=1", "\ufeff=1", "＝1"])
def test_a_formula_is_shown_as_text(text: str) -> None:
    cell = _row(checkup(finding(summary=text)))["constat"]
    assert cell.startswith("'")
    assert cell[1:] == text.lstrip("\x00\ufeff")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_in_their_cell(text: str) -> None:
    rows = _rows(hostile_checkup(text))
    assert [len(row) for row in rows] == [len(HEADERS)] * 2
    assert not any(cell.startswith(FORMULA_STARTS) for cell in rows[1])


@given(any_checkup())
@settings(max_examples=60, deadline=None)
def test_no_cell_of_any_checkup_is_a_formula(one: Checkup) -> None:
    rows = _rows(one)
    assert len(rows) == 1 + len(one.findings)
    assert not any(cell.startswith(FORMULA_STARTS) for row in rows for cell in row)
    assert {len(row) for row in rows} == {len(HEADERS)}


def test_the_names_of_files_are_not_in_the_table() -> None:
    assert "Martin" not in render_csv(checkup(finding(evidence={"names": ["Martin.pdf"]})))


def test_the_same_checkup_gives_the_same_table() -> None:
    assert render_csv(real_checkup()) == render_csv(real_checkup())
