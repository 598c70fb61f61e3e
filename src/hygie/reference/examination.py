"""What the local examination looks for, and the words of its conclusion: examination.toml, checked when it is read."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.reference.contacts import contacts
from hygie.reference.errors import BrokenReference
from hygie.reference.lists import About
from hygie.reference.playbooks import IDS
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Weight = Literal["strong", "weak", "context", "fault"]
VerdictId = Literal["attack", "fault", "unknown"]
QuestionId = Literal[
    "files", "hosts", "remote", "administrators", "startup", "proxy", "resolvers", "services", "disks", "updates",
]  # fmt: skip
VERDICTS: tuple[VerdictId, ...] = ("attack", "fault", "unknown")
_HOLES = re.compile(r"\{(\w*)\}")
_KNOWN_HOLES = frozenset({"n", "names", "folders", "days"})
Count = Annotated[int, msgspec.Meta(gt=0, le=1_000_000)]


Mark = Annotated[str, msgspec.Meta(pattern="^(?:[0-9a-f]{2})+$")]
"""First bytes of a kind of file, in hexadecimal."""


class FileLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the look at people's files goes; `entropy` is in bits per byte, `seconds` the longest it lasts."""

    entries: Count
    depth: Annotated[int, msgspec.Meta(gt=0, le=10)]
    seconds: Annotated[float, msgspec.Meta(gt=0, le=50)]
    heads: Count
    head_bytes: Annotated[int, msgspec.Meta(ge=256, le=65_536)]
    entropy: Annotated[float, msgspec.Meta(gt=0, lt=8)]
    least_renamed: Count
    least_unreadable: Count
    folders: tuple[str, ...]
    harmless: frozenset[str]
    notes: tuple[str, ...]
    other_marks: tuple[Mark, ...]


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Endings of a kind of document, and what its files begin with (hexadecimal), or hold in their first bytes."""

    endings: tuple[str, ...]
    marks: tuple[Mark, ...]
    anywhere: bool = False


class DiskLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a disk is full (used share), smartctl's exit bits of failure, and the kernel's words for an error."""

    full_share: Annotated[float, msgspec.Meta(gt=0, lt=1)]
    smart_failing: int
    errors: tuple[str, ...]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing looked at. `needed`: no ordinary fault is concluded while it was not seen."""

    id: QuestionId
    label: str
    needed: bool


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be seen, how much it weighs, and the sentence for one or several."""

    id: str
    question: QuestionId
    weight: Weight
    one: str
    several: str
    playbook: str | None = None


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One conclusion: its sentence, what to do with whom to call, and identifiers of contacts."""

    id: VerdictId
    sentence: str
    call: str
    contacts: tuple[str, ...]


class ExaminationRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """examination.toml."""

    recent_days: Annotated[int, msgspec.Meta(gt=0, le=90)]
    weak_signs_for_attack: Annotated[int, msgspec.Meta(ge=2, le=10)]
    about: About
    files: FileLimits
    formats: tuple[Format, ...] = msgspec.field(name="format")
    disks: DiskLimits
    questions: tuple[Question, ...] = msgspec.field(name="question")
    signs: tuple[Sign, ...] = msgspec.field(name="sign")
    verdicts: tuple[Verdict, ...] = msgspec.field(name="verdict")

    def sign(self, name: str) -> Sign:
        """The sign called `name`; KeyError when there is none."""
        return self.by_id()[name]

    def by_id(self) -> Mapping[str, Sign]:
        """Every sign by its identifier."""
        return {sign.id: sign for sign in self.signs}

    def verdict(self, name: VerdictId) -> Verdict:
        """The words of a verdict."""
        return next(verdict for verdict in self.verdicts if verdict.id == name)


def load_examination(path: Path) -> ExaminationRules:
    """The rules of a file. BrokenReference when a name leads nowhere or a pattern does not compile."""
    found = load(path, ExaminationRules)
    for problem in _problems(found):
        raise BrokenReference(path, None, problem)
    return found


def _problems(found: ExaminationRules) -> Iterator[str]:
    if tuple(verdict.id for verdict in found.verdicts) != VERDICTS:
        yield "les trois conclusions sont attendues, dans l'ordre"
    if len(found.by_id()) != len(found.signs):
        yield "deux signes ont le même identifiant"
    asked = [question.id for question in found.questions]
    for sign in found.signs:
        yield from _wrong_sign(sign, asked)
    for verdict in found.verdicts:
        yield from (f"le contact « {name} » n'existe pas" for name in verdict.contacts if name not in contacts())
    yield from (
        f"le motif « {one} » est faux" for one in (*found.files.notes, *found.disks.errors) if not _compiles(one)
    )


def _wrong_sign(sign: Sign, asked: list[QuestionId]) -> Iterator[str]:
    if sign.question not in asked:
        yield f"la question de « {sign.id} » n'existe pas"
    if sign.playbook is not None and sign.playbook not in IDS:
        yield f"la marche à suivre « {sign.playbook} » n'existe pas"
    if {*_HOLES.findall(sign.one), *_HOLES.findall(sign.several)} - _KNOWN_HOLES:
        yield f"une phrase de « {sign.id} » a un trou inconnu"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


@once
def examination_rules() -> ExaminationRules:
    """The rules shipped with Hygie."""
    return load_examination(HERE / "examination.toml")
