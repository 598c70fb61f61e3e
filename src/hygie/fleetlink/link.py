"""What a workstation remembers of the server it joined: one small file, private, replaced whole.

Also the server's address: https, or plain http to this very computer and nowhere else.
"""

import ipaddress
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from hygie.fleetlink.errors import AddressRefused, LinkUnreadable, NotJoined, OutboxUnwritable
from hygie.fleetlink.messages import Fingerprint, Moment, Name

LINK_FILE: Final = "poste.json"
DEFAULT_PORT: Final = 8642
LARGEST: Final = 16_384
LONGEST_ADDRESS: Final = 300
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens; `secure` is false for plain http, which only loopback may use."""

    host: str
    port: int
    secure: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


class Link(msgspec.Struct, frozen=True):
    """The practice that this computer joined. `fingerprints`: of the certificate in use, then of the one announced."""

    schema: Literal["hygie.poste/1"]
    url: Annotated[str, msgspec.Meta(max_length=LONGEST_ADDRESS)]
    device: UUID
    practice: Annotated[str, msgspec.Meta(max_length=200)]
    name: Name
    fingerprints: Annotated[tuple[Fingerprint, ...], msgspec.Meta(min_length=1, max_length=2)]
    joined_at: Moment
    revoked_at: Moment | None = None


def parse_address(text: str) -> Address:
    """The server at `https://HOST[:PORT]` (`HOST[:PORT]` alone: https and Hygie's port); AddressRefused otherwise."""
    whole = text.strip()
    if len(whole) > LONGEST_ADDRESS or not whole.isascii():
        raise AddressRefused
    bare = "://" not in whole
    try:
        parts = urlsplit(f"https://{whole}" if bare else whole)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressRefused from error
    if (
        parts.scheme not in _PORTS
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise AddressRefused
    if not _is_host(host) or port == 0:
        raise AddressRefused
    return _safe(Address(host, port or (DEFAULT_PORT if bare else _PORTS[parts.scheme]), parts.scheme == "https"))


def read_link(folder: Path) -> Link:
    """The link kept in the practice's folder. NotJoined when there is none, LinkUnreadable when it is damaged."""
    try:
        with (folder / LINK_FILE).open("rb") as file:
            raw = file.read(LARGEST + 1)
        link = msgspec.json.decode(raw, type=Link)
        parse_address(link.url)
    except FileNotFoundError as error:
        raise NotJoined from error
    except (OSError, ValueError, RecursionError, AddressRefused) as error:
        raise LinkUnreadable from error
    return link


def write_link(folder: Path, link: Link) -> None:
    """Replace the link; OutboxUnwritable when it cannot be, and the former one is then untouched."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(folder / LINK_FILE, msgspec.json.format(msgspec.json.encode(link), indent=2))
    except OSError as error:
        raise OutboxUnwritable from error


def follow_certificate(link: Link, seen: str, announced: str) -> Link:
    """The link after an answer over the certificate `seen`: the next one is trusted once announced, the last forgotten.

    An announcement comes over a certificate that is trusted already, so it is believed.
    """
    if seen not in link.fingerprints:
        return link
    known = (seen, announced) if announced and announced != seen else (seen, *link.fingerprints[1:])
    return msgspec.structs.replace(link, fingerprints=tuple(dict.fromkeys(known))[:2])


def revoked(link: Link, now: datetime) -> Link:
    """The link of a computer that the practice removed."""
    return msgspec.structs.replace(link, revoked_at=now)


def _is_host(host: str) -> bool:
    return _is_ip(host) or _HOST.fullmatch(host) is not None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _safe(address: Address) -> Address:
    local = address.host == "localhost" or (_is_ip(address.host) and ipaddress.ip_address(address.host).is_loopback)
    if not address.secure and not local:
        raise AddressRefused(
            "Cette adresse n’est pas chiffrée : ce poste n’enverrait rien en clair sur le réseau.",
            "Sur le serveur, activez l’accès par le réseau, puis recopiez l’adresse qui commence par https://.",
        )
    return address


def _replace(path: Path, content: bytes) -> None:
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".hygie-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)  # noqa: PTH105 - the pair of mkstemp
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
