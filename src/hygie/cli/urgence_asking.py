"""The three questions of the opening, asked at a terminal; without one, nothing is asked and nothing is known."""

import sys
from dataclasses import dataclass
from typing import Final

import click

from hygie.cli.output import shown
from hygie.core.french import typeset
from hygie.reference.opening import Inference, Question, infer, instruction, next_question, opening

UNSURE: Final = "intrusion"
"""The playbook while nobody knows: it isolates the computer, keeps the traces, and closes nothing too early."""
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers {question: choice} and what they mean."""

    answers: dict[str, str]
    means: Inference

    @property
    def playbook(self) -> str:
        """The playbook to follow."""
        return self.means.playbook or UNSURE

    @property
    def unsure(self) -> bool:
        """Whether nobody knows yet what happens."""
        return self.means.playbook is None


def asked() -> Answered:
    """Ask at a terminal; elsewhere, what no answer means."""
    answers: dict[str, str] = {}
    while _at_a_terminal() and (question := next_question(answers)) is not None:
        answers[question.id] = _choice(question)
        if told := instruction(answers):
            click.echo(shown(f"\n>> {typeset(told)}\n"), err=True)
    return Answered(answers, infer(answers))


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _choice(question: Question) -> str:
    """The choice typed by its number; the last one, « je ne sais pas », after three answers that are no number."""
    choices = opening().choices(question)
    click.echo(shown(typeset(question.question)), err=True)
    for number, choice in enumerate(choices, 1):
        click.echo(shown(typeset(f"  {number}. {choice.label}")), err=True)
    for _ in range(_TRIES):
        said = click.prompt(typeset("Numéro"), default=str(len(choices)), show_default=False, err=True)
        if said.isascii() and said.isdigit() and 1 <= int(said[:3]) <= len(choices):
            return choices[int(said[:3]) - 1].id
        click.echo(f"Tapez un numéro, de 1 à {len(choices)}.", err=True)
    return choices[-1].id
