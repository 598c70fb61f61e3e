"""Which characters the shipped fonts can draw, read from their `cmap` table, and a text limited to them.

PDF/A and PDF/UA forbid a character without a shape: what cannot be drawn is shown as « � » instead of failing.
"""

import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
FILES = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
LONGEST_WORD = 24
ZERO_WIDTH = "\u200b"
_SEGMENTS_BY_CHARACTER = 4  # the format of a `cmap` subtable for the basic plane
_LAST = 0xFFFF


@cache
def drawable() -> frozenset[int]:
    """The code points that every shipped font has a shape for."""
    covered = [frozenset(_covered((FONTS / name).read_bytes())) for name in FILES]
    return covered[0].intersection(*covered[1:])


def _covered(font: bytes) -> Iterator[int]:
    """The code points of a TrueType font: its segments of the basic plane."""
    tables = {font[at : at + 4]: at for at in range(12, 12 + 16 * _number(font, 4), 16)}
    (start,) = struct.unpack_from(">I", font, tables[b"cmap"] + 8)
    for rank in range(_number(font, start + 2)):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * rank)
        if _number(font, start + offset) == _SEGMENTS_BY_CHARACTER:
            yield from _segments(font, start + offset)


def _segments(font: bytes, at: int) -> Iterator[int]:
    count = _number(font, at + 6) // 2
    ends, starts = at + 14, at + 16 + 2 * count
    for rank in range(count):
        first, last = _number(font, starts + 2 * rank), _number(font, ends + 2 * rank)
        yield from (code for code in range(first, last + 1) if code != _LAST)


def _number(font: bytes, at: int) -> int:
    value: int = struct.unpack_from(">H", font, at)[0]
    return value


def drawn(value: Any) -> Any:
    """Every text of nested dicts and lists, limited to what can be drawn, its long words allowed to break."""
    if isinstance(value, str):
        return _drawn(value)
    if isinstance(value, dict):
        return {key: inner if key in ("url", "id", "link") else drawn(inner) for key, inner in value.items()}
    return [drawn(inner) for inner in value] if isinstance(value, list) else value


def _drawn(text: str) -> str:
    known = drawable()
    shown = "".join(c if ord(c) in known else "\ufffd" for c in text)
    return re.sub(rf"\S{{{LONGEST_WORD + 1},}}", _breakable, shown)


def _breakable(word: re.Match[str]) -> str:
    """A long word with places to break: after the signs of an address, then anywhere."""
    eased = re.sub(r"([/._=?&-])(?=\w)", r"\1" + ZERO_WIDTH, word[0])
    return re.sub(rf"([^{ZERO_WIDTH}]{{{LONGEST_WORD}}})(?=[^{ZERO_WIDTH}])", r"\1" + ZERO_WIDTH, eased)
