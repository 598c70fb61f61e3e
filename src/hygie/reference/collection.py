"""What is gathered after an incident, in order of volatility, each entry with its published source: collection.toml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence, SourceEntry
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Kind = Literal["command", "file", "listing", "summary"]
System = Literal["linux", "windows"]
Summary = Literal["executables", "open_files", "temporary"]
_NEEDED = {"command": "command", "file": "path", "listing": "folders", "summary": "summary"}
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "env"})


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to gather. `tail`: the end of the file is what matters, as for a log."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
    system: System
    rank: Annotated[int, msgspec.Meta(ge=0, le=9)]
    kind: Kind
    title: str
    source: str
    confidence: Confidence
    command: tuple[str, ...] = ()
    path: str = ""
    folders: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    summary: Summary | None = None
    tail: bool = False

    def __post_init__(self) -> None:
        """Refuse an entry that does not say what to gather, or says it twice, or goes through a shell."""
        given = {name for name in _NEEDED.values() if getattr(self, name)}
        if given != {_NEEDED[self.kind]}:
            raise ValueError("une collecte dit une seule chose à prendre")
        if self.system == "linux" and self.command and self.command[0] in _SHELLS:
            raise ValueError("une commande ne passe pas par un interpréteur")


class CollectionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """collection.toml. `excluded`: French sentences on what is never taken."""

    rank_names: tuple[str, ...]
    excluded: tuple[str, ...]
    source: tuple[SourceEntry, ...]
    item: tuple[Item, ...]

    def items(self, system: System) -> tuple[Item, ...]:
        """What to gather on a system, in order."""
        return tuple(item for item in self.item if item.system == system)


def load_collection(path: Path) -> CollectionFile:
    """The entries of a file. BrokenReference when the order, an identifier or a source is wrong."""
    found = load(path, CollectionFile)
    for problem in _problems(found):
        raise BrokenReference(path, None, problem)
    return found


def _problems(found: CollectionFile) -> Iterator[str]:
    ids = [item.id for item in found.item]
    if len(ids) != len({*ids}):
        yield "deux collectes ont le même identifiant"
    for system in ("linux", "windows"):
        ranks = [item.rank for item in found.item if item.system == system]
        if ranks != sorted(ranks):
            yield "les collectes ne suivent pas l'ordre de volatilité"
    known = {source.id for source in found.source}
    for item in found.item:
        if item.source not in known:
            yield f"la source « {item.source} » n'existe pas"
        if item.rank >= len(found.rank_names):
            yield f"le rang de « {item.id} » n'a pas de nom"


@once
def collection() -> CollectionFile:
    """The entries shipped with Hygie."""
    return load_collection(HERE / "collection.toml")
