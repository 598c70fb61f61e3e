import sqlite3
from pathlib import Path

import psycopg
import pytest

from hygie.core.errors import HygieError
from hygie.journal import errors
from hygie.journal.errors import JournalBusy, JournalError, JournalUnreadable, JournalUnwritable
from hygie.journal.failures import explained, is_database_error
from hygie.journal.sqlite import open_journal
from tests.journal.bench import PRACTICE, words


def _sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("secret of a patient")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_sqlite(sqlite3.SQLITE_BUSY), JournalBusy),
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), JournalBusy),
        (_sqlite(sqlite3.SQLITE_FULL), JournalUnwritable),
        (_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), JournalUnwritable),
        (_sqlite(sqlite3.SQLITE_READONLY), JournalUnwritable),
        (_sqlite(sqlite3.SQLITE_CONSTRAINT_TRIGGER), JournalUnwritable),
        (_sqlite(sqlite3.SQLITE_CORRUPT), JournalUnreadable),
        (_sqlite(sqlite3.SQLITE_NOTADB), JournalUnreadable),
        (sqlite3.OperationalError("Could not decode to UTF-8"), JournalUnreadable),
        (psycopg.errors.DiskFull("x"), JournalUnwritable),
        (psycopg.errors.RestrictViolation("x"), JournalUnwritable),
        (psycopg.errors.UniqueViolation("x"), JournalUnwritable),
        (psycopg.errors.LockNotAvailable("x"), JournalBusy),
        (psycopg.errors.DeadlockDetected("x"), JournalBusy),
        (psycopg.errors.UndefinedTable("x"), JournalUnreadable),
        (psycopg.OperationalError("x"), JournalUnreadable),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), JournalUnreadable),
    ],
)
def test_each_driver_says_it_its_way_and_the_person_reads_one(error: Exception, expected: type[JournalError]) -> None:
    assert is_database_error(error)
    said = explained(error)
    assert type(said) is expected
    assert said.sentence
    assert said.next_step
    assert str(error) not in said.sentence + said.next_step


def test_an_error_wrapped_by_the_apps_layer_is_read_through() -> None:
    class Error(Exception):
        """As Django does: its own class, the driver's error as its cause."""

    wrapped = Error()
    wrapped.__cause__ = _sqlite(sqlite3.SQLITE_FULL)
    assert is_database_error(wrapped)
    assert "plein" in explained(wrapped).sentence


@pytest.mark.parametrize("error", [KeyError("x"), TypeError(), ZeroDivisionError(), OSError(), KeyboardInterrupt()])
def test_a_mistake_of_the_program_is_not_the_databases(error: BaseException) -> None:
    assert not is_database_error(error)


def test_every_error_is_of_one_tree_with_a_code_of_its_own() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, JournalError)]
    assert len(kinds) == 8
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert issubclass(JournalError, HygieError)


def test_a_read_only_file_is_told_when_writing(tmp_path: Path) -> None:
    path = tmp_path / "hygie.sqlite3"
    with open_journal(path) as journal:
        journal.append(**words())
        journal._connection.execute("PRAGMA query_only = ON")
        with pytest.raises(JournalUnwritable, match="lecture"):
            journal.append(**words(1))
        assert journal.verify(PRACTICE).count == 1
