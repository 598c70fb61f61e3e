"""What `hygie docteur` says of one point: good, to know, or to do, with one sentence and the next step."""

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "note", "trouble"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One point examined."""

    id: str
    state: State
    sentence: str
    next_step: str = ""
