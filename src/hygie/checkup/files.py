"""Opens the small files people give: bounded, never a device, one French sentence when it cannot."""

import os
import stat
from pathlib import Path

from hygie.core.errors import UnreadableInput

MAX_BYTES = 8 * 1024 * 1024


def read_small_text(path: Path, error: type[UnreadableInput], what: str) -> str:
    """The UTF-8 text of a regular file of at most 8 megabytes; otherwise `error`, whose sentence begins with `what`."""
    try:
        raw = _first_bytes(path)
    except OSError as reason:
        raise error(f"{what} ne s'ouvre pas.", "Vérifiez son nom et ses droits, puis relancez.") from reason
    if raw is None:
        raise error(f"{what} n'est pas un fichier ordinaire.", "Donnez le nom d'un fichier, pas d'un dossier.")
    if len(raw) > MAX_BYTES:
        raise error(f"{what} dépasse huit mégaoctets.", "Vérifiez que c'est le bon fichier.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = raw[: reason.start].count(b"\n") + 1
        next_step = "Enregistrez-le en UTF-8, puis relancez."
        raise error(f"{what} n'est pas en UTF-8, à la ligne {line}.", next_step) from reason


def _first_bytes(path: Path) -> bytes | None:
    """One byte more than the limit, or None for what is not a regular file: a folder, a pipe, a device."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
