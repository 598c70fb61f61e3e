"""The register of article 33(5): every breach, structured facts alone, a CSV that no spreadsheet runs."""

import csv
import io

import pytest

from hygie.documents.breach_register import (
    BYTE_ORDER_MARK,
    COLUMNS,
    MOST_ROWS,
    STARTS_A_FORMULA,
    harmless,
    register_csv,
    register_paper,
    register_pdf,
    row_of,
)
from hygie.documents.paper import texts
from hygie.incident.events import Kind
from hygie.reference.playbooks import IDS
from tests.documents import incidents
from tests.documents.incidents import CANARY, CNIL_RECEIPT, NOW, RECEIPT, bare, dossier
from tests.documents.reading import dense, pdf_text


def read(text: str) -> list[list[str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)), delimiter=";", strict=True))


@pytest.mark.parametrize("playbook", IDS)
def test_nothing_typed_is_in_a_row(playbook: str) -> None:
    assert CANARY not in str(row_of(dossier(playbook)))


def test_a_row_has_every_column_and_what_is_known() -> None:
    row = row_of(dossier())
    assert set(row) == set(COLUMNS)
    for key, fact in {
        "reference": "2026-1", "aware_at": "mardi 10 novembre 2026", "started_on": "9 novembre 2026",
        "nature": "confidentialité", "origin": "rançongiciel", "cause": "externe malveillant", "data": "santé",
        "persons": "Mineurs", "records": "5\u202f200", "people": "4\u202f100", "effects": "secret professionnel",
        "severity": "4,75", "cnil_level": "Maximal", "measures": "Isoler", "cnil_decision": "Oui",
        "cnil_receipt": CNIL_RECEIPT, "persons_decision": "article 34", "complaint": RECEIPT,
        "processor": "Sous-traitant",
    }.items():  # fmt: skip
        assert fact in row[key], key


def test_what_is_not_known_is_a_blank() -> None:
    row = row_of(bare())
    assert (row["aware_at"], row["people"], row["severity"], row["closed_at"]) == ("", "", "", "")


def test_a_breach_not_told_to_the_cnil_is_in_it_with_its_reason() -> None:
    events = incidents.events("wrong_recipient")
    incidents.add(
        events, Kind.DECISION, about="cnil", decision="no", reasons=["cnil_no_secret_recipient"], exception=""
    )
    assert row_of(dossier("wrong_recipient", events))["cnil_decision"].startswith("Non")
    assert "tenu au secret" in row_of(dossier("wrong_recipient", events))["cnil_decision"]


def test_the_pdf_has_every_fact_of_every_row() -> None:
    rows = [row_of(dossier()), row_of(bare("paper"))]
    text = dense(pdf_text(register_pdf(rows, "Cabinet du Dr Fontaine", NOW)))
    for row in rows:
        for fact in row.values():
            assert dense(fact) in text


def test_an_empty_register_says_so() -> None:
    assert any("Aucune violation" in text for text in texts(register_paper([], "Cabinet", NOW)))
    assert len(read(register_csv([]))) == 1


def test_the_csv_has_the_columns_then_the_rows() -> None:
    table = read(register_csv([row_of(dossier()), row_of(bare())]))
    assert table[0] == list(COLUMNS.values())
    assert len(table) == 3
    assert all(len(row) == len(COLUMNS) for row in table)


@pytest.mark.parametrize("sign", STARTS_A_FORMULA)
def test_no_cell_is_a_formula(sign: str) -> None:
    table = read(register_csv([{"facts": f"{sign}HYPERLINK(1)", "cnil_receipt": f" {sign}cmd"}]))
    assert not [cell for row in table for cell in row if cell.startswith(STARTS_A_FORMULA)]


def test_ordinary_cells_are_left_alone() -> None:
    assert harmless("PV-2026/004711") == "PV-2026/004711"


def test_the_register_is_bounded() -> None:
    with pytest.raises(ValueError, match="mille"):
        register_csv([{}] * (MOST_ROWS + 1))


def test_the_same_register_gives_the_same_bytes() -> None:
    rows = [row_of(dossier())]
    assert register_pdf(rows, "Cabinet", NOW) == register_pdf(rows, "Cabinet", NOW)
