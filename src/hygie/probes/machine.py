"""The one door to the machine: bounded reading of files and bounded running of programs.

Everything a probe asks passes here, under a `root` that tests and mounted disks may change.
Nothing is written, nothing is followed outside `root`, and every answer is capped in size and time.
"""

import os
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")

MAX_FILE = 4 * 1024 * 1024
MAX_OUTPUT = 8 * 1024 * 1024
MAX_ENTRIES = 4096
COMMAND_SECONDS = 8.0
NEEDS_ADMINISTRATOR = "Il faut les droits d'administrateur pour le voir."
OUTSIDE = "Un lien mène hors de l'ordinateur examiné."
_CLEAN_ENV = ("PATH", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "PROGRAMFILES", "PROGRAMDATA")


class CannotTell(Exception):  # noqa: N818 - it is an answer, not an error
    """The probe could not look; the French sentence says why."""


class NotThere(Exception):  # noqa: N818 - it is an answer, not an error
    """What the probe asks about does not exist on this computer; the French sentence says so."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a program answered."""

    code: int
    text: str


class _Slot:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.filled = False
        self.value: object = None


@dataclass(frozen=True)
class Machine:
    """A computer to examine: its root folder, the moment, and whether it is the running one.

    `look_at_files` is False when the person refused the look at file names.
    """

    now: datetime
    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    look_at_files: bool = True
    _memory: dict[str, "_Slot"] = field(default_factory=dict, compare=False, repr=False)
    _lock: Any = field(default_factory=threading.Lock, compare=False, repr=False)

    @property
    def live(self) -> bool:
        """Whether the examined computer is the running one, so that /proc and programs speak of it."""
        return self.root == Path("/")

    def once(self, key: str, read: Callable[["Machine"], T]) -> T:
        """What `read` answers, read a single time for all the probes that need it."""
        with self._lock:
            slot = self._memory.setdefault(key, _Slot())
        with slot.lock:
            if not slot.filled:
                slot.value, slot.filled = read(self), True
            return cast("T", slot.value)

    def path(self, name: str) -> Path:
        """The place of an absolute path of the examined computer."""
        return self.root / name.lstrip("/")

    def inside(self, name: str) -> Path:
        """The same place, once sure that no link leads from it out of the examined computer."""
        path = self.path(name)
        if not self.live:
            real, root = os.path.realpath(path), os.path.realpath(self.root)
            if os.path.commonpath((real, root)) != root:
                raise CannotTell(OUTSIDE)
        return path

    def exists(self, name: str) -> bool:
        """Whether something stands at `name`; False also when a folder on the way may not be crossed."""
        return os.path.lexists(self.path(name))

    def read(self, name: str, limit: int = MAX_FILE) -> str:
        """The text of a regular file, odd bytes replaced. FileNotFoundError when absent, CannotTell otherwise."""
        return self.read_bytes(name, limit).decode("utf-8", "replace")

    def read_bytes(self, name: str, limit: int = MAX_FILE) -> bytes:
        """The first `limit` bytes of a regular file; a pipe, a device or a socket is never opened."""
        return self._read(name, lambda _size: (0, limit))

    def read_end(self, name: str, limit: int, step: int = 1) -> bytes:
        """The last `limit` bytes at most of a regular file that grows by records of `step` bytes."""
        return self._read(name, lambda size: (max(0, -(-(size - limit) // step)) * step, limit))

    def _read(self, name: str, span: Callable[[int], tuple[int, int]]) -> bytes:
        try:
            return _read_regular(self.inside(name), span)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileNotFoundError(name) from error
        except PermissionError as error:
            raise CannotTell(NEEDS_ADMINISTRATOR) from error
        except (OSError, ValueError) as error:
            raise CannotTell("Un fichier du système ne se lit pas.") from error

    def read_or(self, name: str, default: str = "") -> str:
        """The text of a file, or `default` when it is absent."""
        try:
            return self.read(name)
        except FileNotFoundError:
            return default

    def names(self, folder: str, limit: int = MAX_ENTRIES) -> list[str]:
        """The sorted names in a folder, at most `limit`; none when it is absent, CannotTell when it is closed to us."""
        try:
            with os.scandir(self.inside(folder)) as entries:
                return sorted(entry.name for entry, _ in zip(entries, range(limit), strict=False))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except PermissionError as error:
            raise CannotTell(NEEDS_ADMINISTRATOR) from error
        except (OSError, ValueError) as error:
            raise CannotTell("Un dossier du système ne se lit pas.") from error

    def files(self, folder: str, suffix: str = "") -> Iterator[str]:
        """Absolute names of the entries of a folder that end with `suffix`."""
        for name in self.names(folder):
            if name.endswith(suffix):
                yield f"{folder.rstrip('/')}/{name}"

    def status(self, name: str) -> os.stat_result | None:
        """The file's own status (links not followed), or None when it cannot be had."""
        try:
            return os.lstat(self.path(name))
        except (OSError, ValueError):
            return None

    def program(self, *names: str) -> str | None:
        """The first of these programs that this computer can run, or None."""
        if not self.live:
            return None
        extra = os.pathsep + "/usr/sbin:/sbin" if os.name == "posix" else ""
        path = self.environment.get("PATH", os.defpath) + extra
        return next((found for name in names if (found := shutil.which(name, path=path))), None)

    def run(
        self,
        command: Sequence[str],
        *,
        seconds: float = COMMAND_SECONDS,
        environment: Mapping[str, str] | None = None,
        limit: int = MAX_OUTPUT,
    ) -> Output:
        """Run a program that only reads; CannotTell when it is missing, too slow or too long.

        The program gets no input and a clean environment in plain English, so that its words can be parsed.
        """
        program = self.program(command[0])
        if program is None:
            raise CannotTell(f"Le programme {command[0]} n'est pas installé.")
        kept = {key: value for key, value in self.environment.items() if key.upper() in _CLEAN_ENV}
        clean = {**kept, "LC_ALL": "C.UTF-8", **(environment or {})}
        try:
            code, raw = _bounded([program, *command[1:]], clean, seconds, limit)
        except TimeoutError as error:
            raise CannotTell(f"Le programme {command[0]} n'a pas répondu en {seconds:.0f} secondes.") from error
        except OSError as error:
            raise CannotTell(f"Le programme {command[0]} n'a pas pu être lancé.") from error
        if len(raw) > limit:
            raise CannotTell(f"Le programme {command[0]} a répondu trop longuement.")
        return Output(code, raw.decode("utf-8", "replace"))


def _bounded(command: Sequence[str], environment: Mapping[str, str], seconds: float, limit: int) -> tuple[int, bytes]:
    """The exit code and at most `limit` + 1 bytes of a program, killed when it is too slow or says more."""
    late = threading.Event()
    with subprocess.Popen(  # noqa: S603 - a fixed program found on the path, no shell
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            raw = process.stdout.read(limit + 1) if process.stdout else b""
            if len(raw) > limit:
                process.kill()
            code = process.wait()
        finally:
            timer.cancel()
    if late.is_set():
        raise TimeoutError
    return code, raw


def _read_regular(path: Path, span: Callable[[int], tuple[int, int]]) -> bytes:
    """The bytes that `span` chooses from the size: a place and a length. Looked at before it is opened, and after."""
    _require_regular(path.stat())
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(descriptor)
        _require_regular(status)
        start, limit = span(status.st_size)
        os.lseek(descriptor, start, os.SEEK_SET)
        return b"".join(_chunks(descriptor, limit))
    finally:
        os.close(descriptor)


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError("not a regular file")


def _chunks(descriptor: int, limit: int) -> Iterator[bytes]:
    while limit > 0 and (chunk := os.read(descriptor, min(limit, 1 << 16))):
        limit -= len(chunk)
        yield chunk
