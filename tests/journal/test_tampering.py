"""Somebody with the database in hand and the guards taken off: whatever is changed is found."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hygie.journal.chain import GENESIS, chained
from hygie.journal.digest import anchored, digest_of, note_anchor, read_anchors
from hygie.journal.rows import COLUMNS, row_of
from tests.conftest import LONG
from tests.journal.bench import NOW, OTHER, PRACTICE, Session

ALL = ("number", *COLUMNS)
TODAY = NOW.date()


@pytest.fixture
def open_to_all(session: Session) -> Session:
    """Four lines, the guards gone."""
    for number in range(4):
        session.append(number)
    session.drop_guards()
    return session


@pytest.mark.parametrize("column", ALL)
def test_every_byte_of_every_column_of_every_row_is_sealed(open_to_all: Session, column: str) -> None:
    session, tried = open_to_all, 0
    for number, value in session.run(f"SELECT number, {column} FROM journal_entry ORDER BY number"):
        for changed in _flipped(value, session.dialect, random.Random(f"{column}{number}")):
            if not _update(session, column, changed, number):
                continue
            tried += 1
            verdict = session.journal.verify(PRACTICE)
            assert not verdict.ok, (column, number, value, changed)
            assert verdict.reason
            here = changed if column == "number" else number
            _update(session, column, value, here)
    assert tried >= 4
    assert session.journal.verify(PRACTICE).ok


@pytest.mark.parametrize("column", ["practice", "shelf", "seq", "hash"])
def test_every_byte_of_the_head_counts(open_to_all: Session, column: str) -> None:
    session = open_to_all
    ((value,),) = session.run(f"SELECT {column} FROM journal_head")
    for changed in _flipped(value, session.dialect, random.Random(column)):
        session.run(f"UPDATE journal_head SET {column} = {_target(changed)}", changed)
        assert not session.journal.verify(PRACTICE).ok, changed
        session.run(f"UPDATE journal_head SET {column} = ?", value)
    assert session.journal.verify(PRACTICE).ok


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_a_removed_line_is_found_wherever_it_stood(open_to_all: Session, seq: int) -> None:
    open_to_all.run("DELETE FROM journal_entry WHERE seq = ?", seq)
    verdict = open_to_all.journal.verify(PRACTICE)
    assert (verdict.ok, verdict.broken_seq, verdict.count) == (False, seq, seq - 1)
    assert "manque" in verdict.reason


def test_removing_every_line_is_found(open_to_all: Session) -> None:
    open_to_all.run("DELETE FROM journal_entry")
    assert open_to_all.journal.verify(PRACTICE).broken_seq == 1
    open_to_all.run("DELETE FROM journal_head")
    assert open_to_all.journal.verify(PRACTICE).ok  # nothing is left to contradict it but the anchors
    assert not open_to_all.journal.verify(PRACTICE, {4: "ab" * 32}).ok


def test_a_lost_head_is_found(open_to_all: Session) -> None:
    open_to_all.run("DELETE FROM journal_head")
    verdict = open_to_all.journal.verify(PRACTICE)
    assert (verdict.ok, verdict.broken_seq) == (False, None)
    assert "repère" in verdict.reason


def test_two_lines_that_change_places_are_found(open_to_all: Session) -> None:
    for old, new in ((2, 9), (3, 2), (9, 3)):
        open_to_all.run("UPDATE journal_entry SET seq = ? WHERE seq = ?", new, old)
    for old, new in ((2, 9), (3, 2), (9, 3)):
        open_to_all.run("UPDATE journal_entry SET number = ? WHERE number = ?", new, old)
    assert open_to_all.journal.verify(PRACTICE).broken_seq == 2


@pytest.mark.parametrize("seq", [-3, 0, 5, 6, 2**40])
def test_a_line_slipped_in_is_found(open_to_all: Session, seq: int) -> None:
    last = open_to_all.journal.entries(PRACTICE)[-1]
    _insert(open_to_all, row_of(chained(last, seq, last.hash)), seq)
    assert not open_to_all.journal.verify(PRACTICE).ok


def test_a_line_moved_from_another_practice_is_found(session: Session) -> None:
    session.append()
    session.append(practice=OTHER)
    session.append(practice=OTHER)
    session.drop_guards()
    session.run("UPDATE journal_entry SET practice = ? WHERE practice = ? AND seq = 2", PRACTICE, OTHER)
    assert not session.journal.verify(PRACTICE).ok
    assert not session.journal.verify(OTHER).ok


def test_a_last_line_taken_away_with_its_head_put_back_is_found_by_the_anchors(
    open_to_all: Session, tmp_path: Path
) -> None:
    session, file = open_to_all, tmp_path / "anchors.jsonl"
    note_anchor(file, digest_of(session.journal, PRACTICE, TODAY))
    third = session.journal.entries(PRACTICE)[2]
    session.run("DELETE FROM journal_entry WHERE seq = 4")
    session.run("UPDATE journal_head SET seq = 3, hash = ?", third.hash)
    assert session.journal.verify(PRACTICE).ok
    verdict = session.journal.verify(PRACTICE, anchored(read_anchors(file, PRACTICE)))
    assert (verdict.ok, verdict.broken_seq) == (False, 4)


def test_a_whole_chain_written_anew_is_found_by_the_anchors(open_to_all: Session, tmp_path: Path) -> None:
    session, file = open_to_all, tmp_path / "anchors.jsonl"
    note_anchor(file, digest_of(session.journal, PRACTICE, TODAY))
    _rewrite(session, 2, "Une autre histoire.")
    assert session.journal.verify(PRACTICE).ok
    assert session.journal.entries(PRACTICE)[1].summary == "Une autre histoire."
    verdict = session.journal.verify(PRACTICE, anchored(read_anchors(file, PRACTICE)))
    assert (verdict.ok, verdict.broken_seq) == (False, 4)
    assert "empreinte" in verdict.reason


def _rewrite(session: Session, seq: int, summary: str) -> None:
    """Change one line and compute the whole chain and its head again, as somebody who knows the code would."""
    previous, shelf = GENESIS, session.journal.heads()[0].shelf
    entries = session.journal.entries(PRACTICE)
    session.run("DELETE FROM journal_entry")
    for entry in entries:
        told = replace(entry, summary=summary) if entry.seq == seq else entry
        placed = chained(told, entry.seq, previous)
        _insert(session, row_of(placed), shelf * 2**40 + entry.seq)
        previous = placed.hash
    session.run("UPDATE journal_head SET hash = ?", previous)


def _insert(session: Session, row: tuple[Any, ...], number: int) -> None:
    columns = f"INSERT INTO journal_entry (number, {', '.join(COLUMNS)})"
    session.run(f"{columns} VALUES ({', '.join('?' * len(ALL))})", number, *row)


def _update(session: Session, column: str, value: Any, number: int) -> bool:
    """False when the database itself refuses the value (another row has it, or it is no text of its encoding)."""
    try:
        session.run(f"UPDATE journal_entry SET {column} = {_target(value)} WHERE number = ?", value, number)
    except (sqlite3.IntegrityError, psycopg.errors.UniqueViolation):
        return False
    return True


def _target(value: Any) -> str:
    return "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"


def _flipped(value: str | int, dialect: str, dice: random.Random) -> Iterator[Any]:
    """The value with each of its bytes changed in turn; PostgreSQL, slower, gets one in six in the short tier."""
    if isinstance(value, int):
        for byte in range(5):
            yield value ^ dice.randrange(1, 128) << 8 * byte
        return
    raw = value.encode()
    step = 6 if dialect == "postgresql" and not LONG else 1
    for place in range(dice.randrange(step), len(raw), step):
        changed = bytearray(raw)
        changed[place] ^= dice.randrange(1, 256)
        if dialect == "sqlite":
            yield bytes(changed)
        else:
            yield bytes(changed).decode("latin-1").replace("\0", "\1")
