# ruff: noqa: F811 - fixtures of evidence_kit
"""What does not fit, what is interrupted, what several do at once: evidence stays whole or absent."""

import hashlib
import io
import os
import resource
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from hygie.incident.errors import AlreadyClosed, NotATime
from hygie.web.incidents import evidence, flows, selectors
from hygie.web.incidents.evidence import intake, store
from hygie.web.incidents.evidence.intake import (
    NoRoom,
    StayedInPlace,
    TooMuch,
    UnknownPiece,
)
from hygie.web.incidents.models import IncidentEvent
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.conftest import LONG
from tests.namespaces import own_mounts
from tests.web.incidents.evidence_kit import (  # noqa: F401 - fixtures among them
    CANARY,
    JPEG,
    NOW,
    actor,
    add,
    committed,
    content,
    file_of,
    files,
    incident,
    spoil,
)

LARGE = 1_500_000_000 if LONG else 400_000_000


def test_left_in_place_is_its_digest_alone(incident, actor, tmp_path):
    path = tmp_path / "disque.img"
    path.write_bytes(os.urandom(3_000_000))
    before = files()
    piece = evidence.keep_in_place(actor, incident, path, name="disque.img", taken_at=None, now=NOW)
    assert (piece.place, piece.stored_as, piece.size) == ("in_place", "", 3_000_000)
    assert files() <= before | {"adding.lock"}
    with pytest.raises(StayedInPlace):
        evidence.read_piece(incident, 1)
    assert evidence.verify_pieces(incident) == []
    assert piece.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open("r+b") as file:
        file.write(b"?")
    assert piece.sha256 != hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_disk_image_is_counted_right(incident, actor, tmp_path):
    path = tmp_path / "disque.img"
    size = (4 << 30) + 5 if LONG else (1 << 28) + 5
    with path.open("wb") as file:
        file.truncate(size)
    told = []
    piece = evidence.keep_in_place(
        actor, incident, path, name="d", taken_at=None, now=NOW, progress=lambda *x: told.append(x)
    )
    assert piece.size == size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_memory_does_not_depend_on_the_size(committed, tmp_path):
    path = tmp_path / "image.dd"
    with path.open("wb") as file:
        file.truncate(LARGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    piece = add(committed, path)
    assert sum(map(len, evidence.read_piece(committed, 1))) == piece.size == LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000
    file_of(piece).unlink()


def test_no_room_is_said_before_copying_and_offers_the_other_way(incident, actor, tmp_path):
    path, before = tmp_path / "image.dd", files()
    with path.open("wb") as file:
        file.truncate(intake.LARGEST - 1)
    free = os.statvfs(settings.HYGIE_FOLDER)
    if free.f_bavail * free.f_frsize > intake.LARGEST:
        with path.open("wb") as file:
            file.truncate(intake.LARGEST + 1)
        with pytest.raises(TooMuch) as refusal:
            add(incident, path)
    else:
        with pytest.raises(NoRoom) as refusal:
            add(incident, path)
    assert "--in-place" in refusal.value.next_step
    assert files() <= before | {"adding.lock"}


def test_an_interruption_leaves_nothing(committed, tmp_path):
    path = tmp_path / "image.dd"
    with path.open("wb") as file:
        file.truncate(60_000_000)

    def interrupted(done, total):
        raise KeyboardInterrupt

    before = files()
    with pytest.raises(KeyboardInterrupt):
        add(committed, path, progress=interrupted)
    assert files() == before | {"adding.lock"}
    assert selectors.state_of_incident(committed).pieces == ()
    assert not [thread for thread in threading.enumerate() if thread.name == "hygie-age"]


def test_refused_after_the_copy_leaves_nothing(committed):
    def closes(done, total):
        flows.dismiss(Actor.system(committed.practice_id), committed, "", now=NOW)

    with pytest.raises(AlreadyClosed):
        add(committed, io.BytesIO(JPEG), progress=closes)
    assert files(".part") == set()
    assert not committed.events.filter(kind="evidence").exists()


def test_a_closed_incident_and_a_time_ahead_are_refused_before_the_copy(incident, actor):
    with pytest.raises(NotATime):
        add(incident, io.BytesIO(b"x"), taken_at=NOW + timedelta(days=2))
    with pytest.raises(NotATime):
        add(incident, io.BytesIO(b"x"), taken_at=NOW.replace(tzinfo=None))
    flows.dismiss(actor, incident, "", now=NOW)
    with pytest.raises(AlreadyClosed):
        add(incident, io.BytesIO(b"x"))


def test_what_a_crash_left_goes_and_what_an_event_names_stays(committed):
    piece = add(committed, io.BytesIO(JPEG))
    folder = store.folder()
    (folder / f"{piece.stored_as}.age").rename(folder / f"{piece.stored_as}.part")  # killed between commit and name
    (folder / "3f0e6f1e-0000-4000-8000-000000000000.part").write_bytes(b"coup")
    stray = folder / "3f0e6f1e-0000-4000-8000-000000000001.age"
    stray.write_bytes(b"d'une base plus recente")
    assert content(committed, 1) == JPEG
    with store.adding():
        assert evidence.sweep() == 0  # somebody is adding: it may be theirs
    assert len(files(".part")) == 2
    assert evidence.sweep() == 1
    assert files(".part") == set()
    assert stray.exists()
    stray.unlink()
    assert content(committed, 1) == JPEG


@pytest.mark.parametrize("spoilt", ["h1.1.AAAA", ""], ids=["seal", "empty"])
def test_nothing_goes_while_an_event_does_not_open(committed, spoilt):
    add(committed, io.BytesIO(JPEG))
    left = store.folder() / "3f0e6f1e-0000-4000-8000-000000000000.part"
    left.write_bytes(b"coup")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, facts FROM incidents_incidentevent WHERE kind = 'evidence'")
        ((row, facts),) = cursor.fetchall()
        cursor.execute("UPDATE incidents_incidentevent SET facts = %s WHERE id = %s", [spoilt, row])
        assert evidence.sweep() == 0
        assert left.exists()
        cursor.execute("UPDATE incidents_incidentevent SET facts = %s WHERE id = %s", [facts, row])
    assert evidence.sweep() == 1


def test_custody_is_noted_also_after_closing(incident, actor):
    add(incident, io.BytesIO(JPEG))
    flows.dismiss(actor, incident, "", now=NOW)
    row = evidence.note_custody(actor, incident, 1, "handed", now=NOW, to=f"Adjudant {CANARY}\n\u202e, brigade")
    assert selectors.event_of(row).facts == {"piece": 1, "act": "handed", "to": f"Adjudant {CANARY} , brigade"}
    assert not any("Canari" in f"{line.summary}{line.data}" for line in JournalEntry.objects.all())
    assert JournalEntry.objects.order_by("-seq").first().summary == "Pièce 1 remise."
    with pytest.raises(UnknownPiece):
        evidence.note_custody(actor, incident, 2, "opened", now=NOW)
    assert selectors.altered(incident) == []


def test_several_add_at_once_and_each_piece_has_its_number(committed):
    contents = [os.urandom(300_000 + n) for n in range(8)]

    def run(raw):
        try:
            add(committed, io.BytesIO(raw), name=str(len(raw)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(raw,)) for raw in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pieces = selectors.state_of_incident(committed).pieces
    assert [piece.number for piece in pieces] == list(range(1, 9))
    assert {content(committed, number) for number in range(1, 9)} == set(contents)
    assert files(".part") == set()
    assert selectors.altered(committed) == []


def test_the_bound_of_pieces_is_said(incident, actor, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_PIECES", 1)
    add(incident, io.BytesIO(b"x"))
    with pytest.raises(TooMuch):
        add(incident, io.BytesIO(b"y"))
    assert IncidentEvent.objects.filter(kind="evidence").count() == 1


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 octet"), (1, "1 octet"), (312, "312 octets"), (4_000_000, "4 Mo"), (21_500_000_000, "21,5 Go")],
)
def test_sizes_in_words(size, words):
    assert intake.size_in_words(size) == words


FULL = """
import io, os, sys
from pathlib import Path
import django
django.setup()
from django.utils import timezone
from hygie.core.errors import HygieError
from hygie.web.data import prepare_database
from hygie.web.incidents import evidence, flows, selectors
from hygie.web.incidents.evidence import store
from hygie.web.journal.flows import Actor
from hygie.web.practice.models import Practice
folder, now = Path(os.environ["HYGIE_HOME"]), timezone.now()
prepare_database(folder, now)
practice = Practice.objects.create(name="Cabinet")
actor = Actor.system(practice.pk)
incident = flows.open_incident(actor, practice, flows.Opening("ransomware", now), now=now)
add = lambda raw, name: evidence.add_piece(actor, incident, raw, name=name, taken_at=None, now=now)
class Pipe(io.RawIOBase):
    left = 300_000_000
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return os.urandom(size)
add(io.BytesIO(b"avant"), "avant")
for room in (store.ROOM_KEPT, 0):
    store.ROOM_KEPT = room
    try:
        add(Pipe(), "gros")
        print("accepted")
    except HygieError as error:
        print(type(error).__name__, error.exit_code, error.sentence)
    print(sorted(path.suffix for path in store.folder().iterdir() if path.suffix != ".lock"))
(folder / "ballast").unlink()
add(io.BytesIO(b"apres"), "apres")
print(b"".join(evidence.read_piece(incident, 2)), evidence.verify_pieces(incident), selectors.altered(incident))
"""
MOUNT = 'mount -t tmpfs -o size=320m none "$1" && head -c 60m /dev/zero > "$1/ballast" && exec "$2" -c "$3"'


@pytest.mark.sqlite
def test_a_disk_that_fills_leaves_nothing_torn_and_says_so(tmp_path):
    """A disk of 320 MB: the room that is kept free stops a long copy; without it, the disk itself does."""
    home = tmp_path / "disk"
    home.mkdir()
    words = [*own_mounts(), "sh", "-c", MOUNT, "sh", str(home), sys.executable, FULL]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HYGIE", "DJANGO"))},
        "HYGIE_HOME": str(home), "HYGIE_KEYS": "file", "DJANGO_SETTINGS_MODULE": "hygie.web.settings",
    }  # fmt: skip
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert len(lines) == 5, lines
    for line in (lines[0], lines[2]):
        assert line.startswith("NoRoom 5 La place manque pour copier cette pièce")
    assert lines[1] == lines[3] == "['.age']"
    assert lines[4] == "b'apres' [] []"
