"""What tools say of the app as it is deployed, and of the code: nothing left unread."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
REVIEWED = {
    ("cli/app_health.py", "B608"): "question marks and nothing else, one a value",
    ("documents/checkup_html.py", "B704"): "our own style sheet and sprite, without any value from outside",
    ("journal/schema.py", "B608"): "SQL put together from constants of the file",
    ("journal/store.py", "B608"): "names of columns, constants of the file; values are parameters",
    (
        "probes/collection_summaries.py",
        "B108",
    ): "a folder whose names are only listed",
    ("probes/linux/locks.py", "B314"): "a document that declares an entity is refused before it is parsed",
    ("web/accounts/adapter.py", "B703"): "a drawing of the square code that the program made",
    ("web/accounts/factors.py", "B303"): "SHA-1 in HMAC is what telephones compute for TOTP (RFC 6238)",
    ("web/ui/templatetags/ui.py", "B703"): "the output of a template, which escapes its values",
}
"""Each medium or high finding of bandit that was read, and why it is no danger."""


def settings_of(folder: Path, **more: str) -> dict[str, str]:
    own = {"HYGIE_HOME": str(folder), "HYGIE_KEYS": "file", "HYGIE_HOST": "hygie.cabinet.example", **more}
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPO), "DJANGO_SETTINGS_MODULE": "hygie.web.settings", **own}


def run(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=env, timeout=300, check=False)


def test_the_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    command = ("-m", "hygie.web.manage", "check", "--deploy", "--fail-level", "INFO")
    ran = run(*command, env=settings_of(tmp_path, HYGIE_TLS="1"))
    assert ran.returncode == 0, ran.stderr
    assert "no issues" in ran.stdout


def test_no_form_of_data_waits_for_a_migration(tmp_path: Path) -> None:
    ran = run("-m", "hygie.web.manage", "makemigrations", "--check", "--dry-run", env=settings_of(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_installation_draws_its_own_keys(tmp_path: Path) -> None:
    told = "import django; django.setup(); from django.conf import settings; print(settings.SECRET_KEY)"
    drawn = {run("-c", told, env=settings_of(tmp_path / name)).stdout.strip() for name in ("a", "b")}
    assert len(drawn) == 2
    assert all(len(key) >= 64 for key in drawn)
    assert (tmp_path / "a" / "keys.json").stat().st_mode & 0o777 == 0o600


def test_debugging_cannot_be_switched_on_from_outside(tmp_path: Path) -> None:
    told = "import django; django.setup(); from django.conf import settings; print(settings.DEBUG)"
    ran = run("-c", told, env=settings_of(tmp_path, DEBUG="1", DJANGO_DEBUG="True", HYGIE_DEBUG="1"))
    assert ran.stdout.strip() == "False"


@pytest.fixture(scope="module")
def reproaches() -> set[tuple[str, str]]:
    ran = run("-m", "bandit", "-r", str(REPO / "src" / "hygie"), "-ll", "-q", "-f", "json")
    told = json.loads(ran.stdout)
    assert not told["errors"]
    assert told["metrics"]["_totals"]["loc"] > 10_000, "it read the code"
    root = REPO / "src" / "hygie"
    return {(str(Path(one["filename"]).relative_to(root)), one["test_id"]) for one in told["results"]}


def test_bandit_finds_nothing_that_was_not_read(reproaches: set[tuple[str, str]]) -> None:
    assert reproaches - set(REVIEWED) == set()


def test_no_excuse_is_kept_for_what_is_gone(reproaches: set[tuple[str, str]]) -> None:
    assert set(REVIEWED) - reproaches == set()
