"""Reads the list of patients to write to, from a CSV made by the practice's software. Nothing is kept.

Bounded in size, lines, columns and length. An error names a line, never what stands on it.
"""

import csv
import io
import unicodedata
from typing import Any, Final

from hygie.core.errors import UnreadableInput
from hygie.documents.words import clean

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 120
COLUMNS: Final = {
    "title": ("civilite", "titre", "civ", "m mme", "politesse"),
    "last_name": (
        "nom", "nom de famille", "nom usage", "nom d usage", "nom utilise", "nom patient", "nom du patient", "patient",
        "nom et prenom", "nom prenom", "nom de naissance", "destinataire",
    ),
    "first_name": ("prenom", "prenoms", "prenom usuel", "prenom utilise", "prenom patient", "prenom du patient"),
    "address": (
        "adresse", "adresse 1", "adresse1", "adresse postale", "rue", "voie", "ligne 1", "adresse ligne 1",
        "numero et voie",
    ),
    "address_2": ("adresse 2", "adresse2", "complement", "complement d adresse", "complement adresse", "ligne 2",
                  "adresse ligne 2"),
    "postcode": ("code postal", "cp", "codepostal", "c p"),
    "city": ("ville", "commune", "localite"),
}  # fmt: skip
"""Names of columns as French software writes them, without accents or signs."""
_DELIMITERS = (";", "\t", ",")
_NOTHING = "Choisissez un autre fichier, ou refaites-le depuis votre logiciel en CSV."
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class BadRecipients(UnreadableInput):
    """The list cannot be read. `line` is the line at fault, counted from 1, None for the whole file."""

    code = "bad_recipients"

    def __init__(self, why: str, line: int | None = None) -> None:
        """Say why, without anything of the file."""
        self.line = line
        place = f" (ligne {line})" if line else ""
        super().__init__(f"La liste ne se lit pas{place} : {why}.", _NOTHING)


def read_recipients(raw: bytes) -> list[dict[str, str]]:
    """The recipients in the order of the file, one mapping each with the keys of COLUMNS. BadRecipients."""
    if len(raw) > MOST_BYTES:
        raise BadRecipients("elle dépasse dix mégaoctets")
    text = _decoded(raw)
    if not text.strip():
        raise BadRecipients("elle est vide")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return _rows(reader)
    except csv.Error as error:
        raise BadRecipients("les guillemets ou les colonnes sont mal fermés", reader.line_num or None) from error


def _decoded(raw: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or Windows-1252: what spreadsheets of a practice write."""
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), "")
    if not encoding and b"\x00" in raw:
        raise BadRecipients("ce n’est pas un fichier de texte")
    for name in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    raise BadRecipients("ses accents ne se lisent pas, enregistrez-la en UTF-8")


def _delimiter(text: str) -> str:
    head = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _rows(reader: Any) -> list[dict[str, str]]:
    places: dict[int, str] = {}
    found: list[dict[str, str]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not places:
            places = _places(cells)
            continue
        found.append(_row(cells, places, reader.line_num))
        if len(found) > MOST_ROWS:
            raise BadRecipients(f"elle dépasse {MOST_ROWS} personnes", reader.line_num)
    if not found:
        raise BadRecipients("elle ne contient que ses titres de colonnes")
    return found


def _places(cells: list[str]) -> dict[int, str]:
    """Column → what it holds; the first column of each kind counts."""
    if len(cells) > MOST_COLUMNS:
        raise BadRecipients(f"elle dépasse {MOST_COLUMNS} colonnes", 1)
    places: dict[int, str] = {}
    for rank, cell in enumerate(cells):
        kind = next((name for name, known in COLUMNS.items() if _plain(cell) in known), "")
        if kind and kind not in places.values():
            places[rank] = kind
    if "last_name" not in places.values():
        raise BadRecipients("sa première ligne n’a pas de colonne « Nom »", 1)
    return places


def _plain(title: str) -> str:
    """A title without accents, signs or capitals."""
    bare = (c for c in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def _row(cells: list[str], places: dict[int, str], line: int) -> dict[str, str]:
    if len(cells) > MOST_COLUMNS:
        raise BadRecipients(f"elle dépasse {MOST_COLUMNS} colonnes", line)
    row = {kind: clean(cells[rank]).strip() for rank, kind in places.items() if rank < len(cells)}
    if not row.get("last_name"):
        raise BadRecipients("le nom manque", line)
    if any(len(cell) > LONGEST_CELL for cell in row.values()):
        raise BadRecipients("un texte est trop long", line)
    return row
