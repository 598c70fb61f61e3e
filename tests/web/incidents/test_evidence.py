"""Evidence comes in whole or not at all, whatever is given, and what is given back is what came in."""

import hashlib
import io
import os
import resource
import socket
import stat
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from hygie.core.clock import PARIS
from hygie.incident.errors import AlreadyClosed, NotATime
from hygie.web.incidents import evidence, flows, intake, selectors, store
from hygie.web.incidents.intake import (
    CannotRead,
    NoRoom,
    NotAFile,
    PieceAltered,
    PieceGone,
    StayedInPlace,
    TooMuch,
    UnknownPiece,
)
from hygie.web.incidents.models import IncidentEvent
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.conftest import LONG
from tests.namespaces import own_mounts
from tests.web.conftest import make_practice

LARGE = 1_500_000_000 if LONG else 400_000_000
NOW = datetime(2026, 11, 10, 8, 21, tzinfo=PARIS)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
CANARY = "Zéphyrine Canari"


@pytest.fixture
def incident(practice):
    return flows.open_incident(Actor.system(practice.pk), practice, flows.Opening("ransomware", NOW), now=NOW)


@pytest.fixture
def actor(incident):
    return Actor.system(incident.practice_id)


@pytest.fixture
def committed(transactional_db):
    """An incident whose events really commit, and an evidence folder swept before and after."""
    practice = make_practice()
    opening = flows.Opening("ransomware", NOW)
    evidence.sweep()
    yield flows.open_incident(Actor.system(practice.pk), practice, opening, now=NOW)
    evidence.sweep()


def add(incident, source, **fields):
    words = {"name": "ecran.jpg", "taken_at": None, "now": NOW, **fields}
    return evidence.add_piece(Actor.system(incident.practice_id), incident, source, **words)


def content(incident, number):
    return b"".join(evidence.read_piece(incident, number))


def files(suffix=""):
    return {path.name for path in store.folder().iterdir() if path.name.endswith(suffix)}


def file_of(piece):
    return next(path for path in store.folder().iterdir() if path.name.startswith(piece.stored_as))


def spoil(piece, at=-3):
    raw = bytearray(file_of(piece).read_bytes())
    raw[at] ^= 1
    file_of(piece).write_bytes(raw)


def test_what_comes_in_comes_out_and_lies_in_no_clear(committed, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(JPEG + CANARY.encode())
    taken = NOW - timedelta(hours=2)
    piece = add(committed, path, name=f"{CANARY}.jpg", taken_at=taken)
    assert (piece.number, piece.size, piece.media, piece.place) == (1, path.stat().st_size, "image/jpeg", "kept")
    assert piece.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (piece.taken_at, piece.added_at, piece.name) == (taken, NOW, f"{CANARY}.jpg")
    assert content(committed, 1) == path.read_bytes()
    assert evidence.verify_pieces(committed) == []
    kept = store.folder() / f"{piece.stored_as}.age"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert CANARY.encode() not in kept.read_bytes()
    vault = Path(settings.HYGIE_FOLDER) / "vault" / "evidence-identity.sealed"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    assert b"AGE-SECRET" not in vault.read_bytes()
    lines = [f"{line.summary}{line.data}{line.subject}" for line in JournalEntry.objects.all()]
    assert not any("Canari" in line for line in lines)
    assert any("Pièce 1 ajoutée\xa0: image." in line for line in lines)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, (1 << 18) - 1, 1 << 18, (1 << 20) + 7])
def test_every_length_is_given_back(incident, actor, size):
    raw = os.urandom(size)
    add(incident, io.BytesIO(raw))
    assert content(incident, 1) == raw


@pytest.mark.parametrize(
    ("raw", "media"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "image/heic"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"PK\x03\x04" + bytes(20), "application/zip"),
        ("Bonjour, é\n".encode() * 3_000, "text/plain"),
        (b"Received: from a\r\nFrom: b\r\nTo: c\r\nSubject: d\r\n\r\nTexte", "message/rfc822"),
        (b"From: b\n\nReceived: c\nTo: d\nDate: e\n", "text/plain"),
        (b"MZ\x90\0" + bytes(40), "application/octet-stream"),
        (b"\x1b[2Jmalin", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_content_tells_the_type(incident, actor, raw, media):
    assert add(incident, io.BytesIO(raw), name="facture.docx").media == media


def test_a_stream_that_comes_byte_by_byte_tells_its_type_too(incident, actor):
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1))

    assert add(incident, Slow(JPEG[:3_000])).media == "image/jpeg"
    assert content(incident, 1) == JPEG[:3_000]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo\nde\x00l’écran.jpg", "photo de l’écran.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\accueil\\IMG 1.jpg", "IMG 1.jpg"),
        ("", "sans nom"),
        ("...", "sans nom"),
        ("\ud800\udfff.txt", "txt"),
        ("a" * 5_000, "a" * 200),
        ("e\u0301" * 5, "é" * 5),
        ("\u200b\u2066\x7f", "sans nom"),
        ("dossier/", "dossier"),
    ],
)
def test_a_name_is_kept_harmless(incident, actor, given, kept):
    piece = add(incident, io.BytesIO(b"x"), name=given)
    assert piece.name == kept
    assert selectors.altered(incident) == []


def test_what_is_not_a_plain_file_is_refused_at_once(incident, actor, tmp_path):
    (tmp_path / "cible").write_bytes(b"x")
    (tmp_path / "lien").symlink_to(tmp_path / "cible")
    os.mkfifo(tmp_path / "tube")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "prise"))
    said = {}
    for name, path in {
        **{word: tmp_path / word for word in ("lien", "tube", "prise")},
        "dossier": tmp_path, "zéro": Path("/dev/zero"), "terminal": Path("/dev/tty"),
    }.items():  # fmt: skip
        with pytest.raises(NotAFile) as refusal:
            add(incident, path)
        said[name] = refusal.value
    server.close()
    assert all(error.exit_code == 5 and str(tmp_path) not in error.sentence for error in said.values())
    assert "archive" in said["dossier"].next_step
    assert selectors.state_of_incident(incident).pieces == ()


def test_what_takes_the_place_of_the_file_after_the_look_holds_nobody(tmp_path):
    """A FIFO that nobody writes to, a link: opened as evidence is, neither waits nor leads elsewhere."""
    os.mkfifo(tmp_path / "tube")
    handle = os.open(tmp_path / "tube", intake.FLAGS)
    with pytest.raises(NotAFile):
        intake._plain(os.fstat(handle).st_mode)
    os.close(handle)
    (tmp_path / "lien").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic"):
        os.open(tmp_path / "lien", intake.FLAGS)


def test_what_cannot_be_read_is_said_without_its_name(incident, actor, tmp_path):
    with pytest.raises(CannotRead) as refusal:
        add(incident, tmp_path / f"{CANARY}.jpg")
    assert CANARY not in f"{refusal.value.sentence}{refusal.value.next_step}"
    assert refusal.value.exit_code == 3
    with pytest.raises(CannotRead):
        add(incident, Path("a\0b"))
    with pytest.raises(CannotRead):
        add(incident, Path("/proc/self/mem"))  # a plain file for the system, which refuses its first byte


def test_a_file_that_moves_while_it_is_read_is_kept_as_read_and_told(committed, tmp_path):
    path = tmp_path / "journal.log"
    path.write_bytes(b"a" * 20_000_000)

    def grows(done, total):
        with path.open("ab") as file:
            file.write(b"une ligne de plus\n")

    piece = add(committed, path, progress=grows)
    raw = content(committed, 1)
    assert piece.size == len(raw) == 20_000_000
    assert piece.sha256 == hashlib.sha256(raw).hexdigest()
    assert selectors.events_of(committed)[-1].facts["moved"] is True
    assert "changeait" in JournalEntry.objects.order_by("-seq").first().summary
    quiet = tmp_path / "calme.log"
    quiet.write_bytes(b"b" * 100)
    add(committed, quiet)
    assert selectors.events_of(committed)[-1].facts["moved"] is False


def test_a_file_that_shrinks_is_told_too(committed, tmp_path):
    path = tmp_path / "journal.log"
    path.write_bytes(b"a" * 30_000_000)
    piece = add(committed, path, progress=lambda *_: os.truncate(path, 9_000_000))
    assert piece.size == len(content(committed, 1)) < 30_000_000
    assert selectors.events_of(committed)[-1].facts["moved"] is True


def test_sent_twice_is_one_piece_and_leaves_one_file(committed):
    first = add(committed, io.BytesIO(JPEG))
    again = add(committed, io.BytesIO(JPEG))
    assert first == again
    assert add(committed, io.BytesIO(JPEG), name="autre.jpg").number == 2
    assert files(".part") == set()
    assert committed.events.filter(kind="evidence").count() == 2


def test_a_spoilt_piece_can_be_added_again(committed):
    first = add(committed, io.BytesIO(JPEG))
    spoil(first)
    assert add(committed, io.BytesIO(JPEG)).number == 2
    assert evidence.verify_pieces(committed) == [evidence.Fault(1, "altered")]
    assert content(committed, 2) == JPEG


def test_altered_and_missing_pieces_are_named_and_never_given_whole(committed):
    pieces = [add(committed, io.BytesIO(os.urandom(700_000)), name=f"{n}") for n in range(4)]
    spoil(pieces[0], 400_000)
    spoil(pieces[1])
    file_of(pieces[2]).unlink()
    found = evidence.verify_pieces(committed)
    assert [(fault.number, fault.what) for fault in found] == [(1, "altered"), (2, "altered"), (3, "missing")]
    for number in (1, 2):
        got = []
        with pytest.raises(PieceAltered):
            got.extend(evidence.read_piece(committed, number))
        assert sum(map(len, got)) < 700_000
    with pytest.raises(PieceGone):
        evidence.read_piece(committed, 3)
    assert len(content(committed, 4)) == 700_000


def test_another_file_under_the_name_of_a_piece_shows(committed):
    """Whoever has the public half of the identity can make a file that opens: the digest is what counts."""
    one = add(committed, io.BytesIO(b"une"))
    two = add(committed, io.BytesIO(b"autre"))
    file_of(one).write_bytes(file_of(two).read_bytes())
    assert evidence.verify_pieces(committed) == [evidence.Fault(1, "altered")]
    with pytest.raises(PieceAltered):
        content(committed, 1)


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
    assert evidence.is_same(incident, 1, path)
    with path.open("r+b") as file:
        file.write(b"?")
    assert not evidence.is_same(incident, 1, path)


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


def test_nothing_goes_while_an_event_does_not_open(committed):
    add(committed, io.BytesIO(JPEG))
    left = store.folder() / "3f0e6f1e-0000-4000-8000-000000000000.part"
    left.write_bytes(b"coup")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, facts FROM incidents_incidentevent WHERE kind = 'evidence'")
        ((row, facts),) = cursor.fetchall()
        cursor.execute("UPDATE incidents_incidentevent SET facts = 'h1.1.AAAA' WHERE id = %s", [row])
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
from hygie.web.incidents import evidence, flows, selectors, store
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
