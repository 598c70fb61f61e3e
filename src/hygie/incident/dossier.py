"""What the papers of an incident are made of, whoever asks for them: the app, the command line, a test.

Nothing here was typed about a patient: free texts come only from notes that their author let documents quote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hygie.incident.clocks import IncidentClock
from hygie.incident.state import Piece, State


@dataclass(frozen=True, slots=True)
class Identity:
    """Who declares. What is empty is printed as a blank to fill by hand."""

    name: str = ""
    legal_name: str = ""
    siren: str = ""
    rpps: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    holder: str = ""
    contact: str = ""
    contact_role: str = ""
    data_officer: bool = False
    people: int | None = None
    insurer: str = ""
    insurer_contract: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody to call or to write to: `role` is insurer, it_provider, host, software, isp, agenda, bank or public."""

    role: str
    name: str
    phone: str = ""
    email: str = ""
    contract: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chronology: made from structured facts, or a quoted note."""

    at: datetime
    text: str
    by: str
    key: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the papers may say. `made_at` dates them; `reference` is « 2026-1 »."""

    reference: str
    made_at: datetime
    identity: Identity
    state: State
    clocks: tuple[IncidentClock, ...]
    parties: tuple[Party, ...] = ()
    chronology: tuple[Line, ...] = ()
    prior_measures: tuple[str, ...] = ()
    """Sentences on what protected the practice before, from its last check-up."""
    severity: Mapping[str, Any] = field(default_factory=dict)
    """What `severity.assessed` concludes: score, level, sentences, decision table; {} while not graded."""
    fingerprint: str = ""
    """The incident's last seal: printed on the papers, it ties them to the journal."""
    exercise: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The evidence, without its names."""
        return self.state.pieces
