"""`hygie docteur` on the practice's app: it finds what is wrong, says what to do, and changes nothing."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from hygie.core.clock import SystemClock
from hygie.fleetlink.client import new_message
from hygie.fleetlink.link import Link, revoked, write_link
from hygie.fleetlink.outbox import Outbox
from hygie.journal.digest import digest_of, note_anchors
from hygie.journal.sqlite import open_journal
from hygie.web.server.certificate import make_certificate
from tests.e2e.command import HYGIE, hygie
from tests.web.faults.serving import environment, installed, served

pytestmark = pytest.mark.sqlite
PRACTICE = "7d5a3f0e-0000-4000-8000-000000000001"


def points(folder: Path, *words: str, **variables: str) -> dict[str, dict[str, str]]:
    """What it says, by point; the folder is the same byte for byte afterwards."""
    before = content(folder)
    done = hygie("docteur", "--format", "json", "--practice", folder, *words, environment=environment(**variables))
    assert done.stderr == ""
    assert content(folder) == before
    found = json.loads(done.stdout)["points"]
    assert len({point["id"] for point in found}) == len(found)
    assert all(point["next_step"] for point in found if point["state"] == "trouble")
    return {point["id"]: point for point in found}


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of the folder; the log of SQLite in memory (-shm) is a cache of the readers."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-shm")]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in paths}


def troubles(folder: Path) -> dict[str, str]:
    return {
        name: point["sentence"].replace("\xa0", " ")
        for name, point in points(folder).items()
        if point["state"] == "trouble"
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice's folder, its server stopped."""
    folder = tmp_path_factory.mktemp("docteur") / "cabinet"
    with served(folder) as server:
        installed(server)
        found = points_while_open(folder)
        assert found["server"]["state"] == "good"
        assert found["journal"]["state"] == "good"
    return folder


def points_while_open(folder: Path) -> dict[str, dict[str, str]]:
    done = hygie("docteur", "--format", "json", "--practice", folder, environment=environment())
    return {point["id"]: point for point in json.loads(done.stdout)["points"]}


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to spoil."""
    copy = tmp_path / "cabinet"
    subprocess.run(["cp", "-a", made, copy], check=True)
    return copy


def execute(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "hygie.sqlite3")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_healthy_practice_has_nothing_to_do(folder: Path) -> None:
    found = points(folder)
    assert {name for name, point in found.items() if point["state"] == "trouble"} == set()
    assert {"server", "keys", "database", "database-rights", "database-form", "journal", "copies", "room"} <= set(found)
    assert found["server"]["state"] == "note"
    assert "fichier du dossier" in found["keys"]["sentence"]
    assert int(found["journal"]["sentence"].replace("\xa0", " ").split(" : ")[1].split()[0]) >= 1


def test_an_empty_folder_says_nothing_of_an_app(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not {"keys", "database", "journal", "certificate", "workstation"} & set(points(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_shown(folder: Path) -> None:
    shown = json.dumps(points(folder))
    keys = json.loads((folder / "keys.json").read_text())
    assert keys["django"] not in shown
    assert all(key not in shown for key in keys["ring"].values())


@pytest.mark.parametrize("spoil", ["missing", "garbage", "short"])
def test_lost_keys_are_told_and_never_made_again(folder: Path, spoil: str) -> None:
    path = folder / "keys.json"
    path.unlink()
    if spoil != "missing":
        path.write_text("\0\0" if spoil == "garbage" else '{"django": "x", "ring": {"1": "00"}}')
    assert "keys" in troubles(folder)


def test_a_damaged_database_is_told(folder: Path) -> None:
    with (folder / "hygie.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 40)
    assert "database" in troubles(folder)


def test_what_is_no_database_is_told(folder: Path) -> None:
    (folder / "hygie.sqlite3").write_bytes(b"bonjour " * 1000)
    assert "database" in troubles(folder)


def test_a_database_that_others_read_is_told(folder: Path) -> None:
    (folder / "hygie.sqlite3").chmod(0o644)
    assert "database-rights" in troubles(folder)


def test_a_database_of_a_later_hygie_is_told(folder: Path) -> None:
    execute(
        folder, "INSERT INTO django_migrations (app, name, applied) VALUES ('practice', '0999_later', '2027-01-01')"
    )
    assert "plus récente" in troubles(folder)["database-form"]


def test_a_database_that_waits_for_an_update_is_told(folder: Path) -> None:
    execute(folder, "DELETE FROM django_migrations WHERE app = 'dashboard'")
    assert points(folder)["database-form"]["state"] == "note"


def test_an_altered_line_of_the_journal_is_told_with_its_number(folder: Path) -> None:
    execute(folder, "DROP TRIGGER journal_entry_unchanged", "UPDATE journal_entry SET summary = 'Rien.' WHERE seq = 1")
    assert "à la ligne 1" in troubles(folder)["journal"]


def test_triggers_that_are_gone_are_told(folder: Path) -> None:
    execute(folder, "DROP TRIGGER journal_entry_kept")
    assert "protections" in troubles(folder)["journal"]


def test_a_journal_written_again_from_the_start_does_not_match_what_was_noted(folder: Path) -> None:
    with open_journal(folder / "hygie.sqlite3", create=False) as journal:
        practice = journal.heads()[0].practice
        digest = digest_of(journal, practice, SystemClock().now().date())
        note_anchors(folder / "anchors.jsonl", [digest])
    assert points(folder)["journal"]["state"] == "good"
    line = json.loads((folder / "anchors.jsonl").read_text())
    (folder / "anchors.jsonl").write_text(json.dumps({**line, "hash": "0" * 64}) + "\n")
    assert "n'est plus celle notée" in troubles(folder)["journal"].replace("’", "'")
    (folder / "anchors.jsonl").write_text("n’importe quoi\n")
    assert "journal" in troubles(folder)


def test_an_old_check_up_is_told_and_one_of_tomorrow_too(folder: Path) -> None:
    for days, state in ((0, "good"), (6, "good"), (9, "trouble"), (-5, "trouble")):
        put_report(folder, datetime.now(UTC) - timedelta(days=days))
        assert points(folder)["checkup"]["state"] == state, days


def put_report(folder: Path, taken: datetime) -> None:
    """The one report of the one computer that the app runs on, at that hour."""
    with closing(sqlite3.connect(folder / "hygie.sqlite3")) as connection:
        connection.execute("DELETE FROM workstations_report")
        connection.execute("DELETE FROM inventory_device")
        columns = [row[1:4] for row in connection.execute("PRAGMA table_info(inventory_device)")]
        practice = connection.execute("SELECT id FROM practice_practice").fetchone()[0]
        known = {"id": 1, "practice_id": practice, "this_machine": 1, "creation_key": uuid4().hex}
        insert(connection, "inventory_device", columns, known)
        columns = [row[1:4] for row in connection.execute("PRAGMA table_info(workstations_report)")]
        at = taken.strftime("%Y-%m-%d %H:%M:%S.%f")
        known = {"id": 1, "practice_id": practice, "device_id": 1, "message_id": uuid4().hex, "taken_at": at}
        insert(connection, "workstations_report", columns, known)
        connection.commit()


def insert(connection: sqlite3.Connection, table: str, columns: list[Any], known: dict[str, Any]) -> None:
    """A row with what is known, and something for what must be there."""
    values = {
        name: known.get(name, 0 if "int" in kind or kind == "bool" else "x")
        for name, kind, needed in columns
        if needed or name in known
    }
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))


def test_an_update_that_did_not_end_is_told(folder: Path) -> None:
    (folder / "copies").mkdir()
    (folder / "copies" / "hygie-20261124-090000.sqlite3").touch()
    assert "Une copie" in points(folder)["copies"]["sentence"]
    (folder / "copies" / "under-way").write_text("hygie-20261124-090000.sqlite3")
    assert "copies" in troubles(folder)


def test_the_certificates_last_day_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    for age, state in ((0, "good"), (380, "note"), (400, "trouble")):
        make_certificate(tmp_path, "accueil.local", [], datetime.now(UTC) - timedelta(days=age))
        assert points(tmp_path)["certificate"]["state"] == state
    (tmp_path / "tls" / "server.pem").write_text("rien")
    assert "certificate" in troubles(tmp_path)


def test_what_waits_on_a_workstation_is_counted(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    now = SystemClock().now()
    link = Link("hygie.poste/1", "https://accueil.local:8642", uuid4(), "Cabinet Fontaine", "B2", ("a" * 64,), now)
    write_link(tmp_path, link)
    assert "n’a rien envoyé" in points(tmp_path)["workstation"]["sentence"]
    with Outbox(tmp_path) as outbox:
        assert points(tmp_path)["workstation"]["state"] == "good"
        for _ in range(3):
            outbox.add(new_message("event", b'{"kind":"x"}', now))
        assert "3 envois attendent" in points(tmp_path)["workstation"]["sentence"]
    write_link(tmp_path, revoked(link, now))
    assert "a retiré" in troubles(tmp_path)["workstation"]
    (tmp_path / "poste.json").write_text("{")
    assert "workstation" in troubles(tmp_path)


@pytest.mark.parametrize("command", ["docteur"])
def test_it_needs_neither_django_nor_the_extra(folder: Path, command: str) -> None:
    program = (
        "import sys\n"
        "for name in ('django', 'allauth', 'cheroot', 'whitenoise', 'keyring'): sys.modules[name] = None\n"
        "import importlib.util as u; whole = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if sys.modules.get(name, 0) is None else whole(name, *more)\n"
        f"from hygie.cli.main import main; sys.exit(main([{command!r}, '--format', 'json', '--practice', {str(folder)!r}]))"
    )
    words = [sys.executable, "-B", "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    found = {point["id"]: point for point in json.loads(done.stdout)["points"]}
    assert found["extra-web"]["state"] == "note"
    assert found["journal"]["state"] == "good"
    assert found["keys"]["state"] == "good"


def test_a_database_elsewhere_is_not_looked_for_here(folder: Path) -> None:
    found = points(folder, HYGIE_DATABASE_URL="postgresql:///x")
    assert found["database"]["state"] == "note"
    assert "journal" not in found


@pytest.mark.skipif(os.geteuid() != 0, reason="corpus absent: needs root to become somebody else")
def test_for_another_account_it_says_so_without_failing(folder: Path) -> None:
    words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *HYGIE]
    done = subprocess.run(
        [*words, "docteur", "--practice", str(folder)], capture_output=True, text=True, check=False, env=environment()
    )
    assert "Traceback" not in done.stderr
