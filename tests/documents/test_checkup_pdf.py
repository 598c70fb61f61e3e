"""The PDF report: tagged, archival, self-contained, two exact pages for the doctor, the same bytes every time."""

import io
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, timedelta

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.checkup.run import Checkup
from hygie.core.errors import MissingPart
from hygie.documents.checkup_html import render_html
from hygie.documents.checkup_pdf import data, icons, render_pdf
from hygie.documents.checkup_view import checkup_view
from hygie.documents.glyphs import LONGEST_WORD, drawable, drawn
from tests.documents.conftest import SECRET_NAME

CHECKUPS = ["calm", "blank", "perfect", "long", "hostile"]
SMALLEST = 9.5


@pytest.fixture(scope="session")
def made() -> dict[str, bytes]:
    """Reports already made in this session, by name."""
    return {}


@pytest.fixture(params=CHECKUPS)
def each(request: pytest.FixtureRequest, made: dict[str, bytes]) -> tuple[Checkup, bytes]:
    checkup: Checkup = request.getfixturevalue(request.param)
    if request.param not in made:
        made[request.param] = render_pdf(checkup)
    return checkup, made[request.param]


def _text(raw: bytes, number: int = 0) -> str:
    pages = ["-f", str(number), "-l", str(number)] if number else []
    done = subprocess.run(["pdftotext", *pages, "-", "-"], input=raw, capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode()).strip()


def _dense(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def test_it_is_tagged_titled_and_in_french(each: tuple[Checkup, bytes]) -> None:
    checkup, raw = each
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang).startswith("fr")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]) == checkup_view(checkup)["title"]


def test_it_claims_to_be_accessible_and_archival(each: tuple[Checkup, bytes]) -> None:
    with pikepdf.open(io.BytesIO(each[1])) as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"


def test_only_the_shipped_font_is_used_and_it_is_embedded(each: tuple[Checkup, bytes]) -> None:
    with pikepdf.open(io.BytesIO(each[1])) as pdf:
        fonts = [
            one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
        assert {str(font.FontName).partition("+")[2] for font in fonts} == {"NotoSans-Regular", "NotoSans-Bold"}
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_it_runs_nothing_and_opens_nothing(each: tuple[Checkup, bytes]) -> None:
    with pikepdf.open(io.BytesIO(each[1])) as pdf:
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.Root.keys())
        links = [str(a.A.URI) for page in pdf.pages for a in page.get("/Annots", []) if "/A" in a and "/URI" in a.A]
        assert all(link.startswith("https://") for link in links)


def test_the_state_is_page_one_and_the_sheet_page_two(each: tuple[Checkup, bytes]) -> None:
    raw = each[1]
    assert _text(raw, 1).startswith("Hygie")
    assert "Les sept mesures" in _text(raw, 1)
    assert _text(raw, 2).startswith("À afficher près du téléphone")
    assert "L113-2" in _text(raw, 2)
    assert "Le détail, pour votre prestataire informatique" in _text(raw, 3)


def test_every_page_says_that_it_names_no_patient_and_its_rank(each: tuple[Checkup, bytes]) -> None:
    raw = each[1]
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        total = len(pdf.pages)
    assert total >= 4
    for number in (1, 2, 3, total):
        assert "Aucun nom de patient dans ce document." in _text(raw, number)
        assert f"page {number} sur {total}" in _text(raw, number)


def test_every_action_and_every_measure_is_on_page_one(each: tuple[Checkup, bytes]) -> None:
    checkup, raw = each
    page, view = _dense(_text(raw, 1)), drawn(checkup_view(checkup))
    said = [action["title"] for action in view["actions"]["list"]] + [m["sentence"] for m in view["measures"]]
    said += [view["voice"]["sentence"], view["voice"]["headline"], *(m["state"]["word"] for m in view["measures"])]
    for sentence in said:
        assert _dense(sentence) in page


def test_what_changed_is_on_page_one(calm: Checkup) -> None:
    page = _text(render_pdf(calm), 1)
    assert "Depuis le 26 octobre 2026" in page
    assert "Moins bien" in page


def test_every_number_is_on_the_sheet_in_large_type(calm: Checkup) -> None:
    raw = render_pdf(calm)
    boxes = subprocess.run(
        ["pdftotext", "-f", "2", "-l", "2", "-bbox", "-", "-"], input=raw, capture_output=True, check=True
    )
    heights = [
        float(y2) - float(y1)
        for y1, y2 in re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">01<', boxes.stdout.decode())
    ]
    assert heights
    assert min(heights) > 15
    for number in calm.phones.values():
        assert number in _text(raw, 2)


def test_every_finding_is_in_the_detail(calm: Checkup) -> None:
    text = _dense(_text(render_pdf(calm)))
    for finding in drawn([f.title for f in calm.findings]):
        assert _dense(finding) in text


def test_the_html_and_the_pdf_tell_the_same_things_in_the_same_order(calm: Checkup) -> None:
    html = _dense(re.sub(r"<[^>]+>", "", render_html(calm)).replace("&#39;", "'"))
    pdf = _dense(_text(render_pdf(calm)))
    titles = [
        _dense(f["title"]) for m in checkup_view(calm)["detail"]["measures"] for g in m["groups"] for f in g["findings"]
    ]
    assert [title for title in titles if title not in html or title not in pdf] == []


def test_file_names_are_never_written(each: tuple[Checkup, bytes]) -> None:
    checkup, raw = each
    assert SECRET_NAME.partition(".")[0] not in _text(raw)
    assert SECRET_NAME not in str(data(checkup))


def test_hostile_texts_are_printed_not_run(hostile: Checkup) -> None:
    page = _text(render_pdf(hostile), 1)
    assert "#let x = 1 $x$ *gras*" in page
    assert "\ufffd" in page
    assert "😀" not in page


def test_the_same_checkup_gives_the_same_bytes(calm: Checkup) -> None:
    assert render_pdf(calm) == render_pdf(calm)


def test_the_date_of_the_file_is_the_moment_of_the_checkup(calm: Checkup) -> None:
    later = replace(calm, started_at=calm.started_at.astimezone(UTC) + timedelta(days=1))
    with pikepdf.open(io.BytesIO(render_pdf(later))) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261104071500")


def test_no_text_is_smaller_than_allowed_in_an_ordinary_report(calm: Checkup) -> None:
    pages = subprocess.run(
        ["pdftotext", "-l", "3", "-bbox", "-", "-"], input=render_pdf(calm), capture_output=True, check=True
    )
    words = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">', pages.stdout.decode())
    assert min(float(bottom) - float(top) for top, bottom in words) >= SMALLEST


def test_without_typst_the_person_is_told_what_to_install(calm: Checkup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingPart) as told:
        render_pdf(calm)
    assert told.value.sentence == "Le PDF demande l’extra « pdf »."
    assert "pip install --require-hashes -r requirements/all.lock" in told.value.next_step


def test_every_icon_of_the_view_is_drawn(calm: Checkup) -> None:
    assert {"ok", "afaire", "attente", "inconnu", "nc", "urgent"} <= set(icons())
    assert all(drawing.startswith("<svg") for drawing in icons().values())
    assert {measure["state"]["id"] for measure in checkup_view(calm)["measures"]} <= set(icons())


def test_the_shipped_fonts_draw_french() -> None:
    assert {ord(c) for c in "AZaz09 éèêëàâäçîïôöûüùÿœæŒÆÉÀÇ«»’…€–\u00a0\u202f\u200b\ufffd›"} <= drawable()


def test_the_licence_stands_beside_the_fonts() -> None:
    from hygie.documents.glyphs import FILES, FONTS

    assert all((FONTS / name).is_file() for name in FILES)
    assert "SIL Open Font License" in (FONTS / "LICENCE-OFL-1.1.txt").read_text("utf-8")


@given(st.text(st.characters(), max_size=200))
def test_what_is_drawn_can_always_be_drawn_and_can_always_break(text: str) -> None:
    shown = drawn(text)
    assert all(ord(c) in drawable() for c in shown)
    assert all(len(word) <= LONGEST_WORD for word in re.split(r"[\s\u200b]", shown))


def test_a_long_address_breaks_after_its_signs() -> None:
    assert drawn("https://signalement.social-sante.gouv.fr/") == (
        "https://\u200bsignalement.\u200bsocial-\u200bsante.\u200bgouv.\u200bfr/"
    )


def test_ordinary_french_is_left_as_it_is() -> None:
    text = "Une seule chose presse\u00a0: l’antivirus n’est pas à jour."
    assert drawn(text) == text == unicodedata.normalize("NFC", text)
