"""Evidence on the disk: age files under random names, each whole before the database names it.

A piece is written as `.part`; it becomes `.age` once its event is committed. A `.part` that no event names is what a
crash or a refusal left: it goes. An `.age` is never removed, even when an older database was put back.
"""

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

from django.conf import settings

from hygie.web.crypto import vault
from hygie.web.errors import SealBroken
from hygie.web.incidents.evidence.intake import HEAD, CannotRead, Given, NoRoom, NotKept, TooMuch

FOLDER: Final = "evidence"
CHUNK: Final = 1 << 18
TELL_EVERY: Final = 8 << 20
LOOK_EVERY: Final = 32 << 20
ROOM_KEPT = 200_000_000
"""Bytes left free, so that the database and the system go on."""
_LOCK: Final = "adding.lock"
_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})

Progress = Callable[[int, int | None], None]
"""Called with the bytes done and the total, None when unknown."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a source: digest in hex, bytes, first bytes, and whether it moved meanwhile."""

    sha256: str
    size: int
    head: bytes
    changed: bool


def folder() -> Path:
    """The folder of the evidence, for this account alone."""
    path = Path(settings.HYGIE_FOLDER) / FOLDER
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def keep(given: Given, progress: Progress | None = None) -> tuple[UUID, Read]:
    """Encrypt a source into a `.part`, on the disk before returning.

    NoRoom, NotKept, CannotRead, TooMuch: nothing is left.
    """
    _check_room(given.size)
    name = uuid4()
    part = folder() / f"{name}.part"
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb", 1 << 20) as file:
            found = _encrypted(given, file, progress)
            file.flush()
            os.fsync(file.fileno())
        vault.sync_folder(part.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise NoRoom(given.size, _free()) if error.errno in _FULL else NotKept from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return name, found


def _encrypted(given: Given, file: BinaryIO, progress: Progress | None) -> Read:
    with vault.encrypting(file, vault.identity().to_public()) as clear:
        return measure(given, progress, clear.write, _watched)


def _watched(done: int, size: int | None) -> None:
    """The disk may fill while a long piece is copied, by this piece or by another program."""
    if done % LOOK_EVERY < CHUNK and (free := _free()) < ROOM_KEPT:
        raise NoRoom(size, free)


def measure(
    given: Given,
    progress: Progress | None = None,
    write: Callable[[bytes], Any] = len,
    watch: Callable[[int, int | None], None] | None = None,
) -> Read:
    """Read a source once, to its digest, giving each chunk to `write`. CannotRead, TooMuch."""
    digest, head, done = hashlib.sha256(), b"", 0
    while chunk := _chunk(given, done):
        digest.update(chunk)
        head += chunk[: HEAD - len(head)]
        done += len(chunk)
        write(chunk)
        if watch is not None:
            watch(done, given.size)
        if progress is not None and done % TELL_EVERY < CHUNK:
            progress(done, given.size)
    if progress is not None:
        progress(done, given.size)
    return Read(digest.hexdigest(), done, head, given.changed(done))


def _chunk(given: Given, done: int) -> bytes:
    """The next bytes; None of an unready special file counts as unreadable."""
    left = given.most - done
    if left <= 0:
        if not given.size:
            raise TooMuch("Cette pièce est trop longue pour être copiée.", "Gardez le support lui-même.")
        return b""
    try:
        chunk = given.file.read(min(CHUNK, left))
    except (OSError, ValueError) as error:
        raise CannotRead from error
    if chunk is None:
        raise CannotRead
    return bytes(chunk)


def _check_room(size: int | None) -> None:
    free = _free()
    if (size or 0) + ROOM_KEPT > free:
        raise NoRoom(size, free)


def _free() -> int:
    return shutil.disk_usage(folder()).free


def settle(name: UUID) -> None:
    """The event that names the piece is committed. Until this is done, the `.part` is the piece."""
    with suppress(OSError):
        (folder() / f"{name}.part").rename(folder() / f"{name}.age")
        vault.sync_folder(folder())


@contextmanager
def reading(name: UUID) -> Iterator[vault.Clear]:
    """The clear bytes of a kept piece. FileNotFoundError; SealBroken, here or while reading."""
    with _opened(name) as file, vault.decrypting(file, vault.identity()) as clear:
        yield clear


def checked(name: UUID, sha256: str) -> Iterator[bytes]:
    """The chunks of a kept piece, the last one held back until the digest agrees. FileNotFoundError, SealBroken."""
    digest, held = hashlib.sha256(), b""
    with reading(name) as clear:
        while chunk := clear.read(CHUNK):
            digest.update(chunk)
            if held:
                yield held
            held = chunk
    if digest.hexdigest() != sha256:
        raise SealBroken
    if held:
        yield held


def _opened(name: UUID) -> BinaryIO:
    """A piece that is being settled may move between two looks."""
    for suffix in (".age", ".part", ".age"):
        with suppress(FileNotFoundError):
            return (folder() / f"{name}{suffix}").open("rb", 1 << 20)
    raise FileNotFoundError


def is_there(name: UUID) -> bool:
    """Whether the piece has a file."""
    return any((folder() / f"{name}{suffix}").is_file() for suffix in (".age", ".part"))


def sweep(named: Callable[[], set[str]]) -> int:
    """Settle or remove what was left half-way; how many files went. Nothing while somebody is adding a piece.

    `named` gives the identifiers that events name; it is asked once nobody can be adding.
    """
    parts = list(folder().glob("*.part"))
    if not parts:
        return 0
    with _lock(alone=True) as held:
        if not held:
            return 0
        kept, gone = named(), 0
        for part in parts:
            if part.stem in kept:
                settle(UUID(part.stem))
            else:
                part.unlink(missing_ok=True)
                gone += 1
        return gone


@contextmanager
def adding() -> Iterator[None]:
    """Held from the first byte to the commit, by any number at once: meanwhile nothing is swept."""
    with _lock(alone=False):
        yield


@contextmanager
def _lock(*, alone: bool) -> Iterator[bool]:
    """The system frees it by itself when its holder dies. `alone` never waits: False when somebody holds it."""
    handle = os.open(folder() / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield locked(handle, alone=alone)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import random

    _PLACES: Final = 1 << 20

    def locked(handle: int, *, alone: bool) -> bool:
        """Each one who adds holds a byte; whoever sweeps asks for all of them."""
        import msvcrt

        try:
            os.lseek(handle, 0 if alone else random.randrange(_PLACES), os.SEEK_SET)  # noqa: S311 - a free byte
            msvcrt.locking(handle, msvcrt.LK_NBLCK if alone else msvcrt.LK_LOCK, _PLACES if alone else 1)
        except OSError:
            return False
        return True

else:

    def locked(handle: int, *, alone: bool) -> bool:
        """Whether the lock of an open file was taken; `alone` never waits."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        except BlockingIOError:
            return False
        return True
