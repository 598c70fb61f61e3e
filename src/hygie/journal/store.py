"""The journal in its database: append, read, verify, holds; the same on SQLite and on PostgreSQL.

Nothing here opens a connection: `execute` runs one statement in the transaction its caller began, so that an action
and the line that tells it are kept or lost together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Unpack

from hygie.journal.chain import GENESIS, Entry, EntryFields, HoldFields, chained, hold_entry, new_entry, stamp
from hygie.journal.errors import EntryRefused, JournalBroken, JournalError, NotHeld
from hygie.journal.failures import explained, is_database_error
from hygie.journal.rows import COLUMNS, Head, Hold, entry_of, head_of, hold_of, row_of, typed
from hygie.journal.schema import SHELF, TRIGGERS, statements
from hygie.journal.verdict import Verdict, Walk

Execute = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
LARGEST_PAGE = 10_000
_PAGE = 1_000
_LOWEST = -(2**63)
_LOCK_SCHEMA, _LOCK_SHELVES, _LOCK_PRACTICE = 0x48796769, 0x4879676A, 0x4879676B
_INSERT = f"INSERT INTO journal_entry (number, {', '.join(COLUMNS)}) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"  # noqa: S608 - constants
_SELECT = f"SELECT number, {', '.join(COLUMNS)} FROM journal_entry WHERE practice = ? AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - constants
_HEAD = "SELECT practice, seq, hash, shelf FROM journal_head"
_HOLDS = "SELECT name, practice, reason, set_at, set_by, released_at, released_by FROM journal_hold WHERE practice = ?"


class Journal:
    """The journal reached through `execute(sql, params) -> rows`; every method raises JournalError only."""

    def __init__(self, execute: Execute, dialect: str) -> None:
        """`dialect` is « sqlite » (the caller begins IMMEDIATE transactions) or « postgresql »."""
        self._execute = execute
        self._dialect = dialect

    def create_schema(self) -> None:
        """Make the tables and triggers that are missing; running it again changes nothing."""
        with self._transaction():
            self._lock(_LOCK_SCHEMA)
            for statement in statements(self._dialect):
                self._run(statement)

    def append(self, **fields: Unpack[EntryFields]) -> Entry:
        """Write the next line of a practice inside the caller's transaction and give it back.

        Long texts are cut; EntryRefused for what cannot be written, JournalUnwritable when the database refuses.
        """
        entry = new_entry(**fields)
        with self._transaction():
            return self._place(entry)

    def entries(self, practice: str, after: int = 0, limit: int = _PAGE) -> list[Entry]:
        """At most `limit` (1 to 10 000) lines whose number is above `after`, oldest first. Raises JournalBroken."""
        if not 1 <= limit <= LARGEST_PAGE:
            raise EntryRefused("la longueur de page", f"sort de 1 à {LARGEST_PAGE}")
        return [entry_of(row[1:]) for row in self._run(_SELECT, (practice, after, limit))]

    def heads(self) -> list[Head]:
        """The end of every chain of this database, by practice."""
        return [head_of(row) for row in self._run(f"{_HEAD} ORDER BY shelf")]

    def head(self, practice: str) -> Head | None:
        """The end of one chain, or None when the practice never wrote."""
        rows = self._run(f"{_HEAD} WHERE practice = ?", (practice,))
        return head_of(rows[0]) if rows else None

    def verify(self, practice: str, anchors: Mapping[int, str] | None = None) -> Verdict:
        """Check every line of `practice`, its head, and the hashes that `anchors` remembers by line number.

        Never raises for what it finds: damage is a verdict. Lines written meanwhile are no fault.
        """
        walk = Walk(anchors or {})
        try:
            if before := self._known_head(practice):
                walk.follow(self._pages(practice), before.shelf)
            walk.close(before, self.head(practice))
        except JournalBroken as broken:
            return Verdict(False, walk.seq, walk.hash, broken.seq, broken.reason, self._guarded())
        except JournalError as error:
            return Verdict(False, walk.seq, walk.hash, None, error.sentence.rstrip("."), guarded=False)
        return Verdict(True, walk.seq, walk.hash, guarded=self._guarded())

    def last_before(self, practice: str, moment: datetime) -> tuple[int, str]:
        """Number and hash of the last line recorded before `moment`; (0, GENESIS) when there is none."""
        sql = "SELECT seq, hash FROM journal_entry WHERE practice = ? AND recorded_at < ? ORDER BY seq DESC LIMIT 1"
        rows = self._run(sql, (practice, stamp(moment)))
        return typed(rows[0], int, str) if rows else (0, GENESIS)

    def recorded_between(self, practice: str, start: datetime, end: datetime) -> list[tuple[int, str, str]]:
        """(number, hash, ISO time) of the lines recorded from `start` to before `end`, by number, at most 100 000."""
        sql = (
            "SELECT seq, hash, recorded_at FROM journal_entry"
            " WHERE practice = ? AND recorded_at >= ? AND recorded_at < ? ORDER BY seq LIMIT 100000"
        )
        return [typed(row, int, str, str) for row in self._run(sql, (practice, stamp(start), stamp(end)))]

    def hold(self, name: str, **fields: Unpack[HoldFields]) -> Entry:
        """Set a hold such as `freeze_backups`; setting it again adds a reason, one release lifts them all."""
        entry = hold_entry("hold.set", name, fields)
        with self._transaction():
            return self._place(entry)

    def release(self, name: str, **fields: Unpack[HoldFields]) -> Entry:
        """Lift a hold. Raises NotHeld when it is not set."""
        entry = hold_entry("hold.released", name, fields)
        with self._transaction():
            self._lock(_LOCK_PRACTICE, entry.practice)
            if all(hold.name != name for hold in self.held(entry.practice)):
                raise NotHeld(name)
            return self._place(entry)

    def held(self, practice: str) -> list[Hold]:
        """The holds in force, oldest first."""
        return [hold_of(row) for row in self._run(f"{_HOLDS} AND released_at IS NULL ORDER BY seq", (practice,))]

    def holds(self, practice: str) -> list[Hold]:
        """Every hold there ever was, the last 1 000, oldest first."""
        rows = self._run(f"{_HOLDS} ORDER BY seq DESC LIMIT 1000", (practice,))
        return [hold_of(row) for row in reversed(rows)]

    def _place(self, entry: Entry) -> Entry:
        self._lock(_LOCK_PRACTICE, entry.practice)
        head = self.head(entry.practice) or self._new_head(entry.practice)
        placed = chained(entry, head.seq + 1, head.hash)
        self._run(_INSERT, (head.shelf * SHELF + placed.seq, *row_of(placed)))
        return placed

    def _new_head(self, practice: str) -> Head:
        self._lock(_LOCK_SHELVES)
        (shelf,) = typed(self._run("SELECT coalesce(max(shelf), -1) + 1 FROM journal_head")[0], int)
        self._run(
            "INSERT INTO journal_head (practice, shelf, seq, hash) VALUES (?, ?, 0, ?)", (practice, shelf, GENESIS)
        )
        return Head(practice, 0, GENESIS, shelf)

    def _known_head(self, practice: str) -> Head | None:
        """The head, which may have appeared while its first line was being written; raises when lines have none."""
        if (head := self.head(practice)) or not self._run(_SELECT, (practice, _LOWEST, 1)):
            return head
        if head := self.head(practice):
            return head
        raise JournalBroken(None, "le repère de fin a disparu")

    def _pages(self, practice: str) -> Iterator[tuple[Any, ...]]:
        after = _LOWEST
        while rows := self._run(_SELECT, (practice, after, _PAGE)):
            yield from rows
            after = rows[-1][2]

    def _guarded(self) -> bool:
        sql = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
        if self._dialect == "sqlite":
            sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        try:
            return {row[0] for row in self._run(sql)} >= set(TRIGGERS)
        except JournalError:
            return False

    def _lock(self, space: int, name: str = "") -> None:
        # SQLite has one writer at a time already: the caller began IMMEDIATE.
        if self._dialect == "postgresql":
            self._run("SELECT pg_advisory_xact_lock(hashtextextended(?, ?))", (name, space))

    def _run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """One statement; a driver's error becomes the journal's, without the driver's words."""
        try:
            return self._execute(sql.replace("?", "%s") if self._dialect == "postgresql" else sql, params)
        except JournalError:
            raise
        except Exception as error:
            if is_database_error(error):
                raise explained(error) from error
            raise

    def _transaction(self) -> AbstractContextManager[Any]:
        """The caller's own transaction; a journal with a connection of its own begins one here."""
        return nullcontext()
