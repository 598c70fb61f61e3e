"""The paper and its two renderers: same words in both, blanks that are blank, tagged, archival, the same bytes."""

import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import docx
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hygie.core.errors import MissingPart
from hygie.documents.glyphs import drawn
from hygie.documents.paper import (
    LONGEST,
    LONGEST_VALUE,
    MOST_LINES,
    MOST_ROWS,
    NO_PATIENT,
    Addresses,
    Box,
    Bullets,
    Field,
    Fields,
    Heading,
    Lines,
    PageBreak,
    Paper,
    Paragraph,
    Signature,
    Steps,
    Table,
    Tick,
    as_data,
    fingerprint,
    texts,
)
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf, papers_pdf
from tests.documents.conftest import HOSTILE
from tests.documents.reading import dense, docx_text, pages, pdf_text

NOW = datetime(2026, 11, 24, 8, 20, tzinfo=UTC)
ALL = (
    Addresses(("Cabinet du Dr Fontaine", "3, rue des Tilleuls"), ("Assurance du Val",), "À Val, le 24 novembre 2026"),
    Heading("Une partie"),
    Heading("Une sous-partie", 3),
    Paragraph("Bonjour : tout va bien ?", lead="D’abord."),
    Paragraph("Important", strong=True),
    Paragraph("À lire en dernier", small=True),
    Bullets(("premier", "second")),
    Steps((Tick("Débrancher", "sans éteindre"), Tick("Appeler", done=True))),
    Fields((Field("SIREN", "732829320"), Field("Adresse", "", "à compléter"), Field("Récit", lines=3))),
    Table(("N°", "Fait"), (("1", "8 h 20"), ("2", "9 h 40")), (1, 5)),
    Table(("Vide",), (), (1,), empty="Aucune pièce"),
    Lines(("Heure", "Fait"), 4, (1, 4)),
    Box("Avant vendredi", ("Portez plainte.",)),
    PageBreak(),
    Signature("Signature du plaignant"),
)


def paper(*blocks: object, **changes: object) -> Paper:
    made = Paper("x", "Un titre : le bon", "Mémo", NOW, blocks or ALL, "2026-1", "Cabinet du Dr Fontaine", "c4" * 32)
    return replace(made, **changes)


def test_both_renderers_say_every_text_in_the_same_order() -> None:
    pdf, word = dense(pdf_text(paper_pdf(paper()), "-raw")), dense(docx_text(paper_docx(paper())))
    for text in texts(paper()):
        assert dense(text) in pdf
        assert dense(text) in word
    headings = [dense(block.text) for block in ALL if isinstance(block, Heading)]
    for said in (pdf, word):
        assert sorted(headings, key=said.index) == headings


def test_the_pdf_is_tagged_titled_in_french_accessible_and_archival() -> None:
    with pikepdf.open(io.BytesIO(paper_pdf(paper()))) as file:
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang).startswith("fr")
        metadata = file.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "2"
        assert "Un titre" in str(file.docinfo.Title)
        assert "/JavaScript" not in str(file.Root)


def test_every_page_says_that_it_names_no_patient_its_rank_and_the_seal() -> None:
    raw = paper_pdf(paper())
    total = pages(raw)
    assert total == 2
    for number in range(1, total + 1):
        text = pdf_text(raw, "-f", str(number), "-l", str(number))
        assert NO_PATIENT in text
        assert f"page {number} sur {total}" in text
        assert "c4" * 32 in dense(text)


def test_the_same_paper_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys,hashlib;from tests.documents.test_paper import paper,paper_pdf,paper_docx;"
        "print(hashlib.sha256(paper_pdf(paper())+paper_docx(paper())).hexdigest())"
    )
    made = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed})
        .stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(made) == 1


def test_the_docx_has_real_headings_french_and_no_trace_of_who_made_it() -> None:
    raw = paper_docx(paper())
    file = docx.Document(io.BytesIO(raw))
    styles = [one.style.name for one in file.paragraphs if one.style.name.startswith("Heading")]
    assert styles == ["Heading 1", "Heading 2", "Heading 3"]
    known = file.core_properties
    assert (known.author, known.last_modified_by, known.comments) == ("Hygie", "Hygie", "")
    assert known.created.replace(tzinfo=UTC) == NOW
    assert 'w:val="fr-FR"' in file.styles.element.xml
    assert 'w:val="en-US"' not in file.styles.element.xml


def test_the_docx_repeats_its_headers_and_never_cuts_a_row() -> None:
    file = docx.Document(io.BytesIO(paper_docx(paper())))
    table = next(one for one in file.tables if one.rows[0].cells[0].text == "N°")
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)


def test_the_docx_counts_its_own_pages_and_holds_no_picture() -> None:
    raw = paper_docx(paper())
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        assert package.testzip() is None
        assert not [name for name in package.namelist() if name.endswith((".jpeg", ".png", ".bin"))]
        assert {one.date_time for one in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        footer = next(package.read(name).decode() for name in package.namelist() if "footer" in name)
    assert 'w:instr="PAGE"' in footer
    assert 'w:instr="NUMPAGES"' in footer


def test_borders_stand_where_word_wants_them() -> None:
    """A border after the justification of a paragraph makes Word call the file damaged."""
    file = docx.Document(io.BytesIO(paper_docx(paper())))
    for one in file.element.body.iter(f"{{{file.element.nsmap['w']}}}pPr"):
        names = [child.tag.rpartition("}")[2] for child in one]
        if "pBdr" in names:
            assert not {"spacing", "ind", "jc"} & set(names[: names.index("pBdr")])


@pytest.mark.parametrize("lines", [1, 3])
def test_a_blank_is_a_line_and_never_a_word(lines: int) -> None:
    made = paper(Fields((Field("Adresse", "", lines=lines),)))
    for text in (pdf_text(paper_pdf(made)), docx_text(paper_docx(made))):
        assert "Adresse" in text
        assert "None" not in text
        assert "inconnu" not in text.lower()
    file = docx.Document(io.BytesIO(paper_docx(made)))
    assert len(file.tables[0].rows[0].cells[1].paragraphs) == lines


def test_the_exercise_is_said_on_paper() -> None:
    made = paper(exercise=True)
    assert "EXERCICE" in pdf_text(paper_pdf(made))
    assert "EXERCICE" in docx_text(paper_docx(made))
    assert "EXERCICE" not in pdf_text(paper_pdf(paper()))


def test_hostile_texts_are_printed_not_run() -> None:
    made = paper(
        Paragraph(HOSTILE), Fields((Field(HOSTILE, HOSTILE),)), Table((HOSTILE, "b"), ((HOSTILE, HOSTILE),), (1, 1)),
        title=HOSTILE, practice=HOSTILE,
    )  # fmt: skip
    assert "<script>" in dense(pdf_text(paper_pdf(made)))
    assert "<script>" in dense(docx_text(paper_docx(made)))


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=25, deadline=None)
def test_any_text_gives_both_files(text: str) -> None:
    made = paper(Paragraph(text), Fields((Field("a", text),)), Addresses((text,), (text,), text), title=text or "x")
    assert paper_pdf(made).startswith(b"%PDF")
    assert paper_docx(made).startswith(b"PK")


def test_everything_is_bounded() -> None:
    made = paper(
        Paragraph("a " * LONGEST), Fields((Field("b", "c" * 2 * LONGEST_VALUE, lines=10_000),)),
        Table(("d",), tuple((str(rank),) for rank in range(MOST_ROWS + 7)), (1,)), Lines(("e",), 10_000, (1,)),
    )  # fmt: skip
    data = as_data(made)["blocks"]
    assert len(data[0]["text"]) <= LONGEST
    assert len(data[1]["rows"][0]["value"]) <= LONGEST_VALUE
    assert data[1]["rows"][0]["lines"] == data[3]["count"] == MOST_LINES
    assert len(data[2]["rows"]) == MOST_ROWS
    assert "7 autres lignes" in data[2]["more"]


def test_signs_of_a_value_are_left_as_they_are() -> None:
    made = as_data(paper(Fields((Field("Adresse e-mail", "o'brien@val.example"),))))
    assert made["blocks"][0]["rows"][0]["value"] == "o'brien@val.example"


def test_the_fingerprint_is_that_of_the_words_not_of_the_day() -> None:
    first, later = as_data(paper()), as_data(paper(made_at=NOW + timedelta(days=40)))
    assert first != later
    assert fingerprint(first) == fingerprint(later)
    assert fingerprint(first) != fingerprint(as_data(paper(practice="Cabinet du Dr Belkacem")))


def test_many_letters_are_one_file_each_on_its_own_page() -> None:
    raw = papers_pdf([paper(Paragraph("Une")), paper(Paragraph("Deux"))], "Lettres")
    assert pages(raw) == 2
    assert "Deux" in pdf_text(raw, "-f", "2", "-l", "2")
    assert "Une" not in pdf_text(raw, "-f", "2", "-l", "2")


def test_no_paper_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="document"):
        papers_pdf([], "Rien")


def test_no_text_is_smaller_than_allowed() -> None:
    found = pdf_text(paper_pdf(paper(fingerprint="")), "-bbox")
    heights = [
        float(line.split('yMax="')[1].split('"')[0]) - float(line.split('yMin="')[1].split('"')[0])
        for line in found.splitlines()
        if "<word" in line
    ]
    assert min(heights) > 9.5


@pytest.mark.parametrize(("module", "render"), [("typst", paper_pdf), ("docx", paper_docx)])
def test_a_missing_part_is_named(module: str, render: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPart, match="extra"):
        render(paper())


def test_what_is_printed_can_be_drawn() -> None:
    assert "\ufffd" not in str(drawn(as_data(paper())))
