"""Compares Debian versions as dpkg does (deb-version(7)), so that no program has to be run for each package."""

import re
from itertools import zip_longest

_PARTS = re.compile(r"([^0-9]*)([0-9]*)")
_DIGITS = re.compile(r"[0-9]+")


def newer(left: str, right: str) -> bool:
    """Whether `left` is a later version than `right`."""
    return _key(left) > _key(right)


def _key(version: str) -> tuple[tuple[int, str], "_Order", "_Order"]:
    epoch, separator, rest = version.partition(":")
    number, rest = (_number(epoch), rest) if separator and _DIGITS.fullmatch(epoch) else (_number(""), version)
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return number, _Order(upstream), _Order(revision)


class _Order:
    """One part of a version, ordered by alternating non-digits and numbers."""

    def __init__(self, text: str) -> None:
        self.parts = [(_letters(word), _number(number)) for word, number in _PARTS.findall(text)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Order) and not self < other and not other < self

    def __hash__(self) -> int:
        return hash(tuple(self.parts))

    def __lt__(self, other: "_Order") -> bool:
        empty = (_letters(""), _number(""))
        pairs = zip_longest(self.parts, other.parts, fillvalue=empty)
        return next((mine < theirs for mine, theirs in pairs if mine != theirs), False)


def _number(digits: str) -> tuple[int, str]:
    """A number of any length, ordered as numbers are: by its length without leading zeros, then by its digits."""
    kept = digits.lstrip("0")
    return len(kept), kept


def _letters(word: str) -> tuple[int, ...]:
    """Weights of a word: ~ before the end, the end before letters, letters before the rest."""
    weights = [-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256 for c in word]
    return (*weights, 0)
