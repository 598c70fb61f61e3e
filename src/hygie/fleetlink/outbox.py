"""What waits to be sent, in one SQLite file of the practice's folder: nothing leaves it before the server has it.

Bounded without trusting any clock, since a dead battery must not erase two months: one heartbeat, check-ups of the
last DAYS days one a day, and LARGEST bytes at most. Events are given up last, the oldest first. What was given up is
counted and told to the practice.
"""

import contextlib
import os
import sqlite3
import time
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from msgspec import Raw

from hygie.fleetlink.errors import OutboxUnwritable
from hygie.fleetlink.messages import LARGEST_UNPACKED, MOST_MESSAGES, Kind, Message

OUTBOX_FILE: Final = "outbox.sqlite3"
DAYS: Final = 60
LARGEST: Final = 200_000_000
MOST_REFUSED: Final = 200
_PATIENCE: Final = 10.0
_PAUSE: Final = 0.02
_ENVELOPE: Final = 200  # bytes of a message's JSON around its body
_BATCH_ENVELOPE: Final = 1_000
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, occurred_at TEXT NOT NULL,
    day TEXT NOT NULL, body BLOB NOT NULL, raw INTEGER NOT NULL, refused TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS message_kind ON message (kind, day, seq);
CREATE TABLE IF NOT EXISTS dropped (kind TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""
_OLDEST: Final = """
SELECT id, kind, occurred_at, body FROM (
    SELECT *, sum(raw + ?) OVER (ORDER BY seq) AS total, row_number() OVER (ORDER BY seq) AS place
    FROM (SELECT * FROM message WHERE refused = '' ORDER BY seq LIMIT ?)
) WHERE place = 1 OR total < ? ORDER BY seq
"""
# What to give up, the least useful first; each statement deletes some rows and tells their kind.
_KEEP_ONE_HEARTBEAT: Final = (
    "DELETE FROM message WHERE kind = 'heartbeat' AND seq < (SELECT max(seq) FROM message WHERE kind = 'heartbeat')"
)
_KEEP_NEWEST_OF_EACH_DAY: Final = (
    "DELETE FROM message WHERE kind = 'checkup' AND refused = '' AND EXISTS (SELECT 1 FROM message later "
    "WHERE later.kind = 'checkup' AND later.day = message.day AND later.seq > message.seq) RETURNING kind"
)
_KEEP_LAST_DAYS: Final = (
    "DELETE FROM message WHERE kind = 'checkup' AND seq NOT IN "
    "(SELECT seq FROM message WHERE kind = 'checkup' ORDER BY seq DESC LIMIT ?) RETURNING kind"
)
_FORGET_REFUSED: Final = (
    "DELETE FROM message WHERE refused <> '' AND seq NOT IN "
    "(SELECT seq FROM message WHERE refused <> '' ORDER BY seq DESC LIMIT ?) RETURNING kind"
)
_GIVE_UP_ONE: Final = (
    "DELETE FROM message WHERE seq = (SELECT seq FROM message WHERE seq < ? "
    "ORDER BY refused = '', kind = 'event', seq LIMIT 1) RETURNING kind, length(body)"
)


class Outbox:
    """The waiting messages; `with` closes it. Several processes may hold it open. Raises OutboxUnwritable only."""

    def __init__(self, folder: Path, *, largest: int = LARGEST, days: int = DAYS) -> None:
        """Open or create the file in `folder`; a damaged file is put aside under another name, and counted."""
        self._path, self._largest, self._days = folder / OUTBOX_FILE, largest, days
        with _told():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = _opened(self._path)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._connection.close()

    def add(self, message: Message) -> None:
        """Keep a message for good: when this returns, a power cut does not lose it. Known ones are left as they are."""
        raw = bytes(message.body)
        row = (
            str(message.id), message.kind, message.occurred_at.isoformat(),
            message.occurred_at.astimezone(UTC).date().isoformat(), zlib.compress(raw), len(raw),
        )  # fmt: skip
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO message (id, kind, occurred_at, day, body, raw) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                row,
            )
            self._sweep(connection)

    def pending(self, most: int = MOST_MESSAGES, largest: int = LARGEST_UNPACKED) -> list[Message]:
        """The oldest messages to send: at most `most`, and about `largest` bytes of JSON (always at least one)."""
        rows = self._rows(_OLDEST, (_ENVELOPE, most, largest - _BATCH_ENVELOPE))
        read = [(UUID(row[0]), _message(row)) for row in rows]
        if damaged := [(identifier, "abîmé") for identifier, message in read if message is None]:
            self.refused(damaged)
        return [message for _, message in read if message is not None]

    def stored(self, identifiers: Collection[UUID]) -> None:
        """Forget what the server has stored for good."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM message WHERE id = ?", [(str(one),) for one in identifiers])

    def refused(self, reasons: Sequence[tuple[UUID, str]]) -> None:
        """Keep, without ever sending it again, what the server will never store."""
        with self._writing() as connection:
            connection.executemany(
                "UPDATE message SET refused = ? WHERE id = ?", [(why[:300] or "?", str(one)) for one, why in reasons]
            )
            self._sweep(connection)

    def count(self) -> dict[Kind, int]:
        """Waiting messages by kind, those that were refused left out."""
        rows = self._rows("SELECT kind, count(*) FROM message WHERE refused = '' GROUP BY kind")
        return dict(rows)

    def refused_count(self) -> int:
        """Messages that the server refused."""
        return int(self._rows("SELECT count(*) FROM message WHERE refused <> ''")[0][0])

    def dropped(self) -> dict[str, int]:
        """What was given up since the beginning, by kind; « file » counts the damaged files put aside."""
        return dict(self._rows("SELECT kind, count FROM dropped"))

    def size(self) -> int:
        """Bytes of the bodies that wait, as they are kept."""
        return int(self._rows("SELECT coalesce(sum(length(body)), 0) FROM message")[0][0])

    def remember(self, name: str, value: str) -> None:
        """Keep a small fact about the exchanges (last success, offset of the clock)."""
        with self._writing() as connection:
            connection.execute("REPLACE INTO state (name, value) VALUES (?, ?)", (name, value))

    def recall(self, name: str) -> str:
        """A small fact kept earlier, or an empty text."""
        rows = self._rows("SELECT value FROM state WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with _told():
            return self._connection.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back already
                    self._connection.execute("ROLLBACK")
                raise

    def _sweep(self, connection: sqlite3.Connection) -> None:
        connection.execute(_KEEP_ONE_HEARTBEAT)
        gone = [row[0] for row in connection.execute(_KEEP_NEWEST_OF_EACH_DAY).fetchall()]
        gone += [row[0] for row in connection.execute(_KEEP_LAST_DAYS, (self._days,)).fetchall()]
        gone += [row[0] for row in connection.execute(_FORGET_REFUSED, (MOST_REFUSED,)).fetchall()]
        gone += self._over_size(connection)
        _count(connection, gone)

    def _over_size(self, connection: sqlite3.Connection) -> list[str]:
        """Give up until it fits; the message that has just come in stays, whatever its kind."""
        total, newest = connection.execute("SELECT coalesce(sum(length(body)), 0), max(seq) FROM message").fetchone()
        gone = []
        while total > self._largest:
            rows = connection.execute(_GIVE_UP_ONE, (newest,)).fetchall()
            if not rows:
                break
            gone.append(rows[0][0])
            total -= rows[0][1]
        return gone


def _count(connection: sqlite3.Connection, kinds: Sequence[str]) -> None:
    connection.executemany(
        "INSERT INTO dropped (kind, count) VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET count = count + 1",
        [(kind,) for kind in kinds],
    )


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _prepared(path)
    except sqlite3.OperationalError:
        raise  # busy, full, read-only: the file itself is good
    except sqlite3.DatabaseError:
        _put_aside(path)
        connection = _prepared(path)
        with connection:
            _count(connection, ["file"])
        return connection


def _prepared(path: Path) -> sqlite3.Connection:
    """The connection, tried again while another process prepares the same new file: SQLite does not wait there."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return _connected(path)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _connected(path: Path) -> sqlite3.Connection:
    """Autocommit: every transaction here is written out. FULL: a commit is on the disk before it is acknowledged."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _put_aside(path: Path) -> None:
    """Kept for whoever may repair it; only the last damaged one is."""
    path.replace(path.with_suffix(".damaged"))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _message(row: tuple[Any, ...]) -> Message | None:
    """The message of a row of _OLDEST; None when the disk gave back something else than what was written."""
    identifier, kind, moment, body = row
    try:
        return Message(UUID(identifier), kind, datetime.fromisoformat(moment), Raw(zlib.decompress(body)))
    except (zlib.error, ValueError):
        return None


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Whatever the disk or SQLite says, in one sentence."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise OutboxUnwritable from error
