"""One server for one data folder: a lock that the system frees by itself, even after a power cut or a kill."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hygie.web.server.errors import AlreadyRunning

FILE = "servir.lock"


@contextmanager
def single_instance(folder: Path) -> Iterator[None]:
    """Hold the folder while the block runs. AlreadyRunning at once when another process holds it.

    The file stays after use: removing it would let two processes lock two files of the same name.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise AlreadyRunning from error

else:

    def _lock(handle: int) -> None:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning from error
