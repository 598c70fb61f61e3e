"""What the tests of every system's probes share."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_PRELUDE = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
import hygie.probes.linux
from hygie.probes.collect import ask
from hygie.probes.machine import CannotTell, Machine
os.chdir(sys.argv[1])
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
machine = Machine(now=datetime.now(UTC), root=Path("."))
"""


@pytest.fixture
def as_nobody() -> Callable[[Path, str], str]:
    """Runs code with a `machine` rooted in a folder, as an account that has no right at all (tests run as root)."""

    def run(root: Path, code: str) -> str:
        command = [sys.executable, "-B", "-c", _PRELUDE + code, str(root)]
        done = subprocess.run(command, check=False, text=True, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
