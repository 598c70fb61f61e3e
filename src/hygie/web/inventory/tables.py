"""The four lists as tables for a spreadsheet: their columns, and each object as a line of text. No query here.

Days are written « 24/11/2026 », choices by their French word, several people with « + » between them. « Repère » is
what finds the same object again when the file comes back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from hygie.web.accounts.access import Action
from hygie.web.inventory.models import YES_NO, Card, Device, OnlineAccount, Provider

Shape = Literal["text", "email", "choice", "day", "person", "people", "provider"]
KEY = "Repère"
PLUS = " + "
LONGEST_CELL = 500
SEALED = 120
"""The most characters of a sealed text, whose column has no length."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the model's field behind it, its title, its shape; `longest` in characters."""

    field: str
    title: str
    shape: Shape = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    longest: int = LONGEST_CELL


@dataclass(frozen=True, slots=True)
class Table:
    """A list: `natural` names the fields that tell one object from another when there is no « Repère »."""

    slug: str
    title: str
    model: Any
    columns: tuple[Column, ...]
    natural: tuple[str, ...]
    see: Action
    change: Action

    def column(self, title: str) -> Column | None:
        """The column of that title, whatever its capitals and spaces."""
        wanted = " ".join(title.split()).casefold()
        return next((one for one in self.columns if one.title.casefold() == wanted), None)


def _choice(field: str, title: str, choices: Any, *, required: bool = False) -> Column:
    return Column(field, title, "choice", tuple((str(a), str(b)) for a, b in choices), required)


DEVICES = Table(
    "materiel", "Matériel", Device,
    (
        Column("name", "Nom", required=True, longest=60),
        _choice("kind", "Sorte", Device.KINDS, required=True),
        Column("place", "Endroit", longest=80),
        Column("holder", "Qui s’en sert", "person"),
        Column("serial", "Numéro de série", longest=SEALED),
        Column("system", "Système", longest=80),
        _choice("encrypted", "Disque chiffré", YES_NO),
        Column("support_ends_on", "Fin des mises à jour", "day"),
        Column("bought_on", "Achat", "day"),
        Column("disposed_on", "Sorti le", "day"),
        Column("disposal", "Devenu", longest=120),
        _choice("wiped", "Données effacées", YES_NO),
    ),
    ("name",), Action.SEE_INVENTORY, Action.CHANGE_INVENTORY,
)  # fmt: skip
CARDS = Table(
    "cartes", "Cartes", Card,
    (
        _choice("kind", "Sorte", Card.KINDS, required=True),
        Column("holder", "Titulaire", "person"),
        Column("number", "Numéro", longest=SEALED),
        Column("expires_on", "Fin de validité", "day"),
        _choice("state", "État", Card.STATES),
        Column("returned_on", "Rendue le", "day"),
    ),
    ("kind", "holder", "expires_on"), Action.SEE_CARDS, Action.CHANGE_CARDS,
)  # fmt: skip
ACCOUNTS = Table(
    "comptes", "Comptes", OnlineAccount,
    (
        Column("name", "Compte", required=True, longest=80),
        Column("provider", "Chez qui", "provider"),
        Column("users", "Qui s’en sert", "people"),
        _choice("second_factor", "Deuxième vérification", YES_NO),
        _choice("method", "Moyen", OnlineAccount.METHODS),
        Column("checked_on", "Vérifié le", "day"),
        Column("closed_on", "Fermé le", "day"),
    ),
    ("name",), Action.SEE_INVENTORY, Action.CHANGE_INVENTORY,
)  # fmt: skip
PROVIDERS = Table(
    "prestataires", "Prestataires", Provider,
    (
        _choice("kind", "Rôle", Provider.KINDS, required=True),
        Column("name", "Nom", required=True, longest=80),
        Column("contact", "Personne à demander", longest=80),
        Column("phone", "Téléphone", longest=40),
        Column("email", "Adresse e-mail", "email", longest=254),
        Column("hours", "Heures", longest=80),
        Column("contract", "Contrat", longest=SEALED),
        Column("ended_on", "Fin du contrat", "day"),
    ),
    ("name",), Action.SEE_INVENTORY, Action.CHANGE_INVENTORY,
)  # fmt: skip
TABLES: Mapping[str, Table] = {table.slug: table for table in (DEVICES, CARDS, ACCOUNTS, PROVIDERS)}


def header(table: Table) -> list[str]:
    """The titles of the columns, « Repère » first."""
    return [KEY, *(column.title for column in table.columns)]


def line_of(table: Table, row: Any) -> list[str]:
    """An object as a line, in the order of `header`."""
    return [str(row.creation_key), *(cell_of(column, row) for column in table.columns)]


def cell_of(column: Column, row: Any) -> str:
    """A field of an object as text; empty when there is nothing."""
    if column.shape == "people":
        return PLUS.join(member.name for member in row.users.all())
    value = getattr(row, column.field)
    if value is None or value == "":
        return ""
    if column.shape == "choice":
        return dict(column.choices).get(value, str(value))
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
