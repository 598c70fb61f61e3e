"""Serve an application until asked to stop: `serve`, the signals that ask, and a word to systemd."""

import _thread
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final
from wsgiref.types import WSGIApplication

from hygie.web.server.errors import ServerDied
from hygie.web.server.listen import Listen, refuse_exposure
from hygie.web.server.server import Server
from hygie.web.server.tls import Tls

STOP_SECONDS: Final = 1.7
_LOOK: Final = 0.2


def serve(  # noqa: PLR0913 - all that a server is made of
    application: WSGIApplication,
    listen: Listen,
    tls: Tls | None = None,
    stop: threading.Event | None = None,
    *,
    spool: Path | None = None,
    ready: Callable[[Listen], object] = str,
) -> None:
    """Answer on `listen` until `stop` is set, then within 2 s, requests under way included.

    `ready` is called once, with the address really listened on (port 0 becomes the port chosen). Exposed before
    anything listens; AddressTaken; ServerDied when the server ended unasked. A request that outlives the stop is
    abandoned with its thread when the process ends: as after a power cut, nothing unfinished was acknowledged.
    """
    refuse_exposure(listen, encrypted=tls is not None)
    stop = stop or threading.Event()
    server = Server(application, listen, tls, spool)
    thread = _started(server)
    try:
        ready(Listen(*server.bind_addr))
        notify("READY=1")
        while not stop.wait(_LOOK):
            if not thread.is_alive():
                raise ServerDied
    finally:
        notify("STOPPING=1")
        stopping = threading.Thread(target=server.stop, daemon=True)
        stopping.start()
        stopping.join(STOP_SECONDS)


def _started(server: Server) -> threading.Thread:
    """The thread that serves, once it listens. A daemon, as will be the workers it starts: a stop never hangs."""
    listening: Future[None] = Future()

    def run() -> None:
        try:
            server.prepare()
        except BaseException as error:  # noqa: BLE001 - raised again where it can be told
            listening.set_exception(error)
            return
        listening.set_result(None)
        threading.Thread(target=server.watch, name="hygie-watch", daemon=True).start()
        server.serve()

    thread = threading.Thread(target=run, name="hygie-serve", daemon=True)
    thread.start()
    listening.result()
    return thread


@contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop` while the block runs. For the main thread only."""

    def asked(number: int, frame: FrameType | None) -> None:
        del number, frame
        # Event.set takes a lock that the interrupted main thread may hold: another thread takes it.
        _thread.start_new_thread(stop.set, ())

    before = {name: signal.signal(name, asked) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def notify(state: str) -> None:
    """Tell systemd (sd_notify), when it asked to be told. Never fails: the service goes on without."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect("\0" + path[1:] if path.startswith("@") else path)
        sock.sendall(state.encode("ascii"))
