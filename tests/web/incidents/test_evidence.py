# ruff: noqa: F811 - fixtures of evidence_kit
"""Evidence comes in whole or not at all, whatever is given, and what is given back is what came in."""

import hashlib
import io
import os
import socket
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from hygie.web.incidents import evidence, selectors
from hygie.web.incidents.evidence import intake, store
from hygie.web.incidents.evidence.intake import (
    CannotRead,
    NotAFile,
    PieceAltered,
    PieceGone,
)
from hygie.web.journal.models import JournalEntry
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
