"""Hostile files: bombs, entities, formulas, encodings, sizes, each at its exact limit."""

import io
import time
import zipfile
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from hygie.web.inventory import reading
from hygie.web.inventory.reading import MOST_BYTES, MOST_COLUMNS, MOST_LINES, NotATable, read_sheet
from hygie.web.inventory.writing import as_csv, as_xlsx, harmless, plain

CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=40)


def book(rows: list[list[Any]]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def rebuilt(content: bytes, changes: dict[str, bytes]) -> bytes:
    """A workbook with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part not in changes:
                target.writestr(part, source.read(part))
        for part, data in changes.items():
            target.writestr(part, data)
    return out.getvalue()


def sentence(name: str, content: bytes) -> str:
    with pytest.raises(NotATable) as refusal:
        read_sheet(name, content)
    return refusal.value.sentence


def lines(count: int) -> bytes:
    return ("Nom;Sorte\r\n" + "a;b\r\n" * count).encode()


def test_two_thousand_lines_and_not_one_more() -> None:
    assert len(read_sheet("a.csv", lines(MOST_LINES)).lines) == MOST_LINES
    assert "2 000 lignes" in sentence("a.csv", lines(MOST_LINES + 1))
    assert len(read_sheet("a.xlsx", book([["Nom"], *[["a"]] * MOST_LINES])).lines) == MOST_LINES
    assert "2 000 lignes" in sentence("a.xlsx", book([["Nom"], *[["a"]] * (MOST_LINES + 1)]))


def test_thirty_columns_and_not_one_more() -> None:
    for name, write in (("a.csv", as_csv), ("a.xlsx", book)):
        fits, over = [["t"] * MOST_COLUMNS, ["v"] * MOST_COLUMNS], [["t"] * (MOST_COLUMNS + 1)]
        assert len(read_sheet(name, write(fits)).titles) == MOST_COLUMNS
        assert "30 colonnes" in sentence(name, write(over))


def test_five_hundred_characters_and_not_one_more() -> None:
    for name, write in (("a.csv", as_csv), ("a.xlsx", book)):
        good, bad = read_sheet(name, write([["Nom"], ["x" * 500], ["x" * 501]])).lines
        assert (len(good.cells[0]), good.faults) == (500, ())
        assert bad.faults == ("Une case dépasse 500 caractères.",)


def test_two_megabytes_and_not_one_byte_more() -> None:
    content = b"Nom;Sorte\r\n" + b"a;b\r\n"
    padded = content + b"\n" * (MOST_BYTES - len(content))
    assert len(read_sheet("a.csv", padded).lines) == 1
    assert "2 Mo" in sentence("a.csv", padded + b"\n")


def test_a_bomb_is_refused_before_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = rebuilt(book([["Nom"]]), {"xl/media/image1.png": b"0" * 10_000_000})
    assert len(bomb) < MOST_BYTES
    monkeypatch.setattr(reading.openpyxl, "load_workbook", lambda *_, **__: pytest.fail("opened"))
    started = time.monotonic()
    assert "trop gros" in sentence("a.xlsx", bomb)
    assert time.monotonic() - started < 2
    many = rebuilt(book([["Nom"]]), {f"xl/media/{n}.png": b"" for n in range(200)})
    assert "trop gros" in sentence("a.xlsx", many)


def test_a_bomb_that_lies_about_its_size_does_not_unpack() -> None:
    bomb = bytearray(rebuilt(book([["Nom"]]), {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}))
    size = (30_000_007).to_bytes(4, "little")
    assert bomb.count(size) >= 2
    lying = bytes(bomb).replace(size, (100).to_bytes(4, "little"))
    assert "ne s’ouvre pas" in sentence("a.xlsx", lying)


DOCTYPE = (
    b'<?xml version="1.0"?><!DOCTYPE a [%s]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row><c t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
@pytest.mark.parametrize(
    "entity",
    [
        b'<!ENTITY e SYSTEM "file:///etc/hostname">',
        b'<!ENTITY e SYSTEM "http://127.0.0.1:9/">',
        b'<!ENTITY a0 "ha"><!ENTITY a1 "&a0;&a0;&a0;&a0;&a0;"><!ENTITY e "&a1;&a1;&a1;&a1;">',
        b"",
    ],
)
def test_no_document_type_at_all(part: str, entity: bytes) -> None:
    assert "ne s’ouvre pas" in sentence("a.xlsx", rebuilt(book([["Nom"], ["a"]]), {part: DOCTYPE % entity}))


def test_a_document_type_in_another_encoding_is_seen_too() -> None:
    text = (DOCTYPE % b'<!ENTITY e "x">').decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"')
    hostile = rebuilt(book([["Nom"]]), {"xl/worksheets/sheet1.xml": text.encode("utf-16")})
    assert "ne s’ouvre pas" in sentence("a.xlsx", hostile)


def test_deep_xml_is_refused() -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    assert "ne s’ouvre pas" in sentence("a.xlsx", rebuilt(book([["Nom"]]), {"xl/worksheets/sheet1.xml": deep}))


@pytest.mark.parametrize(
    "far", [b'<row r="1048576"/>', b'<row r="99999999999999"/>', b'<row r="1048576"><c r="A1048576" s="0"/></row>']
)
def test_a_sheet_that_claims_a_million_empty_rows_costs_nothing(far: bytes) -> None:
    started = time.monotonic()
    sheet = read_sheet("a.xlsx", rebuilt(book([["Nom"]]), {"xl/worksheets/sheet1.xml": SHEET % far}))
    assert (sheet.titles, sheet.lines) == (("Nom",), ())
    assert time.monotonic() - started < 2


def test_a_value_far_below_is_not_silently_left_aside() -> None:
    far = b'<row r="5000"><c r="A5000" t="inlineStr"><is><t>x</t></is></c></row>'
    assert "2 000 lignes" in sentence("a.xlsx", rebuilt(book([["Nom"]]), {"xl/worksheets/sheet1.xml": SHEET % far}))


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
    b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row>%s</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "body", [b"<c/>" * 1_900_000, b'<row r="2">' + b"<c/>" * 290_000 + b"</row>", b"<v>1</v>" * 290_000]
)
def test_the_heaviest_sheet_that_passes_the_door_is_quick(body: bytes) -> None:
    content = rebuilt(book([["Nom"]]), {"xl/worksheets/sheet1.xml": SHEET % body})
    assert len(content) < MOST_BYTES
    started = time.monotonic()
    with suppress(NotATable):
        read_sheet("a.xlsx", content)
    assert time.monotonic() - started < 15


def test_formulas_are_said_and_never_computed() -> None:
    [line] = read_sheet("a.xlsx", book([["Nom"], ['=HYPERLINK("http://x","y")']])).lines
    assert line.faults == ("Une case contient une formule.",)


def test_what_excel_holds_becomes_text() -> None:
    rows = [
        ["Nom", "Jour", "Nombre", "Vrai"],
        ["a", datetime(2026, 11, 24), 3.0, True],  # noqa: DTZ001 - what a cell holds
        ["b", date(2026, 1, 2), 4, False],
    ]
    [one, two] = read_sheet("a.xlsx", book(rows)).lines
    assert one.cells == ("a", "24/11/2026", "3", "Oui")
    assert two.cells == ("b", "02/01/2026", "4", "Non")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 200),
        ("a.xlsx", b"pas un classeur"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 100),
        ("a.csv", b""),
        ("a.csv", b"\r\n;;;\r\n"),
        ("a.csv", b"\x0b; \x1c;"),
        ("a.csv", b"Nom\x00;b"),
        ("a.csv", b'Nom\r\n"jamais ferm\xc3\xa9'),
        ("a.csv", b"Nom\r\n" + b"\x81\x8d\xff"),
        ("a.csv", "Nom;Sorte\r\na;b".encode("utf-16")),
        ("a.csv", b"Nom\r\n" + b'"' + b"x" * 200_000 + b'"'),
        ("a.xlsx", b"PK\x05\x06" + b"\x00" * 18),
    ],
)
def test_what_is_not_a_table_is_said(name: str, content: bytes) -> None:
    with pytest.raises(NotATable) as refusal:
        read_sheet(name, content)
    assert refusal.value.sentence.endswith(".")
    assert refusal.value.next_step.endswith(".")


def test_the_old_encoding_of_windows_is_read_and_said() -> None:
    sheet = read_sheet("a.csv", "Nom;Sorte\r\nTéléphone;é\r\n".encode("cp1252"))
    assert sheet.encoding == "Windows-1252"
    assert sheet.lines[0].cells == ("Téléphone", "é")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert read_sheet("a.csv", f"Nom{delimiter}Sorte\na{delimiter}b\n".encode()).lines[0].cells == ("a", "b")


@pytest.mark.parametrize("hidden", ["\u202e", "\x1b", "\x07", "\u2028", "\x85"])
def test_invisible_characters_are_a_fault_of_their_line(hidden: str) -> None:
    [line] = read_sheet("a.csv", f"Nom\r\na{hidden}b\r\n".encode()).lines
    assert line.faults


@given(st.binary(max_size=400))
def test_any_bytes_are_a_sheet_or_a_refusal(content: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        with suppress(NotATable):
            read_sheet(name, content)


@given(st.binary(min_size=1, max_size=30), st.integers(0, 4000))
def test_a_damaged_workbook_is_a_sheet_or_a_refusal(noise: bytes, place: int) -> None:
    whole = bytearray(BOOK)
    whole[place : place + len(noise)] = noise
    with suppress(NotATable):
        read_sheet("a.xlsx", bytes(whole))


BOOK = book([["Nom", "Sorte"], ["Accueil", "Ordinateur fixe"]])


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_is_made_harmless(first: str) -> None:
    text = f"{first}cmd|' /C calc'!A0"
    assert harmless(text) == f"'{text}"
    assert plain(harmless(text)) == text
    assert as_csv([[text]]).decode("utf-8-sig").lstrip('"').startswith("'")


@given(st.text(st.sampled_from("'=+-@ab \t"), max_size=8))
def test_harmless_is_undone_exactly(text: str) -> None:
    assert plain(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    titles = ["Un", "Deux", "Trois"]
    expected = [tuple(cell.strip() for cell in row) for row in rows if any(map(harmless, row))]
    for name, content in (("a.csv", as_csv([titles, *rows])), ("a.xlsx", as_xlsx([titles, *rows], "Liste"))):
        got = [line.cells for line in read_sheet(name, content).lines]
        assert [cells for cells in got if any(cells)] == [cells for cells in expected if any(cells)]


def test_cells_of_an_exported_workbook_are_texts() -> None:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx([["=1+1", "3", ""]], "x"))).active
    assert [cell.data_type for cell in sheet[1]][:2] == ["s", "s"]
    assert sheet["A1"].value == "'=1+1"


def test_a_csv_bears_its_mark_and_semicolons() -> None:
    assert as_csv([["Nom", "é"]]) == b'\xef\xbb\xbf"Nom";"\xc3\xa9"\r\n'
