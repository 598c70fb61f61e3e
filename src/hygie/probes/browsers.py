"""Do browsers keep passwords? Counted without reading any: Chromium's table is only asked whether it has a row.

The files have the same form on every system (Chromium's `Login Data`, Firefox's `logins.json`).
"""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

MAX_JSON = 1024 * 1024
MAX_PROFILES = 64
_QUESTION = "SELECT EXISTS(SELECT 1 FROM logins WHERE blacklisted_by_user = 0)"


def profiles_with_passwords(chromium: Iterable[Path], firefox: Iterable[Path]) -> int:
    """How many profiles keep at least one password, among the folders given (one per browser)."""
    login_data = [path for folder in chromium for path in list(folder.glob("*/Login Data"))[:MAX_PROFILES]]
    logins = [path for folder in firefox for path in list(folder.glob("*/logins.json"))[:MAX_PROFILES]]
    return sum(map(_chromium_keeps, login_data)) + sum(map(_firefox_keeps, logins))


def _chromium_keeps(path: Path) -> bool:
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, timeout=0.2)
    except sqlite3.Error:
        return False
    try:
        return bool(connection.execute(_QUESTION).fetchone()[0])
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def _firefox_keeps(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return re.search(rb'"logins"\s*:\s*\[\s*\{', stream.read(MAX_JSON)) is not None
    except OSError:
        return False
