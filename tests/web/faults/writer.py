"""A second program that writes to the practice's journal until it is stopped, telling each line once it is kept."""

import os
import sys
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from hygie.journal.sqlite import open_journal


def main(path: Path, practice: str, name: str) -> None:
    """Every line told is one that `append` gave back; the pauses leave the others their turn."""
    with open_journal(path, create=False) as journal:
        for number in count():
            entry = journal.append(
                practice=practice, kind="load.written", actor="system", actor_name=name,
                summary=f"Ligne {number} de {name}", recorded_at=datetime.now(UTC), data={"writer": name, "n": number},
            )  # fmt: skip
            os.write(1, f"{entry.seq} {entry.hash}\n".encode())
            time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
