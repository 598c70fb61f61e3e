"""Where the server listens: understanding HOST:PORT, and refusing the network without encryption."""

import ipaddress
import re
from dataclasses import dataclass

from hygie.web.server.errors import AddressNotUnderstood, Exposed, HostRefused

DEFAULT = "127.0.0.1:8642"
_MAX_PORT = 65_535
_LONGEST = 300
_LONGEST_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it. A name other than localhost may lead anywhere."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_listen(text: str) -> Listen:
    """`HOST:PORT`, with an IPv6 address in brackets. AddressNotUnderstood says what is wrong, in French."""
    host, separator, port = text.strip().rpartition(":") if len(text) <= _LONGEST else ("", "", "")
    if not separator or not host:
        raise AddressNotUnderstood("il faut une adresse, deux-points et un port")
    if not (port.isascii() and port.isdigit() and len(port) <= len(str(_MAX_PORT)) and int(port) <= _MAX_PORT):
        raise AddressNotUnderstood("le port est un nombre de 0 à 65535")
    return Listen(_host(host), int(port))


def _host(text: str) -> str:
    if text.startswith("[") and text.endswith("]"):
        return _literal(text[1:-1], version=6)
    if ":" in text:
        raise AddressNotUnderstood("une adresse IPv6 s’écrit entre crochets, comme [::1]:8642")
    if re.fullmatch(r"[0-9.]+", text):
        return _literal(text, version=4)
    try:
        return host_name(text)
    except HostRefused as error:
        raise AddressNotUnderstood("le nom ne convient pas") from error


def _literal(text: str, version: int) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise AddressNotUnderstood("ce n’est pas une adresse IP") from error
    if address.version != version or getattr(address, "scope_id", None):
        raise AddressNotUnderstood("ce n’est pas une adresse IP de ce format")
    return str(address)


def host_name(text: str) -> str:
    """The name in small letters, when it is a plain host name (letters, digits, hyphens, dots). HostRefused else."""
    name = text.strip().removesuffix(".").lower()
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise HostRefused
    return name


def refuse_exposure(listen: Listen, *, encrypted: bool) -> None:
    """Exposed when the network could read what is typed."""
    if not encrypted and not listen.loopback:
        raise Exposed
