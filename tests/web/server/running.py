"""A real server on loopback around a tiny application, and the ways tests talk to it."""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from hygie.web.server.certificate import Certificate, authority_pem, make_certificate
from hygie.web.server.listen import Listen
from hygie.web.server.serve import serve
from hygie.web.server.tls import Tls

HOST = "accueil.local"
NOW = datetime.now(UTC).replace(microsecond=0)


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Says what it was given: scheme, name, length of the body, and a header that no client should forge."""
    stream: Any = environ["wsgi.input"]
    length = len(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))
    kept = environ.get("HTTP_X_REAL", "")
    body = f"{environ['wsgi.url_scheme']} {environ['SERVER_NAME']} {length} {kept}".strip().encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def running(application: WSGIApplication = echo, tls: Tls | None = None, spool: Path | None = None) -> Iterator[int]:
    """The port of a server that runs during the block."""
    stop, found = threading.Event(), threading.Event()
    ports: list[int] = []

    def ready(listen: Listen) -> None:
        ports.append(listen.port)
        found.set()

    thread = threading.Thread(
        target=serve, args=(application, Listen("127.0.0.1", 0), tls, stop), kwargs={"spool": spool, "ready": ready}
    )
    thread.start()
    assert found.wait(5)
    try:
        yield ports[0]
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def certificate(folder: Path) -> Certificate:
    return make_certificate(folder, HOST, [], NOW)


def trusting(made: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority_pem(made).decode())


def connect(port: int, context: ssl.SSLContext | None = None, host: str = HOST) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=8)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(sock, server_hostname=host) if context else sock


def ask(port: int, method: str = "GET", body: bytes | None = None, context: ssl.SSLContext | None = None) -> Any:
    """Status, headers and body of one request."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    client.sock = connect(port, context)
    with suppress_reset():
        client.request(method, "/", body=body)
    response = client.getresponse()
    try:
        return response.status, dict(response.headers), response.read()
    finally:
        client.close()


@contextmanager
def suppress_reset() -> Iterator[None]:
    """A refused upload may be reset while it is being sent: what counts is that the answer can still be read."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        return


def say(port: int, text: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Everything that the server answers to these raw bytes, until it closes."""
    with connect(port, context) as sock:
        sock.sendall(text)
        return everything(sock)


def everything(sock: socket.socket) -> bytes:
    got = io.BytesIO()
    with suppress_reset():
        while block := sock.recv(65_536):
            got.write(block)
    return got.getvalue()


def wait_until(true: Any, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
