"""The whole suite of the app once more, on a real PostgreSQL: only the tests of a browser and of the server are not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import new_database, postgres_url

REPO = Path(__file__).resolve().parents[2]
ELSEWHERE = ("tests/web/test_postgresql.py", "tests/web/server", "tests/web/crypto", "tests/web/ui")
__all__ = ["postgres_url"]


@pytest.mark.skipif("HYGIE_DATABASE_URL" in os.environ, reason="corpus absent: this is the second run itself")
def test_the_same_suite_passes_on_postgresql(postgres_url: str) -> None:
    with new_database(postgres_url) as url:
        command = [sys.executable, "-m", "pytest", "tests/web", "-q", "-x", "-m", "not browser and not sqlite"]
        command += [word for path in ELSEWHERE for word in ("--ignore", path)]
        run = subprocess.run(
            command,
            cwd=REPO,
            env={**os.environ, "HYGIE_DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout[-6000:]
    assert " passed" in run.stdout
