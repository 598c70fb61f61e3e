"""The documents a workstation and its server exchange (`hygie.fleet/1`), and how they are packed.

All are JSON; only a `Batch` is compressed (gzip). Times are RFC 3339 with offset. Everything read here is bounded and
raises MessageUnreadable or MessageTooLarge; unknown fields are ignored, so that a newer Hygie is still understood.
"""

import gzip
import re
import unicodedata
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Raw

from hygie.fleetlink.errors import MessageTooLarge, MessageUnreadable

SCHEMA: Final = "hygie.fleet/1"
HELLO_PATH: Final = "/poste/bonjour"
JOIN_PATH: Final = "/poste/inscription"
BATCH_PATH: Final = "/poste/envoi"

MOST_MESSAGES: Final = 500
LARGEST_PACKED: Final = 256 * 1024  # bytes of a request
LARGEST_UNPACKED: Final = 4_000_000
LARGEST_BODY: Final = 1_000_000  # bytes of one message's JSON
LARGEST_FORM: Final = 4_096  # bytes of an enrolment request
LARGEST_ANSWER: Final = 512 * 1024
LONGEST_NAME: Final = 60
MOST_COUNTED: Final = 100_000_000  # messages: ten such counts still fit the server's column
FARTHEST_OFFSET: Final = 100 * 366 * 86_400  # seconds: a dead battery says 1970, never worse than a century

Moment = Annotated[datetime, Meta(tz=True)]
# « $ » also matches before a final line feed: the length keeps it out.
Nonce = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Mac = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Salt = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$", max_length=32)]
Fingerprint = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$", max_length=64)]
PublicKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=$", max_length=44)]
Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Reason = Annotated[str, Meta(max_length=300)]
Offset = Annotated[int, Meta(ge=-FARTHEST_OFFSET, le=FARTHEST_OFFSET)]
Count = Annotated[int, Meta(ge=0, le=MOST_COUNTED)]
System = Literal["linux", "windows", "macos"]
Kind = Literal["checkup", "event", "heartbeat"]
Document = TypeVar("Document", bound=msgspec.Struct)


class _Document(msgspec.Struct, frozen=True, tag_field="schema", tag=SCHEMA):
    """Every document of the wire; its `schema` is written first, and refused when it is another one."""


class EnrolHello(_Document, frozen=True, tag=SCHEMA):
    """Workstation → server, first: a nonce. It tells nothing of the code."""

    nonce: Nonce


class EnrolOffer(_Document, frozen=True, tag=SCHEMA):
    """Server → workstation: its own nonce, the salt of the code, and the proof that it knows the code."""

    server_nonce: Nonce
    salt: Salt
    proof: Mac


class EnrolRequest(_Document, frozen=True, tag=SCHEMA):
    """Workstation → server: its public key (base64, Ed25519) and the name shown, with its own proof."""

    nonce: Nonce
    server_nonce: Nonce
    public_key: PublicKey
    name: Name
    system: System
    proof: Mac


class EnrolAnswer(_Document, frozen=True, tag=SCHEMA):
    """Server → workstation: the identifier to sign with, and the practice's name to show."""

    device: UUID
    practice: Annotated[str, Meta(max_length=200)]


class Message(msgspec.Struct, frozen=True):
    """One message; `id` is a UUID version 7, `occurred_at` is what the workstation's clock said, `body` a JSON object.

    checkup: `hygie.checkup/1` · event: `EventBody` · heartbeat: `Heartbeat`.
    """

    id: UUID
    kind: Kind
    occurred_at: Moment
    body: Raw


class Batch(_Document, frozen=True, tag=SCHEMA):
    """Workstation → server. `clock_offset`: the workstation's hour minus the server's, in seconds, as last measured.

    `sent_at` and `occurred_at` are not corrected: the server subtracts `clock_offset` where it needs the true hour.
    """

    device: UUID
    sent_at: Moment
    messages: Annotated[tuple[Message, ...], Meta(max_length=MOST_MESSAGES)]
    clock_offset: Offset = 0


class Refused(msgspec.Struct, frozen=True):
    """One message that the server will never store, and why, in French."""

    id: UUID
    reason: Reason


class BatchAnswer(_Document, frozen=True, tag=SCHEMA):
    """Server → workstation: what is stored for good (again or for the first time) and what never will be.

    `next_fingerprint` announces the certificate that will replace this one; it is believed because it comes over it.
    """

    stored: Annotated[tuple[UUID, ...], Meta(max_length=MOST_MESSAGES)]
    server_time: Moment
    refused: Annotated[tuple[Refused, ...], Meta(max_length=MOST_MESSAGES)] = ()
    next_fingerprint: Fingerprint = ""


class Refusal(_Document, frozen=True, tag=SCHEMA):
    """Server → workstation, with any status of 400 and more: the error's code and its French sentence."""

    code: Annotated[str, Meta(max_length=40)]
    message: Reason
    server_time: Moment | None = None


class EventBody(msgspec.Struct, frozen=True):
    """Something that happened on the workstation; `summary` is French and names no patient and no file."""

    kind: Annotated[str, Meta(pattern=r"^[a-z]+(\.[a-z_]+)+$", max_length=60)]
    severity: Annotated[int, Meta(ge=1, le=5)]
    summary: Annotated[str, Meta(max_length=500)]
    data: Annotated[dict[str, int | str | bool], Meta(max_length=20)] = {}


class Heartbeat(msgspec.Struct, frozen=True):
    """The workstation's own health: what waits, what was given up (by kind), how far its clock is (seconds)."""

    version: Annotated[str, Meta(max_length=40)]
    system: System
    clock_offset: Offset
    pending: Count
    dropped: Annotated[dict[str, Count], Meta(max_length=10)] = {}


def encode(document: msgspec.Struct) -> bytes:
    """The document as compact JSON."""
    return msgspec.json.encode(document)


def decode(kind: type[Document], raw: bytes, limit: int = LARGEST_FORM) -> Document:
    """The document of that kind in at most `limit` bytes of JSON."""
    if len(raw) > limit:
        raise MessageTooLarge
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError, ValueError) as error:
        raise MessageUnreadable from error


def read_batch(packed: bytes) -> Batch:
    """The batch in the body of a request: gzip of JSON, each message a JSON object with an identifier of version 7."""
    batch = decode(Batch, unpack(packed), LARGEST_UNPACKED)
    for message in batch.messages:
        _check(message)
    return batch


def write_batch(batch: Batch) -> bytes:
    """The body of a request. MessageTooLarge when the other side would refuse it: send fewer messages at a time."""
    raw = encode(batch)
    packed = gzip.compress(raw, mtime=0)
    if len(raw) > LARGEST_UNPACKED or len(packed) > LARGEST_PACKED or len(batch.messages) > MOST_MESSAGES:
        raise MessageTooLarge
    return packed


def unpack(packed: bytes) -> bytes:
    """What one gzip member holds: nothing cut, nothing after it, and never more than LARGEST_UNPACKED bytes."""
    if len(packed) > LARGEST_PACKED:
        raise MessageTooLarge
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        content = reader.decompress(packed, LARGEST_UNPACKED + 1)
    except zlib.error as error:
        raise MessageUnreadable from error
    if len(content) > LARGEST_UNPACKED:
        raise MessageTooLarge
    if not reader.eof or reader.unused_data:
        raise MessageUnreadable
    return content


def body_of(value: msgspec.Struct | bytes | str) -> Raw:
    """A message's body, from a document or from JSON text, without its indentation.

    MessageTooLarge beyond LARGEST_BODY, or when it would not fit alone in a request.
    """
    raw = encode(value) if isinstance(value, msgspec.Struct) else _compact(value)
    if len(raw) > LARGEST_BODY or len(gzip.compress(raw, mtime=0)) > LARGEST_PACKED - LARGEST_FORM:
        raise MessageTooLarge
    _check_object(raw)
    return Raw(raw)


def clean_name(text: str) -> str:
    """A name as it may be shown: one line, no invisible or reordering character, at most LONGEST_NAME characters."""
    printable = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: LONGEST_NAME * 10])
    return re.sub(" +", " ", unicodedata.normalize("NFC", printable)).strip()[:LONGEST_NAME].strip()


def ids(messages: Sequence[Message]) -> tuple[UUID, ...]:
    """Their identifiers, in order."""
    return tuple(message.id for message in messages)


def _check(message: Message) -> None:
    if message.id.version != 7:  # noqa: PLR2004 - the version's number
        raise MessageUnreadable
    raw = bytes(message.body)
    if len(raw) > LARGEST_BODY:
        raise MessageTooLarge
    _check_object(raw)


def _check_object(raw: bytes) -> None:
    """`Raw` keeps bytes without reading them all: what is stored must be real JSON, in real UTF-8."""
    try:
        decoded: Any = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise MessageUnreadable from error
    if not isinstance(decoded, dict):
        raise MessageUnreadable


def _compact(text: bytes | str) -> bytes:
    try:
        return bytes(msgspec.json.format(text if isinstance(text, bytes) else text.encode(), indent=-1))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MessageUnreadable from error
