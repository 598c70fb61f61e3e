"""The first hour: one A4 page, large numbers, two clocks to fill, twelve lines, black on white."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest
from PIL import Image

from hygie.documents.first_hour import NOTE_LINES, first_hour, first_hour_content, phones_of
from hygie.documents.paper import fingerprint
from hygie.incident.dossier import Identity, Party
from hygie.reference.law import deadlines
from tests.documents.conftest import HOSTILE
from tests.documents.incidents import IDENTITY, NOW, PARTIES
from tests.documents.reading import dense, pages, pdf_text

LONG = tuple(
    Party(role, "Société au nom très long de l’Est et du Nord", "+33 1 99 00 12 34 56", contract="C" * 40)
    for role in ("insurer", "it_provider", "host", "isp", "software", "agenda", "bank")
)
CASES = {
    "known": (IDENTITY, PARTIES),
    "blank": (Identity(), ()),
    "long": (replace(IDENTITY, name="Cabinet " * 20, insurer_contract="X" * 60), LONG),
    "hostile": (replace(IDENTITY, name=HOSTILE), (Party("insurer", HOSTILE, HOSTILE),)),
}


@pytest.fixture(scope="module", params=CASES)
def sheet(request: pytest.FixtureRequest) -> bytes:
    return first_hour(*CASES[request.param], NOW)


def words(raw: bytes) -> list[tuple[str, float]]:
    found = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<', pdf_text(raw, "-bbox"))
    return [(text, float(bottom) - float(top)) for top, bottom, text in found]


def test_it_is_one_a4_page(sheet: bytes) -> None:
    assert pages(sheet) == 1
    with pikepdf.open(io.BytesIO(sheet)) as file:
        assert [round(float(side)) for side in file.pages[0].MediaBox] == [0, 0, 595, 842]


def test_nothing_runs_out_of_the_page(sheet: bytes) -> None:
    found = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.]+)" yMax="([\d.]+)"', pdf_text(sheet, "-bbox"))
    assert found
    assert all(float(x) > 0 and float(right) < 596 and float(y) > 0 and float(low) < 842 for x, y, right, low in found)


def test_it_has_twelve_lines_to_write_on(sheet: bytes) -> None:
    with pikepdf.open(io.BytesIO(sheet)) as file:
        assert str(file.Root.StructTreeRoot)  # tagged
    assert NOTE_LINES == 12
    text = pdf_text(sheet)
    assert "Par qui" in text
    assert text.count("page 1 sur 1") == 1


def test_it_is_readable_in_greyscale_because_it_has_no_colour(sheet: bytes) -> None:
    drawn = subprocess.run(["pdftoppm", "-r", "40", "-png", "-"], input=sheet, capture_output=True, check=True)
    picture = Image.open(io.BytesIO(drawn.stdout)).convert("RGB")
    assert all(max(pixel) - min(pixel) <= 2 for _, pixel in picture.getcolors(1 << 24))


def test_every_number_is_fifteen_points_or_more() -> None:
    raw = first_hour(IDENTITY, PARTIES, NOW)
    heights = {text: height for text, height in words(raw) if re.fullmatch(r"\d\d", text)}
    numbers = " ".join(one.phone for one in PARTIES).split()
    reference = next(height for text, height in words(raw) if text == "Laissez")  # 11.5 pt
    assert all(heights[part] / reference >= 15 / 11.5 - 0.01 for part in numbers)


def test_it_says_the_gestures_whom_to_call_and_the_delays() -> None:
    text = dense(pdf_text(first_hour(IDENTITY, PARTIES, NOW), "-raw"))
    for fact in (
        "Retirez le câble réseau", "Laissez l’ordinateur allumé", "brancher un disque", "01 99 00 12 34",
        "MRP-2024-118204", "17cyber.gouv.fr", "09 72 43 91 25", deadlines()["complaint"].sentence.replace("'", "’"),
        deadlines()["cnil"].sentence.replace("'", "’"), "Fiche du 10 novembre 2026", "10 mai 2027", "à vérifier",
        "Aucun nom de patient", "à droite",
    ):  # fmt: skip
        assert dense(fact) in text, fact
    assert "plusbas" not in text


def test_unknown_numbers_are_blanks() -> None:
    text = pdf_text(first_hour(Identity(), (), NOW))
    assert "Informatique" in text
    assert "None" not in text
    assert "inconnu" not in text.lower()


def test_the_first_party_with_a_number_counts() -> None:
    found = phones_of((Party("host", "Sans"), Party("host", "Avec", "01"), Party("public", "Autre", "02")))
    assert found == {"Hébergeur du dossier": "01"}


def test_the_fingerprint_changes_with_a_number_not_with_the_day() -> None:
    first = fingerprint(first_hour_content(IDENTITY, PARTIES, NOW))
    later = first_hour_content(IDENTITY, PARTIES, NOW + timedelta(days=30))
    assert fingerprint(later) == first
    moved = (replace(PARTIES[0], phone="01 99 00 99 99"), *PARTIES[1:])
    assert fingerprint(first_hour_content(IDENTITY, moved, NOW)) != first


def test_the_same_practice_gives_the_same_bytes() -> None:
    assert first_hour(IDENTITY, PARTIES, NOW) == first_hour(IDENTITY, PARTIES, NOW)


def test_the_station_where_one_complains_has_a_line_to_fill() -> None:
    (line,) = [one for one in first_hour_content(IDENTITY, PARTIES, NOW)["phones"] if "gendarmerie" in one["name"]]
    assert line["number"] == ""
