"""A file given by a person, read as lines of text within strict bounds: CSV, XLSX or vCard, hostile or not.

Limits: 2 MB, 2,000 lines, 30 columns; an XLSX also 200 parts, 10 MB unpacked and 300,000 elements, without any DTD.
A cell longer than 500 characters, holding a formula or a control character is a fault of its line, told by the preview.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.handler import ContentHandler

import openpyxl
from defusedxml import sax as safe_sax

from hygie.core.errors import UnreadableInput
from hygie.web.inventory.tables import LONGEST_CELL
from hygie.web.inventory.writing import plain

MOST_BYTES = 2_000_000
MOST_LINES = 2_000
MOST_COLUMNS = 30
MOST_PARTS = 200
MOST_UNPACKED = 10_000_000
MOST_ELEMENTS = 300_000
DEEPEST = 50
AS_TEXT = "Enregistrez la liste au format CSV UTF-8 ou XLSX."
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKUP = (b"<", b"\x00<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
"""How a part that is XML may begin: its content type says that it is, whatever its name."""
_FORMULA, _ERROR = "formula", "error"


class NotATable(UnreadableInput):
    """The file cannot be read as a list. One sentence, and what to do."""

    code = "not_a_table"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number as a spreadsheet shows it, its cells, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: titles of columns, lines, and how the bytes were understood."""

    titles: tuple[str, ...]
    lines: tuple[Line, ...]
    encoding: str = ""


def read_sheet(name: str, content: bytes) -> Sheet:
    """The lines of a CSV or an XLSX, told apart by the bytes. NotATable when it is neither or beyond the limits."""
    if len(content) > MOST_BYTES:
        raise NotATable("Ce fichier dépasse 2 Mo.", "Gardez une seule liste par fichier, sans image.")
    if content.startswith(b"PK"):
        return _sheet(_xlsx(content), "")
    if name.lower().endswith((".xlsx", ".xls", ".ods")) or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotATable("Ce fichier n’est pas un classeur XLSX.", "Enregistrez la liste au format XLSX ou CSV.")
    text, encoding = _decoded(content)
    return _sheet(_csv(text), encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    """UTF-8, or the old encoding of Windows, said on the preview."""
    if b"\x00" in content:
        raise NotATable(
            "Ce fichier n’est pas un tableau en texte.", "Enregistrez la liste au format CSV UTF-8 ou XLSX."
        )
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        raise NotATable("Les lettres de ce fichier ne se lisent pas.", AS_TEXT) from error


def _csv(text: str) -> Iterator[list[Any]]:
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise NotATable(
            "Un guillemet n’est pas fermé, ou une case est trop longue.", "Corrigez-la, puis réessayez."
        ) from error


def _xlsx(content: bytes) -> Iterator[list[Any]]:
    """The cells of the first sheet; a formula is said, never computed."""
    _check_parts(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False, keep_vba=False)
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(max_row=MOST_LINES + 2, max_col=MOST_COLUMNS + 1):
            yield [_cell(cell.value, cell.data_type) for cell in row]
    except Exception as error:  # what a reader of spreadsheets raises on a hostile one has no bounds
        raise _unreadable() from error


def _check_parts(content: bytes) -> None:
    """Refuse a bomb before anything unpacks it, and any DTD before a parser meets it."""
    look = _Look()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            heavy = len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED
            for part in () if heavy else parts:
                with archive.open(part) as stream:
                    head = stream.read(64).lstrip()
                xml = not head or head.startswith(_MARKUP)
                if xml or part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        safe_sax.parse(stream, look, forbid_dtd=True)
    except Exception as error:  # a damaged archive, an encrypted one, a forbidden DTD: the same answer
        raise _unreadable() from error
    if heavy:
        raise NotATable("Ce classeur est trop gros une fois ouvert.", "Gardez la liste seule, sans image.")
    if look.beyond:
        raise _too_long()


class _Look(ContentHandler):
    """Counts how deep elements are nested, and sees a value written below the last line that is read."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.row, self.count, self.beyond = 0, 0, 0, False

    def startDocument(self) -> None:  # noqa: N802 - the name SAX calls
        """Another part."""
        self.depth = self.row = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name SAX calls
        """One deeper. A row without number follows the one before."""
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise ValueError("too deep, or too many")
        name = name.rpartition(":")[2]
        if name == "row":
            self.row = int(attrs.get("r", self.row + 1))
        self.beyond |= name in ("v", "is") and self.row > MOST_LINES + 1

    def endElement(self, name: str) -> None:  # noqa: N802 - the name SAX calls
        """One less."""
        del name
        self.depth -= 1


def _too_long() -> NotATable:
    return NotATable("Ce fichier a plus de 2 000 lignes.", "Coupez-le en plusieurs fichiers.")


def _unreadable() -> NotATable:
    return NotATable("Ce classeur ne s’ouvre pas.", "Ouvrez-le dans votre tableur et enregistrez-le en XLSX ou en CSV.")


def _cell(value: Any, data_type: str) -> Any:
    if data_type == "f":
        return (_FORMULA,)
    if data_type == "e":
        return (_ERROR,)
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _sheet(rows: Iterator[list[Any]], encoding: str) -> Sheet:
    """The first line gives the titles; empty lines are passed over."""
    titles: tuple[str, ...] | None = None
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        if not any(str(cell).strip() for cell in row):
            continue
        _check_size(number, row)
        if titles is None:
            titles = _titles(row)
            continue
        lines.append(clean_line(number, row[: len(titles)]))
    if titles is None:
        raise NotATable("Ce fichier est vide.", "Exportez d’abord une liste : elle sert de modèle.")
    return Sheet(titles, tuple(lines), encoding)


def _titles(row: Sequence[Any]) -> tuple[str, ...]:
    """The titles, without the empty ones a spreadsheet adds at the end."""
    titles = [" ".join(str(cell).split()) for cell in row]
    while not titles[-1]:
        titles.pop()
    return tuple(titles)


def _check_size(number: int, row: Sequence[Any]) -> None:
    if number > MOST_LINES + 1:
        raise _too_long()
    if any(row[MOST_COLUMNS:]):
        raise NotATable("Ce fichier a plus de 30 colonnes.", "Gardez les colonnes de la liste exportée.")


def clean_line(number: int, row: Iterable[Any]) -> Line:
    """A line whose cells are clean text, with what is wrong in it."""
    cells, faults = [], []
    for cell in row:
        text, fault = _text(cell)
        cells.append(text)
        faults += [fault] if fault else []
    return Line(number, tuple(cells), tuple(dict.fromkeys(faults)))


def _text(cell: Any) -> tuple[str, str]:
    """A cell as clean text, and what is wrong with it."""
    if isinstance(cell, tuple):
        return "", "Une case contient une formule." if cell == (
            _FORMULA,
        ) else "Une case contient une erreur de calcul."
    if len(cell) > LONGEST_CELL:
        return "", "Une case dépasse 500 caractères."
    if _FORBIDDEN.search(cell):
        return "", "Une case contient un caractère invisible qui n’a rien à y faire."
    return plain(cell).strip(), ""
