"""Everything that may leave the practice through Hygie, what never does, and the modules that may open a socket."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Way = Literal["switch", "link", "inside", "gesture", "never"]
Use = Literal["out", "listens", "name"]
Text = Annotated[str, msgspec.Meta(min_length=3, max_length=140)]


class Outflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way out: what leaves, to whom, and the modules through which it does."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z_]{2,20}$")]
    way: Way
    title: Text
    what: Text
    whom: Text
    doors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """What leaves by itself goes through a module that can be named; what never leaves, through none."""
        if self.way == "switch" and not self.doors:
            raise ValueError("ce qui part seul doit nommer sa porte")
        if self.way == "never" and self.doors:
            raise ValueError("ce qui ne part jamais n'a pas de porte")


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A module, or a package with all it holds, that may open a socket."""

    module: Annotated[str, msgspec.Meta(pattern=r"^hygie(\.[a-z_]+)+$")]
    use: Use


class OutflowFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """outflows.toml."""

    outflow: tuple[Outflow, ...]
    door: tuple[Door, ...]


def load_outflows(path: Path) -> OutflowFile:
    """The content of a file; BrokenReference when a name stands twice or an outflow names a door that is not listed."""
    content = load(path, OutflowFile)
    if len({one.id for one in content.outflow}) != len(content.outflow):
        raise BrokenReference(path, None, "deux sorties ont le même identifiant")
    out = {door.module for door in content.door if door.use == "out"}
    for outflow in content.outflow:
        if not set(outflow.doors) <= out:
            raise BrokenReference(path, None, f"« {outflow.id} » nomme une porte qui n'est pas dans la liste")
    return content


@once
def outflows() -> OutflowFile:
    """The list shipped with Hygie."""
    return load_outflows(HERE / "outflows.toml")
