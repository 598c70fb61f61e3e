"""The ten questions of the first visit: their choices, and the answers to existing checks that each choice gives.

A choice sets a check only where it says exactly the same thing; the rest is kept as told, and judged nowhere.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.core.finding import Owner
from hygie.reference.catalogue import catalogue
from hygie.reference.errors import BrokenReference
from hygie.reference.sources import sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
UNKNOWN = "unknown"
COUNT = 10
Given = Literal["yes", "no", "not_applicable"]
Field = Literal[
    "people", "it", "software", "host", "agenda", "telesecretary", "messaging", "insurer", "contract",
]  # fmt: skip
Name = Annotated[str, msgspec.Meta(pattern="^[a-z_]{2,20}$")]
Short = Annotated[str, msgspec.Meta(min_length=2, max_length=60)]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer; `sets` gives checks their answers, `people` the head count it says exactly."""

    id: Name
    label: Short
    help: Annotated[str, msgspec.Meta(max_length=70)] = ""
    sets: Mapping[str, Given] = {}
    people: int | None = None

    def __post_init__(self) -> None:
        """« Je ne sais pas » is added to every question by itself."""
        if self.id == UNKNOWN:
            raise ValueError("« unknown » s'ajoute tout seul")


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One screen. `ask` is whom to ask when nobody knows, `fields` what may be typed beside, `seconds` its length."""

    id: Name
    question: Annotated[str, msgspec.Meta(min_length=10, max_length=90)]
    why: Annotated[str, msgspec.Meta(min_length=10, max_length=160)]
    ask: Owner
    seconds: Annotated[int, msgspec.Meta(ge=5, le=120)]
    choice: Annotated[tuple[Choice, ...], msgspec.Meta(min_length=2, max_length=6)]
    fields: tuple[Field, ...] = ()
    source: str | None = None

    def __post_init__(self) -> None:
        """Refuse two choices that nobody could tell apart."""
        ids = [choice.id for choice in self.choice]
        if len(set(ids)) != len(ids):
            raise ValueError("deux choix ont le même identifiant")

    def chosen(self, choice: str) -> Choice | None:
        """The choice of that name; None for « Je ne sais pas » and for what is not a choice."""
        return next((one for one in self.choice if one.id == choice), None)

    def sets(self, choice: str) -> Mapping[str, str]:
        """The answers that this choice gives."""
        found = self.chosen(choice)
        return found.sets if found else {}

    @property
    def checks(self) -> tuple[str, ...]:
        """Every check that some choice of this question answers, in the order of the file."""
        return tuple(dict.fromkeys(check_id for choice in self.choice for check_id in choice.sets))


class QuestionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """first_run.toml."""

    question: Annotated[tuple[Question, ...], msgspec.Meta(min_length=COUNT, max_length=COUNT)]


def load_first_run(path: Path) -> tuple[Question, ...]:
    """The questions in their order; BrokenReference when two share a name, or a check or a source does not exist."""
    questions = load(path, QuestionFile).question
    if len({question.id for question in questions}) != len(questions):
        raise BrokenReference(path, None, "deux questions ont le même identifiant")
    for question in questions:
        _verify(path, question)
    return questions


def _verify(path: Path, question: Question) -> None:
    """What a question sets can be answered by people, and where a fact comes from is known."""
    checks = catalogue().checks
    for check_id in question.checks:
        if check_id not in checks or checks[check_id].answer == "measured":
            raise BrokenReference(path, None, f"« {check_id} » n'est pas une question du catalogue")
    if question.source is not None and question.source not in sources():
        raise BrokenReference(path, None, f"la source « {question.source} » n'existe pas")


@once
def first_run() -> tuple[Question, ...]:
    """The questions shipped with Hygie."""
    return load_first_run(HERE / "first_run.toml")
