"""Is a private key protected by a passphrase? Told by its header alone (PROTOCOL.key of OpenSSH, RFC 1421, PuTTY)."""

import base64
import binascii

MAX_KEY = 64 * 1024
_OPENSSH = "-----BEGIN OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\x00"


def is_private_key(text: str) -> bool:
    """Whether a file's text is a private key."""
    first = text.lstrip()[:64]
    return ("PRIVATE KEY-----" in first and first.startswith("-----BEGIN")) or first.startswith("PuTTY-User-Key-File-")


def is_unprotected(text: str) -> bool:
    """Whether the key opens without a passphrase."""
    if text.lstrip().startswith("PuTTY-User-Key-File-"):
        return "\nEncryption: none" in text
    if _OPENSSH not in text:
        return "ENCRYPTED" not in text
    body = "".join(text.partition(_OPENSSH)[2].partition("-----END")[0].split())
    try:
        raw = base64.b64decode(body[:64] + "=" * (-len(body[:64]) % 4))
    except (binascii.Error, ValueError):
        return False
    cipher = raw[len(_MAGIC) + 4 :] if raw.startswith(_MAGIC) else b""
    return cipher.startswith(b"none")
