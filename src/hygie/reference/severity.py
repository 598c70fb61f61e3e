"""The scale that grades a leak (ENISA, SE = DPC × EI + CB): its numbers and its words.

The rules that use it are those of `incident.severity`.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence, sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Name = Annotated[str, msgspec.Meta(pattern="^[a-z_]{2,24}$")]
Label = Annotated[str, msgspec.Meta(min_length=4, max_length=90)]
Term = Annotated[float, msgspec.Meta(ge=0, le=0.5)]


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of data and its base, 1 to 4."""

    id: Name
    label: Label
    base: Annotated[float, msgspec.Meta(ge=1, le=4)]
    examples: str


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a practice usually loses: `value` is its DPC, already put in its context."""

    id: Name
    label: Label
    category: Name
    value: Annotated[float, msgspec.Meta(ge=1, le=4)]
    help: str = ""


class Ease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How easily the persons are recognised (EI)."""

    id: Name
    label: Label
    value: Annotated[float, msgspec.Meta(gt=0, le=1)]


class Circumstance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level of a circumstance (part of CB)."""

    id: Name
    label: Label
    value: Term


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level: SE under `below`, which the last one has not. `cnil` is an id of the CNIL form's severity."""

    id: Name
    label: Label
    cnil: Literal["negligible", "limited", "important", "maximal"]
    action: Literal["register", "cnil", "persons"]
    sentence: str
    below: float | None = None


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said beside the number, and never changes it."""

    id: Name
    label: Label
    effect: str


class Vector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A worked case: every implementation of the method must find its score and its band."""

    case: str
    dpc: float
    ease: float
    c: Term
    i: Term
    a: Term
    m: Term
    score: float
    band: Name


class SeverityScale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole scale. Numbers have no unit; `many_people` is a count that is flagged above, not at."""

    source: str
    as_of: date
    confidence: Confidence
    note: str
    lowest: float
    highest: float
    least_category: float
    most_category: float
    many_people: int
    categories: tuple[Category, ...] = msgspec.field(name="category")
    presets: tuple[Preset, ...] = msgspec.field(name="preset")
    ease: tuple[Ease, ...]
    confidentiality: tuple[Circumstance, ...]
    integrity: tuple[Circumstance, ...]
    availability: tuple[Circumstance, ...]
    malice: tuple[Circumstance, ...]
    bands: tuple[Band, ...] = msgspec.field(name="band")
    flags: tuple[Flag, ...] = msgspec.field(name="flag")
    vectors: tuple[Vector, ...] = msgspec.field(name="vector")


def load_severity(path: Path) -> SeverityScale:
    """The scale of a file. BrokenReference when two entries share an id, or when a bound or a name is wrong."""
    scale = load(path, SeverityScale)
    for problem in _problems(scale):
        raise BrokenReference(path, None, problem)
    return scale


def _problems(scale: SeverityScale) -> list[str]:
    found = [f"deux « {name} » ont le même identifiant" for name, ids in _ids(scale) if len(ids) != len({*ids})]
    if not _rising([band.below for band in scale.bands]):
        found.append("les seuils ne montent pas, ou le dernier en a un")
    if {preset.category for preset in scale.presets} - {category.id for category in scale.categories}:
        found.append("un cas du cabinet n'a pas de catégorie connue")
    if {vector.band for vector in scale.vectors} - {band.id for band in scale.bands}:
        found.append("un exemple a un niveau inconnu")
    if scale.source not in sources():
        found.append(f"la source « {scale.source} » n'existe pas")
    return found


def _rising(bounds: list[float | None]) -> bool:
    """Whether each bound is above the one before, and only the last level has none."""
    given = [bound for bound in bounds if bound is not None]
    return bounds == [*sorted({*given}), None]


def _ids(scale: SeverityScale) -> list[tuple[str, list[str]]]:
    names = (
        "categories", "presets", "ease", "confidentiality", "integrity", "availability", "malice", "bands", "flags",
    )  # fmt: skip
    return [(name, [one.id for one in getattr(scale, name)]) for name in names]


@once
def severity_scale() -> SeverityScale:
    """The scale shipped with Hygie."""
    return load_severity(HERE / "severity.toml")
