"""A program that writes to a journal until it is killed, telling each line on its output once it is acknowledged."""

import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from hygie.journal.sqlite import open_journal


def main(path: Path, practice: str, name: str) -> None:
    """Every line told is one that `append` gave back."""
    with open_journal(path) as journal:
        for number in count():
            entry = journal.append(
                practice=practice,
                kind="load.written",
                actor="system",
                actor_name=name,
                summary=f"Ligne {number} de {name} " + "x" * (number % 300),
                recorded_at=datetime.now(UTC),
                data={"writer": name, "number": number},
            )
            os.write(1, f"{entry.seq} {entry.hash}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
