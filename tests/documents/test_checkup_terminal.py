"""The terminal report: 80 columns, black and white, hostile texts, file names only when asked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hygie.checkup.answers import Answer, Answers
from hygie.checkup.run import Checkup, Context, judge
from hygie.content.hints import Hint
from hygie.documents.checkup_terminal import WIDTH, render_terminal, safe
from hygie.probes import facts as f
from hygie.probes.collect import Facts
from hygie.reference.catalogue import catalogue

NOW = datetime(2026, 11, 3, 8, 15, tzinfo=UTC)
SECRET = "mots de passe \033[2J\u202e de Mme Martin.txt"


def checkup(**more: object) -> Checkup:
    found = f.SensitiveFiles((f.SensitiveFile(Hint.PASSWORDS, f.Place.DESKTOP, SECRET),), 12, complete=True)
    known = {f.SensitiveFiles: found, f.EmptyPasswords: f.EmptyPasswords(0), f.Moment: f.Moment(NOW)}
    answers = Answers({"cps-personal": Answer("cps-personal", "waiting", waiting_for="Perrin Informatique")})
    made = judge(Facts(known), Context(catalogue(), answers, "linux", NOW), host="poste")
    return replace(made, **more)


def text(*, detailed: bool = True, names: bool = False, colour: bool = False, **more: object) -> str:
    return render_terminal(checkup(**more), detailed=detailed, show_names=names, colour=colour, command="hygie")


def test_every_line_holds_in_eighty_columns() -> None:
    assert max(len(line) for line in text().splitlines()) <= WIDTH


def test_a_state_is_a_sign_and_a_word_without_colour() -> None:
    shown = text()
    assert "\033" not in shown
    for state in ("→ À faire", "? Inconnu", "✓ En ordre", "… En attente"):
        assert state in shown


def test_colour_adds_nothing_to_the_words() -> None:
    coloured = text(colour=True)
    assert "\033[33m" in coloured
    assert {"À faire", "Inconnu"} <= {word for word in ("À faire", "Inconnu") if word in coloured}


def test_file_names_are_hidden_unless_the_person_asks_at_a_terminal() -> None:
    assert "Martin" not in text()
    assert "Martin" in text(names=True)


@pytest.mark.parametrize("hostile", ["\033[2J", "\u202e", "\r", "\x07", "\x9b31m", "\u200f", "\ud800"])
def test_a_hostile_character_never_reaches_the_terminal(hostile: str) -> None:
    assert hostile not in safe(f"a{hostile}b")
    assert hostile not in text(host=f"a{hostile}b", practice=f"c{hostile}d")


def test_hostile_file_names_are_shown_harmless() -> None:
    shown = text(names=True)
    assert "\033" not in shown
    assert "\u202e" not in shown


def test_the_summary_names_what_is_unknown_and_what_to_type_next() -> None:
    shown = text(detailed=False)
    assert "points restent inconnus" in shown
    assert "hygie bilan --questions -o reponses.toml" in shown
    assert "Rien n’est sorti de cet ordinateur." in shown


def test_no_score_is_shown_to_the_doctor() -> None:
    assert "score" not in text().casefold()
