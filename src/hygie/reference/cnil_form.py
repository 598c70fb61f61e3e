"""The CNIL's form for a leak: its 14 sections in order, its lists of answers, and the reasons of a decision or a delay.

Hygie prepares the answers; a person copies them on the CNIL's site. Nothing here sends anything.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.sources import Confidence, sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
SECTIONS = 14
Name = Annotated[str, msgspec.Meta(pattern="^[a-z_0-9]{1,32}$")]
Label = Annotated[str, msgspec.Meta(min_length=3, max_length=110)]
Sentence = Annotated[str, msgspec.Meta(min_length=15, max_length=200, pattern=r"\.$")]
ENUMERATIONS = (
    "notification", "yes_no", "involved_role", "certainty", "ongoing", "discovery", "nature", "origin", "cause",
    "data_category", "person_category", "consequence_confidentiality", "consequence_integrity",
    "consequence_availability", "harm", "severity", "communication", "means", "cross_border", "other_notices",
)  # fmt: skip


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of the form. `options` names its list of answers, `comes_from` who gives it (`from` in the file)."""

    id: Name
    label: Label
    kind: Literal["text", "number", "date", "choice", "choices"]
    comes_from: Literal[
        "breach", "identity", "clock", "steps", "severity", "decision", "incident", "hand"
    ] = msgspec.field(name="from")  # fmt: skip
    options: str = ""
    help: str = ""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the 14 sections."""

    number: int
    title: Label
    fields: Annotated[tuple[Field, ...], msgspec.Meta(min_length=1)]


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a list. `sensitive`: article 9 data. `ticked`: offered ticked to a practice."""

    id: Name
    label: Label
    sensitive: bool = False
    ticked: bool = False
    confidence: Confidence = "secondary"


class LateReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the notice is late. `needs` is the field that fills its {hole}; without it the reason is not offered."""

    id: Name
    label: Label
    sentence: Sentence
    needs: str = ""


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody decided yes or no. `exception`: one of article 34(3) must then be named."""

    id: Name
    about: Literal["cnil", "patients"]
    decision: Literal["yes", "no"]
    label: Label
    sentence: Sentence
    article: str
    exception: bool = False


class ArticleException(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception of article 34(3), and what remains to be done under it."""

    id: Literal["a", "b", "c"]
    label: Label
    sentence: Sentence
    article: str
    remains: Sentence


class CnilForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form and its lists, each in the order of the CNIL."""

    version: str
    source: str
    as_of: date
    confidence: Confidence
    url: str
    note: str
    sections: tuple[Section, ...] = msgspec.field(name="section")
    notification: tuple[Option, ...]
    yes_no: tuple[Option, ...]
    involved_role: tuple[Option, ...]
    certainty: tuple[Option, ...]
    ongoing: tuple[Option, ...]
    discovery: tuple[Option, ...]
    nature: tuple[Option, ...]
    origin: tuple[Option, ...]
    cause: tuple[Option, ...]
    data_category: tuple[Option, ...]
    person_category: tuple[Option, ...]
    consequence_confidentiality: tuple[Option, ...]
    consequence_integrity: tuple[Option, ...]
    consequence_availability: tuple[Option, ...]
    harm: tuple[Option, ...]
    severity: tuple[Option, ...]
    communication: tuple[Option, ...]
    means: tuple[Option, ...]
    cross_border: tuple[Option, ...]
    other_notices: tuple[Option, ...]
    late_reasons: tuple[LateReason, ...] = msgspec.field(name="late_reason")
    reasons: tuple[Reason, ...] = msgspec.field(name="reason")
    exceptions: tuple[ArticleException, ...] = msgspec.field(name="exception")

    def options(self, name: str) -> tuple[Option, ...]:
        """The list of answers called `name` (one of ENUMERATIONS). KeyError when there is none."""
        if name not in ENUMERATIONS:
            raise KeyError(name)
        found: tuple[Option, ...] = getattr(self, name)
        return found

    def label(self, name: str, option: str) -> str:
        """The words of an answer; "" for an answer that the list does not have."""
        return next((one.label for one in self.options(name) if one.id == option), "")

    def field(self, name: str) -> Field:
        """The field called `name`. KeyError when there is none."""
        for section in self.sections:
            for one in section.fields:
                if one.id == name:
                    return one
        raise KeyError(name)

    def breach_fields(self) -> tuple[Field, ...]:
        """What is asked on the page of the leak, in order."""
        return tuple(one for section in self.sections for one in section.fields if one.comes_from == "breach")

    def reasons_for(self, about: str, decision: str) -> tuple[Reason, ...]:
        """The reasons offered for this decision ("yes" or "no") about "cnil" or "patients"."""
        return tuple(one for one in self.reasons if one.about == about and one.decision == decision)


def load_cnil_form(path: Path) -> CnilForm:
    """The form of a file. BrokenReference when sections are missing, an id is doubled or a name leads nowhere."""
    form = load(path, CnilForm)
    for problem in _problems(form):
        raise BrokenReference(path, None, problem)
    return form


def _problems(form: CnilForm) -> Iterator[str]:
    if [section.number for section in form.sections] != list(range(1, SECTIONS + 1)):
        yield "les quatorze rubriques ne se suivent pas"
    fields = [one for section in form.sections for one in section.fields]
    lists = {*ENUMERATIONS, "late_reasons", "exceptions"}
    for name, ids in _named(form, fields):
        if len(ids) != len({*ids}):
            yield f"deux entrées de « {name} » ont le même identifiant"
    for one in fields:
        if (one.options in lists) != one.kind.startswith("choice"):
            yield f"« {one.id} » n'a pas sa liste de réponses"
    known = {one.id for one in fields}
    if any(late.needs and late.needs not in known for late in form.late_reasons):
        yield "une raison de retard attend une réponse qui n'existe pas"
    if form.source not in sources():
        yield f"la source « {form.source} » n'existe pas"


def _named(form: CnilForm, fields: Iterable[Field]) -> Iterator[tuple[str, list[str]]]:
    yield "fields", [one.id for one in fields]
    for name in (*ENUMERATIONS, "late_reasons", "reasons", "exceptions"):
        yield name, [one.id for one in getattr(form, name)]


@once
def cnil_form() -> CnilForm:
    """The form shipped with Hygie."""
    return load_cnil_form(HERE / "cnil_form.toml")
