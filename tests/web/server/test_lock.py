import subprocess
import sys
from pathlib import Path

import pytest

from hygie.web.server.errors import AlreadyRunning
from hygie.web.server.lock import FILE, single_instance

HOLD = """
import sys, time
from pathlib import Path
from hygie.web.server.lock import single_instance
with single_instance(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen([sys.executable, "-B", "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_on_the_folder_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    first = holder(tmp_path)
    try:
        with pytest.raises(AlreadyRunning) as refusal, single_instance(tmp_path):
            pass
        assert refusal.value.exit_code == 5
        assert refusal.value.sentence == "Hygie tourne déjà pour ce dossier."
    finally:
        first.kill()
        first.wait()
    with single_instance(tmp_path):
        pass


def test_another_folder_is_free(tmp_path: Path) -> None:
    with single_instance(tmp_path / "one"), single_instance(tmp_path / "other"):
        pass


def test_a_refusal_does_not_free_the_folder(tmp_path: Path) -> None:
    with single_instance(tmp_path):
        for _ in range(2):
            with pytest.raises(AlreadyRunning), single_instance(tmp_path):
                pass


def test_the_lock_file_is_private_and_stays(tmp_path: Path) -> None:
    with single_instance(tmp_path / "home"):
        pass
    assert (tmp_path / "home" / FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
