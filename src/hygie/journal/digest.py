"""The journal's state at the end of a day in one printable line, and the file that remembers one line a day.

Whoever rewrites the whole chain can make it hang together again, but not match what was printed, read out on the
phone or noted in `anchors.jsonl` before.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hygie.core.clock import PARIS
from hygie.journal.errors import AnchorsUnreadable
from hygie.journal.store import Journal

ANCHORS = "anchors.jsonl"
SHOWN = 24  # hex digits: 96 bits cannot be forged, and are read out in half a minute
_GROUP = 4
_LARGEST_FILE = 32 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(r"ligne\s+([\d\s]{1,20}).*?:\s*([0-9A-Fa-f][0-9A-Fa-f\s.-]*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Digest:
    """At the end of `day` (Paris): `count` lines that day; `seq` and `hash` are those of the last line ever."""

    day: date
    practice: str
    count: int
    seq: int
    hash: str

    @property
    def code(self) -> str:
        """The part of the hash that is printed: « 7F3A-91C2-… », six groups of four."""
        shown = self.hash[:SHOWN].upper()
        return "-".join(shown[start : start + _GROUP] for start in range(0, SHOWN, _GROUP))

    @property
    def line(self) -> str:
        """The printable line: « 24/11/2026, ligne 1234 (12 ce jour) : 7F3A-91C2-… »."""
        return f"{self.day:%d/%m/%Y}, ligne {self.seq} ({self.count} ce jour) : {self.code}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a printed line agrees with the journal; `sentence` says it in French."""

    ok: bool
    sentence: str


def digest_of(journal: Journal, practice: str, day: date) -> Digest:
    """The digest of one day of Paris; a day without lines repeats the last line before it."""
    start, end = _bounds(day)
    seq, sealed = journal.last_before(practice, end)
    return Digest(day, practice, len(journal.recorded_between(practice, start, end)), seq, sealed)


def digests(journal: Journal, practice: str, first: date, last: date) -> list[Digest]:
    """The digests of the days that have lines, from `first` to `last` included, in one query; oldest first."""
    days: dict[date, Digest] = {}
    for seq, sealed, recorded_at in journal.recorded_between(practice, _bounds(first)[0], _bounds(last)[1]):
        day = datetime.fromisoformat(recorded_at).astimezone(PARIS).date()
        count = days[day].count if day in days else 0
        days[day] = Digest(day, practice, count + 1, seq, sealed)
    return [days[day] for day in sorted(days)]


def check_digest(journal: Journal, practice: str, printed: str) -> Comparison:
    """Compare a printed or dictated line with the journal: « ligne N … : CODE », whatever the spaces and the case.

    The hash of line N seals every line before it, so agreement vouches for them all.
    """
    found = _LINE.search(printed[:500].strip())
    if not found:
        return Comparison(ok=False, sentence="Recopiez la ligne entière, du mot « ligne » au dernier groupe.")
    seq, code = int(re.sub(r"\s", "", found[1]) or 0), re.sub(r"[^0-9a-f]", "", found[2].lower())
    if len(code) < SHOWN:
        return Comparison(ok=False, sentence=f"Il manque des caractères : l'empreinte en compte {SHOWN}.")
    if not 1 <= seq < 2**40 or not (rows := journal.entries(practice, seq - 1, 1)) or rows[0].seq != seq:
        return Comparison(ok=False, sentence=f"Le journal n'a pas de ligne {seq}.")
    if not rows[0].hash.startswith(code):
        return Comparison(ok=False, sentence=f"L'empreinte de la ligne {seq} n'est plus la même : le journal a changé.")
    return Comparison(ok=True, sentence=f"L'empreinte de la ligne {seq} est la même.")


def note_anchor(path: Path, digest: Digest) -> bool:
    """`note_anchors` of one digest: whether it was added."""
    return note_anchors(path, [digest]) == 1


def note_anchors(path: Path, candidates: Iterable[Digest]) -> int:
    """Add digests to `anchors.jsonl`, on the disk when it returns; how many were added.

    Passed over: empty chains, and a practice's day that is already noted. Raises AnchorsUnreadable when the file
    cannot be read or written.
    """
    known = {(digest.practice, digest.day) for digest in _all_anchors(path)}
    fresh = [each for each in candidates if each.seq and (each.practice, each.day) not in known]
    lines = [json.dumps(asdict(each) | {"day": each.day.isoformat()}, separators=(",", ":")) for each in fresh]
    try:
        if lines:
            _append_lines(path, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise AnchorsUnreadable("il ne s'écrit pas") from error
    return len(lines)


def read_anchors(path: Path, practice: str) -> list[Digest]:
    """What was noted for `practice`, in the order of writing; nothing when there is no file.

    A last line cut short by a crash is passed over; any other damage raises AnchorsUnreadable.
    """
    return [digest for digest in _all_anchors(path) if digest.practice == practice]


def anchored(digests_noted: Iterable[Digest]) -> dict[int, str]:
    """Hash by line number, as `Journal.verify` takes them. Raises AnchorsUnreadable when two notes disagree."""
    hashes: dict[int, str] = {}
    for noted in digests_noted:
        if hashes.setdefault(noted.seq, noted.hash) != noted.hash:
            raise AnchorsUnreadable(f"deux empreintes pour la ligne {noted.seq}")
    return hashes


def _bounds(day: date) -> tuple[datetime, datetime]:
    return tuple(datetime.combine(at, time(), PARIS) for at in (day, day + timedelta(days=1)))  # type: ignore[return-value]


def _all_anchors(path: Path) -> list[Digest]:
    try:
        raw = path.read_bytes() if path.exists() and path.stat().st_size <= _LARGEST_FILE else _absent(path)
    except OSError as error:
        raise AnchorsUnreadable("il ne s'ouvre pas") from error
    whole = raw[: raw.rfind(b"\n") + 1]
    return [_digest_of_line(line, number) for number, line in enumerate(whole.splitlines(), 1)]


def _absent(path: Path) -> bytes:
    if path.exists():
        raise AnchorsUnreadable("il est trop gros")
    return b""


def _digest_of_line(line: bytes, number: int) -> Digest:
    try:
        return _digest_of_fields(json.loads(line))
    except (KeyError, TypeError, ValueError, RecursionError):
        raise AnchorsUnreadable(f"ligne {number}") from None


def _digest_of_fields(fields: dict[str, Any]) -> Digest:
    digest = Digest(**(fields | {"day": date.fromisoformat(fields["day"])}))
    whole = isinstance(digest.seq, int) and isinstance(digest.count, int) and isinstance(digest.practice, str)
    if not (whole and digest.seq >= 1 and digest.count >= 0 and _HASH.fullmatch(digest.hash)):
        raise ValueError("not a digest")
    return digest


def _append_lines(path: Path, lines: bytes) -> None:
    """One write and one sync; what a crash left without an end of line is cut first, since nobody was told of it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        kept = file.read().rfind(b"\n") + 1
        file.seek(kept)
        file.truncate()
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    if os.name == "posix":
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
