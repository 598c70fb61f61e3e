"""A journal on a real database, SQLite or PostgreSQL, and the raw access that a test needs beside it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from hygie.journal.chain import Entry
from hygie.journal.schema import TRIGGERS
from hygie.journal.store import Journal

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PRACTICE = "0f8b3f4e-9f52-4f0c-a4f1-0c5a8f1f0a11"
OTHER = "77d0f6c2-19d5-4f6b-8e43-2a1f7b6e5c22"


def words(number: int = 0, **changed: Any) -> dict[str, Any]:
    """What a writer says of a line."""
    said = {
        "practice": PRACTICE,
        "kind": "answer.given",
        "actor": "user:7",
        "actor_name": "Dr Hélène Fontaine",
        "subject": "sauvegarde.externe",
        "summary": f"Réponse n° {number} : « oui ».",
        "data": {"answer": "yes", "number": number},
        "recorded_at": NOW,
    }
    return said | changed


class Session:
    """One connection: `journal` as the app has it, `run` for raw statements, `write` for a transaction."""

    def __init__(self, connection: Any, dialect: str) -> None:
        self.connection = connection
        self.dialect = dialect
        self.journal = Journal(self.execute, dialect)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql, tuple(params))
        return cursor.fetchall() if cursor.description else []

    def run(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return self.execute(sql.replace("?", "%s") if self.dialect == "postgresql" else sql, params)

    @contextmanager
    def write(self) -> Iterator[Journal]:
        """As the app does: BEGIN IMMEDIATE on SQLite, a transaction on PostgreSQL; rolled back on any error."""
        self.connection.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
        try:
            yield self.journal
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def append(self, number: int = 0, **changed: Any) -> Entry:
        with self.write() as journal:
            return journal.append(**words(number, **changed))

    def drop_guards(self) -> None:
        """What somebody with the file and SQL in hand can do."""
        if self.dialect == "sqlite":
            for name in TRIGGERS:
                self.run(f"DROP TRIGGER {name}")
        else:
            self.run("ALTER TABLE journal_entry DISABLE TRIGGER USER")
            self.run("ALTER TABLE journal_head DISABLE TRIGGER USER")

    def rows(self, table: str = "journal_entry") -> list[tuple[Any, ...]]:
        return self.run(f"SELECT * FROM {table} ORDER BY 1")


@dataclass(frozen=True)
class Bench:
    """A database with an empty journal; `session` opens a connection of its own."""

    dialect: str
    place: str

    @contextmanager
    def session(self) -> Iterator[Session]:
        with closing(self._connection()) as connection:
            yield Session(connection, self.dialect)

    def _connection(self) -> Any:
        if self.dialect == "postgresql":
            return psycopg.connect(self.place, autocommit=True)
        connection = sqlite3.connect(Path(self.place), timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection
