"""Lists written as CSV and XLSX that no spreadsheet takes for formulas, and read back the same.

A text that begins like a formula gets an apostrophe before it, as does one that begins with such apostrophes, so that
taking one away gives exactly the text back.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """The text, that a spreadsheet will show and not compute."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def plain(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """For a French Excel: UTF-8 with its mark, « ; » between cells."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(lines: Iterable[Sequence[str]], title: str) -> bytes:
    """One sheet where every cell is a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for line in lines:
        cells = []
        for text in line:
            cell = WriteOnlyCell(sheet)
            cell.value, cell.data_type = harmless(text), "s"
            cells.append(cell)
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
