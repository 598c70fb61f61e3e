"""The questions of « Il se passe quelque chose d'anormal », and the playbook that their answers give.

A path stops after three questions, whatever the file says. `infer` is total: whatever was answered, it gives a
playbook or an examination.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from hygie.reference.errors import BrokenReference
from hygie.reference.playbooks import IDS
from hygie.reference.sources import sources
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
UNKNOWN = "unknown"
MOST = 3
"""How many questions a path may ask."""
Name = Annotated[str, msgspec.Meta(pattern="^[a-z_]{2,20}$")]
Label = Annotated[str, msgspec.Meta(min_length=2, max_length=64)]
Tell = Annotated[str, msgspec.Meta(max_length=100)]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. `tell`: what to do at once. `next`: the question after it, None for the question's own."""

    id: Name
    label: Label
    tell: Tell = ""
    next: str | None = None


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. `open_ended`: one of its choices already says « je ne sais pas »."""

    id: Name
    question: Annotated[str, msgspec.Meta(min_length=10, max_length=70)]
    choice: Annotated[tuple[Choice, ...], msgspec.Meta(min_length=2, max_length=8)]
    help: str = ""
    next: str = ""
    unknown_tell: Tell = ""
    open_ended: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What some answers mean. `stolen` is None while nobody said it."""

    when: Mapping[str, str]
    playbook: str | None = None
    examine: bool = False
    stolen: bool | None = None

    def __post_init__(self) -> None:
        """A rule gives a playbook or asks for an examination, never both, never neither."""
        if (self.playbook is None) is not self.examine:
            raise ValueError("une règle donne une marche à suivre ou un examen")


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """opening.toml. `fallback`: the playbook to open when nobody knows and an examination settled nothing."""

    start: Name
    fallback: Name
    source: str
    unknown: Label
    questions: Annotated[tuple[Question, ...], msgspec.Meta(min_length=1)] = msgspec.field(name="question")
    rules: Annotated[tuple[Rule, ...], msgspec.Meta(min_length=1)] = msgspec.field(name="rule")

    def question(self, name: str) -> Question | None:
        """The question called `name`; None when there is none."""
        return next((one for one in self.questions if one.id == name), None)

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """What the person may answer, « je ne sais pas » included."""
        if question.open_ended:
            return question.choice
        return (*question.choice, Choice(UNKNOWN, self.unknown, question.unknown_tell))


class Inference(msgspec.Struct, frozen=True):
    """What the answers say: a playbook, or that the computer must be examined first."""

    playbook: str | None
    examine: bool
    stolen: bool | None = None


def next_question(answers: Mapping[str, str]) -> Question | None:
    """The question to ask now; None when enough is known. At most MOST are asked, whatever the answers."""
    path = list(_path(answers))
    if not path:
        return opening().question(opening().start)
    return opening().question(_after(*path[-1])) if len(path) < MOST else None


def instruction(answers: Mapping[str, str]) -> str:
    """What to do at once, after the last question answered on the path; "" before the first."""
    told = ""
    for question, answer in _path(answers):
        told = _choice(question, answer).tell or told
    return told


def recalled(answers: Mapping[str, str], questions: Collection[str]) -> tuple[str, ...]:
    """What was answered to these questions and what it asks for: « Non, c'est coupé » : laissez l'ordinateur allumé."""
    asked = [(question, _choice(question, answer)) for question, answer in _path(answers)]
    return tuple(f"« {one.label} » : {one.tell}" for question, one in asked if question.id in questions and one.tell)


def _path(answers: Mapping[str, str]) -> Iterator[tuple[Question, str]]:
    """The questions that were asked with their answers, in order: MOST at most."""
    question = opening().question(opening().start)
    for _ in range(MOST):
        if question is None or question.id not in answers:
            return
        yield question, answers[question.id]
        question = opening().question(_after(question, answers[question.id]))


def _after(question: Question, answer: str) -> str:
    """The question that follows an answer; "" when none does."""
    given = _choice(question, answer)
    return question.next if given.next is None else given.next


def _choice(question: Question, answer: str) -> Choice:
    """The choice; an answer that does not exist counts as « je ne sais pas », the last one."""
    offered = opening().choices(question)
    return next((one for one in offered if one.id == answer), offered[-1])


def infer(answers: Mapping[str, str]) -> Inference:
    """What these answers {question: choice} mean. Total: a choice that does not exist counts as « je ne sais pas »."""
    for rule in opening().rules:
        if all(answers.get(question) == choice for question, choice in rule.when.items()):
            return Inference(rule.playbook, rule.examine, rule.stolen)
    return Inference(None, examine=True)


def load_opening(path: Path) -> Opening:
    """The questions of a file. BrokenReference when a name leads nowhere or a path asks too much."""
    found = load(path, Opening)
    for problem in _problems(found):
        raise BrokenReference(path, None, problem)
    return found


def _problems(found: Opening) -> Iterator[str]:
    ids = [question.id for question in found.questions]
    if len(ids) != len({*ids}):
        yield "deux questions ont le même identifiant"
    for question in found.questions:
        yield from _wrong_choices(found, question)
    if found.question(found.start) is None:
        yield "la première question n'existe pas"
    yield from _wrong_rules(found)
    if found.source not in sources():
        yield f"la source « {found.source} » n'existe pas"


def _wrong_choices(found: Opening, question: Question) -> Iterator[str]:
    offered = [one.id for one in found.choices(question)]
    if len(offered) != len({*offered}):
        yield f"deux choix de « {question.id} » ont le même identifiant"
    for name in _following(found, question):
        if found.question(name) is None:
            yield f"la question « {name} » n'existe pas"


def _following(found: Opening, question: Question) -> set[str]:
    """The questions that may come after this one."""
    every = {question.next if one.next is None else one.next for one in found.choices(question)}
    return every - {""}


def _wrong_rules(found: Opening) -> Iterator[str]:
    for name in (found.fallback, *(rule.playbook for rule in found.rules)):
        if name is not None and name not in IDS:
            yield f"la marche à suivre « {name} » n'existe pas"
    for rule in found.rules:
        for name, choice in rule.when.items():
            question = found.question(name)
            if question is None or choice not in {one.id for one in found.choices(question)}:
                yield f"aucune question n'a la réponse « {choice} »"
    if found.rules[-1].when:
        yield "la dernière règle doit valoir pour toutes les réponses"


@once
def opening() -> Opening:
    """The questions shipped with Hygie."""
    return load_opening(HERE / "opening.toml")
