"""One database, several programs: two servers, two writers, somebody who holds the file, a disk that is full."""

import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hygie.journal.sqlite import open_journal
from hygie.web.accounts.access import Role
from hygie.web.accounts.middleware import SEEN
from tests.e2e.command import HYGIE
from tests.namespaces import own_mounts
from tests.web.conftest import client_of, make_member
from tests.web.faults.serving import Page, Served, Visitor, environment, installed, served

pytestmark = pytest.mark.sqlite
TYPED = "Relu avec Nadia mardi ; les cartes restent dans le tiroir fermé."
CHECK = "cps-personal"
HOLDING = 15.0
BLOCK = """import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
c.execute("COMMIT")"""


@contextmanager
def held(folder: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Another program holds the database, for so long."""
    words = [sys.executable, "-c", BLOCK, str(folder / "hygie.sqlite3"), str(seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.wait(30)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "cabinet") as opened:
        yield opened


def answered(visitor: Visitor, token: str, note: str = TYPED) -> Page:
    return visitor.post(f"/constats/{CHECK}/repondre/", {"answer": "yes", "note": note, "version": ""}, token=token)


def token_of(visitor: Visitor) -> str:
    return visitor.get(f"/constats/{CHECK}/").hidden("csrfmiddlewaretoken")


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'hygie.sqlite3'}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def test_pages_are_read_while_another_program_holds_the_database(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    holder.get("/")
    with held(tmp_path / "cabinet", 6):
        for path in ("/", "/mesures/", f"/constats/{CHECK}/", "/materiel/", "/journal/", "/anormal/"):
            before = time.monotonic()
            page = holder.get(path)
            assert page.status == 200, (path, page.words)
            assert time.monotonic() - before < 5, path


def test_a_form_sent_while_the_database_is_held_keeps_what_was_typed(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    token = token_of(holder)
    with held(tmp_path / "cabinet", HOLDING):
        refused = answered(holder, token)
    assert refused.status == 503
    assert "Réessayez" in refused.words
    assert TYPED in refused.text.replace("&#x27;", "'")
    assert rows(tmp_path / "cabinet", "SELECT count(*) FROM dashboard_answer") == [(0,)]
    again = resent(holder, refused)
    assert again.status == 200
    assert rows(tmp_path / "cabinet", "SELECT note FROM dashboard_answer") == [(TYPED,)]


def resent(visitor: Visitor, refused: Page) -> Page:
    """The page that kept what was typed has a button to send it again."""
    action = re.search(r'<form[^>]*action="([^"]*)"', refused.text)
    assert action, refused.words
    typed = {name: refused.typed(name) for name in ("answer", "note", "version")}
    return visitor.post(action[1], typed, token=refused.hidden("csrfmiddlewaretoken"))


def test_a_short_hold_is_waited_for(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    token = token_of(holder)
    with held(tmp_path / "cabinet", 3):
        assert answered(holder, token).status == 200
    assert rows(tmp_path / "cabinet", "SELECT note FROM dashboard_answer") == [(TYPED,)]


def test_the_server_and_another_program_write_side_by_side(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    token, folder = token_of(holder), tmp_path / "cabinet"
    ((practice,),) = rows(folder, "SELECT practice FROM journal_head")
    written: list[tuple[int, str]] = []

    def write() -> None:
        with open_journal(folder / "hygie.sqlite3", create=False) as journal:
            for number in range(300):
                entry = journal.append(
                    practice=practice, kind="load.written", actor="system", actor_name="essai",
                    summary=f"Ligne {number}", recorded_at=datetime.now(UTC), data={},
                )  # fmt: skip
                written.append((entry.seq, entry.hash))

    thread = threading.Thread(target=write)
    thread.start()
    statuses = [answered(holder, token, f"{TYPED} {number}").status for number in range(25)]
    thread.join(120)
    assert statuses == [200] * 25
    assert len(written) == 300
    kept = dict(rows(folder, "SELECT seq, hash FROM journal_entry"))
    assert all(kept[seq] == sealed for seq, sealed in written)
    assert rows(folder, "SELECT count(*) FROM journal_entry WHERE kind = 'answer.given'") == [(25,)]
    with open_journal(folder / "hygie.sqlite3", create=False) as journal:
        assert journal.verify(practice).ok


def test_a_second_server_on_the_same_folder_is_refused(server: Served, tmp_path: Path) -> None:
    words = [*HYGIE, "servir", "--practice", str(tmp_path / "cabinet"), "--listen", "127.0.0.1:0"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert (done.returncode, done.stdout) == (5, "")
    assert "Hygie tourne déjà pour ce dossier" in done.stderr.replace("\xa0", " ")
    assert Visitor(server.url).get("/anormal/").status == 200


MOUNT = 'mount -t tmpfs -o size=12m tmpfs "$0" && exec "$@"'


def filled(folder: Path) -> None:
    """Nothing more fits, not one byte."""
    with (folder / "ballast").open("wb", buffering=0) as ballast:
        for size in (1_000_000, 4_096, 1):
            try:
                while ballast.write(b"x" * size):
                    pass
            except OSError:
                continue


def told(inside: Path, copy: Path) -> int:
    """The answers that the journal tells, in a copy of the database seen from outside its mount; the chain holds."""
    copy.mkdir(parents=True)
    for name in ("hygie.sqlite3", "hygie.sqlite3-wal"):
        shutil.copyfile(inside / "cabinet" / name, copy / name)
    assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
    ((practice,),) = rows(copy, "SELECT practice FROM journal_head")
    with open_journal(copy / "hygie.sqlite3", create=False) as journal:
        assert journal.verify(practice).ok
    ((lines,),) = rows(copy, "SELECT count(*) FROM journal_entry WHERE kind = 'answer.given'")
    ((stored,),) = rows(copy, "SELECT coalesce(max(version), 0) FROM dashboard_answer")
    assert stored == lines
    return int(lines)


def test_a_full_disk_loses_nothing_that_was_typed_and_works_again_once_there_is_room(tmp_path: Path) -> None:
    tmp_path, outside = tmp_path / "disk", tmp_path / "outside"
    tmp_path.mkdir()
    prefix = (*own_mounts(), "sh", "-c", MOUNT, str(tmp_path))
    with served(tmp_path / "cabinet", prefix=prefix) as server:
        inside = Path(f"/proc/{server.process.pid}/root{tmp_path}")
        holder = installed(server)
        token = token_of(holder)
        filled(inside)
        refusals = [page for _ in range(40) if (page := answered(holder, token)).status != 200]
        assert {page.status for page in refusals} == {503}
        assert all(TYPED in page.text for page in refusals)
        answers = told(inside, outside / "full")
        assert holder.get("/").status == 200
        assert holder.get("/anormal/").status == 200
        (inside / "ballast").unlink()
        assert resent(holder, refusals[-1]).status == 200
        assert told(inside, outside / "freed") == answers + 1
    assert list(tmp_path.iterdir()) == []  # the mount was the server's own


@pytest.mark.django_db(transaction=True)
def test_a_page_is_read_though_the_hour_of_the_session_cannot_be_written(practice: Any) -> None:
    client = client_of(make_member(practice, Role.HOLDER))
    client.raise_request_exception = False
    session = client.session
    session[SEEN] = timezone.now().timestamp() - 90
    session.save()
    connection.close()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        page = client.get("/mesures/")
    assert page.status_code == 200
    assert client.get("/mesures/").status_code == 200
