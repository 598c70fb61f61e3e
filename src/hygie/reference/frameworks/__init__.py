"""The public frameworks that checks refer to: titles, addresses and items, each file with the day it was read."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence
from hygie.reference.toml import load, once

HERE = Path(__file__).parent


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One numbered or named point of a framework."""

    id: str
    title: str


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of frameworks/*.toml."""

    id: str
    title: str
    url: str
    read_on: date
    confidence: Confidence
    items: tuple[Item, ...] = msgspec.field(name="item")
    note: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        """Refuse an address that is not a web address, and two items with the same identifier."""
        if not self.url.startswith("https://"):
            raise ValueError("l'adresse doit commencer par https://")
        if len({item.id for item in self.items}) != len(self.items):
            raise ValueError("deux points ont le même identifiant")

    def has(self, item_id: str | int) -> bool:
        """Whether a point exists: checks write numbers or names."""
        return any(item.id == str(item_id) for item in self.items)


def load_frameworks(folder: Path) -> dict[str, Framework]:
    """Every framework of a folder by its identifier, which is also its file's name."""
    entries: dict[str, Framework] = {}
    for path in sorted(folder.glob("*.toml")):
        entry = load(path, Framework)
        if entry.id != path.stem:
            raise BrokenReference(path, None, f"il devrait s'appeler « {entry.id} »")
        entries[entry.id] = entry
    return entries


@once
def frameworks() -> Mapping[str, Framework]:
    """The frameworks shipped with Hygie."""
    return load_frameworks(HERE)
