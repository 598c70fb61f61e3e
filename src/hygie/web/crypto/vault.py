"""Big things at rest and on their way out: age streams, the practice's identity that opens them, its signing key.

Both keys are made at the first use, sealed with the practice's ring, and never replaced: SealBroken when one does not
open. A stream never holds more than a few buffers in memory.
"""

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from hygie.web.crypto.keys import write_private
from hygie.web.crypto.seal import seal, unseal
from hygie.web.errors import SealBroken

FOLDER: Final = "vault"
IDENTITY: Final = "evidence-identity"
SIGNING: Final = "signing-key"


def identity() -> Any:
    """The age identity (X25519) of this data folder. SealBroken when it was altered."""
    text = _secret(IDENTITY, lambda: str(pyrage.x25519.Identity.generate()).encode())
    return identity_of(text.decode("ascii"))


def identity_of(text: str) -> Any:
    """An age identity from its text « AGE-SECRET-KEY-1… ». SealBroken for anything else."""
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise SealBroken from error


def signing_key() -> Ed25519PrivateKey:
    """The Ed25519 key that signs what leaves this practice. SealBroken when it was altered."""
    raw = _secret(SIGNING, lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(raw)


def _secret(name: str, make: Callable[[], bytes]) -> bytes:
    path = Path(settings.HYGIE_FOLDER) / FOLDER / f"{name}.sealed"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write_once(path, seal(settings.HYGIE_KEYS.ring, make(), name))
    return unseal(settings.HYGIE_KEYS.ring, path.read_text("ascii", "replace"), name)


def _write_once(path: Path, text: str) -> None:
    """Whole or absent; of two who make it at the same time, the first one counts."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_private(beside, text)
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; where a folder cannot be opened (Windows), its system does it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def encrypting(target: BinaryIO, recipient: Any) -> Iterator[BinaryIO]:
    """What the block writes goes encrypted to `target`, whole when the block ends. OSError when `target` refuses.

    A block that raises leaves in `target` something that opens, but is cut: the caller throws it away.
    """
    out, into = os.pipe()
    worker = _Worker(os.fdopen(out, "rb"), target, lambda source, side: pyrage.encrypt_io(source, side, [recipient]))
    try:
        with os.fdopen(into, "wb") as pipe:
            yield pipe
    except BrokenPipeError:
        worker.finish()
        raise
    finally:
        worker.join()
    worker.finish()


@contextmanager
def decrypting(source: BinaryIO, opener: Any) -> Iterator["Clear"]:
    """The clear bytes of an age stream, read as they come. SealBroken when it was altered, cut, or is another's.

    The block may stop before the end.
    """
    out, into = os.pipe()
    worker = _Worker(
        source, os.fdopen(into, "wb"), lambda given, side: pyrage.decrypt_io(given, side, [opener]), closes_target=True
    )
    try:
        with os.fdopen(out, "rb") as pipe:
            yield Clear(pipe, worker)
    finally:
        worker.join()


class Clear:
    """A reader of clear bytes: `read` raises SealBroken in place of the end of what was altered."""

    def __init__(self, pipe: BinaryIO, worker: "_Worker") -> None:
        """`worker` fills the pipe."""
        self._pipe = pipe
        self._worker = worker

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end."""
        chunk = self._pipe.read(size)
        if len(chunk) < size:
            self._worker.join()
            self._worker.finish()
        return chunk


class _Worker(threading.Thread):
    """Runs the cipher between a pipe and a file: the library pulls and pushes, our side does the same."""

    def __init__(
        self, source: BinaryIO, target: BinaryIO, run: Callable[[Any, Any], None], *, closes_target: bool = False
    ) -> None:
        super().__init__(name="hygie-age", daemon=True)
        self._source, self._target, self._work, self._closes_target = source, target, run, closes_target
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        """The whole stream; the pipe's end is closed whatever happens, so that nobody waits for ever."""
        sides = _Side(self._source), _Side(self._target)
        try:
            self._work(*sides)
        except Exception as error:  # noqa: BLE001 - told again by `finish`, in the thread that asked
            self._failure = SealBroken()
            self._failure.__cause__ = error
        finally:
            with suppress(OSError):
                (self._target if self._closes_target else self._source).close()
            # What a side refused comes first; the library even forgets what its last bytes met.
            self._failure = next((side.failure for side in sides if side.failure), self._failure)

    def finish(self) -> None:
        """Raise what went wrong."""
        self.join()
        if self._failure is not None:
            raise self._failure


class _Side:
    """One side of a stream, which remembers its own failure: the library would only keep its words."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: OSError | None = None

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            self.failure = error
            raise

    def write(self, content: bytes) -> int:
        try:
            return self._file.write(content)
        except OSError as error:
            self.failure = error
            raise

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            self.failure = error
            raise
