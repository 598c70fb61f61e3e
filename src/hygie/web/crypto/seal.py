"""Sealing of small values and files: AES-256-GCM under a ring of keys, the key's number written in the sealed text.

Pure: keys come as arguments. The context (table and column) is authenticated, so a value cannot be moved elsewhere.
"""

import base64
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hygie.web.errors import SealBroken

PREFIX = "h1"
NONCE = 12
KEY_BYTES = 32


def seal(ring: Mapping[int, bytes], value: bytes, context: str) -> str:
    """`h1.<key number>.<base64url of nonce and ciphertext>`, under the newest key of the ring."""
    number = max(ring)
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(ring[number]).encrypt(nonce, value, _bound(PREFIX, context))
    return f"{PREFIX}.{number}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(ring: Mapping[int, bytes], text: str, context: str) -> bytes:
    """The value sealed in `text`. SealBroken when it was altered, moved, or sealed with a key that is gone."""
    try:
        prefix, number, body = text.split(".", 2)
        raw = _decoded(body)
        key = ring[int(number)]
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], _bound(prefix, context))
    except (ValueError, KeyError, InvalidTag) as error:
        raise SealBroken from error


def _decoded(body: str) -> bytes:
    """The bytes, when they are written as `seal` writes them: another spelling of the same bytes is an altered one."""
    raw = base64.urlsafe_b64decode(body)
    if base64.urlsafe_b64encode(raw).decode() != body:
        raise ValueError
    return raw


def _bound(prefix: str, context: str) -> bytes:
    """What is authenticated beside the value: the form of the seal, and where the value belongs."""
    return f"{prefix}\n{context}".encode()
