"""Runs `hygie` in its own process, as the console script would."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
HYGIE = (sys.executable, "-B", "-m", "hygie")


def hygie(
    *words: str | os.PathLike[str],
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    prefix: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """The command's outcome; `prefix` runs it under another program (strace, unshare, a shell)."""
    command = [*prefix, *HYGIE, *map(os.fspath, words)]
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env=None if environment is None else dict(environment),
    )


def bare(**more: str) -> dict[str, str]:
    """An environment with a path and nothing else: no HOME, no locale."""
    return {"PATH": os.environ["PATH"], **more}
