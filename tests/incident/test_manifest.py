"""The list of fingerprints and its signature, read by the programs that everybody has."""

import hashlib
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hygie.incident import manifest as m
from hygie.incident.events import GENESIS, Event, Kind, canonical, facts_of, seal
from tests.incident.build import NOW, aware, decide, opened, step, story

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAMES = (
    "piece-001.jpg",
    "journal.jsonl",
    "a b.txt",
    "é.pdf",
    "a\\b.txt",
    "a\nb.txt",
    "a\rb",
    "dossier/x.pdf",
    "*étoile",
)
FLIPS = 10_000


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with hostile names, its list, its signature and its key."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    listed = m.manifest({name: digest(name.encode()) for name in NAMES}).encode()
    (tmp_path / "MANIFEST.sha256").write_bytes(listed)
    (tmp_path / "MANIFEST.sig").write_bytes(m.sign(KEY, listed))
    (tmp_path / "cle-publique.pem").write_bytes(m.public_pem(KEY))
    return tmp_path


def sha256sum(folder: Path) -> subprocess.CompletedProcess[bytes]:
    command = ["sha256sum", "--check", "--strict", "MANIFEST.sha256"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


def openssl(folder: Path) -> subprocess.CompletedProcess[bytes]:
    command = "openssl pkeyutl -verify -pubin -inkey cle-publique.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sig"
    return subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)


def test_the_real_sha256sum_reads_the_list_hostile_names_included(folder: Path) -> None:
    assert shutil.which("sha256sum")
    found = sha256sum(folder)
    assert found.returncode == 0, found.stderr
    assert found.stdout.count(b": OK") == len(NAMES)


def test_the_list_is_the_one_that_sha256sum_itself_writes(folder: Path) -> None:
    command = ["sha256sum", "--binary", "--", *sorted(NAMES)]
    written = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    assert (folder / "MANIFEST.sha256").read_bytes() == written


def test_the_real_sha256sum_sees_a_changed_file(folder: Path) -> None:
    (folder / "piece-001.jpg").write_bytes(b"piece-001.jpG")
    found = sha256sum(folder)
    assert found.returncode == 1
    assert b"piece-001.jpg: FAILED" in found.stdout


def test_the_real_openssl_verifies_the_signature_and_sees_any_change(folder: Path) -> None:
    assert openssl(folder).returncode == 0
    for name in ("MANIFEST.sha256", "MANIFEST.sig", "cle-publique.pem"):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(kept[:40] + bytes([kept[40] ^ 1]) + kept[41:])
        assert openssl(folder).returncode != 0
        (folder / name).write_bytes(kept)
    assert openssl(folder).returncode == 0


def test_a_signature_is_64_raw_bytes_and_verifies_here_too(folder: Path) -> None:
    listed, signature = (folder / "MANIFEST.sha256").read_bytes(), (folder / "MANIFEST.sig").read_bytes()
    assert len(signature) == 64
    assert m.verify(m.public_pem(KEY), listed, signature)
    assert not m.verify(m.public_pem(Ed25519PrivateKey.generate()), listed, signature)


def test_what_is_not_a_key_or_not_a_signature_verifies_nothing() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    keys = (b"", b"-----BEGIN PUBLIC KEY-----\n", other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for key in keys:
        assert not m.verify(key, b"x", m.sign(KEY, b"x"))
    for signature in (b"", b"\0" * 64, m.sign(KEY, b"x") + b"\0", m.sign(KEY, b"x")[:-1]):
        assert not m.verify(m.public_pem(KEY), b"x", signature)


@given(
    st.dictionaries(st.text(min_size=1, max_size=12).filter(m._inside), st.binary(max_size=4).map(digest), max_size=6)
)
def test_what_is_written_is_read_back(entries: dict[str, str]) -> None:
    assert m.parse(m.manifest(entries)) == entries


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a/", "a\0b", "-x"])
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="nom de fichier"):
        m.manifest({name: "0" * 64})
    with pytest.raises(m.ManifestUnreadable):
        m.parse(f"{'0' * 64} *{name}\n")


@pytest.mark.parametrize("wrong", ["", "0" * 63, "G" * 64, "A" * 64, "0" * 64 + "\n"])
def test_what_is_not_a_fingerprint_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="empreinte"):
        m.manifest({"a": wrong})


LINE = f"{'0' * 64} *a\n"


@pytest.mark.parametrize(
    "text",
    [
        LINE[:-1], f"{LINE}x", LINE * 2, LINE.replace("*", " "), LINE.replace(" *", "  *"), "\n", f"\n{LINE}",
        f"{'1' * 64} *b\n{LINE}", f"\\{LINE}", LINE.replace("a", "a\\"), f"\\{'0' * 64} *a\\x\n",
        f"\\{'0' * 64} *a\\\n", LINE.replace("\n", "\r\n"), f"# {LINE}", LINE.replace("0", "A"), "x" * 100, "\ud800\n",
    ],
)  # fmt: skip
def test_a_list_written_otherwise_is_unreadable(text: str) -> None:
    with pytest.raises(m.ManifestUnreadable) as caught:
        m.parse(text)
    assert caught.value.exit_code == 3


def test_size_and_number_are_bounded() -> None:
    with pytest.raises(m.ManifestUnreadable):
        m.parse("x" * (m.MOST_BYTES + 1))
    with pytest.raises(m.ManifestUnreadable):
        m.parse("\n" * (m.MOST_ENTRIES + 1))
    with pytest.raises(ValueError, match="trop de fichiers"):
        m.manifest({str(number): "0" * 64 for number in range(m.MOST_ENTRIES + 1)})


def test_the_empty_list_is_a_list() -> None:
    assert m.parse(m.manifest({})) == {}


# ---------------------------------------------------------------- 10,000 single-bit changes


def chain(events: list[Event]) -> list[bytes]:
    """The events as a practice exports them: one line each, with its seal."""
    rows, previous = [], GENESIS
    for one in events:
        previous = seal("2026-1", previous, one)
        kept = (one.rank, one.kind, one.at.isoformat(), one.author, one.author_name, canonical(one.facts), previous)
        rows.append("\t".join(str(part) for part in kept).encode())
    return rows


def holds(rows: list[bytes], last: str) -> bool:
    """Whether the rows say exactly what was sealed, up to the last seal, which the journal keeps."""
    previous = GENESIS
    try:
        for number, row in enumerate(rows, 1):
            rank, kind, when, author, name, facts, digested = row.decode().split("\t")
            one = Event(int(rank), Kind(kind), _time(when), author, name, facts_of(facts))
            previous = seal("2026-1", previous, one)
            if previous != digested or rank != str(number):
                return False
    except ValueError:
        return False
    return previous == last


def _time(text: str):
    found = NOW.fromisoformat(text)
    if found.isoformat() != text:
        raise ValueError(text)
    return found


def flipped(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_ten_thousand_single_bit_changes_of_events_are_all_seen() -> None:
    note = (Kind.NOTE, {"text": "écran figé \u00ea\n", "corrects": 1, "quoted": True})
    number = (Kind.SEVERITY, {"category": "record", "adjusted": 1e-7, "people": 12})
    rows = chain(story(opened(), aware("2026-11-24T09:00+01:00"), step("photo"), note, number, decide("cnil", "yes")))
    last = rows[-1].decode().rpartition("\t")[2]
    assert holds(rows, last)
    random = Random(20261124)
    for _ in range(FLIPS):
        which = random.randrange(len(rows))
        changed = [*rows[:which], flipped(rows[which], random), *rows[which + 1 :]]
        assert not holds(changed, last), changed[which]


def test_a_missing_a_moved_or_an_added_event_is_seen() -> None:
    rows = chain(story(opened(), step("isolate"), step("photo")))
    last = rows[-1].decode().rpartition("\t")[2]
    for changed in ([], rows[:-1], rows[1:], [rows[1], rows[0], rows[2]], [*rows, rows[-1]], rows[:1] + rows[2:]):
        assert not holds(changed, last)


def test_ten_thousand_single_bit_changes_of_the_list_its_signature_and_its_files_are_all_seen() -> None:
    files = {name: name.encode() * 3 for name in NAMES}
    listed = m.manifest({name: digest(data) for name, data in files.items()}).encode()
    signature, public = m.sign(KEY, listed), m.public_pem(KEY)
    random = Random(24112026)
    for number in range(FLIPS):
        if number % 3 == 0:
            assert not m.verify(public, flipped(listed, random), signature)
        elif number % 3 == 1:
            assert not m.verify(public, listed, flipped(signature, random))
        else:
            name = random.choice(NAMES)
            assert m.parse(listed.decode())[name] != digest(flipped(files[name], random))


def test_a_flipped_bit_of_the_list_never_reads_as_the_same_list() -> None:
    entries = {name: digest(name.encode()) for name in NAMES}
    listed = m.manifest(entries).encode()
    for place in range(len(listed) * 8):
        changed = bytearray(listed)
        changed[place // 8] ^= 1 << place % 8
        try:
            assert m.parse(changed.decode()) != entries
        except (UnicodeDecodeError, m.ManifestUnreadable):
            continue


def test_facts_written_otherwise_are_not_facts() -> None:
    for text in (
        '{"a": 1}',
        '{"b":1,"a":2}',
        '{"a":"\\u00E9"}',
        '{"a":1e5}',
        '{"a":1,"a":1}',
        "[]",
        "3",
        "",
        "{",
        "NaN",
    ):
        with pytest.raises(ValueError):
            facts_of(text)
    with pytest.raises(ValueError):
        facts_of("[" * 100_000)
    assert facts_of('{"a":"\\u00e9"}') == {"a": "é"}
