"""One connection and its requests, on top of cheroot: strict headers, a whole body before the application runs.

Each connection knows what it is doing and until when it may, so that the watch of `server` can cut those that dawdle.
"""

import re
import socket
import ssl
import tempfile
import time
from contextlib import suppress
from enum import Enum
from typing import Any, Final

from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest

from hygie.web.server.tls import shake_hands

HEADER_SECONDS: Final = 15.0
SLOWEST: Final = 32_000  # bytes a second: the slowest upload that is still one
WRITING_SECONDS: Final = 600.0
_GOODBYE_SECONDS: Final = 10.0
_LONGEST_GOODBYE: Final = 80_000_000
_IN_MEMORY: Final = 1_000_000
_LARGE_IN_MEMORY: Final = 11_000_000  # a list of patients never touches the disk; four large bodies at once at most
_BLOCK: Final = 65_536
_DIGITS: Final = re.compile(rb"[0-9]{1,15}")
_ONCE: Final = (b"Content-Length", b"Host", b"Transfer-Encoding")
_WORDS: Final = {
    "400": "La demande n’a pas été comprise.",
    "408": "La demande n’est pas arrivée à temps. Recommencez.",
    "411": "La demande ne dit pas sa longueur.",
    "413": "L’envoi est trop gros. Rien n’a été gardé.",
    "414": "L’adresse est trop longue.",
    "503": "Trop d’envois à la fois. Recommencez dans une minute.",
    "507": "Il n’y a plus de place sur le disque d’Hygie. Rien n’a été gardé.",
}
_OTHERWISE: Final = "Hygie n’a pas pu répondre. Recommencez."


class Phase(Enum):
    """What a connection is doing: only `READING` and `WRITING` depend on the client's good will."""

    WAITING = "waiting"
    READING = "reading"
    RUNNING = "running"
    WRITING = "writing"
    LEAVING = "leaving"


class StrictHeaders(HeaderReader):
    """Refuses what two programs could read in two ways: a length that is no number, given twice, or doubled.

    A name with an underscore is dropped: WSGI would take it for the one with a hyphen.
    """

    def __call__(self, rfile: Any, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:
        """The headers. ValueError becomes « 400 »."""
        read: dict[bytes, bytes] = super().__call__(_Unfolded(rfile), _Once() if hdict is None else _Once(hdict))
        length = read.get(b"Content-Length")
        if length is not None and (not _DIGITS.fullmatch(length) or b"Transfer-Encoding" in read):
            raise ValueError(b"Content-Length")
        if hdict is not None:
            hdict.update(read)
        return read

    def _allow_header(self, key_name: bytes) -> bool:
        return b"_" not in key_name


class _Unfolded:
    """Lines of headers, none of which may continue the one before (RFC 9112, 5.2)."""

    def __init__(self, rfile: Any) -> None:
        self._rfile = rfile

    def readline(self) -> bytes:
        line: bytes = self._rfile.readline()
        if line[:1] in (b" ", b"\t"):
            raise ValueError(b"obs-fold")
        return line


class _Once(dict[bytes, bytes]):
    """Headers, of which some may come only once."""

    def __setitem__(self, key: bytes, value: bytes) -> None:
        if key in _ONCE and key in self:
            raise ValueError(key)
        super().__setitem__(key, value)


class Request(HTTPRequest):
    """A request that reaches the application only when it is whole."""

    header_reader = StrictHeaders()

    def read_request_line(self) -> bool:
        """As cheroot reads it; an address that is none is the client's fault, not ours."""
        try:
            return bool(super().read_request_line())  # type: ignore[no-untyped-call]
        except ValueError:
            self.simple_response("400 Bad Request")
            return False

    def respond(self) -> None:
        """Take in the body, bounded in size and in time, then run the application."""
        length = int(self.inheaders.get(b"Content-Length", 0))
        if self.chunked_read:
            self.simple_response("411 Length Required")
        elif length <= _IN_MEMORY:
            self._respond_with(length)
        elif not self.server.large_bodies.acquire(blocking=False):
            self.simple_response("503 Service Unavailable")
        else:
            try:
                self._respond_with(length)
            finally:
                self.server.large_bodies.release()

    def _respond_with(self, length: int) -> None:
        with tempfile.SpooledTemporaryFile(max_size=_LARGE_IN_MEMORY, dir=self.server.spool) as body:
            if not self._take_in(body, length):
                self.close_connection = True
                return
            body.seek(0)
            self.rfile = body
            self.conn.enter(Phase.RUNNING, None)
            self.server.gateway(self).respond()
            self.ensure_headers_sent()
            if self.chunked_write:
                self.conn.wfile.write(b"0\r\n\r\n")

    def _take_in(self, body: Any, length: int) -> bool:
        """Whether the whole body came. Not when the client left, nor when the disk is full (it is told)."""
        self.conn.enter(Phase.READING, HEADER_SECONDS + length / SLOWEST)
        while length > 0:
            block = self.conn.rfile.read1(min(length, _BLOCK))
            if not block:
                return False
            try:
                body.write(block)
            except OSError:
                self.simple_response("507 Insufficient Storage")
                return False
            length -= len(block)
        return True

    def send_headers(self) -> None:
        """From here on it depends on the client again."""
        self.conn.enter(Phase.WRITING, WRITING_SECONDS)
        super().send_headers()

    def write(self, chunk: bytes) -> None:
        """Write in blocks: cheroot copies what remains at each send, so a large answer would cost its square."""
        for start in range(0, len(chunk), _BLOCK):
            super().write(chunk[start : start + _BLOCK])

    def simple_response(self, status: str, msg: str = "") -> None:
        """A refusal in French, after which the connection ends. cheroot's own words (`msg`) are not shown."""
        del msg
        self.sent_headers = self.close_connection = self.conn.says_goodbye = True
        body = _WORDS.get(str(status)[:3], _OTHERWISE).encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
            "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        )
        with suppress(OSError):
            self.conn.wfile.write(head.encode("ascii") + body)


class Connection(HTTPConnection):
    """A connection that knows what it is doing, and until when it may."""

    RequestHandlerClass = Request
    says_goodbye = False
    encrypted = False

    def __init__(self, server: Any, sock: Any, makefile: Any) -> None:
        """As cheroot makes it; it starts waiting."""
        super().__init__(server, sock, makefile)
        self.enter(Phase.WAITING, None)

    def enter(self, phase: Phase, seconds: float | None) -> None:
        """Begin a phase that may last `seconds`; None sets no end."""
        self.phase, self.since = phase, time.monotonic()
        self.until = float("inf") if seconds is None else self.since + seconds

    def communicate(self) -> bool:
        """Serve one request. Whether the connection stays open."""
        self.enter(Phase.READING, HEADER_SECONDS)
        if isinstance(self.socket, ssl.SSLSocket) and not self.encrypted:
            self.encrypted = shake_hands(self.socket, self.server.address)
            if not self.encrypted:
                return False
        stays = bool(super().communicate())  # type: ignore[no-untyped-call]
        if stays:
            self.enter(Phase.WAITING, None)
        return stays

    def cut(self) -> None:
        """End it from another thread: who reads or writes finds it closed, and closes it in order."""
        self.enter(Phase.LEAVING, None)
        with suppress(OSError):
            # Not the method of SSLSocket: it would take the TLS object away from under the reader.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it; after a refusal, listen a little first, or the client would never read why."""
        if self.says_goodbye:
            self._hear_out()
        super().close()
        self.server.opened.discard(self)

    def _hear_out(self) -> None:
        self.enter(Phase.READING, _GOODBYE_SECONDS)
        heard = 0
        with suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
            while heard < _LONGEST_GOODBYE and (block := socket.socket.recv(self.socket, _BLOCK)):
                heard += len(block)
