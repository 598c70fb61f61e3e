"""The database's form changes: after a verified copy, whole or not at all, and only forwards.

A later Hygie is this one with one more app, written here; each start is a process of its own, as in life.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hygie.web import data
from tests.namespaces import own_mounts

pytestmark = pytest.mark.sqlite
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
START = """
import json, sys
from datetime import datetime
from pathlib import Path
import django
django.setup()
from hygie.core.errors import HygieError
from hygie.web.data import prepare_database
try:
    copy = prepare_database(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
    print(json.dumps({"copy": copy and copy.name}))
except HygieError as error:
    print(json.dumps({"error": error.code}))
"""
SETTINGS = "from hygie.web.settings import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'later']\n"
FIRST = """
from django.db import migrations, models
class Migration(migrations.Migration):
    operations = [migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))])]
"""
SECOND = """
import os, time
from django.db import migrations, models
def fill(apps, editor):
    for number in range(50):
        apps.get_model("later", "Thing").objects.create(name=str(number))
    if os.environ.get("LATER") == "hang":
        print("inside", flush=True)
        time.sleep(60)
    if os.environ.get("LATER") == "fail":
        from django.db import OperationalError
        raise OperationalError("disk full")
class Migration(migrations.Migration):
    dependencies = [("later", "0001_first")]
    operations = [
        migrations.AddField("Thing", "name", models.TextField(default="")), migrations.RunPython(fill),
    ]
"""


class Home:
    """A data folder, and the starts of one Hygie or the later one."""

    def __init__(self, tmp: Path) -> None:
        self.folder, self.code = tmp / "cabinet", tmp / "code"
        migrations = self.code / "later" / "migrations"
        migrations.mkdir(parents=True)
        for path in (self.code / "later" / "__init__.py", migrations / "__init__.py"):
            path.touch()
        (self.code / "later_settings.py").write_text(SETTINGS)
        (migrations / "0001_first.py").write_text(FIRST)
        (migrations / "0002_second.py").write_text(SECOND)

    def process(self, *, later: bool, at: datetime = NOW, prefix: tuple[str, ...] = (), **more: str) -> Any:
        kept = {name: value for name, value in os.environ.items() if name != "HYGIE_DATABASE_URL"}
        settings = "later_settings" if later else "hygie.web.settings"
        variables = {
            "HYGIE_HOME": str(self.folder), "HYGIE_KEYS": "file", "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": os.pathsep.join([str(self.code), os.environ.get("PYTHONPATH", "")]),
        }  # fmt: skip
        words = [*prefix, sys.executable, "-B", "-c", START, str(self.folder), at.isoformat()]
        return subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**kept, **variables, **more}
        )

    def start(self, **how: Any) -> dict[str, Any]:
        said, error = self.process(**how).communicate(timeout=60)
        assert said, error
        told: dict[str, Any] = json.loads(said.splitlines()[-1])
        return told

    @property
    def copies(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "copies").glob("*.sqlite3"))

    def rows(self, sql: str, file: str = "hygie.sqlite3") -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder / file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def things(self) -> int | None:
        """How many rows the later app has; None while it has no table."""
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'later_thing'"):
            return None
        return int(self.rows("SELECT count(*) FROM later_thing")[0][0])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_first_start_makes_everything_closed_to_others_and_copies_nothing(home: Home) -> None:
    assert home.start(later=False) == {"copy": None}
    assert {path.stat().st_mode & 0o777 for path in home.folder.glob("hygie.sqlite3*")} == {0o600}
    assert home.copies == []
    assert home.rows("SELECT count(*) FROM journal_entry") == [(0,)]
    assert home.start(later=False) == {"copy": None}


def test_a_change_of_form_comes_after_a_verified_copy_of_what_was_there(home: Home) -> None:
    home.start(later=False)
    assert home.start(later=True) == {"copy": "hygie-20261124-090000.sqlite3"}
    assert home.things() == 50
    copy = f"copies/{home.copies[0]}"
    assert home.rows("PRAGMA integrity_check", copy) == [("ok",)]
    assert home.rows("SELECT count(*) FROM django_migrations WHERE app = 'later'", copy) == [(0,)]
    assert home.rows("SELECT count(*) FROM django_migrations WHERE app = 'journal'", copy)[0][0] > 0
    assert (home.folder / copy).stat().st_mode & 0o777 == 0o600
    assert not (home.folder / "copies" / data.UNDER_WAY).exists()


def test_an_older_hygie_leaves_a_newer_database_alone(home: Home) -> None:
    home.start(later=True)
    before = home.rows("SELECT * FROM django_migrations")
    assert home.start(later=False) == {"error": "data_too_new"}
    assert home.rows("SELECT * FROM django_migrations") == before
    assert home.copies == []
    assert home.things() == 50


def test_killed_in_the_middle_the_next_start_ends_the_change_and_does_it_once(home: Home) -> None:
    home.start(later=False)
    process = home.process(later=True, LATER="hang")
    assert process.stdout.readline() == "inside\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert home.things() == 0  # the first step is whole, the second left nothing
    assert home.start(later=True, at=NOW + timedelta(hours=1))["copy"] == "hygie-20261124-100000.sqlite3"
    assert home.things() == 50
    assert home.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_change_that_fails_again_and_again_never_pushes_out_the_copy_made_before_it(home: Home) -> None:
    home.start(later=False)
    for number in range(8):
        how = {"later": True, "at": NOW + timedelta(hours=number), "LATER": "fail"}
        assert home.start(**how) == {"error": "upgrade_failed"}
    assert len(home.copies) == data.KEPT
    assert home.copies[0] == "hygie-20261124-090000.sqlite3"
    assert home.copies[-1] == "hygie-20261124-160000.sqlite3"
    assert home.start(later=True, at=NOW + timedelta(days=1))["copy"]
    assert home.things() == 50


def test_without_room_for_a_copy_nothing_changes(home: Home, tmp_path: Path) -> None:
    home.start(later=False)
    size = (home.folder / "hygie.sqlite3").stat().st_size // 2
    mount = f'mkdir -p "$0/copies" && mount -t tmpfs -o size={size} tmpfs "$0/copies" && exec "$@"'
    prefix = (*own_mounts(), "sh", "-c", mount, str(home.folder))
    assert home.start(later=True, prefix=prefix) == {"error": "copy_failed"}
    assert home.things() is None
    assert home.copies == []
    assert home.start(later=True)["copy"]


def test_a_damaged_database_is_told_and_left_as_it_is(home: Home) -> None:
    home.start(later=False)
    file = home.folder / "hygie.sqlite3"
    damaged = b"\0" * 8192 + file.read_bytes()[8192:]
    file.write_bytes(damaged)
    assert home.start(later=False) == {"error": "data_unreadable"}
    assert file.read_bytes() == damaged


def written(folder: Path) -> Path:
    """A small database to copy."""
    folder.mkdir(exist_ok=True)
    with closing(sqlite3.connect(folder / "hygie.sqlite3")) as connection:
        connection.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1);")
    return folder


def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    folder = written(tmp_path / "cabinet")
    for number in range(8):
        data.copy_database(folder, NOW + timedelta(days=number))
        (folder / "copies" / data.UNDER_WAY).unlink()  # each change ended well
    names = sorted(path.name for path in (folder / "copies").iterdir())
    assert names == [f"hygie-202611{24 + number}-090000.sqlite3" for number in range(3, 7)] + [
        "hygie-20261201-090000.sqlite3"
    ]


def test_a_clock_put_back_ten_years_does_not_throw_away_the_copy_just_made(tmp_path: Path) -> None:
    folder = written(tmp_path / "cabinet")
    for number in range(6):
        data.copy_database(folder, NOW + timedelta(days=number))
        (folder / "copies" / data.UNDER_WAY).unlink()
    assert data.copy_database(folder, NOW - timedelta(days=3650)).is_file()


def test_two_copies_within_one_second_are_two(tmp_path: Path) -> None:
    folder = written(tmp_path / "cabinet")
    first, second = data.copy_database(folder, NOW), data.copy_database(folder, NOW)
    assert first != second
    assert first.is_file()


def test_a_copy_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = written(tmp_path / "cabinet")
    (folder / "hygie.sqlite3").write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(data.CopyFailed):
        data.copy_database(folder, NOW)
    assert list((folder / "copies").iterdir()) == []
