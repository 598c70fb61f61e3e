"""Where the practice's keys live: the system's key store when there is one, else a file of this account alone.

Keys: one signing secret for Django, and a ring of sealing keys. `where()` tells which place is used, never the keys.
On a service, systemd gives them as a credential (`CREDENTIALS_DIRECTORY/hygie-keys`).
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hygie.web.crypto.seal import KEY_BYTES
from hygie.web.errors import KeysLost

FILE = "keys.json"
SERVICE = "hygie"
CREDENTIAL = "hygie-keys"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of one data folder; `repr` shows nothing."""

    django: str
    ring: Mapping[int, bytes]
    place: str


def load_keys(folder: Path, *, use_store: bool = True) -> Keys:
    """The keys of this folder, made at the first use. KeysLost when they exist and cannot be read."""
    if text := _credential():
        return _decoded(text, "secret du service")
    path = folder / FILE
    if path.exists():
        return _decoded(_read(path), "fichier du dossier de données")
    store = _store() if use_store else None
    if store is not None and (text := store.get_password(SERVICE, _entry(folder))):
        return _decoded(text, "coffre du système")
    return _create(folder, store)


def renewed(keys: Keys) -> Keys:
    """The same ring with one more sealing key: what is written from now on uses it, what was sealed still opens."""
    number = max(keys.ring) + 1
    return Keys(keys.django, {**keys.ring, number: secrets.token_bytes(KEY_BYTES)}, keys.place)


def _create(folder: Path, store: Any) -> Keys:
    """New keys. A database without keys means that they were lost: never replaced in silence."""
    if (folder / "hygie.sqlite3").exists():
        raise KeysLost("le dossier a une base, mais plus de clés")
    keys = Keys(secrets.token_urlsafe(64), {1: secrets.token_bytes(KEY_BYTES)}, "")
    text = _encoded(keys)
    if store is not None:
        store.set_password(SERVICE, _entry(folder), text)
        return _decoded(text, "coffre du système")
    write_private(folder / FILE, text)
    return _decoded(text, "fichier du dossier de données")


def _entry(folder: Path) -> str:
    return str(folder.resolve())


def _credential() -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / CREDENTIAL if folder else None
    return _read(path) if path is not None and path.is_file() else ""


def _store() -> Any:
    """The system's key store through `keyring`, or None where there is none (a server without a desktop)."""
    if os.environ.get("HYGIE_KEYS") == "file":
        return None
    import keyring
    from keyring.backends.fail import Keyring as NoStore

    backend = keyring.get_keyring()
    return None if isinstance(backend, NoStore) or backend.priority <= 0 else backend


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError) as error:
        raise KeysLost("fichier du dossier de données") from error


def _encoded(keys: Keys) -> str:
    return json.dumps({"django": keys.django, "ring": {str(n): key.hex() for n, key in keys.ring.items()}})


def _decoded(text: str, place: str) -> Keys:
    try:
        content = json.loads(text)
        ring = {int(number): bytes.fromhex(key) for number, key in content["ring"].items()}
        django = str(content["django"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysLost(place) from error
    if not ring or any(len(key) != KEY_BYTES for key in ring.values()):
        raise KeysLost(place)
    return Keys(django, ring, place)


def write_private(path: Path, text: str) -> None:
    """Write a small file whole, readable by this account alone, and on the disk before returning."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
