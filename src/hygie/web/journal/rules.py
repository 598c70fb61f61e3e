"""The journal in words: families of lines, the sentence of a verdict, a spreadsheet's lines, its health.

Without Django: `hygie docteur` calls `health` on the file itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from hygie.core.clock import PARIS
from hygie.core.french import agree, plural, typeset
from hygie.journal.digest import ANCHORS, anchored, read_anchors
from hygie.journal.errors import JournalError
from hygie.journal.sqlite import open_journal
from hygie.journal.store import Journal
from hygie.journal.verdict import Verdict

FAMILIES = {
    "account": "Comptes et connexions",
    "answer": "Réponses",
    "card": "Cartes",
    "care_kit": "Copies imprimées",
    "checkup": "Bilans",
    "demonstration": "Cabinet d’exemple",
    "device": "Matériel",
    "exception": "Exceptions",
    "first_run": "Première visite",
    "hold": "Verrous",
    "incident": "Incidents",
    "inventory": "Imports et exports",
    "journal": "Journal",
    "mail": "Rappels par e-mail",
    "online_account": "Comptes en ligne",
    "practice": "Cabinet",
    "proof": "Preuves",
    "provider": "Prestataires",
    "question": "Questions",
    "sharing": "Ce qui sort du cabinet",
    "team": "Équipe",
    "workstation": "Ordinateurs reliés",
}
COLUMNS = ("numéro", "écrit le", "fait le", "genre", "qui", "quoi", "sujet", "empreinte")
BYTE_ORDER_MARK = "\ufeff"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FIRST_YEAR = 2000
"""No journal is older; the calendar of the library ends badly near the year 1."""
_PRACTICE_DATABASE = "hygie.sqlite3"


@dataclass(frozen=True, slots=True)
class Health:
    """One point of `hygie docteur`."""

    id: str
    state: Literal["good", "note", "trouble"]
    sentence: str
    next_step: str = ""


def family(kind: str) -> str:
    """The French family of a kind of line, from the word before its first dot."""
    prefix = kind.partition(".")[0]
    return FAMILIES.get(prefix, prefix.replace("_", " ").capitalize())


def family_choices(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """(prefix, family) of the kinds that exist, in the order of their French names."""
    return sorted({(kind.partition(".")[0], family(kind)) for kind in kinds}, key=lambda pair: pair[1])


def verdict_words(verdict: Verdict) -> str:
    """One sentence: all lines follow, or the first that does not, and why."""
    if not verdict.ok:
        where = f"à la ligne {verdict.broken_seq}" if verdict.broken_seq is not None else "dans son ensemble"
        return typeset(f"Le journal ne se suit plus {where} : {verdict.reason}.")
    if verdict.count == 0:
        return "Le journal est vide."
    found = agree(verdict.count, "La seule ligne du journal est intacte.", "Les {} lignes du journal se suivent.")
    return found if verdict.guarded else f"{found} Ses protections contre les retouches manquent."


def verify(journal: Journal, practice: str, folder: Path) -> Verdict:
    """Verify a chain with the witnesses kept beside the database; unreadable witnesses are a fault of their own."""
    try:
        anchors = anchored(read_anchors(folder / ANCHORS, practice))
    except JournalError as error:
        return Verdict(False, 0, "", None, error.sentence.rstrip("."))
    return journal.verify(practice, anchors)


def health(path: Path) -> Health:
    """The state of the journal in the data folder `path`, or in its SQLite file; never raises."""
    folder, file = (path, path / _PRACTICE_DATABASE) if path.is_dir() else (path.parent, path)
    if not file.is_file():
        return Health("journal", "note", "Le journal n’existe pas encore.", "Il naît au premier hygie servir.")
    try:
        with open_journal(file, create=False) as journal:
            verdicts = [verify(journal, head.practice, folder) for head in journal.heads()]
    except JournalError as error:
        return Health("journal", "trouble", error.sentence, error.next_step)
    return _health(verdicts)


def _health(verdicts: list[Verdict]) -> Health:
    broken = [verdict for verdict in verdicts if not verdict.ok]
    if broken:
        keep = "Gardez ce dossier tel quel et appelez votre informatique."
        return Health("journal", "trouble", verdict_words(broken[0]), keep)
    if not all(verdict.guarded for verdict in verdicts):
        missing = "Les protections du journal contre les retouches manquent."
        return Health("journal", "trouble", missing, "Relancez hygie servir, qui les remet.")
    lines = plural(sum(verdict.count for verdict in verdicts), "ligne")
    return Health("journal", "good", f"Le journal se suit du début à la fin ({lines}).")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: an apostrophe in front shows it as text."""
    text = re.sub(r"[\x00-\x1f\x7f]", " ", cell)
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) else text


def csv_rows(entries: Iterable[Any]) -> Iterator[list[str]]:
    """The heading, then one row a line, hours in Paris time."""
    yield list(COLUMNS)
    for entry in entries:
        row = (
            str(entry.seq), _hour(entry.recorded_at), _hour(entry.occurred_at), entry.kind, entry.actor_name,
            entry.summary, entry.subject, entry.hash,
        )  # fmt: skip
        yield [harmless(cell) for cell in row]


def moment_of(stamped: str) -> datetime:
    """The moment of a stored stamp, in Paris."""
    return datetime.fromisoformat(stamped).astimezone(PARIS)


def _hour(stamped: str) -> str:
    return moment_of(stamped).isoformat(sep=" ", timespec="seconds")


def month_of(text: str, today: date) -> tuple[date, date]:
    """First and last day of « 2026-11 »; of the present month for anything else, or for a month to come."""
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text, re.ASCII)
    known = found is not None and int(found[1]) >= FIRST_YEAR
    first = date(int(found[1]), int(found[2]), 1) if found and known else today.replace(day=1)
    first = min(first, today.replace(day=1))
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return date.fromordinal(max(1, first.toordinal() - 1)).replace(day=1)
