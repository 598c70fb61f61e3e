"""The practice's Debian, made once a session (and kept in .cache between sessions)."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.truth.debian import CACHE, REPO, Practice, clone_into, fresh_debian, in_root, run

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def practice() -> Practice:
    """A Debian in good order with Hygie installed from its clone by the README's command."""
    recipe = b"".join(
        path.read_bytes()
        for path in (HERE / "practice.sh", HERE / "debian.py", REPO / "requirements/all.lock", REPO / "dev.py")
    )
    root = CACHE / f"debian-practice-{hashlib.sha256(recipe).hexdigest()[:12]}"
    if not (root / "made").exists():
        for old in CACHE.glob("debian-practice-*"):
            shutil.rmtree(old)
        run("cp", "-a", str(fresh_debian()), str(root))
        (root / "made").unlink()
        clone_into(root)
        installed = in_root(root, "python3", "/opt/hygie/dev.py", "--install", "docteur")
        assert installed.returncode == 0, installed.stderr[-2000:]
        shutil.copy(HERE / "practice.sh", root / "root/practice.sh")
        made = in_root(root, "bash", "/root/practice.sh")
        assert made.returncode == 0, made.stderr[-2000:]
        (root / "made").write_text("")
    clone_into(root)
    return Practice(root)
