"""cheroot's server, with patience that has an end: whoever dawdles never keeps the others from being answered.

A connection that says nothing costs no thread; one that says little costs a reading thread, up to a deadline or until
the place is wanted; the application runs in eight places at most, and never waits for the network.
"""

import errno
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cheroot.wsgi import Server as CherootServer

from hygie.web.server.connection import Connection, Phase
from hygie.web.server.errors import AddressTaken
from hygie.web.server.listen import Listen
from hygie.web.server.tls import Encryption, Tls

APPLICATION_PLACES: Final = 8
READERS: Final = 64
MOST_CONNECTIONS: Final = 256
LARGE_BODIES: Final = 4
LARGEST_HEADERS: Final = 32_768
LARGEST_BODY: Final = 55_000_000
SOCKET_SECONDS: Final = 10
KEPT_ALIVE: Final = 64
BACKLOG: Final = 128
PATIENCE: Final = 2.0
_GRACE: Final = 1
_TICK: Final = 0.25
_log = logging.getLogger(__name__)


class Server(CherootServer):
    """Serves a WSGI application on one address."""

    ConnectionClass = Connection
    software = "Hygie"
    max_request_header_size = LARGEST_HEADERS
    max_request_body_size = LARGEST_BODY
    keep_alive_conn_limit = KEPT_ALIVE
    expiration_interval = _TICK

    def __init__(self, application: WSGIApplication, listen: Listen, tls: Tls | None, spool: Path | None) -> None:
        """Nothing listens before `prepare`. `spool` is the folder of large bodies while they arrive."""
        super().__init__(
            (listen.host, listen.port),
            _in_places(application, listen.host),
            numthreads=READERS,
            server_name="Hygie",
            request_queue_size=BACKLOG,
            timeout=SOCKET_SECONDS,
            shutdown_timeout=_GRACE,
        )
        self.opened: set[Connection] = set()
        self.large_bodies = threading.BoundedSemaphore(LARGE_BODIES)
        self.spool = spool
        self._name = tls.host if tls else ""
        self.ssl_adapter = Encryption(tls.context) if tls else None

    @property
    def address(self) -> str:
        """Where a browser finds it, once it listens under TLS."""
        return f"https://{self._name}:{self.bind_addr[1]}/"

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        """Bind. AddressTaken says why not, where cheroot would lose the reason."""
        try:
            socket_.bind(bind_addr)
        except OSError as error:
            socket_.close()
            raise _taken(error, bind_addr[1]) from error
        return socket_

    def process_conn(self, conn: Connection) -> None:
        """Give a connection that has something to say to a worker; a new one waits until it does."""
        if conn.last_used is not None:
            super().process_conn(conn)
            return
        self.opened.add(conn)
        if len(self.opened) > MOST_CONNECTIONS:
            _cut_oldest(self._in_phase(Phase.WAITING), 1)
        self.put_conn(conn)

    def keep_watch(self) -> None:
        """Cut who passed its time; when every thread is held, cut who has held one longest."""
        now = time.monotonic()
        for conn in tuple(self.opened):
            if now > conn.until:
                conn.cut()
        wanted = self.requests.qsize
        if wanted and not self.requests.idle:
            held = [*self._in_phase(Phase.READING), *self._in_phase(Phase.WRITING)]
            _cut_oldest((conn for conn in held if now - conn.since > PATIENCE), wanted)

    def watch(self) -> None:
        """Keep watch until the server stops."""
        while self.ready:
            self.keep_watch()
            time.sleep(_TICK)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002
        """Log the kind of an error, never cheroot's message: it may quote an address or what was sent."""
        del msg
        error = sys.exc_info()[1]
        if error is not None and (traceback or level >= logging.WARNING):
            _log.warning("request failed: %s (%s)", type(error).__name__, _place(error))

    def _in_phase(self, phase: Phase) -> list[Connection]:
        return [conn for conn in tuple(self.opened) if conn.phase is phase]


def _cut_oldest(connections: Iterable[Connection], count: int) -> None:
    for conn in sorted(connections, key=lambda conn: conn.since)[:count]:
        conn.cut()


def _in_places(application: WSGIApplication, host: str) -> WSGIApplication:
    """The application, run by a bounded number of threads at once."""
    places = threading.BoundedSemaphore(APPLICATION_PLACES)

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["SERVER_NAME"] = host  # cheroot puts the name of the software there
        with places:
            return application(environ, start_response)

    return run


def _taken(error: OSError, port: int) -> AddressTaken:
    if error.errno == errno.EADDRINUSE:
        return AddressTaken(f"Un autre programme se sert déjà du port {port}.")
    if error.errno == errno.EACCES:
        return AddressTaken(f"Le système ne laisse pas Hygie se servir du port {port}.")
    return AddressTaken("Cette adresse n’est pas celle de cet ordinateur.")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
