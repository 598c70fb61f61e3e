"""A bounded look at the places where files lie on show: names and first bytes only, nothing is opened further.

Links are never followed, network mounts never entered, and depth, count and time are capped; when a cap is
reached the answer says it is not complete.
"""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hygie.content.hints import HEAD_BYTES, Hint, hint_of_head, hint_of_name
from hygie.probes.facts import Place, SensitiveFile, SensitiveFiles

MAX_ENTRIES = 20_000
MAX_ENTRIES_PER_FOLDER = 5_000
MAX_DEPTH = 4
MAX_SECONDS = 1.5
MAX_FOUND = 200
MAX_HEADS = 2_000
_MOUNT_POINT = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
_HEAD_SUFFIXES = ("", ".txt", ".xml", ".hl7", ".dat", ".img", ".bin")


@dataclass
class Limits:
    """What may still be spent.

    `reached` tells that nothing is left; `partial`, that something was passed over on the way (a folder too deep,
    too full or closed to us, a file whose head was not read). Either makes the answer incomplete.
    """

    entries: int = MAX_ENTRIES
    heads: int = MAX_HEADS
    seconds: float = MAX_SECONDS
    clock: Callable[[], float] = time.monotonic
    reached: bool = False
    partial: bool = False
    _deadline: float = field(init=False)
    _reads_heads: bool = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._deadline = self.clock() + self.seconds
        self._reads_heads = self.heads > 0

    def spend(self) -> bool:
        """Count one entry; False when nothing is left."""
        self.entries -= 1
        if self.entries < 0 or self.clock() > self._deadline:
            self.reached = True
        return not self.reached

    def spend_head(self) -> bool:
        """Count one file opened; False when nothing is left, or when no file had to be opened at all."""
        self.heads -= 1
        self.partial |= self._reads_heads and self.heads < 0
        return self.heads >= 0


@dataclass(frozen=True, slots=True)
class Exposed:
    """A folder on show, and how its files are exposed."""

    folder: Path
    place: Place


def look(
    places: Iterable[Exposed], closed: frozenset[str] = frozenset(), limits: Limits | None = None
) -> SensitiveFiles:
    """What the names and the heads of the files suggest, within `limits`; `closed` folders are never entered."""
    left = limits or Limits()
    found: list[SensitiveFile] = []
    examined = 0
    for exposed in places:
        for entry in _walk(exposed.folder, closed, left, MAX_DEPTH):
            examined += 1
            hint = _hint(entry, left)
            if hint is not None and len(found) < MAX_FOUND:
                found.append(SensitiveFile(hint, exposed.place, entry.name))
    return SensitiveFiles(tuple(found), examined, complete=not (left.reached or left.partial))


def _walk(folder: Path, closed: frozenset[str], limits: Limits, depth: int) -> "Iterator[os.DirEntry[str]]":
    """Regular files below `folder`, level by level; what cannot be entered is passed over, and said so."""
    level = [] if _leads_elsewhere(folder, closed, limits) else [folder]
    while level and depth > 0 and not limits.reached:
        below: list[Path] = []
        for current in level:
            if str(current) in closed:
                limits.partial = True
            else:
                yield from _entries(current, below, limits)
        level, depth = below, depth - 1
    limits.partial |= bool(level)


def _leads_elsewhere(folder: Path, closed: frozenset[str], limits: Limits) -> bool:
    """Whether the exposed folder is a link, or lies on a network mount (asked first: a link there would hang)."""
    elsewhere = not closed.isdisjoint(map(str, (folder, *folder.parents))) or folder.is_symlink()
    limits.partial |= elsewhere
    return elsewhere


def _entries(folder: Path, below: list[Path], limits: Limits) -> "Iterator[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= MAX_ENTRIES_PER_FOLDER or not limits.spend():
                    limits.partial = True
                    return
                if entry.is_dir(follow_symlinks=False):
                    below += [] if entry.name.startswith(".") or _is_junction(entry) else [Path(entry.path)]
                elif entry.is_file(follow_symlinks=False):
                    yield entry
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError):
        limits.partial = True


def _is_junction(entry: "os.DirEntry[str]") -> bool:
    """Whether the folder is a link that only Windows knows (« Ma musique » in Documents)."""
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _MOUNT_POINT


def _hint(entry: "os.DirEntry[str]", limits: Limits) -> Hint | None:
    hint = hint_of_name(entry.name)
    suffix = os.path.splitext(entry.name)[1].casefold()  # noqa: PTH122 - the name may not be a valid path
    if hint is not None or suffix not in _HEAD_SUFFIXES or not limits.spend_head():
        return hint
    return hint_of_head(_head(entry.path))


def _head(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return b""
    try:
        return os.read(descriptor, HEAD_BYTES) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(descriptor)
