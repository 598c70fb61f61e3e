"""The difficult words of the app, in plain French."""

from pathlib import Path
from typing import Annotated

import msgspec

from hygie.core.french import typeset
from hygie.reference.toml import load, once

FILE = Path(__file__).parent / "glossary.toml"
Text = Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term, what its letters stand for, and what it means to somebody who is not an engineer."""

    term: Text
    plain: Text
    full: Text | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    word: tuple[Word, ...]


@once
def glossary() -> tuple[Word, ...]:
    """The words, in the order of the file, typeset."""
    words = load(FILE, _File).word
    return tuple(Word(typeset(w.term), typeset(w.plain), typeset(w.full) if w.full else None) for w in words)
