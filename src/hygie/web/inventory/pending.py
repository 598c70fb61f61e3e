"""A file waiting for its confirmation: sealed beside the database, for an hour, known to one session only."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from hygie.web.crypto.keys import write_private
from hygie.web.crypto.seal import seal, unseal

SESSION = "inventory-import"
SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that was read and not yet confirmed; `key` is its own."""

    key: UUID
    table: str
    name: str
    content: bytes


def keep(request: Any, table: str, name: str, content: bytes) -> None:
    """Keep a file for this session; the one it kept before goes, with those whose hour is over."""
    forget(request)
    _sweep(time.time())
    key = uuid4()
    _folder().mkdir(mode=0o700, exist_ok=True)
    write_private(_path(key), seal(settings.HYGIE_KEYS.ring, content, f"import:{key}"))
    request.session[SESSION] = {
        "key": str(key),
        "table": table,
        "name": name[:80],
        "practice": str(request.practice.pk),
    }


def kept(request: Any) -> Waiting | None:
    """The waiting file; None when there is none any more."""
    noted = request.session.get(SESSION)
    if not noted or noted["practice"] != str(request.practice.pk):
        return None
    path = _path(UUID(noted["key"]))
    try:
        if path.stat().st_mtime < time.time() - SECONDS:
            return None
        content = unseal(settings.HYGIE_KEYS.ring, path.read_text("ascii"), f"import:{noted['key']}")
    except FileNotFoundError:
        return None
    return Waiting(UUID(noted["key"]), noted["table"], noted["name"], content)


def forget(request: Any) -> None:
    """Throw the waiting file away."""
    noted = request.session.pop(SESSION, None)
    if noted:
        _path(UUID(noted["key"])).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.HYGIE_FOLDER) / "imports"


def _path(key: UUID) -> Path:
    return _folder() / f"{key}.sealed"


def _sweep(now: float) -> None:
    for path in _folder().glob("*.sealed"):
        if path.stat().st_mtime < now - SECONDS:
            path.unlink(missing_ok=True)
