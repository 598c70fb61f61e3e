"""Where each fact comes from: title, address, the day it was read, and how sure we are."""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from hygie.core.finding import Source
from hygie.core.french import typeset
from hygie.reference.errors import BrokenReference
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Confidence = Literal["verified", "secondary", "unverified"]


class SourceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of sources/*.toml."""

    id: str
    title: str
    url: str
    read_on: date
    confidence: Confidence

    def __post_init__(self) -> None:
        """Refuse an address that is not a web address."""
        if not self.url.startswith("https://"):
            raise ValueError("l'adresse doit commencer par https://")


class SourceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of sources."""

    source: tuple[SourceEntry, ...]


def load_sources(folder: Path) -> dict[str, SourceEntry]:
    """Every source by its identifier; two entries may not share one."""
    entries: dict[str, SourceEntry] = {}
    for path in sorted(folder.glob("*.toml")):
        for entry in load(path, SourceFile).source:
            if entry.id in entries:
                raise BrokenReference(path, None, f"la source « {entry.id} » existe déjà")
            entries[entry.id] = entry
    return entries


@once
def sources() -> dict[str, SourceEntry]:
    """The sources shipped with Hygie."""
    return load_sources(HERE / "sources")


def as_source(entry: SourceEntry) -> Source:
    """The source as a finding shows it; an unverified one says so in its title."""
    doubt = " (à vérifier)" if entry.confidence == "unverified" else ""
    return Source(typeset(entry.title) + doubt, entry.url, entry.read_on)
