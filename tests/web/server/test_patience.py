"""Slow clients: measured on real sockets, in plain HTTP and under TLS."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from hygie.web.server import connection
from hygie.web.server.server import LARGE_BODIES, MOST_CONNECTIONS, PATIENCE, READERS
from hygie.web.server.tls import Tls
from tests.web.server.running import HOST, ask, certificate, connect, everything, running, trusting

SLOW = 50
Opening = Callable[[int, ssl.SSLContext | None], socket.socket]


def silent(port: int, context: ssl.SSLContext | None) -> socket.socket:
    del context
    return connect(port)


def half_a_handshake(port: int, context: ssl.SSLContext | None) -> socket.socket:
    sock = connect(port)
    sock.sendall(b"\x16\x03\x01\x02" if context else b"G")
    return sock


def half_a_header(port: int, context: ssl.SSLContext | None) -> socket.socket:
    sock = connect(port, context)
    sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-")
    return sock


def half_a_body(port: int, context: ssl.SSLContext | None) -> socket.socket:
    sock = connect(port, context)
    sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nx")
    return sock


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext | None]]:
    if not request.param:
        with running() as port:
            yield port, None
        return
    made = certificate(tmp_path)
    with running(tls=Tls(made, HOST)) as port:
        yield port, trusting(made)


@contextlib.contextmanager
def crowd(count: int, opening: Opening, port: int, context: ssl.SSLContext | None) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(opening(port, context))) for _ in range(count)]


def seconds_to_answer(port: int, context: ssl.SSLContext | None) -> float:
    start = time.monotonic()
    assert ask(port, context=context)[0] == 200
    return time.monotonic() - start


@pytest.mark.parametrize("opening", [silent, half_a_handshake, half_a_header, half_a_body])
def test_fifty_slow_clients_do_not_delay_the_next_one(
    opening: Opening, served: tuple[int, ssl.SSLContext | None]
) -> None:
    with crowd(SLOW, opening, *served):
        time.sleep(0.2)
        assert seconds_to_answer(*served) < PATIENCE


def test_those_who_say_nothing_cost_no_thread_however_many(served: tuple[int, ssl.SSLContext | None]) -> None:
    with crowd(200, silent, *served):
        assert seconds_to_answer(*served) < PATIENCE


@pytest.mark.parametrize("opening", [half_a_handshake, half_a_header, half_a_body])
def test_when_every_thread_is_held_the_longest_holders_give_way(
    opening: Opening, served: tuple[int, ssl.SSLContext | None]
) -> None:
    with crowd(READERS + 16, opening, *served):
        assert seconds_to_answer(*served) < 2 * PATIENCE + 1.5


def dribble(sock: socket.socket, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sock.sendall(b"a")
        time.sleep(0.1)


def test_a_client_that_says_a_byte_at_a_time_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADER_SECONDS", 1.0)
    with running() as port, connect(port) as sock:
        start = time.monotonic()
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            dribble(sock, seconds=6)
        assert 0.8 < time.monotonic() - start < 3


def test_a_slow_body_is_cut_and_frees_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(connection, "SLOWEST", 5_000_000)
    with running() as port:
        held = [connect(port) for _ in range(LARGE_BODIES)]
        for sock in held:
            sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\nx")
        for sock in held:
            assert everything(sock) == b""
        time.sleep(0.2)
        assert ask(port, "POST", b"x" * 2_000_000)[0] == 200


def test_a_client_that_does_not_read_holds_no_place_of_the_application() -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = 40_000_000 if environ["PATH_INFO"] == "/large" else 2
        start_response("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    with running(application) as port:
        held = [connect(port) for _ in range(12)]
        for sock in held:
            sock.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        assert seconds_to_answer(port, None) < PATIENCE
        for sock in held:
            sock.close()


def test_the_number_of_connections_is_bounded_and_the_newest_is_served() -> None:
    with running() as port, crowd(MOST_CONNECTIONS + 60, silent, port, None) as socks:
        time.sleep(0.5)
        assert seconds_to_answer(port, None) < PATIENCE
        closed = 0
        for sock in socks:
            sock.settimeout(0.001)
            with contextlib.suppress(TimeoutError):
                closed += sock.recv(1) == b""
        assert 60 <= closed <= 70


def test_a_storm_of_connections_leaves_nothing_open(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with running(tls=Tls(made, HOST)) as port:

        def storm() -> None:
            for number in range(60):
                with (
                    contextlib.suppress(OSError),
                    (half_a_handshake if number % 2 else half_a_header)(port, trusting(made)),
                ):
                    pass

        threads = [threading.Thread(target=storm) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(0.5)
        assert ask(port, context=trusting(made))[0] == 200
        links = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
        assert sum(str(link).startswith("socket:") for link in links) < 20
