"""What people declared or proved, and the exceptions they motivated (`hygie.answers/1`, JSON or TOML).

An answer older than its check's validity is unknown again; an exception ends by itself.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hygie.checkup.errors import UnreadableAnswers
from hygie.checkup.files import read_small_text
from hygie.core.finding import Origin, Outcome, Verdict, Waiver, failed, not_applicable, passed, unknown, waiting
from hygie.core.french import day_in_words
from hygie.reference.catalogue import CheckEntry

WHAT = "Le fichier de réponses"
MOST_DOTS = 200
Note = Annotated[str, msgspec.Meta(max_length=500)]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer: « yes » is always the good one. `proof` names the document, never a patient."""

    check_id: Annotated[str, msgspec.Meta(max_length=80)]
    answer: Literal["yes", "no", "unknown", "not_applicable", "waiting"]
    answered_on: date | None = None
    proof: Note = ""
    note: Note = ""
    waiting_for: Note = ""
    expected_on: date | None = None


class Exception_(msgspec.Struct, frozen=True, forbid_unknown_fields=True):  # noqa: N801 - the word of the contract
    """A motivated exception to a check, until a date."""

    check_id: Annotated[str, msgspec.Meta(max_length=80)]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
    until: date


class AnswerFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; `practice` and `phones` only fill the printed sheets."""

    schema: Literal["hygie.answers/1"]
    practice: Note = ""
    insurer_contract: Note = ""
    phones: Mapping[Annotated[str, msgspec.Meta(max_length=80)], Annotated[str, msgspec.Meta(max_length=40)]] = {}
    answers: tuple[Answer, ...] = ()
    exceptions: tuple[Exception_, ...] = ()


@dataclass(frozen=True)
class Answers:
    """Answers and exceptions by check."""

    by_check: Mapping[str, Answer] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    practice: str = ""
    insurer_contract: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)


def read_answers(path: Path, checks: Mapping[str, CheckEntry]) -> Answers:
    """The answers in a file. UnreadableAnswers when it is not one, or speaks of a check that does not exist."""
    content = _decode(path)
    _verify([answer.check_id for answer in content.answers], checks, "deux réponses")
    _verify([entry.check_id for entry in content.exceptions], checks, "deux exceptions")
    return Answers(
        {answer.check_id: answer for answer in content.answers},
        {entry.check_id: Waiver(entry.reason, entry.until) for entry in content.exceptions},
        content.practice,
        content.insurer_contract,
        content.phones,
    )


def _verify(ids: Sequence[str], checks: Mapping[str, CheckEntry], twice: str) -> None:
    """Refuse an identifier that no check has, and one that stands twice: nobody could say which one holds."""
    for place, check_id in enumerate(ids):
        name = f"« {check_id[:60]} »"
        if check_id not in checks:
            next_step = "Corrigez cet identifiant : hygie bilan --questions donne la liste."
            raise UnreadableAnswers(f"{WHAT} parle de {name}, qui n'existe pas.", next_step)
        if check_id in ids[:place]:
            raise UnreadableAnswers(f"{WHAT} donne {twice} à {name}.", "Gardez la bonne et effacez l'autre.")


def _decode(path: Path) -> AnswerFile:
    text = read_small_text(path, UnreadableAnswers, WHAT)
    try:
        if text.lstrip().startswith("{"):
            return msgspec.json.decode(text, type=AnswerFile)
        return msgspec.convert(_toml(text), AnswerFile)
    except (ValueError, RecursionError) as error:  # a ValueError is any fault of TOML or of msgspec
        raise UnreadableAnswers(
            f"{WHAT} n'a pas la forme attendue{_place(str(error))}.",
            "Repartez du modèle que donne : hygie bilan --questions.",
        ) from error


def _toml(text: str) -> dict[str, object]:
    """The reader of Python takes a time that squares with the dots of a key: hundreds on one line are refused."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MOST_DOTS:
            raise ValueError(f"too many dots (at line {number})")
    return tomllib.loads(text)


def _place(fault: str) -> str:
    """Where the fault is, as the parsers tell it: a path, a line, a byte or the end; nothing when they do not."""
    found = re.search(r" - at `(?P<path>[^`]{1,80})|\(at line (?P<line>\d+)|\(byte (?P<byte>\d+)\)", fault)
    if found is None:
        return ", à la fin du fichier" if fault.endswith(("(at end of document)", "truncated")) else ""
    names = {"path": "en", "line": "à la ligne", "byte": "à l'octet"}
    return f", {names[str(found.lastgroup)]} {found[str(found.lastgroup)]}"


def judge_answer(check: CheckEntry, answers: Answers, now: datetime) -> tuple[Verdict, Origin]:
    """The verdict on a declared or proved check, and how it is known."""
    answer = answers.by_check.get(check.id)
    if answer is None or answer.answer == "unknown":
        return unknown("Personne n'a encore répondu à cette question."), Origin.UNKNOWN
    if stale := _too_old(check, answer, now) or _overdue(answer, now):
        return unknown(stale), Origin.UNKNOWN
    if check.answer == "proved" and answer.answer == "yes" and not answer.proof:
        return unknown("La réponse est oui, mais aucune preuve n'est jointe."), Origin.UNKNOWN
    origin = Origin.PROVED if answer.proof and answer.answer == "yes" else Origin.DECLARED
    return _verdict(check, answer), origin


def _too_old(check: CheckEntry, answer: Answer, now: datetime) -> str | None:
    if answer.answered_on is None or check.validity_days is None:
        return None
    if answer.answered_on > now.date() + timedelta(days=1):
        return "La réponse porte une date à venir."
    if now.date() - answer.answered_on > timedelta(days=check.validity_days):
        return f"La réponse date du {day_in_words(answer.answered_on)} : elle est à redonner."
    return None


def _overdue(answer: Answer, now: datetime) -> str | None:
    """A promise that nobody kept is nothing known any more."""
    if answer.answer != "waiting" or answer.expected_on is None or answer.expected_on >= now.date():
        return None
    return f"La réponse attendue le {day_in_words(answer.expected_on)} n'est pas venue : relancez."


def _verdict(check: CheckEntry, answer: Answer) -> Verdict:
    when = f" le {day_in_words(answer.answered_on)}" if answer.answered_on else ""
    if answer.answer == "yes":
        return passed(f"{check.title} (répondu{when})." if when else f"{check.title}.")
    if answer.answer == "not_applicable":
        return not_applicable(f"Le cabinet a répondu que cela ne le concerne pas{when}.")
    if answer.answer == "waiting":
        who = f" ({answer.waiting_for})" if answer.waiting_for else ""
        until = f", prévue le {day_in_words(answer.expected_on)}" if answer.expected_on else ""
        return waiting(f"En attente d'une réponse{who}{until}.")
    return failed(f"Le cabinet a répondu non{when}.")


def running_waiver(answers: Answers, check_id: str, outcome: Outcome, now: datetime) -> Waiver | None:
    """The exception that covers a failure today, or None: it never covers what is unknown."""
    waiver = answers.waivers.get(check_id)
    if waiver is None or outcome is not Outcome.FAILED or waiver.until < now.date():
        return None
    return waiver


def questions_form(checks: Mapping[str, CheckEntry], today: date) -> str:
    """An answers file to fill in, as TOML: every question with its help, « unknown » everywhere."""
    lines = [
        "# Réponses du cabinet, à lire par : hygie bilan --answers CE_FICHIER",
        '# answer : "yes" (oui), "no" (non), "unknown" (je ne sais pas), "not_applicable" (non concerné),',
        '#          "waiting" (en attente ; ajoutez waiting_for et expected_on). Aucun nom de patient ici.',
        'schema = "hygie.answers/1"',
        'practice = ""            # nom du cabinet, pour les pages imprimées',
        'insurer_contract = ""    # numéro du contrat',
        "",
        "[phones]                 # pour la fiche d'incident",
        '"Assistance de l\'assureur" = ""',
        '"Informatique" = ""',
        '"Hébergeur du dossier" = ""',
        '"Fournisseur d\'accès" = ""',
    ]
    for check in (check for check in checks.values() if check.answer != "measured"):
        lines += [
            "",
            f"# {check.question}",
            f"# {check.help}",
            "[[answers]]",
            f'check_id = "{check.id}"',
            'answer = "unknown"',
        ]
        lines += [f"answered_on = {today.isoformat()}"]
        lines += [f'proof = ""   # {check.proof}'] if check.proof else []
    return "\n".join(lines) + "\n"
