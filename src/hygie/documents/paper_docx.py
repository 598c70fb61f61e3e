"""Papers as DOCX, to be completed in a word processor: real headings and lists, French, table headers repeated.

The file says who made it (« Hygie ») and when the paper was made: no user, no computer. Same paper, same bytes.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from hygie.core.errors import MissingPart
from hygie.documents.paper import Paper, as_data

FONT: Final = "Arial"
BODY: Final = 11.5
LARGE: Final = 22.0
SMALL: Final = 9.5
TEXT_MM: Final = 178.0
LABEL_SHARE: Final = (36, 64)
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_TABLES: Final = frozenset({"fields", "table", "lines", "signature"})
_RIGHT: Final = 2  # WD_ALIGN_PARAGRAPH.RIGHT
_CENTER: Final = 1
TICKED, HOLLOW = "☑", "☐"


def paper_docx(paper: Paper) -> bytes:
    """The paper as a DOCX file. MissingPart without python-docx."""
    try:
        import docx
    except ImportError as error:
        raise MissingPart(
            "Le document modifiable demande l’extra « web ».",
            "Installez-le depuis la copie du projet : pip install --require-hashes -r requirements/all.lock",
        ) from error
    data = as_data(paper)
    file = docx.Document()
    _page(file)
    _styles(file, LARGE if paper.large else BODY)
    _properties(file, data, paper.made_at)
    _head(file, data)
    _body(file, data["blocks"])
    _foot(file, data)
    raw = io.BytesIO()
    file.save(raw)
    return _same_every_time(raw.getvalue())


def _body(file: Any, blocks: list[dict[str, Any]]) -> None:
    """Every block; two tables that follow each other are kept apart, or a word processor makes them one."""
    before = ""
    for block in blocks:
        if block["is"] in _TABLES and before in _TABLES:
            file.add_paragraph()
        _WRITE[block["is"]](file, block)
        before = block["is"]


def _page(file: Any) -> None:
    from docx.shared import Mm

    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(16)
    page.top_margin, page.bottom_margin = Mm(13), Mm(17)


def _styles(file: Any, size: float) -> None:
    from docx.shared import Pt

    normal = file.styles["Normal"]
    _font(normal, size)
    normal.paragraph_format.space_after = Pt(6)
    for name, larger in (("Title", 5.5), ("Heading 1", 4.5), ("Heading 2", 2), ("Heading 3", 0.5)):
        _font(file.styles[name], size + larger)
        file.styles[name].font.bold = True
        file.styles[name].paragraph_format.keep_with_next = True
    for name in ("List Bullet", "List Number", "Footer"):
        _font(file.styles[name], size if name != "Footer" else SMALL)


def _font(style: Any, size: float) -> None:
    """The font for every script, in black; the theme's own fonts and colours give way."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{script}"), None)
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)


def _properties(file: Any, data: dict[str, Any], made_at: datetime) -> None:
    """Title, language, moment; the language of the text itself stands in its default style."""
    from docx.oxml.ns import qn

    known = file.core_properties
    known.title, known.author, known.last_modified_by = data["title"], "Hygie", "Hygie"
    known.comments, known.keywords, known.language = "", "", "fr-FR"
    known.created = known.modified = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    known.revision = 1
    links = file.part.package.rels
    for name in [name for name, link in links.items() if link.reltype.endswith("/thumbnail")]:
        links.pop(name)
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")


def _head(file: Any, data: dict[str, Any]) -> None:
    if data["exercise"]:
        banner = file.add_paragraph()
        banner.alignment = _CENTER
        _run(banner, f"{data['exercise']} : rien de ceci n’est arrivé", bold=True)
    top = file.add_paragraph()
    _run(top, data["practice"] or "Hygie", bold=True)
    top.add_run().add_break()
    _run(top, " · ".join(filter(None, (data["kind"], data["of"], data["made"]))), small=True)
    _rule(top)
    file.add_heading(data["title"], level=1)


def _run(paragraph: Any, text: str, *, bold: bool = False, small: bool = False) -> None:
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.bold = bold or None
    if small:
        run.font.size = Pt(SMALL)


def _rule(paragraph: Any, side: str = "bottom") -> None:
    """A line under (or above) a paragraph: also what is filled by hand."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no borders of its own
    borders = _element("w:pBdr")
    borders.append(_element(f"w:{side}", val="single", sz="6", space="1", color="000000"))
    properties.append(borders)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, text in attributes.items():
        made.set(qn(f"w:{key}"), text)
    return made


def _heading(file: Any, block: dict[str, Any]) -> None:
    file.add_heading(block["text"], level=block["level"])


def _paragraph(file: Any, block: dict[str, Any]) -> None:
    paragraph = file.add_paragraph()
    if block["lead"]:
        _run(paragraph, f"{block['lead']} ", bold=True)
    _run(paragraph, block["text"], bold=block["strong"], small=block["small"])


def _bullets(file: Any, block: dict[str, Any]) -> None:
    for item in block["items"]:
        file.add_paragraph(item, style="List Bullet")


def _steps(file: Any, block: dict[str, Any]) -> None:
    for number, item in enumerate(block["items"], 1):
        line = file.add_paragraph()
        _run(line, f"{TICKED if item['done'] else HOLLOW} {number}. {item['title']}", bold=True)
        if item["note"]:
            line.add_run().add_break()
            _run(line, item["note"], small=True)


def _fields(file: Any, block: dict[str, Any]) -> None:
    table = _grid(file, len(block["rows"]), LABEL_SHARE)
    for cells, row in zip(table.rows, block["rows"], strict=True):
        label = cells.cells[0].paragraphs[0]
        _run(label, row["label"])
        if row["note"]:
            label.add_run().add_break()
            _run(label, row["note"], small=True)
        _valued(cells.cells[1], row)


def _valued(cell: Any, row: dict[str, Any]) -> None:
    if row["value"]:
        _run(cell.paragraphs[0], row["value"], bold=True)
        return
    _rule(cell.paragraphs[0])
    for _ in range(row["lines"] - 1):
        _rule(cell.add_paragraph())


def _grid(file: Any, rows: int, shares: tuple[int, ...] | list[int]) -> Any:
    """A table of fixed widths whose rows are never cut by a page."""
    from docx.shared import Mm

    table = file.add_table(rows=rows, cols=len(shares))
    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        width = Mm(TEXT_MM * share / sum(shares))
        column.width = width
        for cell in column.cells:
            cell.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001 - no other way
    return table


def _table(file: Any, block: dict[str, Any]) -> None:
    if block["rows"]:
        table = _ruled(file, block, len(block["rows"]))
        for cells, row in zip(table.rows[1:], block["rows"], strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                _run(cell.paragraphs[0], text, small=not block["large"])
    if block["more"]:
        _run(file.add_paragraph(), block["more"], small=True)


def _ruled(file: Any, block: dict[str, Any], rows: int) -> Any:
    table = _grid(file, rows + 1, block["widths"])
    table.style = "Table Grid"
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001 - no other way
    for cell, name in zip(head.cells, block["columns"], strict=True):
        _run(cell.paragraphs[0], name, bold=True, small=True)
    return table


def _lines(file: Any, block: dict[str, Any]) -> None:
    from docx.shared import Mm

    for row in _ruled(file, block, block["count"]).rows[1:]:
        row.height = Mm(8)


def _signature(file: Any, block: dict[str, Any]) -> None:
    table = _grid(file, 1, (1, 1))
    left, right = table.rows[0].cells
    if block["dated"]:
        _place_and_day(left)
    _run(right.paragraphs[0], block["who"])
    for _ in range(3):
        right.add_paragraph()


def _place_and_day(cell: Any) -> None:
    for paragraph, word in ((cell.paragraphs[0], "Fait à"), (cell.add_paragraph(), "le")):
        _run(paragraph, word)
        _rule(paragraph)


def _box(file: Any, block: dict[str, Any]) -> None:
    table = _grid(file, 1, (1,))
    table.style = "Table Grid"
    cell = table.rows[0].cells[0]
    _run(cell.paragraphs[0], block["title"], bold=True)
    for line in block["lines"]:
        _run(cell.add_paragraph(), line)
    file.add_paragraph()


def _addresses(file: Any, block: dict[str, Any]) -> None:
    table = _grid(file, 1, (55, 45))
    left, right = table.rows[0].cells
    _stacked(left, block["sender"])
    _stacked(right, block["recipient"])
    if not block["recipient"]:
        _valued(right, {"value": "", "lines": 4})
    place = file.add_paragraph()
    place.alignment = _RIGHT
    _run(place, block["place"])


def _stacked(cell: Any, lines: list[str]) -> None:
    for rank, line in enumerate(lines):
        _run(cell.paragraphs[0] if rank == 0 else cell.add_paragraph(), line)


def _page_break(file: Any, _: dict[str, Any]) -> None:
    file.add_page_break()


_WRITE: Mapping[str, Callable[[Any, dict[str, Any]], None]] = {
    "heading": _heading, "paragraph": _paragraph, "bullets": _bullets, "steps": _steps, "fields": _fields,
    "table": _table, "signature": _signature, "box": _box, "addresses": _addresses, "lines": _lines,
    "page_break": _page_break,
}  # fmt: skip


def _foot(file: Any, data: dict[str, Any]) -> None:
    foot = file.sections[0].footer.paragraphs[0]
    _rule(foot, "top")
    _run(foot, f"{data['foot']} Page ", small=True)
    _counted(foot, "PAGE")
    _run(foot, " sur ", small=True)
    _counted(foot, "NUMPAGES")
    if data["fingerprint"]:
        foot.add_run().add_break()
        _run(foot, f"Sceau du journal : {data['fingerprint']}", small=True)


def _counted(paragraph: Any, what: str) -> None:
    """A number that the word processor keeps up to date."""
    field = _element("w:fldSimple", instr=what)
    run = _element("w:r")
    text = _element("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - no other way


def _same_every_time(raw: bytes) -> bytes:
    """The package written again with one date: no trace of when the program ran."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as found, zipfile.ZipFile(made, "w") as kept:
        for name in found.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            kept.writestr(entry, found.read(name))
    return made.getvalue()
