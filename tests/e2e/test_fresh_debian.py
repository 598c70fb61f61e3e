"""A stranger's first minutes: a minimal Debian 12 without `venv`, the clone, and the README's command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.truth.debian import Practice, clone_into, fresh_debian, in_root, run

pytestmark = pytest.mark.debian


@pytest.fixture
def bare_root(tmp_path: Path) -> Iterator[Path]:
    """An overlay of the minimal Debian with the clone in it, thrown away afterwards."""
    for name in ("upper", "work", "root"):
        (tmp_path / name).mkdir()
    root = tmp_path / "root"
    layers = f"lowerdir={fresh_debian()},upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    assert run("mount", "-t", "overlay", "overlay", "-o", layers, str(root)).returncode == 0
    try:
        clone_into(root)
        yield root
    finally:
        run("umount", "-l", str(root))


def test_without_venv_the_exact_command_is_printed_and_nothing_is_installed(bare_root: Path) -> None:
    done = in_root(bare_root, "python3", "/opt/hygie/dev.py", "bilan")
    assert done.returncode == 4
    assert "apt-get install -y python3.11-venv" in done.stderr
    assert not (bare_root / "opt/hygie/.venv").exists()
    assert not (bare_root / "usr/lib/python3.11/ensurepip").exists()


def test_an_old_python_is_told_so_in_french(bare_root: Path) -> None:
    script = "import sys; sys.version_info = (3, 9, 0); sys.path.insert(0, '/opt/hygie'); import dev; sys.exit(dev.main(['bilan']))"
    done = in_root(bare_root, "python3", "-c", script)
    assert done.returncode == 4
    assert "Python 3.11" in done.stderr


def test_with_install_the_readme_s_command_ends_with_a_real_report(practice: Practice) -> None:
    done = in_root(practice.root, "python3", "/opt/hygie/dev.py", "--install", "bilan")
    assert done.returncode == 0, done.stderr
    assert "en ordre sur 7" in done.stdout
    assert (
        "Debian GNU/Linux 12" in in_root(practice.root, "python3", "/opt/hygie/dev.py", "bilan", "-m", "access").stdout
    )
    report = in_root(practice.root, "python3", "/opt/hygie/dev.py", "bilan", "--format", "json")
    assert len(json.loads(report.stdout)["measures"]) == 7


def test_the_report_s_next_commands_work_from_the_clone(practice: Practice) -> None:
    done = in_root(practice.root, "python3", "/opt/hygie/dev.py", "bilan")
    assert "python3 dev.py bilan --measure access" in done.stdout
    assert "  hygie bilan" not in done.stdout
