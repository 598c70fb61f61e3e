"""The six questions a phone or a tablet answers, and where to tap on iPhone or iPad, and on Android."""

from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
COUNT = 6
Menu = Annotated[str, msgspec.Meta(min_length=2, max_length=60)]


class Gesture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to tap; "unverified" is shown as « à vérifier »."""

    tap: Annotated[tuple[Menu, ...], msgspec.Meta(min_length=1, max_length=6)]
    source: Annotated[str, msgspec.Meta(min_length=5, max_length=120)]
    url: str
    read_on: date
    confidence: Confidence
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        """Refuse an address that is not a web address."""
        if not self.url.startswith("https://"):
            raise ValueError("l'adresse doit commencer par https://")


class PhoneQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question; « yes » is the good answer."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z_]{2,20}$")]
    question: Annotated[str, msgspec.Meta(min_length=10, max_length=110)]
    why: Annotated[str, msgspec.Meta(min_length=10, max_length=160)]
    ios: Gesture
    android: Gesture

    @property
    def systems(self) -> tuple[tuple[str, str, Gesture], ...]:
        """Each system with its name, for a page."""
        return (("ios", "iPhone ou iPad", self.ios), ("android", "Android", self.android))


class PhoneFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """phone.toml."""

    question: Annotated[tuple[PhoneQuestion, ...], msgspec.Meta(min_length=COUNT, max_length=COUNT)]


def load_phone(path: Path) -> tuple[PhoneQuestion, ...]:
    """The questions in their order; BrokenReference when two share a name."""
    questions = load(path, PhoneFile).question
    if len({question.id for question in questions}) != len(questions):
        raise BrokenReference(path, None, "deux questions ont le même identifiant")
    return questions


@once
def phone_questions() -> tuple[PhoneQuestion, ...]:
    """The questions shipped with Hygie."""
    return load_phone(HERE / "phone.toml")
