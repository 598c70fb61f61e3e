"""The delays that run after an incident, each with its article and the day it was read: data, never code."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
Count = Annotated[int, msgspec.Meta(ge=1, le=8784)]


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One delay: `hours` elapsed, or `working_days` after the day of knowledge; never both."""

    id: str
    starts: str
    article: str
    sentence: str
    source: str
    confidence: Confidence
    as_of: date
    hours: Count | None = None
    working_days: Count | None = None
    note: str = ""
    binding: bool = True
    """Whether a text gives the number; otherwise it is Hygie's own mark, and the page says so."""

    def __post_init__(self) -> None:
        """Refuse a delay that cannot be counted, or could be counted in two ways."""
        if (self.hours is None) == (self.working_days is None):
            raise ValueError("un délai se compte en heures ou en jours ouvrés")


class DeadlineFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """law/deadlines.toml."""

    deadline: tuple[Deadline, ...]


def load_deadlines(path: Path) -> dict[str, Deadline]:
    """The delays of a file by identifier; BrokenReference when two share one."""
    entries = load(path, DeadlineFile).deadline
    by_id = {entry.id: entry for entry in entries}
    if len(by_id) != len(entries):
        raise BrokenReference(path, None, "deux délais ont le même identifiant")
    return by_id


@once
def deadlines() -> Mapping[str, Deadline]:
    """The delays shipped with Hygie, in the order of their file."""
    return load_deadlines(HERE / "deadlines.toml")
