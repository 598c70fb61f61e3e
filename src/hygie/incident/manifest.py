"""The list of fingerprints that goes with papers and evidence, and its signature: checked without Hygie.

The list is what `sha256sum -c` reads (binary mode, names escaped as coreutils does). The signature is raw Ed25519:
`openssl pkeyutl -verify -pubin -inkey cle-publique.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sig`.
"""

import re
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from hygie.core.errors import UnreadableInput

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_ENTRIES: Final = 100_000
_LINE: Final = re.compile(r"(\\?)([0-9a-f]{64}) \*([^\n\r\0]+)")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_PLAIN: Final = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPE: Final = re.compile(r"\\.?", re.DOTALL)


class ManifestUnreadable(UnreadableInput):
    """The list of fingerprints is not one, or was altered."""

    code = "manifest_unreadable"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "La liste des empreintes est illisible, ou elle a été modifiée.",
            "Demandez de nouveau le dossier à la personne qui vous l'a remis.",
        )


def manifest(entries: Mapping[str, str]) -> str:
    """The list, ordered by name: relative name → SHA-256 (64 hex digits). ValueError for what it cannot hold."""
    if len(entries) > MOST_ENTRIES:
        raise ValueError("trop de fichiers pour une seule liste")
    return "".join(_line(name, entries[name]) for name in sorted(entries))


def _line(name: str, digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError("une empreinte SHA-256 a 64 chiffres hexadécimaux")
    if not _inside(name):
        raise ValueError("un nom de fichier doit rester dans le dossier de la liste")
    escaped = re.sub(r"[\\\n\r]", lambda found: _ESCAPES[found[0]], name)
    mark = "\\" if escaped != name else ""
    return f"{mark}{digest} *{escaped}\n"


def _inside(name: str) -> bool:
    """Whether the name stays in the folder, and is one that a shell command can be given."""
    parts = name.split("/")
    return bool(name) and "\0" not in name and not name.startswith(("/", "-")) and not {"", ".", ".."} & set(parts)


def parse(text: str) -> dict[str, str]:
    """Name → SHA-256 of a list. ManifestUnreadable unless it is one that `manifest` writes, to the letter."""
    if len(text) > MOST_BYTES or text.count("\n") > MOST_ENTRIES:
        raise ManifestUnreadable
    found: dict[str, str] = {}
    for line in text.split("\n")[:-1]:
        matched = _LINE.fullmatch(line)
        if matched is None:
            raise ManifestUnreadable
        mark, digest, name = matched.groups()
        found[_unescaped(name) if mark else name] = digest
    _check_same(found, text)
    return found


def _unescaped(name: str) -> str:
    try:
        return _ESCAPE.sub(lambda found: _PLAIN[found[0]], name)
    except KeyError:
        raise ManifestUnreadable from None


def _check_same(found: Mapping[str, str], text: str) -> None:
    """Refuse a list that says the same thing otherwise: twice, in another order, or with no end of line."""
    try:
        same = manifest(found) == text
    except ValueError:
        same = False
    if not same:
        raise ManifestUnreadable


def sign(private_key: Ed25519PrivateKey, data: bytes) -> bytes:
    """The 64 bytes of the signature of the list."""
    return private_key.sign(data)


def public_pem(private_key: Ed25519PrivateKey) -> bytes:
    """The public half, as OpenSSL reads it."""
    return private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def verify(public_key_pem: bytes, data: bytes, signature: bytes) -> bool:
    """Whether this key signed exactly these bytes; a key or a signature that is not one verifies nothing."""
    try:
        key = load_pem_public_key(public_key_pem)
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
