"""The seven measures and their checks: texts, weights, owners, sources. The logic is in `checkup/checks`.

`catalogue()` is the shipped one; `load_catalogue(folder)` reads and verifies any other, refused with file and reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.core.finding import Measure, Owner
from hygie.core.french import typeset
from hygie.core.severity import Severity
from hygie.reference.errors import BrokenReference
from hygie.reference.sources import SourceEntry, load_sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Answer = Literal["measured", "declared", "proved"]
Text = Annotated[str, msgspec.Meta(min_length=3, max_length=600)]
Texts = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=16)]


class BySystem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Gestures for each system, or for all of them."""

    all: Texts | None = None
    windows: Texts | None = None
    macos: Texts | None = None
    linux: Texts | None = None

    def on(self, system: str) -> tuple[str, ...]:
        """The gestures for `windows`, `macos` or `linux`, typeset; the nearest text when that system has none."""
        chosen = getattr(self, system, None) or self.all or self.windows or self.linux or self.macos or ()
        return tuple(typeset(text) for text in chosen)


class CheckEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check as its TOML file tells it."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(-[a-z0-9]+)+$")]
    title: Text
    action: Annotated[str, msgspec.Meta(min_length=3, max_length=70)]
    why: Text
    severity: Severity
    priority: Annotated[int, msgspec.Meta(ge=1, le=10)]
    owner: Owner
    minutes: Annotated[int, msgspec.Meta(ge=1, le=480)]
    answer: Answer
    sources: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    frameworks: Mapping[str, tuple[str | int, ...]]
    steps: BySystem
    undo: BySystem
    question: Text | None = None
    help: Text | None = None
    ask: Owner | None = None
    validity_days: Annotated[int, msgspec.Meta(ge=1, le=1100)] | None = None
    proof: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a check that nobody could answer or act on."""
        if not self.steps.on("linux") or not self.undo.on("linux"):
            raise ValueError("il manque les gestes ou le retour en arrière")
        if self.answer != "measured" and None in (self.question, self.help, self.ask, self.validity_days):
            raise ValueError("une question demande question, help, ask et validity_days")
        if self.answer == "proved" and self.proof is None:
            raise ValueError("une preuve demande proof")


class CheckFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The checks of one measure."""

    check: tuple[CheckEntry, ...]


class MeasureEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the seven measures; `good` is its one-line state when all is in order."""

    id: Measure
    number: Annotated[int, msgspec.Meta(ge=1, le=7)]
    title: Text
    sentence: Text
    good: Text


class MeasureFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The measures, and the version of the whole content."""

    version: str
    measure: tuple[MeasureEntry, ...]


@dataclass(frozen=True)
class Catalogue:
    """The content a check-up is judged with. `version` is the date the content was last changed."""

    version: str
    measures: tuple[MeasureEntry, ...]
    checks: Mapping[str, CheckEntry]
    sources: Mapping[str, SourceEntry]

    def measure_of(self, check_id: str) -> Measure:
        """The measure a check belongs to: the first word of its identifier."""
        return Measure(check_id.partition("-")[0])

    def in_measure(self, measure: Measure) -> list[CheckEntry]:
        """The checks of a measure, in the order of its file."""
        return [check for check in self.checks.values() if self.measure_of(check.id) is measure]


def load_catalogue(folder: Path) -> Catalogue:
    """Read measures.toml, checks/*.toml and sources/*.toml under `folder`; BrokenReference when they do not fit."""
    head = load(folder / "measures.toml", MeasureFile)
    sources = load_sources(folder / "sources")
    checks: dict[str, CheckEntry] = {}
    for measure in head.measure:
        path = folder / "checks" / f"{measure.id}.toml"
        for check in load(path, CheckFile).check:
            _verify(path, check, measure, checks, sources)
            checks[check.id] = check
    return Catalogue(head.version, head.measure, checks, sources)


def _verify(
    path: Path,
    check: CheckEntry,
    measure: MeasureEntry,
    known: Mapping[str, CheckEntry],
    sources: Mapping[str, SourceEntry],
) -> None:
    if check.id in known:
        raise BrokenReference(path, _line(path, check.id), f"« {check.id} » existe deux fois")
    if not check.id.startswith(f"{measure.id}-"):
        raise BrokenReference(path, _line(path, check.id), f"« {check.id} » n'est pas de la mesure « {measure.id} »")
    for source in check.sources:
        if source not in sources:
            raise BrokenReference(path, _line(path, check.id), f"la source « {source} » n'existe pas")


def _line(path: Path, check_id: str) -> int | None:
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    return next((number for number, line in lines if f'"{check_id}"' in line), None)


@once
def catalogue() -> Catalogue:
    """The catalogue shipped with Hygie."""
    return load_catalogue(HERE)
