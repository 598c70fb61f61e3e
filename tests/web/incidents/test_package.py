"""The package that the police or an expert receives: checked without Hygie, closed without its key."""

import csv
import hashlib
import io
import json
import os
import stat
import subprocess
import tarfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from hygie.core.clock import PARIS
from hygie.web.incidents import evidence, flows, selectors
from hygie.web.incidents.evidence import package, signing, store
from hygie.web.incidents.evidence.intake import CannotRead, NotAFile
from hygie.web.incidents.evidence.package import (
    CannotWrite,
    KeyInside,
    KeyThere,
    NoRoomThere,
    PackageThere,
    verify_package,
)
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.namespaces import own_mounts
from tests.web.conftest import make_practice

NOW = datetime(2026, 11, 10, 8, 21, tzinfo=PARIS)
CANARY = "Zéphyrine Canari"
JPEG = b"\xff\xd8\xff\xe0" + os.urandom(400_000)
LOG = f"From: a\nTo: b\nDate: c\n\n{CANARY}".encode()
OPENSSL = "openssl pkeyutl -verify -pubin -inkey cle-publique.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sig"


@pytest.fixture
def incident(transactional_db):
    practice = make_practice()
    actor = Actor.system(practice.pk)
    incident = flows.open_incident(actor, practice, flows.Opening("ransomware", NOW), now=NOW)
    flows.add_note(actor, incident, f"Une note sur {CANARY}, « entre guillemets »", now=NOW)
    add(incident, JPEG, "=1+2.jpg")
    add(incident, LOG, f"{CANARY}.eml", taken_at=NOW - timedelta(days=1))
    evidence.note_custody(actor, incident, 1, "opened", now=NOW, to="Lionel Perrin")
    return incident


def actor_of(incident):
    return Actor.system(incident.practice_id)


def add(incident, raw, name, taken_at=None):
    return evidence.add_piece(actor_of(incident), incident, io.BytesIO(raw), name=name, taken_at=taken_at, now=NOW)


def build(incident, folder, key, **more):
    return package.build_package(actor_of(incident), incident, folder, key_file=key, now=NOW, **more)


@pytest.fixture
def made(incident, tmp_path):
    return build(incident, tmp_path / "remise", tmp_path / "cle.txt")


def unpacked(made, folder):
    """As an expert does, without Hygie: decrypt, then the real tar."""
    identity = pyrage.x25519.Identity.from_str(made.key_file.read_text().splitlines()[-1])
    folder.mkdir()
    pyrage.decrypt_file(str(made.path), str(folder / "p.tar"), [identity])
    subprocess.run(["tar", "-xf", "p.tar"], cwd=folder, check=True)
    return folder / made.path.name.removesuffix(".tar.age")


def checked(inside):
    sums = subprocess.run(
        ["sha256sum", "-c", "--strict", "MANIFEST.sha256"], cwd=inside, capture_output=True, check=False
    )
    signed = subprocess.run(OPENSSL.split(), cwd=inside, capture_output=True, text=True, check=False)
    return sums.returncode == 0, signed.returncode == 0 and "Signature Verified Successfully" in signed.stdout


def rows(raw):
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))


def test_it_is_opened_and_checked_with_the_usual_programs(incident, made, tmp_path):
    inside = unpacked(made, tmp_path / "x")
    assert {path.name for path in inside.iterdir()} == {
        "VERIFIER.txt", "MANIFEST.sha256", "MANIFEST.sig", "cle-publique.pem", "inventaire.csv", "possession.csv",
        "journal.jsonl", "piece-001.jpg", "piece-002.eml",
    }  # fmt: skip
    assert checked(inside) == (True, True)
    assert (inside / "piece-001.jpg").read_bytes() == JPEG
    assert (inside / "piece-002.eml").read_bytes() == LOG
    (inside / "piece-002.eml").write_bytes(LOG + b".")
    assert checked(inside) == (False, True)
    (inside / "piece-002.eml").write_bytes(LOG)
    with (inside / "MANIFEST.sha256").open("ab") as file:
        file.write(b"0" * 64 + b" *rien\n")
    assert checked(inside)[1] is False


def test_what_is_said_to_do_is_what_works(made, tmp_path):
    """The commands of VERIFIER.txt are those of this test, and it names the right files and the right key."""
    inside = unpacked(made, tmp_path / "x")
    words = (inside / "VERIFIER.txt").read_text("utf-8")
    assert OPENSSL in words
    assert "sha256sum -c MANIFEST.sha256" in words
    assert "certutil -hashfile" in words
    assert "age -d -i CLE.txt preuves-2026-1.tar.age" in words
    assert hashlib.sha256((inside / "cle-publique.pem").read_bytes()).hexdigest() in words
    assert "$" not in words
    beside = made.path.with_name("preuves-2026-1-VERIFIER.txt")
    assert beside.read_text("utf-8") == words
    assert CANARY not in words


def test_the_chain_is_computed_again_from_what_is_written_there(incident, made, tmp_path):
    """Only with the words of VERIFIER.txt: no line of Hygie's own code."""
    head, *lines = map(json.loads, (unpacked(made, tmp_path / "x") / "journal.jsonl").read_text("utf-8").splitlines())
    previous = "0" * 64
    for line in lines:
        facts = json.dumps(line["facts"], sort_keys=True, separators=(",", ":"))
        texts = (
            head["incident"], str(line["rank"]), line["previous"], line["kind"], line["at"], line["author"],
            line["author_name"], facts,
        )  # fmt: skip
        written = b"".join(b"%d:%b," % (len(raw), raw) for raw in (text.encode() for text in texts))
        assert line["previous"] == previous
        previous = hashlib.sha256(b"hygie.incident-event/1\n" + written).hexdigest()
        assert line["digest"] == previous
    assert len(lines) == 5
    assert previous == incident.events.get(rank=5).digest


def test_names_are_only_in_the_inventory_and_run_nothing(made, tmp_path):
    inside = unpacked(made, tmp_path / "x")
    first, second = rows((inside / "inventaire.csv").read_bytes())
    assert first["nom d’origine"] == "'=1+2.jpg"
    assert (second["nom d’origine"], second["fichier"], second["état"]) == (f"{CANARY}.eml", "piece-002.eml", "jointe")
    assert second["SHA-256"] == hashlib.sha256(LOG).hexdigest()
    assert second["prise le"] == "2026-11-09 08:21:00+01:00"
    assert second["ajoutée le"] == "2026-11-10 08:21:00+01:00"
    held = [(row["pièce"], row["acte"], row["à qui"]) for row in rows((inside / "possession.csv").read_bytes())]
    assert held == [("1", "ajoutée", ""), ("2", "ajoutée", ""), ("1", "ouverte", "Lionel Perrin")]


def test_nobody_reads_it_without_its_key(made, tmp_path):
    raw = made.path.read_bytes()
    assert CANARY.encode() not in raw
    assert b"piece-001" not in raw
    assert CANARY not in f"{made.path}{list(made.path.parent.iterdir())}"
    for path in (made.path, made.key_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = tmp_path / "autre.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    assert not verify_package(made.path, other).ok
    other.write_text("ceci n'est pas une clé")
    assert not verify_package(made.path, other).ok
    with pytest.raises(CannotRead):
        verify_package(made.path, tmp_path / "absente.txt")


def test_it_is_checked_by_hygie_too(made):
    verdict = verify_package(made.path, made.key_file)
    assert (verdict.ok, verdict.files) == (True, 9)
    assert verdict.key == signing.key_fingerprint()


def test_it_is_told_to_the_journal_piece_by_piece(incident, made):
    told = [event for event in selectors.events_of(incident) if event.kind in {"custody", "document"}][1:]
    assert [dict(event.facts) for event in told] == [
        {"piece": 1, "act": "copied", "to": ""},
        {"piece": 2, "act": "copied", "to": ""},
        {"document": "evidence_package", "form": "tar.age"},
    ]
    assert selectors.altered(incident) == []
    assert not any("Canari" in f"{line.summary}{line.data}" for line in JournalEntry.objects.all())


def remade(made, tmp_path, change):
    """The same package with its inside changed by somebody who has the key."""
    inside = unpacked(made, tmp_path / "y")
    change(inside)
    identity = pyrage.x25519.Identity.from_str(made.key_file.read_text().splitlines()[-1])
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as book:
        for path in sorted(inside.iterdir()):
            book.add(path, f"{inside.name}/{path.name}")
    made.path.write_bytes(pyrage.encrypt(tar.getvalue(), [identity.to_public()]))
    return verify_package(made.path, made.key_file)


def edit(name, old, new):
    def change(inside):
        raw = (inside / name).read_bytes()
        assert old in raw
        (inside / name).write_bytes(raw.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda _: None, None),
        (edit("piece-002.eml", b"Canari", b"Canard"), "piece-002.eml a été modifié"),
        (edit("journal.jsonl", b"Une note", b"Une date"), "les lignes du journal ne se suivent plus"),
        (edit("MANIFEST.sha256", b"0", b"1"), "la signature ne correspond pas à la liste"),
        (edit("inventaire.csv", b"jointe", b"absent"), "inventaire.csv a été modifié"),
        (lambda inside: (inside / "piece-001.jpg").unlink(), "il manque piece-001.jpg"),
        (lambda inside: (inside / "MANIFEST.sig").unlink(), "il manque MANIFEST.sig"),
        (lambda inside: (inside / "ajout.txt").write_bytes(b"x"), "ajout.txt n’est pas dans la liste"),
        (lambda inside: (inside / "lien").symlink_to("/etc/passwd"), "ce n’est pas un paquet de preuves entier"),
        (lambda inside: (inside / "MANIFEST.sig").write_bytes(b""), "la signature ne correspond pas à la liste"),
        (lambda inside: (inside / "journal.jsonl").write_bytes(b"[" * 100_000), "ne se suivent plus"),
    ],
)
def test_whoever_has_the_key_cannot_change_it_unseen(made, tmp_path, change, fault):
    verdict = remade(made, tmp_path, change)
    assert verdict.ok is (fault is None)
    if fault:
        assert any(fault in said for said in verdict.faults), verdict.faults


def test_another_practice_s_signature_shows_by_its_key(made, tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hygie.incident.manifest import manifest, parse, public_pem, sign

    other = Ed25519PrivateKey.generate()

    def signed_anew(inside):
        listed = parse((inside / "MANIFEST.sha256").read_text())
        (inside / "cle-publique.pem").write_bytes(public_pem(other))
        listed["cle-publique.pem"] = hashlib.sha256(public_pem(other)).hexdigest()
        (inside / "MANIFEST.sha256").write_text(manifest(listed))
        (inside / "MANIFEST.sig").write_bytes(sign(other, manifest(listed).encode()))

    verdict = remade(made, tmp_path, signed_anew)
    assert verdict.ok
    assert verdict.key != signing.key_fingerprint()


def test_altered_and_missing_pieces_do_not_stop_the_others(incident, tmp_path):
    add(incident, b"trois", "trois.txt")
    path = tmp_path / "disque.img"
    path.write_bytes(os.urandom(1_000))
    evidence.keep_in_place(actor_of(incident), incident, path, name="disque.img", taken_at=None, now=NOW)
    pieces = selectors.state_of_incident(incident).pieces
    raw = bytearray((store.folder() / f"{pieces[0].stored_as}.age").read_bytes())
    raw[-1] ^= 1
    (store.folder() / f"{pieces[0].stored_as}.age").write_bytes(raw)
    (store.folder() / f"{pieces[1].stored_as}.age").unlink()
    made = build(incident, tmp_path / "remise", tmp_path / "cle.txt")
    assert (made.joined, [fault.what for fault in made.faults]) == (1, ["altered", "missing"])
    assert verify_package(made.path, made.key_file).ok
    said = rows((unpacked(made, tmp_path / "x") / "inventaire.csv").read_bytes())
    assert [row["état"].split("\xa0")[0].split(" :")[0] for row in said] == [
        "altérée depuis son ajout", "introuvable", "jointe", "restée sur son support",
    ]  # fmt: skip


def test_an_incident_without_evidence_has_its_journal(transactional_db, tmp_path):
    practice = make_practice()
    actor = Actor.system(practice.pk)
    incident = flows.open_incident(actor, practice, flows.Opening("paper", NOW), now=NOW)
    made = build(incident, tmp_path / "remise", tmp_path / "cle.txt")
    assert (made.joined, verify_package(made.path, made.key_file).files) == (0, 7)


def test_the_key_is_new_and_elsewhere(incident, tmp_path):
    folder, key = tmp_path / "remise", tmp_path / "cle.txt"
    with pytest.raises(KeyInside):
        build(incident, folder, folder / "cle.txt")
    (tmp_path / "detour").symlink_to(folder)
    with pytest.raises(KeyInside):
        build(incident, folder, tmp_path / "detour" / "cle.txt")
    key.write_text("une autre clé")
    with pytest.raises(KeyThere):
        build(incident, folder, key)
    assert key.read_text() == "une autre clé"
    (tmp_path / "lien").symlink_to(tmp_path / "nulle part")
    with pytest.raises(KeyThere):
        build(incident, folder, tmp_path / "lien")
    assert list(folder.iterdir()) == []
    key.unlink()
    build(incident, folder, key)
    with pytest.raises(PackageThere):
        build(incident, folder, tmp_path / "cle2.txt")
    assert not (tmp_path / "cle2.txt").exists()


def test_a_folder_that_cannot_be_written_is_said(incident, tmp_path):
    (tmp_path / "fichier").write_text("")
    with pytest.raises(CannotWrite):
        build(incident, tmp_path / "fichier", tmp_path / "cle.txt")
    with pytest.raises(CannotWrite):
        build(incident, tmp_path / "remise", tmp_path / "absent" / "cle.txt")
    assert list((tmp_path / "remise").iterdir()) == []


def test_an_interruption_leaves_nothing_and_the_next_one_is_whole(incident, tmp_path):
    def interrupted(done, total):
        raise KeyboardInterrupt

    folder, key = tmp_path / "remise", tmp_path / "cle.txt"
    with pytest.raises(KeyboardInterrupt):
        build(incident, folder, key, progress=interrupted)
    assert list(folder.iterdir()) == []
    assert not key.exists()
    assert verify_package(build(incident, folder, key).path, key).ok


def test_what_a_kill_left_is_made_again(incident, tmp_path):
    """Killed once the key was written, before the package had its name: the key opens that leftover, it is ours."""
    folder, key = tmp_path / "remise", tmp_path / "cle.txt"
    made = build(incident, folder, key)
    old = key.read_text()
    made.path.rename(folder / ".preuves-2026-1.tar.age.part")
    made = build(incident, folder, key)
    assert key.read_text() != old
    assert verify_package(made.path, key).ok
    assert not (folder / ".preuves-2026-1.tar.age.part").exists()


def test_two_at_once_do_not_mix(incident, tmp_path):
    folder = tmp_path / "remise"

    def again(done, total):
        with pytest.raises(PackageThere):
            build(incident, folder, tmp_path / "cle2.txt")

    made = build(incident, folder, tmp_path / "cle.txt", progress=again)
    assert verify_package(made.path, made.key_file).ok
    assert not (tmp_path / "cle2.txt").exists()


def test_a_small_disk_is_said_and_left_clean(incident, tmp_path):
    """Real disks, of 200 kB then of 1 MB that another program fills meanwhile, seen through their own mounts."""
    for size in ("200k", "1m"):
        disk, key = tmp_path / size, tmp_path / "cle.txt"
        disk.mkdir()
        mount = f'mount -t tmpfs -o size={size} none "$1" && echo ready && exec sleep 60'
        words = [*own_mounts(), "sh", "-c", mount, "sh", str(disk)]
        holder = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        try:
            assert holder.stdout.readline() == "ready\n"
            inside = Path(f"/proc/{holder.pid}/root{disk}")
            with pytest.raises(NoRoomThere) as refusal:
                build(incident, inside, key, progress=lambda *_, disk=inside: fill(disk))
            assert refusal.value.exit_code == 5
            (inside / "ballast").unlink(missing_ok=True)
            assert list(inside.iterdir()) == []
            assert not key.exists()
        finally:
            holder.kill()
            holder.communicate()


def fill(folder):
    with suppress(OSError), (folder / "ballast").open("ab", buffering=0) as file:
        for _ in range(1_000):
            file.write(bytes(4_096))


def test_papers_are_signed_in_their_folder(db, tmp_path):
    (tmp_path / "annexes").mkdir()
    names = ["plainte.pdf", "une lettre.docx", "annexes/é\n.txt"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    assert set(package.sign_folder(tmp_path, reference="2026-1", now=NOW)) == set(names)
    assert checked(tmp_path) == (True, True)
    (tmp_path / "ajout.txt").write_text("plus tard")
    package.sign_folder(tmp_path, reference="2026-1", now=NOW)
    assert "ajout.txt" in (tmp_path / "MANIFEST.sha256").read_text()
    assert checked(tmp_path) == (True, True)
    assert {path.name for path in tmp_path.iterdir()} == {
        "annexes", "plainte.pdf", "une lettre.docx", "ajout.txt", "MANIFEST.sha256", "MANIFEST.sig",
        "cle-publique.pem", "VERIFIER.txt",
    }  # fmt: skip
    (tmp_path / "lien").symlink_to("/etc/passwd")
    with pytest.raises(NotAFile):
        package.sign_folder(tmp_path)


def test_the_same_key_signs_from_one_run_to_the_next(db):
    assert signing.signature_files({}, "2026-1", NOW) == signing.signature_files({}, "2026-1", NOW)
