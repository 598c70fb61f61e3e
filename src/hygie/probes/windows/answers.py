"""What PowerShell answered, read without trust: the text of ConvertTo-Json → rows whose values are checked one by one.

Everything that is not understood raises `CannotTell`. ConvertTo-Json gives a single object where one row is found,
an enumeration as its number or its name, and a list wrapped as {"value": [...], "Count": n}: all three are accepted.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hygie.probes.machine import CannotTell

NOT_UNDERSTOOD = "Windows a donné une réponse que Hygie ne comprend pas."
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


@dataclass(frozen=True, slots=True)
class Row:
    """One object that a command printed: property name → value."""

    values: Mapping[str, object]

    def get(self, name: str) -> object:
        """The value of a property whatever its type; None when absent."""
        return self.values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A string property, `default` when it is null or absent."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise CannotTell(NOT_UNDERSTOOD)
        return value.strip()

    def needed(self, name: str) -> str:
        """A string property that must be there."""
        if not (value := self.text(name)):
            raise CannotTell(NOT_UNDERSTOOD)
        return value

    def whole(self, name: str) -> int | None:
        """An integer property (a number or its digits), None when it is null or absent."""
        value = self.values.get(name)
        if isinstance(value, str) and value.strip().isdecimal() and value.isascii():
            return int(value)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise CannotTell(NOT_UNDERSTOOD)
        return value

    def count(self, name: str) -> int:
        """An integer property that must be there."""
        if (value := self.whole(name)) is None:
            raise CannotTell(NOT_UNDERSTOOD)
        return value

    def flag(self, name: str) -> bool:
        """A boolean property that must be there, printed as a boolean, a number or a word."""
        if (word := str(self.values.get(name)).strip().lower()) in _TRUE:
            return True
        if word not in _FALSE:
            raise CannotTell(NOT_UNDERSTOOD)
        return False

    def moment(self, name: str) -> datetime | None:
        """A date printed in ISO 8601 with its offset; None when it is null or absent."""
        if not (value := self.text(name)):
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise CannotTell(NOT_UNDERSTOOD) from error
        if found.tzinfo is None:
            raise CannotTell(NOT_UNDERSTOOD)
        return found

    def rows(self, name: str) -> list["Row"]:
        """The objects nested in a property."""
        return as_rows(self.values.get(name))

    def texts(self, name: str) -> list[str]:
        """The strings nested in a property."""
        return [value for value in as_list(self.values.get(name)) if isinstance(value, str)]


def load(text: str) -> object:
    """The JSON value printed by a script, a byte order mark left aside."""
    try:
        value: object = json.loads(text.lstrip("\ufeff").strip())
    except (ValueError, RecursionError) as error:
        raise CannotTell(NOT_UNDERSTOOD) from error
    return value


def as_list(value: object) -> list[object]:
    """The items of what ConvertTo-Json made of a list."""
    if isinstance(value, dict) and set(value) == {"value", "Count"}:
        value = value["value"]
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def as_rows(value: object) -> list[Row]:
    """The objects of what ConvertTo-Json made of a list of objects."""
    items = as_list(value)
    if not all(isinstance(item, dict) for item in items):
        raise CannotTell(NOT_UNDERSTOOD)
    return [Row(item) for item in items if isinstance(item, dict)]


def rows(text: str) -> list[Row]:
    """The rows of one printed answer."""
    return as_rows(load(text))


def only(found: Iterable[Row]) -> Row:
    """The single row expected."""
    match list(found):
        case [row]:
            return row
    raise CannotTell(NOT_UNDERSTOOD)
