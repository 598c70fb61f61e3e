"""The sealed package of evidence, for the police or an expert: one encrypted tar, its key in a file of its own.

Written as `.part`, it takes its name once whole and once its key is on the disk; what an interruption left is made
again. Read back by `verify_package` without taking anything out of it.
"""

import errno
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyrage
from django.db import transaction

from hygie.core.clock import PARIS
from hygie.core.errors import Refused, UnreadableInput
from hygie.core.french import plural
from hygie.incident.events import Kind
from hygie.web.crypto import vault
from hygie.web.errors import SealBroken
from hygie.web.incidents import evidence
from hygie.web.incidents.evidence import signing, store
from hygie.web.incidents.evidence.check import Verdict, read_key, verify_package
from hygie.web.incidents.evidence.contents import Content, content_of
from hygie.web.incidents.evidence.intake import size_in_words
from hygie.web.incidents.evidence.signing import sign_folder
from hygie.web.incidents.flows import append
from hygie.web.incidents.models import Incident
from hygie.web.journal.flows import Actor

__all__ = ["Package", "Verdict", "build_package", "sign_folder", "verify_package"]
DOCUMENT: Final = "evidence_package"
_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


class KeyThere(Refused):
    """A file already stands where the key should be written."""

    code = "key_there"

    def __init__(self) -> None:
        """It may open another package."""
        super().__init__("Le fichier de la clé existe déjà.", "Donnez un autre nom à la clé.")


class KeyInside(Refused):
    """The key would travel with what it opens."""

    code = "key_inside"

    def __init__(self) -> None:
        """Where to put it."""
        super().__init__(
            "La clé ne doit pas voyager avec ce qu’elle ouvre.", "Écrivez-la hors de ce dossier, sur un autre support."
        )


class PackageThere(Refused):
    """The folder already holds a package, or one is being written."""

    code = "package_there"

    def __init__(self) -> None:
        """Nothing is replaced: its key may already have been handed over."""
        super().__init__("Ce dossier a déjà un paquet de preuves de cet incident.", "Choisissez un dossier vide.")


class NoRoomThere(Refused):
    """The package does not fit."""

    code = "no_room"

    def __init__(self, needed: int) -> None:
        """Bytes."""
        super().__init__(
            f"La place manque dans ce dossier : le paquet fait {size_in_words(needed)}.",
            "Choisissez un autre disque. Une clé en FAT32 refuse ce qui dépasse 4 Go.",
        )


class CannotWrite(UnreadableInput):
    """The system refused to write where the person asked."""

    code = "cannot_write"

    def __init__(self) -> None:
        """No path in the message."""
        super().__init__("Ce dossier refuse ce que l’on y écrit.", "Choisissez un dossier qui appartient à ce compte.")


@dataclass(frozen=True, slots=True)
class Package:
    """What was made. `size` in bytes; `joined` counts the pieces inside, `faults` are those that were not joined."""

    path: Path
    key_file: Path
    size: int
    joined: int
    faults: tuple[evidence.Fault, ...]


def build_package(  # noqa: PLR0913 - a verb names all it needs
    actor: Actor,
    incident: Incident,
    folder: Path,
    *,
    key_file: Path,
    now: datetime,
    progress: store.Progress | None = None,
) -> Package:
    """Make `preuves-<reference>.tar.age` in `folder`, and its key in `key_file`, which must be new and elsewhere.

    Altered or missing pieces are told in its inventory, and do not stop the others. KeyInside, KeyThere,
    PackageThere, NoRoomThere, CannotWrite. Noted as copied, piece by piece. To be called outside a transaction.
    """
    name = f"preuves-{incident.reference}"
    target, part = folder / f"{name}.tar.age", folder / f".{name}.tar.age.part"
    content = content_of(incident, now)
    with _told(content.size):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_places(folder, target, key_file)
        with _written(part, key_file) as file:
            _check_room(folder, content.size)
            opener = _encrypt(file, content, progress)
            _write_key(key_file, opener, incident.reference, now)
        signing.write_whole(folder / f"{name}-{signing.VERIFIER}", content.small[signing.VERIFIER])
        _deliver(actor, incident, content, (part, target), now)
    return Package(target, key_file, target.stat().st_size, len(content.pieces), content.faults)


@contextmanager
def _told(size: int) -> Iterator[None]:
    """What the system refuses, in words."""
    try:
        yield
    except OSError as error:
        raise NoRoomThere(size) if error.errno in _FULL else CannotWrite from error


def _check_places(folder: Path, target: Path, key_file: Path) -> None:
    if target.exists():
        raise PackageThere
    if key_file.resolve().is_relative_to(folder.resolve()):
        raise KeyInside


@contextmanager
def _written(part: Path, key_file: Path) -> Iterator[BinaryIO]:
    """The `.part`, alone to write it; removed when the block fails, on the disk when it ends."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "r+b", 1 << 20) as file:
        if not store.locked(handle, alone=True):
            raise PackageThere
        try:
            _forget_interrupted(file, key_file)
            yield file
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise


def _forget_interrupted(file: BinaryIO, key_file: Path) -> None:
    """A key that opens the `.part` an interruption left is that one's: both go. Any other file is somebody's."""
    if key_file.is_file() and _opens(file, key_file):
        key_file.unlink()
    if os.path.lexists(key_file):
        raise KeyThere
    file.seek(0)
    file.truncate()


def _opens(file: BinaryIO, key_file: Path) -> bool:
    try:
        with vault.decrypting(file, read_key(key_file)) as clear:
            return bool(clear.read(1))
    except (SealBroken, OSError):
        return False


def _check_room(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size:
        raise NoRoomThere(size)


def _encrypt(file: BinaryIO, content: Content, progress: store.Progress | None) -> Any:
    """Write the whole tar; the key made for it."""
    opener = pyrage.x25519.Identity.generate()
    with vault.encrypting(file, opener.to_public()) as clear:
        _write_tar(clear, content, progress)
    file.flush()
    os.fsync(file.fileno())
    return opener


def _write_tar(clear: BinaryIO, content: Content, progress: store.Progress | None) -> None:
    total, done = sum(piece.size for piece in content.pieces.values()), 0
    with tarfile.open(fileobj=clear, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, raw in content.small.items():
            tar.addfile(_entry(content, name, len(raw)), _Chunks(iter([raw])))
        for name, piece in content.pieces.items():
            tar.addfile(_entry(content, name, piece.size), _Chunks(evidence.chunks_of(piece)))
            done += piece.size
            if progress is not None:
                progress(done, total)


def _entry(content: Content, name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(f"{content.root}/{name}")
    entry.size, entry.mode = size, 0o600
    return entry


class _Chunks:
    """Chunks, read as a file is."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def read(self, size: int = 1 << 18) -> bytes:
        while len(self._left) < size and (chunk := next(self._chunks, None)) is not None:
            self._left += chunk
        given, self._left = self._left[:size], self._left[size:]
        return given


def _write_key(key_file: Path, opener: Any, reference: str, now: datetime) -> None:
    """An age identity file, as `age -d -i` reads it."""
    words = f"# Clé du paquet de preuves {reference}\n# {now.astimezone(PARIS):%Y-%m-%d %H:%M %z}\n{opener}\n"
    try:
        signing.write_new(key_file, words.encode())
    except FileExistsError as error:
        raise KeyThere from error
    vault.sync_folder(key_file.parent)


def _deliver(actor: Actor, incident: Incident, content: Content, move: tuple[Path, Path], now: datetime) -> None:
    """Its name and its lines in the journal, together."""
    part, target = move
    with transaction.atomic():
        for piece in content.pieces.values():
            facts = {"piece": piece.number, "act": "copied", "to": ""}
            append(actor, incident, Kind.CUSTODY, facts, f"Pièce {piece.number} copiée.", now=now)
        words = f"Paquet de preuves fait : {plural(len(content.pieces), 'pièce')}."
        append(actor, incident, Kind.DOCUMENT, {"document": DOCUMENT, "form": "tar.age"}, words, now=now)
        part.rename(target)
    vault.sync_folder(target.parent)
