"""Following a chain from its first line to its head, and saying where it breaks.

The head is read before and after the walk: lines written meanwhile are no fault, lines taken away or added behind the
head's back are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hygie.journal.chain import GENESIS, entry_hash
from hygie.journal.errors import JournalBroken
from hygie.journal.rows import Head, entry_of
from hygie.journal.schema import SHELF


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a chain found.

    `count` lines follow each other from the first; `head` is the hash of the last of them. When `ok` is False,
    `broken_seq` is the first line that is wrong (None when it cannot be told) and `reason` says why, in French.
    `guarded` is False when the triggers that refuse changes are gone, which by itself breaks no line.
    """

    ok: bool
    count: int
    head: str
    broken_seq: int | None = None
    reason: str = ""
    guarded: bool = True


class Walk:
    """Follows a chain line by line; `seq` and `hash` are those of the last good line."""

    def __init__(self, anchors: Mapping[int, str]) -> None:
        self.seq = 0
        self.hash = GENESIS
        self._anchors = anchors

    def follow(self, rows: Iterator[tuple[Any, ...]], shelf: int) -> None:
        """Raises JournalBroken at the first line that does not follow the one before."""
        for row in rows:
            self._check(row, shelf)

    def close(self, before: Head | None, after: Head | None) -> None:
        """Compare where the walk ended with the head read before and after it, then with the anchors left over."""
        if before is not None:
            self._close_between(before, after)
        if missing := [seq for seq in self._anchors if seq > self.seq]:
            raise JournalBroken(min(missing), "elle figure au fichier des empreintes et manque au journal")

    def _close_between(self, lowest: Head, highest: Head | None) -> None:
        if highest is None:
            raise JournalBroken(None, "le repère de fin a disparu")
        if self.seq < lowest.seq:
            raise JournalBroken(self.seq + 1, "elle manque, alors que le repère de fin la compte")
        if self.seq > highest.seq or (self.seq == highest.seq and self.hash != highest.hash):
            raise JournalBroken(self.seq, "le repère de fin ne la connaît pas")

    def _check(self, row: tuple[Any, ...], shelf: int) -> None:
        number, *values = row
        expected = self.seq + 1
        entry = entry_of(values)
        if entry.seq != expected:
            raise JournalBroken(expected, "elle manque" if entry.seq > expected else "une autre est à sa place")
        if entry.previous != self.hash:
            raise JournalBroken(expected, "elle ne suit pas la ligne précédente")
        if entry.hash != entry_hash(self.hash, entry) or number != shelf * SHELF + expected:
            raise JournalBroken(expected, "elle a été modifiée")
        if self._anchors.get(expected, entry.hash) != entry.hash:
            raise JournalBroken(expected, "son empreinte n'est plus celle notée ce jour-là")
        self.seq, self.hash = expected, entry.hash
