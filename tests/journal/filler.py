"""Writes to a journal on a small disk until it is full, then again once there is room; reports in JSON."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hygie.journal.errors import JournalError
from hygie.journal.sqlite import SqliteJournal, open_journal

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
MOST = 20_000


def main(folder: Path) -> dict[str, Any]:
    """What happened; `folder` is the root of the small disk."""
    ballast = folder / "ballast"
    ballast.write_bytes(b"\1" * 200_000)
    with open_journal(folder / "hygie.sqlite3") as journal:
        written = [append(journal, 0)]
        error = fill(journal, written)
        again = [type(try_append(journal)).__name__ for _ in range(3)]
        full = journal.verify("p")
        ballast.unlink()
        after = append(journal, 1)
        last = journal.verify("p")
    with open_journal(folder / "hygie.sqlite3") as journal:
        reopened = journal.verify("p")
    return {
        "written": len(written),
        "error": type(error).__name__,
        "sentence": error.sentence if error else "",
        "again": again,
        "full": [full.ok, full.count, full.head == written[-1]],
        "after": [last.ok, last.count, last.head == after],
        "reopened": [reopened.ok, reopened.count],
    }


def append(journal: SqliteJournal, number: int) -> str:
    """The hash of the line written."""
    said = {"summary": "x" * 400, "data": {"number": number, "filling": "y" * 6000}}
    return journal.append(
        practice="p", kind="disk.filled", actor="system", actor_name="Hygie", recorded_at=AT, **said
    ).hash


def fill(journal: SqliteJournal, written: list[str]) -> JournalError | None:
    """The error that stopped the writing."""
    for number in range(MOST):
        try:
            written.append(append(journal, number))
        except JournalError as error:
            return error
    return None


def try_append(journal: SqliteJournal) -> JournalError | None:
    """The error, or None when it was written after all."""
    try:
        append(journal, 0)
    except JournalError as error:
        return error
    return None


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
