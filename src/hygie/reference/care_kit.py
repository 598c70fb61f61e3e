"""The degraded-mode pack: what a practice keeps on paper so that care goes on when no computer works."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence, sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Line = Annotated[str, msgspec.Meta(min_length=10, max_length=110, pattern=r"[.»]$")]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(min_length=3, max_length=9)]


class PaperForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A blank form to keep in the folder; `copies` for about two days. "unverified" is printed « à vérifier »."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z_]{2,24}$")]
    label: Annotated[str, msgspec.Meta(min_length=5, max_length=60)]
    copies: Annotated[int, msgspec.Meta(ge=1, le=200)]
    use: Line
    confidence: Confidence = "secondary"
    source: str = ""


class CareKit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pack. `phone_message` is read aloud on the answering machine; `reprint_months` says when paper is too old."""

    version: str
    source: str
    as_of: date
    confidence: Confidence
    note: str
    reprint_months: Annotated[int, msgspec.Meta(ge=1, le=12)]
    phone_message: Annotated[str, msgspec.Meta(min_length=50, max_length=400)]
    ready: Lines
    consultation: Lines
    secretary: Lines
    doctor: Lines
    billing: Lines
    afterwards: Lines
    forms: Annotated[tuple[PaperForm, ...], msgspec.Meta(min_length=4)] = msgspec.field(name="form")


def load_care_kit(path: Path) -> CareKit:
    """The pack of a file. BrokenReference when two forms share an id or a source is missing."""
    kit = load(path, CareKit)
    for problem in _problems(kit):
        raise BrokenReference(path, None, problem)
    return kit


def _problems(kit: CareKit) -> Iterator[str]:
    ids = [form.id for form in kit.forms]
    if len(ids) != len({*ids}):
        yield "deux formulaires ont le même identifiant"
    for name in {kit.source, *(form.source for form in kit.forms)} - {"", *sources()}:
        yield f"la source « {name} » n'existe pas"


@once
def care_kit() -> CareKit:
    """The pack shipped with Hygie."""
    return load_care_kit(HERE / "care_kit.toml")
