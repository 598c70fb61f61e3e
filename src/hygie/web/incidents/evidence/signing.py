"""The signed list that goes with papers and with evidence: MANIFEST.sha256, its signature, the key, how to check.

Anyone verifies it with `sha256sum` and `openssl`, years later, without Hygie.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Final

from hygie.core.clock import PARIS
from hygie.core.french import day_in_words, hour_in_words
from hygie.incident.manifest import manifest, public_pem, sign
from hygie.web.crypto import vault
from hygie.web.incidents.evidence.intake import CannotRead, NotAFile, TooMuch

MANIFEST: Final = "MANIFEST.sha256"
SIGNATURE: Final = "MANIFEST.sig"
PUBLIC_KEY: Final = "cle-publique.pem"
VERIFIER: Final = "VERIFIER.txt"
MOST_FILES: Final = 10_000
_OWN: Final = frozenset({MANIFEST, SIGNATURE, PUBLIC_KEY, VERIFIER})
_WORDS: Final = Path(__file__).with_name("verifier_fr.txt")
_CHUNK: Final = 1 << 20


def key_fingerprint() -> str:
    """SHA-256 of the practice's public key as it is handed over: what an expert compares by another way."""
    return hashlib.sha256(public_pem(vault.signing_key())).hexdigest()


def verifier(reference: str, now: datetime) -> bytes:
    """How to check, in plain French and plain commands."""
    local = now.astimezone(PARIS)
    made = f"{day_in_words(local.date())} à {hour_in_words(local)}"
    words = Template(_WORDS.read_text("utf-8"))
    return words.substitute(reference=reference, made=made, fingerprint=key_fingerprint()).encode()


def signature_files(digests: Mapping[str, str], reference: str, now: datetime) -> dict[str, bytes]:
    """The four files that go with files of these SHA-256 (hex, by relative name): in a folder, a ZIP or a tar."""
    key = vault.signing_key()
    made = {VERIFIER: verifier(reference, now), PUBLIC_KEY: public_pem(key)}
    listed = {**digests, **{name: hashlib.sha256(raw).hexdigest() for name, raw in made.items()}}
    content = manifest(listed).encode()
    return {**made, MANIFEST: content, SIGNATURE: sign(key, content)}


def sign_folder(folder: Path, *, reference: str = "", now: datetime | None = None) -> dict[str, str]:
    """Sign what a folder holds; the digests by name. NotAFile, CannotRead, TooMuch. Signed again, it is signed anew."""
    try:
        digests = {name: _digest(folder / name) for name in _names(folder) if name not in _OWN}
    except OSError as error:
        raise CannotRead from error
    moment = now or datetime.now(PARIS)
    for name, raw in signature_files(digests, reference or "voir les documents", moment).items():
        write_whole(folder / name, raw)
    return digests


def write_whole(path: Path, raw: bytes) -> None:
    """A small file, whole, on the disk, for this account alone; it takes the place of the one before."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_new(beside, raw)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_new(path: Path, raw: bytes) -> None:
    """A small file that was not there, on the disk before returning. FileExistsError otherwise."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _names(folder: Path) -> list[str]:
    """Relative names, « / » between parts. A link or anything else that is not a plain file is refused."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise NotAFile("un lien ou un appareil")
        found.append(path.relative_to(folder).as_posix())
        if len(found) > MOST_FILES:
            raise TooMuch(f"Ce dossier a plus de {MOST_FILES} fichiers.", "Choisissez un dossier neuf.")
    return found


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
