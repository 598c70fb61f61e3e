"""Every byte of the SQLite file changed in turn: either the damage is told, or every line reads back as it was."""

import random
import sqlite3
from pathlib import Path

import pytest

from hygie.journal.chain import Entry
from hygie.journal.errors import JournalError
from hygie.journal.sqlite import open_journal
from tests.conftest import LONG
from tests.journal.bench import PRACTICE, words

STEP = 1 if LONG else 7


@pytest.fixture
def written(tmp_path: Path) -> tuple[bytes, list[Entry]]:
    """The bytes of a small journal, all in its one file, and its lines."""
    path = tmp_path / "whole.sqlite3"
    with open_journal(path) as journal:
        entries = [journal.append(**words(number)) for number in range(6)]
    assert not path.with_name(path.name + "-wal").exists()
    return path.read_bytes(), entries


def test_no_changed_byte_of_the_file_changes_the_story_unseen(
    written: tuple[bytes, list[Entry]], tmp_path: Path
) -> None:
    raw, entries = written
    dice, told, harmless, path = random.Random(20261124), 0, 0, tmp_path / "flipped.sqlite3"
    for place in range(dice.randrange(STEP), len(raw), STEP):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ dice.randrange(1, 256)]) + raw[place + 1 :])
        found = _read(path)
        told, harmless = (told + 1, harmless) if found is None else (told, harmless + 1)
        assert found in (None, entries), place
        for beside in path.parent.glob("flipped.sqlite3-*"):
            beside.unlink()
    assert told > len(raw) // STEP // 20
    assert harmless


def _read(path: Path) -> list[Entry] | None:
    """The lines, or None when opening, verifying or reading told a fault; anything else is an error of the test."""
    try:
        with open_journal(path, create=False) as journal:
            return journal.entries(PRACTICE) if journal.verify(PRACTICE).ok else None
    except JournalError:
        return None


@pytest.mark.parametrize("length", [0, 1, 15, 16, 99, 100, 4095, 4096, 8192])
def test_a_file_cut_short_is_told_or_empty(written: tuple[bytes, list[Entry]], tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.sqlite3"
    path.write_bytes(written[0][:length])
    assert _read(path) is None


@pytest.mark.parametrize("content", [b"Bonjour\n" * 1000, b"\xff" * 9000, b"SQLite format 3\0" + b"\0" * 9000])
def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.sqlite3"
    path.write_bytes(content)
    with pytest.raises(JournalError):
        open_journal(path)
    assert path.read_bytes() == content


def test_a_missing_file_a_folder_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        open_journal(tmp_path / "none.sqlite3", create=False)
    assert not (tmp_path / "none.sqlite3").exists()
    with pytest.raises(JournalError):
        open_journal(tmp_path)
    with pytest.raises(JournalError):
        open_journal(tmp_path / "no" / "where.sqlite3")


def test_a_database_that_already_holds_the_apps_tables_takes_the_journal_in(tmp_path: Path) -> None:
    path = tmp_path / "hygie.sqlite3"
    with sqlite3.connect(path) as app:
        app.execute("CREATE TABLE practice (id TEXT)")
    with open_journal(path) as journal:
        journal.append(**words())
        assert journal.verify(PRACTICE).ok
    assert path.stat().st_mode & 0o111 == 0


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "hygie.sqlite3"
    with open_journal(path) as journal:
        journal.append(**words())
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert "hygie.sqlite3-wal" in modes
