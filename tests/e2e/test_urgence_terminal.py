"""`hygie urgence` as a frightened person reads it: the number first, lines to type, three questions at most."""

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.command import HYGIE, hygie
from tests.e2e.urgency import plain, told, urgence
from tests.web.faults.serving import environment

pytestmark = pytest.mark.sqlite


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "cabinet"


def test_a_note_cannot_command_the_terminal(home: Path) -> None:
    name = told(home, "ouvrir", "--playbook", "phishing")["incident"]
    evil = "avant\x1b[2J\x1b]0;pris\x07\u202eafter\udcff"
    assert urgence(home, "journal", name, "--add", evil).returncode == 0
    out = urgence(home, "journal", name).stdout
    assert "\x1b" not in out and "\x07" not in out and "\u202e" not in out
    assert "avant" in out


def test_in_text_the_number_comes_first_and_the_next_line_can_be_typed(home: Path) -> None:
    out = plain(urgence(home, "ouvrir", "--playbook", "cps_lost").stdout)
    lines = out.splitlines()
    number = next(place for place, line in enumerate(lines) if line.startswith("Téléphone :"))
    assert number < next(place for place, line in enumerate(lines) if line.startswith("Étape 1 sur"))
    assert "0 825 852 000" in lines[number]
    assert "Jamais :" in out and "minute" in out and "Écrire à l’assureur : avant le" in out
    command = next(line.strip() for line in lines if line.strip().endswith("personne --practice " + str(home)))
    done = hygie(*command.split()[1:], environment=environment())
    assert done.returncode == 0, done.stderr
    assert "Étape" in done.stdout


def test_questions_are_asked_at_a_terminal_and_at_most_three(home: Path) -> None:
    words = [*HYGIE, "urgence", "ouvrir", "--practice", str(home)]
    said = typed_at_a_terminal(words, ["1", "3", "2"])
    assert "Que voyez-vous" in said
    assert "Retirez" in said
    assert said.count("Numéro") == 3
    assert "Incident" in said
    assert told(home, "liste")["incidents"][0]["playbook"] == "ransomware"


def test_nonsense_at_a_terminal_counts_as_unknown(home: Path) -> None:
    said = typed_at_a_terminal([*HYGIE, "urgence", "ouvrir", "--practice", str(home)], ["zut", "99", "-1", "", ""])
    assert "Tapez un numéro" in said
    assert "Incident" in said


def typed_at_a_terminal(words: list[str], answers: list[str]) -> str:
    """What a person sees who types these answers, each after a prompt."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), close_fds=True)
    os.close(theirs)
    seen, left, until = "", list(answers), time.monotonic() + 60
    try:
        while time.monotonic() < until:
            if not select.select([ours], [], [], 60)[0]:
                break
            chunk = os.read(ours, 65_536).decode(errors="replace")
            seen += chunk
            if left and re.search(r"Numéro[^\n]*: $", seen):
                os.write(ours, f"{left.pop(0)}\n".encode())
    except OSError:
        pass  # the terminal closes when the command ends
    finally:
        os.close(ours)
        assert process.wait(timeout=60) == 0, seen
    return seen
