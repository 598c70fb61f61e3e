"""The journal for the programs that are not the web app: a connection of its own to the same SQLite file.

Every append is one transaction, on the disk when it returns (WAL, synchronous FULL), and waits its turn for a bounded
time when another program writes.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

from hygie.journal.chain import Entry, EntryFields, HoldFields
from hygie.journal.errors import JournalBusy, JournalUnreadable
from hygie.journal.failures import explained
from hygie.journal.store import Journal

T = TypeVar("T")
PATIENCE = 10.0  # seconds that one try waits for the other writers
TRIES = 3
_PAUSE = 0.05  # seconds before the next try, for the few refusals that SQLite does not wait on
_DRIVER = (sqlite3.Error, UnicodeError)  # see failures.is_database_error
_MISSING = "Le journal n'a pas été trouvé à sa place."


def open_journal(path: Path, *, create: bool = True, patience: float = PATIENCE) -> "SqliteJournal":
    """The journal of the SQLite file at `path`, to use in a `with`; made when `create` and missing, else refused.

    `patience` in seconds bounds each of the three tries. Raises JournalUnreadable or JournalBusy.
    """
    if not create and not path.is_file():
        raise JournalUnreadable(_MISSING)
    connection = _tried(lambda: _connected(path, patience))
    journal = SqliteJournal(connection)
    if create:
        try:
            journal.create_schema()
        except BaseException:
            journal.close()
            raise
    return journal


class SqliteJournal(Journal):
    """A journal that owns its connection: each append, hold or release is a transaction of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` commits by itself: transactions begin here only."""
        super().__init__(self._rows, "sqlite")
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def append(self, **fields: Unpack[EntryFields]) -> Entry:
        """`Journal.append` in a transaction of its own: once it returns, the line is on the disk."""
        return _tried(lambda: super(SqliteJournal, self).append(**fields))

    def hold(self, name: str, **fields: Unpack[HoldFields]) -> Entry:
        """`Journal.hold` in a transaction of its own."""
        return _tried(lambda: super(SqliteJournal, self).hold(name, **fields))

    def release(self, name: str, **fields: Unpack[HoldFields]) -> Entry:
        """`Journal.release` in a transaction of its own."""
        return _tried(lambda: super(SqliteJournal, self).release(name, **fields))

    def create_schema(self) -> None:
        """`Journal.create_schema` in a transaction of its own, none when everything is there."""
        if not self._guarded():
            _tried(super().create_schema)

    def _rows(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, tuple(params)).fetchall()

    def _transaction(self) -> AbstractContextManager[None]:
        return _immediate(self._connection)


@contextmanager
def _immediate(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE … COMMIT; whatever goes wrong, nothing stays."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except _DRIVER as error:
        raise explained(error) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _tried(action: Callable[[], T]) -> T:
    """The action, again when the database was busy, at most `TRIES` times."""
    for attempt in range(1, TRIES):
        try:
            return action()
        except JournalBusy:
            time.sleep(_PAUSE * attempt)
    return action()


def _connected(path: Path, patience: float) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would let everybody read it
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise JournalUnreadable("Le fichier du journal ne s'ouvre pas.") from error
    try:
        for setting in ("journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {setting}")
    except _DRIVER as error:
        connection.close()
        raise explained(error) from error
    return connection
