"""The workstation's key (Ed25519) and the signature of its requests: method, path, body, hour and device.

A request holds for ten minutes on each side of the server's hour. Sent again within them it changes nothing, since
every message has its own identifier. A clock that is off is told apart from a bad signature, and measured.
"""

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hygie.fleetlink.errors import ClockOff, LinkUnreadable, OutboxUnwritable, SignatureRefused
from hygie.fleetlink.messages import FARTHEST_OFFSET

DEVICE_HEADER: Final = "Hygie-Device"
TIME_HEADER: Final = "Hygie-Timestamp"
SIGNATURE_HEADER: Final = "Hygie-Signature"
TOLERANCE: Final = timedelta(minutes=10)
KEY_FILE: Final = "poste.key"
_SEED: Final = 32
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9+/]{86}==")
_TIME: Final = re.compile(r"-?[0-9]{1,12}")


def create_key(folder: Path) -> Ed25519PrivateKey:
    """The device's key: made at the first call (file of mode 0600, never overwritten), read afterwards.

    An interrupted enrolment finds it again, and so is recognised. Raises LinkUnreadable or OutboxUnwritable.
    """
    path = folder / KEY_FILE
    key = Ed25519PrivateKey.generate()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(path, base64.b64encode(key.private_bytes_raw()) + b"\n")
    except FileExistsError:
        return read_key(folder)
    except OSError as error:
        raise OutboxUnwritable from error
    return key


def read_key(folder: Path) -> Ed25519PrivateKey:
    """The key in the practice's folder; LinkUnreadable when it is missing or damaged."""
    try:
        with (folder / KEY_FILE).open("rb") as file:
            seed = base64.b64decode(file.read(200).strip(), validate=True)
    except (OSError, ValueError) as error:
        raise LinkUnreadable from error
    if len(seed) != _SEED:
        raise LinkUnreadable
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half, as the server keeps it: 44 characters of base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


@dataclass(frozen=True, slots=True)
class Request:
    """What a signature covers of an HTTP request: its method, its path (with its query, if any) and its whole body."""

    method: str
    path: str
    body: bytes


def sign_request(key: Ed25519PrivateKey, request: Request, timestamp: datetime, device: UUID) -> dict[str, str]:
    """The three headers of a signed request; `timestamp` is the server's hour as the workstation reckons it."""
    seconds = str(int(timestamp.timestamp()))
    return {
        DEVICE_HEADER: str(device),
        TIME_HEADER: seconds,
        SIGNATURE_HEADER: base64.b64encode(key.sign(_told(request, seconds, device))).decode(),
    }


def signing_device(headers: Mapping[str, str]) -> UUID:
    """The device that a request says it comes from, to look its public key up; SignatureRefused when it says none."""
    try:
        return UUID(headers.get(DEVICE_HEADER, "")[:36])
    except ValueError as error:
        raise SignatureRefused from error


def verify_request(public_key: str, request: Request, headers: Mapping[str, str], now: datetime) -> int:
    """Seconds between the request's hour and `now`, when it is well signed and within TOLERANCE.

    SignatureRefused when it is not signed by `public_key` (base64); ClockOff when only its hour does not fit.
    """
    seconds, signature = headers.get(TIME_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
    if not _TIME.fullmatch(seconds) or not _SIGNATURE.fullmatch(signature):
        raise SignatureRefused
    told = _told(request, seconds, signing_device(headers))
    try:
        _public(public_key).verify(base64.b64decode(signature), told)
    except InvalidSignature as error:
        raise SignatureRefused from error
    offset = int(seconds) - int(now.timestamp())
    if abs(offset) > TOLERANCE.total_seconds():
        raise ClockOff(max(-FARTHEST_OFFSET, min(FARTHEST_OFFSET, offset)))
    return offset


def corrected(local: datetime, offset: int) -> datetime:
    """The server's hour, from the workstation's and its measured offset; never out of what a date can say."""
    seconds = min(max(local.timestamp() - offset, 0), 32_503_680_000)  # 1970 to 3000
    return datetime.fromtimestamp(seconds, UTC)


def _public(text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise SignatureRefused from error


def _told(request: Request, seconds: str, device: UUID) -> bytes:
    digest = hashlib.sha256(request.body).hexdigest()
    parts = (request.method.upper(), request.path, digest, seconds, str(device))
    return b"hygie.fleet/1 request\n" + b"".join(b"%d:%b," % (len(raw), raw) for raw in map(str.encode, parts))


def _write_new(path: Path, content: bytes) -> None:
    """Written whole or not at all: half a key would lock the computer out of the practice."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
