"""People's documents that became unreadable: ransom notes by name, one unknown ending for many, contents gone to noise.

A bounded look: names, and the first bytes of known documents. Links are not followed, network mounts not entered,
nothing is kept but counts and the folders of the list.
"""

import math
import os
import re
import stat
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hygie.probes.examine.answers import DamagedFiles
from hygie.probes.linux.homes import homes, people_homes
from hygie.probes.linux.mounts import closed_places, is_closed
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.reference.examination import FileLimits, Format, examination_rules

_FIRST = 12
_COPY_DIGITS = 3
_REFUSED = "Le regard sur les fichiers a été refusé (option --no-files)."
_CLOSED = "Des dossiers personnels sont fermés : relancez avec les droits d'administrateur."
_TOO_MANY = "Il y a trop de fichiers pour tout regarder : seul un échantillon l'a été."


@dataclass
class _Look:
    """What was counted so far, and what may still be spent."""

    limits: FileLimits
    until: float
    entries: int = 0
    heads: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    endings: Counter[tuple[str, str]] = field(default_factory=Counter)
    noise: Counter[str] = field(default_factory=Counter)
    cut: bool = False

    def spend(self) -> bool:
        """Count one entry; False when nothing is left."""
        self.entries += 1
        self.cut |= self.entries > self.limits.entries or time.monotonic() > self.until
        return not self.cut


def damaged_files(machine: Machine) -> DamagedFiles:
    """What people's folders show of a program that encrypts; NotThere when nobody has such a folder."""
    if not machine.look_at_files:
        raise CannotTell(_REFUSED)
    limits = examination_rules().files
    look = _Look(limits, time.monotonic() + limits.seconds)
    mine = [home for home in homes(machine) if home.account.is_person or home.account.uid == 0]
    people = people_homes(machine)
    for label, place in [(label, f"{home.place}/{label}") for home in mine for label in limits.folders]:
        _look_into(machine, look, label, place)
    if not people and look.entries == 0:
        raise NotThere("Personne n'a de dossier de documents sur cet ordinateur.")
    closed = len([home for home in mine if home.account.is_person]) < len(people)
    if closed and look.entries == 0:
        raise CannotTell(_CLOSED)
    return _told(look, _CLOSED if closed else _TOO_MANY if look.cut else "")


def _told(look: _Look, partial: str) -> DamagedFiles:
    renamed = _renamed(look)
    noise = look.noise if look.noise.total() >= look.limits.least_unreadable else Counter[str]()
    folders = sorted({*look.notes, *renamed, *noise})
    return DamagedFiles(
        look.notes.total(), renamed.total(), noise.total(), tuple(folders), look.entries, partial
    )  # fmt: skip


def _renamed(look: _Look) -> Counter[str]:
    """Documents by folder that wear the most frequent unknown ending after their own, when they are many."""
    by_ending: Counter[str] = Counter()
    for (ending, _), count in look.endings.items():
        by_ending[ending] += count
    many = {ending for ending, count in by_ending.items() if count >= look.limits.least_renamed}
    found: Counter[str] = Counter()
    for (ending, label), count in look.endings.items():
        if ending in many:
            found[label] += count
    return found


def _look_into(machine: Machine, look: _Look, label: str, place: str) -> None:
    shut = closed_places(machine)
    for path in _walk(machine, look, place, shut, look.limits.depth):
        name = path.rpartition("/")[2].casefold()
        if is_note(name, look.limits.notes):
            look.notes[label] += 1
        elif ending := added_ending(name, look.limits.harmless):
            look.endings[ending, label] += 1
        elif look.heads < look.limits.heads and _is_noise(machine, look, path, name):
            look.noise[label] += 1


def _walk(machine: Machine, look: _Look, place: str, shut: frozenset[str], depth: int) -> Iterator[str]:
    """Regular files under a folder, as names of the examined computer."""
    if is_closed(place, shut):
        return
    try:
        entries = os.scandir(machine.inside(place))
    except (OSError, ValueError, CannotTell):
        return
    with entries:
        for entry in entries:
            if not look.spend():
                return
            name = f"{place}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                look.cut |= depth == 0
                if depth:
                    yield from _walk(machine, look, name, shut, depth - 1)
            elif entry.is_file(follow_symlinks=False):
                yield name


def is_note(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a file's name, in lower case, is one that ransom notes wear."""
    plain = re.sub(r"[\s\-]+", "_", name)
    return any(re.search(pattern, plain) for pattern in patterns)


def added_ending(name: str, harmless: frozenset[str]) -> str:
    """The ending added after a document's own (« lettre.docx.abcd » → « abcd »), "" when it is none or harmless."""
    parts = [part.strip() for part in name.rsplit(".", 2)]
    if len(parts) != 3 or parts[1] not in _endings():  # noqa: PLR2004 - a name, its ending, the one added
        return ""
    copied = parts[2].isdigit() and len(parts[2]) <= _COPY_DIGITS  # « lettre.pdf.1 », downloaded twice
    return "" if copied or parts[2] in harmless or parts[2] in _endings() else parts[2]


def _endings() -> frozenset[str]:
    return frozenset(ending for one in examination_rules().formats for ending in one.endings)


def _format_of(name: str) -> Format | None:
    ending = name.rpartition(".")[2]
    return next((one for one in examination_rules().formats if ending in one.endings), None)


def _is_noise(machine: Machine, look: _Look, path: str, name: str) -> bool:
    """Whether a known document begins with nothing of its kind, and with bytes spread like those of a cipher."""
    kind = _format_of(name)
    if kind is None:
        return False
    look.heads += 1
    status = machine.status(path)
    if status is None or not stat.S_ISREG(status.st_mode) or status.st_size < look.limits.head_bytes // 4:
        return False
    try:
        head = machine.read_bytes(path, look.limits.head_bytes)
    except (CannotTell, FileNotFoundError):
        return False
    return not has_mark(head, kind) and entropy(head) >= look.limits.entropy


def has_mark(head: bytes, kind: Format) -> bool:
    """Whether the first bytes are those of this kind of document, of another one, or of another readable file."""
    if kind.anywhere and any(bytes.fromhex(mark) in head for mark in kind.marks):
        return True
    if any(bytes.fromhex(mark) in head[:_FIRST] for mark in examination_rules().files.other_marks):
        return True
    return any(head.startswith(bytes.fromhex(mark)) for one in examination_rules().formats for mark in one.marks)


def entropy(raw: bytes) -> float:
    """Shannon's entropy in bits per byte: 0 for one repeated byte, close to 8 for a cipher."""
    if not raw:
        return 0.0
    return -sum(count / len(raw) * math.log2(count / len(raw)) for count in Counter(raw).values())
