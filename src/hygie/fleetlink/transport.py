"""One HTTP request to the practice's server: pinned certificate, one deadline for everything, answer bounded.

No redirect is followed, no proxy asked, no compressed answer read. The certificate is compared before a byte is sent.
"""

import contextlib
import hashlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hygie.fleetlink.errors import ServerUnproven, ServerUnreachable
from hygie.fleetlink.link import Address
from hygie.fleetlink.messages import LARGEST_ANSWER
from hygie.fleetlink.signing import Request

CONNECT_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 60.0
_PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to connect, and for one request from its first to its last byte."""

    connect: float = CONNECT_SECONDS
    whole: float = WHOLE_SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered; `fingerprint` is of the certificate it came over (empty over http on loopback)."""

    status: int
    body: bytes
    retry_after: str
    fingerprint: str


def post(
    address: Address, request: Request, headers: Mapping[str, str], trusted: Collection[str] | None, patience: Patience
) -> Answer:
    """Send `request` and read the answer.

    `trusted` are the fingerprints allowed; None, during enrolment only, takes any and tells which it was.
    ServerUnproven when the certificate is another one (nothing was sent); ServerUnreachable for every other failure.
    """
    try:
        with _deadline(patience) as guard, contextlib.closing(_connect(address, patience, guard)) as connection:
            seen = _fingerprint(connection, address)
            if trusted is not None and seen not in trusted:
                raise ServerUnproven(
                    "Le certificat du serveur n’est pas celui du cabinet ; rien ne lui a été envoyé.",
                    "Si le serveur a été réinstallé : hygie poste quitter, puis un nouveau code ; "
                    "sinon, appelez votre informatique avant d’insister.",
                )
            answer = _exchange(connection, request, headers, seen)
            # Cut in the middle of its headers, an answer looks whole.
            if guard.fired:
                raise TimeoutError
            return answer
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServerUnreachable from error


class _Guard:
    """Cuts the connection at the deadline, wherever it is stuck: a server may send one byte every nine seconds."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.fired = False

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected
        if time.monotonic() >= self._ends:
            self._cut()

    def _cut(self) -> None:
        self.fired = True
        if self._socket is not None:
            # The plain socket's own method: SSLSocket's would pull the TLS object from under the reading thread.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


@contextlib.contextmanager
def _deadline(patience: Patience) -> Iterator[_Guard]:
    guard = _Guard(patience.whole)
    guard.start()
    try:
        yield guard
    finally:
        guard.stop()


def _connect(address: Address, patience: Patience, guard: _Guard) -> http.client.HTTPConnection:
    """A connection whose socket is open and, over https, encrypted; its certificate is not judged yet."""
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.sock = socket.create_connection((address.host, address.port), patience.connect)
    try:
        guard.watch(connection.sock)
        if address.secure:
            _encrypt(connection, address.host, guard)
        connection.sock.settimeout(patience.whole)
    except BaseException:
        connection.close()
        raise
    return connection


def _encrypt(connection: http.client.HTTPConnection, host: str, guard: _Guard) -> None:
    """The handshake comes after `watch`: wrapping takes the plain socket's place, and a handshake may be slow."""
    encrypted = _context().wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
    connection.sock = encrypted
    guard.watch(encrypted)
    encrypted.do_handshake()


def _context() -> ssl.SSLContext:
    """No authority is asked: the certificate must be the very one that enrolment proved, whatever its dates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _fingerprint(connection: http.client.HTTPConnection, address: Address) -> str:
    if not address.secure:
        return ""
    assert isinstance(connection.sock, ssl.SSLSocket)  # noqa: S101 - for the type checker: _connect made it
    return hashlib.sha256(connection.sock.getpeercert(binary_form=True) or b"").hexdigest()


def _exchange(
    connection: http.client.HTTPConnection, request: Request, headers: Mapping[str, str], seen: str
) -> Answer:
    connection.request(request.method, request.path, request.body, {**headers, "Connection": "close"})
    response = connection.getresponse()
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise http.client.HTTPException
    body = b"".join(_pieces(response))
    return Answer(response.status, body, response.getheader("Retry-After", "") or "", seen)


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    total = 0
    while piece := response.read1(_PIECE):
        total += len(piece)
        if total > LARGEST_ANSWER:
            raise http.client.HTTPException
        yield piece
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
