"""How evidence is taken and written: a program run within bounds, and a file that is whole or not there.

Each file begins with one line of JSON after « # »: what was run or read, when, and how it ended. What it said follows.
"""

import contextlib
import errno
import hashlib
import json
import os
import selectors
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hygie.core.errors import Refused, UnreadableInput

MAX_HEAD: Final = 4096
_CHUNK: Final = 65_536
_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_PART: Final = ".part"


class NoRoomToCollect(Refused):
    """The disk that receives the evidence is full; what was already whole stays."""

    code = "no_room_to_collect"

    def __init__(self, kept: int) -> None:
        """Say how many pieces are whole."""
        super().__init__(
            f"Il n'y a plus de place sur ce disque. Pièces prises, qui restent entières : {kept}.",
            "Relancez la collecte vers un disque plus grand, ou faites de la place : elle reprendra où elle en est.",
        )


class CannotCollectThere(UnreadableInput):
    """The folder that receives the evidence refuses it."""

    code = "cannot_collect_there"

    def __init__(self) -> None:
        """Say what is accepted."""
        super().__init__(
            "Hygie ne peut pas écrire dans ce dossier.",
            "Choisissez un dossier qui vous appartient, de préférence sur un disque externe.",
        )


class AnotherCollection(Refused):
    """The folder already holds something else; evidence is never written over."""

    code = "another_collection"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "Ce dossier contient déjà autre chose que la collecte de cet incident.",
            "Choisissez un dossier vide : Hygie n'écrit jamais par-dessus une preuve.",
        )


class CollectionUnderWay(Refused):
    """Another collection writes in the folder at this moment."""

    code = "collection_under_way"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "Une collecte est déjà en cours vers ce dossier.",
            "Attendez qu'elle finisse ; si elle est interrompue, relancez-la.",
        )


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program said, its exit code (None when it was stopped), and whether something is missing."""

    body: bytes
    code: int | None
    truncated: bool


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a piece of evidence."""

    incident: str
    id: str
    command: str
    taken_at: datetime
    exit_code: int | None
    truncated: bool

    def line(self) -> bytes:
        """The line as it is written, with its end."""
        fields = {
            "schema": "hygie.collection/1",
            "incident": self.incident,
            "id": self.id,
            "command": self.command,
            "taken_at": self.taken_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "exit_code": self.exit_code,
            "truncated": self.truncated,
        }
        return b"# " + json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def run_bounded(command: Sequence[str], environment: Mapping[str, str], seconds: float, limit: int) -> Ran:
    """Run a program without input for `seconds` at most and keep `limit` bytes; OSError when it cannot start.

    A program that is stopped leaves what it had said: in an incident, half a table is better than none. Its whole
    group is stopped, and a child that kept the pipe open is not waited for.
    """
    until = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603 - a fixed list of words, no shell
        command,
        env=dict(environment),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            body, ended = _read(process, until, limit)
            code = process.wait(max(0.1, until - time.monotonic())) if ended else None
        except subprocess.TimeoutExpired:
            code, ended = None, False
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return Ran(body[:limit], code, not ended)


def _read(process: subprocess.Popen[bytes], until: float, limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes, and whether the program closed its output by itself."""
    body = bytearray()
    pipe = process.stdout
    if pipe is None:
        return b"", True
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while len(body) <= limit and (left := until - time.monotonic()) > 0:
            if not ready.select(left):
                break
            chunk = os.read(pipe.fileno(), _CHUNK)
            if not chunk:
                return bytes(body), True
            body += chunk
    return bytes(body), False


@contextlib.contextmanager
def prepared(folder: Path) -> Iterator[None]:
    """Make the folder, closed to other accounts, hold it alone, and sweep what a cut collection had begun.

    The hold ends with the program, killed or not. CannotCollectThere, CollectionUnderWay.
    """
    import fcntl

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise CannotCollectThere from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for part in folder.glob(f"[0-9][0-9][0-9]-*.txt{_PART}"):
            part.unlink()
        yield
    except BlockingIOError as error:
        raise CollectionUnderWay from error
    finally:
        os.close(held)


def write_whole(path: Path, header: Header, body: bytes, kept: int) -> None:
    """Write a piece aside, force it to the disk, then name it. NoRoomToCollect, CannotCollectThere."""
    part = path.with_name(path.name + _PART)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with open(os.open(part, flags, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor with its own rights
            file.write(header.line())
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _force_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise NoRoomToCollect(kept) from error
        raise CannotCollectThere from error


def _force_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_header(path: Path) -> Header:
    """The header of a piece that is already there. AnotherCollection when it is not one."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise AnotherCollection
        with path.open("rb") as file:
            line = file.readline(MAX_HEAD)
    except OSError as error:
        raise CannotCollectThere from error
    return _parsed(line)


def _parsed(line: bytes) -> Header:
    try:
        fields: dict[str, Any] = json.loads(line.removeprefix(b"# "))
        return Header(
            incident=str(fields["incident"]),
            id=str(fields["id"]),
            command=str(fields["command"]),
            taken_at=datetime.fromisoformat(fields["taken_at"]),
            exit_code=None if fields["exit_code"] is None else int(fields["exit_code"]),
            truncated=bool(fields["truncated"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AnotherCollection from error


def digest(path: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes of a whole piece. CannotCollectThere when it cannot be read."""
    seen, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                seen.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise CannotCollectThere from error
    return seen.hexdigest(), size
