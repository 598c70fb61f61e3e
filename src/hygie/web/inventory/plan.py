"""What an import would do, line by line, before anything is written. Pure: rows in, a plan out.

A line is found again by its « Repère », else by its natural name. An empty cell changes nothing; a cell that says what
is kept already changes nothing either, so that an exported list comes back without effect.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hygie.web.inventory.reading import Line, NotATable, Sheet
from hygie.web.inventory.tables import KEY, PLUS, Column, Table, cell_of

ADD, CHANGE, SAME, REFUSED = "add", "change", "same", "refused"
_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
FIRST_YEAR, LAST_YEAR = 1980, 2100


@dataclass(frozen=True, slots=True)
class Change:
    """A field that would change, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """What would become of a line: `what` is ADD, CHANGE, SAME or REFUSED; `values` are fields of the model."""

    number: int
    what: str
    title: str
    reasons: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    row: Any = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole import, the columns that were not understood, and how the bytes were read."""

    steps: tuple[Step, ...]
    ignored: tuple[str, ...]
    encoding: str

    def count(self, what: str) -> int:
        """How many lines would be added, changed, left or refused."""
        return sum(step.what == what for step in self.steps)

    @property
    def writes(self) -> bool:
        """Whether confirming would write anything."""
        return any(step.what in (ADD, CHANGE) for step in self.steps)

    @property
    def digest(self) -> str:
        """A fingerprint of what was shown: confirming something else shows it again."""
        shown = [(step.number, step.what, step.title, [(c.title, c.before, c.after) for c in step.changes])
                 for step in self.steps]  # fmt: skip
        return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """What the practice has: the rows of the table, and the people and providers a cell may name."""

    rows: Sequence[Any]
    people: Sequence[Any] = ()
    providers: Sequence[Any] = ()


class _Fault(Exception):  # noqa: N818 - a reason, not a failure
    """Why a cell is refused, in French."""


def plan_import(table: Table, sheet: Sheet, known: Known) -> Plan:
    """The plan of a file. NotATable when none of its columns is one of the table's."""
    columns = [table.column(title) for title in sheet.titles]
    places = {column.field: place for place, column in enumerate(columns) if column is not None}
    missing = [column.title for column in table.columns if column.required and column.field not in places]
    if missing:
        raise NotATable(
            f"Il manque la colonne « {missing[0]} ».", f"Exportez la liste « {table.title} » : elle sert de modèle."
        )
    twice = [title for title, count in Counter(column.title for column in columns if column).items() if count > 1]
    if twice:
        raise NotATable(f"La colonne « {twice[0]} » est en double.", "Gardez-en une seule.")
    planner = _Planner(table, known, places, _key_place(sheet.titles))
    ignored = tuple(t for t, c in zip(sheet.titles, columns, strict=True) if c is None and t and t != KEY)
    return Plan(tuple(planner.step(line) for line in sheet.lines), ignored, sheet.encoding)


def _key_place(titles: Sequence[str]) -> int | None:
    return titles.index(KEY) if KEY in titles else None


class _Planner:
    """The state of one plan: what was already met in the file."""

    def __init__(self, table: Table, known: Known, places: Mapping[str, int], key: int | None) -> None:
        self.table, self.known, self.places, self.key = table, known, places, key
        self.people, self.providers = _by_name(known.people), _by_name(known.providers)
        self.by_key = {str(row.creation_key): row for row in known.rows}
        self.by_name: dict[tuple[str, ...], list[Any]] = {}
        for row in known.rows:
            self.by_name.setdefault(self._name_of(row), []).append(row)
        self.met: set[Any] = set()

    def step(self, line: Line) -> Step:
        """What becomes of one line."""
        cells = self._cells(line)
        title = " · ".join(filter(None, (cells.get(name, "") for name in self._shown()))) or "Sans nom"
        if line.faults:
            return Step(line.number, REFUSED, title, line.faults)
        try:
            row = self._row(line, cells)
            values, changes = self._values(cells, row)
            self._remember(row, cells)
        except _Fault as fault:
            return Step(line.number, REFUSED, title, (str(fault),))
        what = ADD if row is None else CHANGE if changes else SAME
        return Step(line.number, what, title, (), changes, values, row)

    def _shown(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.table.natural, *(c.field for c in self.table.columns if c.required))))

    def _cells(self, line: Line) -> dict[str, str]:
        return {name: line.cells[place] if place < len(line.cells) else "" for name, place in self.places.items()}

    def _row(self, line: Line, cells: Mapping[str, str]) -> Any:
        """The object that this line speaks of; None for a new one."""
        key = line.cells[self.key].lower() if self.key is not None and self.key < len(line.cells) else ""
        if key in self.by_key:
            return self.by_key[key]
        found = self.by_name.get(tuple(_folded(cells.get(name, "")) for name in self.table.natural), [])
        if len(found) > 1:
            raise _Fault("Plusieurs lignes de la liste portent ce nom. Gardez la colonne « Repère » de l’export.")
        return found[0] if found else None

    def _name_of(self, row: Any) -> tuple[str, ...]:
        columns = {column.field: column for column in self.table.columns}
        return tuple(_folded(cell_of(columns[name], row)) for name in self.table.natural)

    def _remember(self, row: Any, cells: Mapping[str, str]) -> None:
        """Refuse what speaks twice of the same thing."""
        name = tuple(_folded(cells.get(field, "")) for field in self.table.natural)
        met = row.pk if row is not None else name
        if met in self.met:
            raise _Fault("Une autre ligne de ce fichier parle déjà de la même chose.")
        self.met.add(met)

    def _values(self, cells: Mapping[str, str], row: Any) -> tuple[dict[str, Any], tuple[Change, ...]]:
        values, changes = {}, []
        for column in self.table.columns:
            text = cells.get(column.field, "")
            before = cell_of(column, row) if row is not None else ""
            if row is None and column.required and not text:
                raise _Fault(f"Il manque « {column.title} ».")
            if not text or _same(text, before):
                continue
            value = self._value(column, text)
            values[column.field] = value
            changes.append(Change(column.title, before, text))
        return values, tuple(changes)

    def _value(self, column: Column, text: str) -> Any:
        """The value of a cell. _Fault when it has none."""
        if column.shape == "choice":
            return _chosen(column, text)
        if column.shape == "day":
            return _day(column, text)
        if column.shape == "person":
            return _one(text, self.people, "cette personne de l’équipe")
        if column.shape == "people":
            return [_one(name, self.people, "cette personne de l’équipe") for name in text.split(PLUS)]
        if column.shape == "provider":
            return _one(text, self.providers, "ce prestataire")
        return _plain(column, text)


def _by_name(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(_folded(row.name), []).append(row)
    return found


def _same(text: str, before: str) -> bool:
    return " ".join(text.split()) == " ".join(before.split())


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _plain(column: Column, text: str) -> str:
    if len(text) > column.longest:
        raise _Fault(f"« {column.title} » dépasse {column.longest} caractères.")
    if "\n" in text or "\r" in text or "\t" in text:
        raise _Fault(f"« {column.title} » tient sur plusieurs lignes.")
    if column.shape == "email" and not _EMAIL.fullmatch(text):
        raise _Fault("L’adresse e-mail s’écrit comme nom@exemple.fr.")
    return text


def _chosen(column: Column, text: str) -> str:
    wanted = _folded(text)
    for value, label in column.choices:
        if wanted in (value, _folded(label)):
            return value
    first = ", ".join(label for _, label in column.choices[:3])
    raise _Fault(f"« {column.title} » n’est pas un des choix : {first}…")


def _day(column: Column, text: str) -> date:
    for form in _DAYS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    raise _Fault(f"« {column.title} » s’écrit comme 06/11/2026.")


def _one(text: str, rows: Mapping[str, list[Any]], what: str) -> Any:
    found = rows.get(_folded(text), [])
    if not found:
        raise _Fault(f"« {text[:60]} » n’est pas dans la liste : ajoutez d’abord {what}.")
    if len(found) > 1:
        raise _Fault(f"Deux fiches portent le nom « {text[:60]} ».")
    return found[0]
