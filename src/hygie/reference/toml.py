"""Reads a TOML file into typed values, and says exactly where it is wrong.

`tomllib` gives the line of a syntax error; for a wrong value the line of its entry's `id` is looked up in the text.
"""

import functools
import re
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hygie.reference.errors import BrokenReference

T = TypeVar("T")
_ONE_AT_A_TIME = threading.RLock()
MAX_BYTES = 2 * 1024 * 1024
_SYNTAX_LINE = re.compile(r"\(at line (\d+)")
_ENTRY = re.compile(r"`\$(?:\.\w+)?\[(\d+)\]")


def once(read: Callable[[], T]) -> Callable[[], T]:
    """A reader whose answer is kept, and computed a single time even when several threads ask together.

    msgspec 0.22 crashes the interpreter when two threads build its description of one type: a lock is needed,
    `functools.cache` has none.
    """
    kept = functools.cache(read)

    @functools.wraps(read)
    def ask() -> T:
        with _ONE_AT_A_TIME:
            return kept()

    return ask


def load(path: Path, kind: type[T]) -> T:
    """The content of `path` as a `kind` (a msgspec structure). BrokenReference when it is not one."""
    with _ONE_AT_A_TIME:
        return _load(path, kind)


def _load(path: Path, kind: type[T]) -> T:
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5000 digits is a ValueError of Python's own
        line = _SYNTAX_LINE.search(str(error))
        raise BrokenReference(path, int(line[1]) if line else None, "ce n'est pas du TOML") from error
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise BrokenReference(path, _line_of(text, content, str(error)), _in_french(error)) from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BrokenReference(path, None, "il ne se lit pas") from error
    if len(raw) > MAX_BYTES:
        raise BrokenReference(path, None, "il dépasse deux mégaoctets")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BrokenReference(path, line, "il n'est pas écrit en UTF-8") from error


def _line_of(text: str, content: dict[str, Any], message: str) -> int | None:
    """The line where the faulty entry begins: msgspec tells its rank, the text tells the line."""
    place = _ENTRY.search(message)
    if place is None:
        return None
    heads = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("[[")]
    rank = int(place[1])
    return heads[rank] if rank < len(heads) and content else None


def _in_french(error: msgspec.ValidationError) -> str:
    message = str(error)
    if isinstance(error.__cause__, ValueError):
        return str(error.__cause__)  # said in French by the structure itself
    place = message.rpartition(" - at ")[2].strip("`") if " - at " in message else ""
    if "missing required field" in message:
        name = re.search(r"field `(\w+)`", message)
        return f"il manque « {name[1] if name else '?'} »"
    if "unknown field" in message:
        name = re.search(r"field `(\w+)`", message)
        return f"« {name[1] if name else '?'} » n'y a pas de sens"
    return f"valeur inattendue à {place or 'un endroit'}"
