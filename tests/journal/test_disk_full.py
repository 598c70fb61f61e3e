import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journal import filler
from tests.namespaces import own_mounts

MOUNT = 'mount -t tmpfs -o size="$3" tmpfs "$1" && exec "$0" "$2" "$1"'


@pytest.mark.parametrize("size", ["600k", "777k", "1500k"])
def test_a_full_disk_refuses_the_line_keeps_the_rest_and_writes_again_once_there_is_room(
    tmp_path: Path, size: str
) -> None:
    report = _filled(tmp_path, size)
    assert report["written"] > 5
    assert report["error"] == "JournalUnwritable"
    assert "plein" in report["sentence"]
    assert set(report["again"]) <= {"JournalUnwritable", "NoneType"}
    more = report["again"].count("NoneType")
    assert report["full"][:2] == [True, report["written"] + more]
    assert report["after"] == [True, report["written"] + more + 1, True]
    assert report["reopened"] == report["after"][:2]


def _filled(folder: Path, size: str) -> dict[str, Any]:
    command = [*own_mounts(), "sh", "-c", MOUNT, sys.executable, str(folder), filler.__file__, size]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
