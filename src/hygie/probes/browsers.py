"""Do browsers keep passwords? Counted without reading any: Chromium's table is only asked whether it has a row.

The files have the same form on every system (Chromium's `Login Data`, Firefox's `logins.json`).
"""

import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from hygie.probes.machine import CannotTell

MAX_JSON = 1024 * 1024
MAX_PROFILES = 64
_CHROMIUM_STORES = ("Login Data", "*/Login Data", "*/Login Data For Account")
_FIREFOX_STORES = ("*/logins.json",)
_CLOSED = "Un profil de navigateur ne se lit pas."
_QUESTION = "SELECT EXISTS(SELECT 1 FROM logins WHERE blacklisted_by_user = 0)"


def profiles_with_passwords(chromium: Iterable[Path], firefox: Iterable[Path]) -> int:
    """How many profiles keep at least one password, among the folders given (one per browser).

    CannotTell when a profile does not open: to count it as empty would flatter.
    """
    stores = [(path, _chromium_keeps) for folder in chromium for path in _found(folder, _CHROMIUM_STORES)]
    stores += [(path, _firefox_keeps) for folder in firefox for path in _found(folder, _FIREFOX_STORES)]
    return len({path.parent for path, keeps in stores if keeps(path)})


def _found(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The stores of a browser's profiles, regular files only."""
    try:
        found = [path for pattern in patterns for path in islice(folder.glob(pattern), MAX_PROFILES)]
        return [path for path in found if path.is_file()]
    except OSError as error:
        raise CannotTell(_CLOSED) from error


def _chromium_keeps(path: Path) -> bool:
    try:
        connection = sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1", uri=True, timeout=0.2)
        with closing(connection):
            return bool(connection.execute(_QUESTION).fetchone()[0])
    except (sqlite3.Error, UnicodeError) as error:
        raise CannotTell(_CLOSED) from error


def _firefox_keeps(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return re.search(rb'"logins"\s*:\s*\[\s*\{', stream.read(MAX_JSON)) is not None
    except OSError as error:
        raise CannotTell(_CLOSED) from error
