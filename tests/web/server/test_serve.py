import http.client
import logging
import resource
import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from hygie.web.server.errors import AddressTaken, Exposed
from hygie.web.server.listen import Listen
from hygie.web.server.serve import serve
from hygie.web.server.server import APPLICATION_PLACES, LARGE_BODIES, LARGEST_BODY
from tests.web.server.running import ask, connect, echo, everything, running, say


@pytest.fixture(scope="module")
def shared() -> Iterator[int]:
    """One server for the tests that only talk to it: it must bear them all."""
    with running() as port:
        yield port


def test_it_answers_and_tells_no_version() -> None:
    with running() as port:
        status, headers, body = ask(port, "POST", b"x" * 10)
    assert (status, body) == (200, b"http 127.0.0.1 10")
    assert headers["Server"] == "Hygie"


def test_it_listens_on_ipv6() -> None:
    stop = threading.Event()
    found: list[Listen] = []
    thread = threading.Thread(target=serve, args=(echo, Listen("::1", 0), None, stop), kwargs={"ready": found.append})
    thread.start()
    while not found:
        time.sleep(0.01)
    try:
        with socket.create_connection((found[0].host, found[0].port)) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert b"http ::1 0" in everything(sock)
        assert str(found[0]).startswith("[::1]:")
    finally:
        stop.set()
        thread.join(5)


def test_a_connection_is_kept_for_the_next_request() -> None:
    with running() as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.connect()
        first = client.sock
        for _ in range(5):
            client.request("POST", "/", body=b"x" * 100)
            assert client.getresponse().read() == b"http 127.0.0.1 100"
        assert client.sock is first
        client.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "accueil.local"])
def test_the_network_is_refused_without_encryption_before_anything_listens(host: str) -> None:
    def never(_: Listen) -> None:
        pytest.fail("it listened")

    with pytest.raises(Exposed):
        serve(echo, Listen(host, 0), ready=never)


def test_a_busy_port_is_said_in_one_sentence() -> None:
    with running() as port, pytest.raises(AddressTaken) as refusal:
        serve(echo, Listen("127.0.0.1", port))
    assert refusal.value.exit_code == 5
    assert refusal.value.sentence == f"Un autre programme se sert déjà du port {port}."


def test_a_port_that_another_kind_of_program_holds_is_busy_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(AddressTaken):
        serve(echo, Listen("127.0.0.1", other.getsockname()[1]))


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    from hygie.web.server.tls import Tls
    from tests.web.server.running import HOST, certificate

    with pytest.raises(AddressTaken, match="pas celle de cet ordinateur"):
        serve(echo, Listen("192.0.2.1", 0), Tls(certificate(tmp_path), HOST))


def test_a_port_is_free_again_after_the_stop() -> None:
    with running() as port:
        ask(port)
    with socket.create_server(("127.0.0.1", port)):
        pass


# What is too big.


def test_a_body_of_fifty_megabytes_arrives_whole() -> None:
    with running() as port:
        assert ask(port, "POST", b"x" * 50_000_000)[2] == b"http 127.0.0.1 50000000"


def test_a_body_of_sixty_megabytes_is_refused_and_the_refusal_can_be_read() -> None:
    ran = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ran.append(True)
        return echo(environ, start_response)

    with running(application) as port:
        status, headers, body = ask(port, "POST", b"x" * 60_000_000)
        assert (status, headers["Connection"]) == (413, "close")
        assert body.decode() == "L’envoi est trop gros. Rien n’a été gardé."
        assert not ran
        assert ask(port)[0] == 200


def test_a_client_that_asks_before_sending_is_refused_before_it_sends() -> None:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {LARGEST_BODY + 1}\r\nExpect: 100-continue\r\n\r\n"
    with running() as port, connect(port) as sock:
        sock.sendall(head.encode())
        assert sock.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n", b"413"),
    ],
    ids=["address", "one header", "many headers"],
)
def test_a_header_bomb_is_refused(text: bytes, status: bytes, shared: int) -> None:
    assert say(shared, text).split()[1] == status
    assert ask(shared)[0] == 200


def test_headers_up_to_the_limit_pass() -> None:
    with running() as port:
        assert b" 200 " in say(port, b"GET / HTTP/1.0\r\nX: " + b"a" * 32_000 + b"\r\n\r\n")


def test_an_endless_header_costs_little_memory() -> None:
    with running() as port:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        say(port, b"GET / HTTP/1.1\r\nX: " + b"a" * 30_000_000)
        say(port, b"a" * 30_000_000)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # the text of the test itself is 30


# What two programs could read in two ways.


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: -1", b"Content-Length: +5", b"Content-Length: 1_0", b"Content-Length: 0x5",
        b"Content-Length: ", b"Content-Length: 5, 5", b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5\r\nContent-Length: 5", b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"Host: a\r\nHost: b", b"no colon", b" folded first",
        b"X: a\r\n b", b"X: a\r\n\tContent-Length: 5",
        b"Content-Length: " + b"9" * 30,
        b"Content-Length: \xd9\xa3",
    ],
)  # fmt: skip
def test_an_ambiguous_request_is_refused(headers: bytes, shared: int) -> None:
    answer = say(shared, b"POST / HTTP/1.1\r\n" + headers + b"\r\n\r\nhello")
    assert answer.split()[1] == b"400", answer
    assert answer.count(b"HTTP/1.1") == 1
    assert ask(shared)[0] == 200


@pytest.mark.parametrize(
    "line",
    [b"", b"\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"get / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\n\n",
     b"CONNECT a:1 HTTP/1.1\r\n\r\n", b"GET http://a/ HTTP/1.1\r\n\r\n", b"GET a HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02",
     b"\x00" * 5000, b"GET //[ HTTP/1.1\r\n\r\n", b"GET / HTTP/" + b"1" * 5000 + b".1\r\n\r\n"],
)  # fmt: skip
def test_what_is_not_http_is_refused_and_stops_nothing(line: bytes, shared: int) -> None:
    with connect(shared) as sock:
        sock.sendall(line)
        sock.shutdown(socket.SHUT_WR)
        answer = everything(sock)
    assert not answer or answer.split()[1] in {b"400", b"405", b"505"}
    assert ask(shared)[0] == 200


def test_a_body_without_a_length_is_refused() -> None:
    with running() as port:
        answer = say(port, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    assert answer.split()[1] == b"411"


def test_an_underscore_does_not_forge_a_header() -> None:
    with running() as port:
        answer = say(port, b"GET / HTTP/1.0\r\nX-Real: true\r\nX_Real: forged\r\n\r\n")
    assert answer.endswith(b"http 127.0.0.1 0 true")


def test_the_application_never_sees_half_a_body() -> None:
    ran = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ran.append(environ["REQUEST_METHOD"])
        return echo(environ, start_response)

    with running(application) as port:
        for size in (10, 3_000_000):
            with connect(port) as sock:
                sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (size + 1) + b"x" * size)
                sock.shutdown(socket.SHUT_WR)
                assert everything(sock) == b""
        assert ask(port)[0] == 200
    assert ran == ["GET"]


# Faults of ours.


def test_an_error_of_the_application_is_told_in_french_and_its_data_are_not_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        del environ, start_response
        raise ValueError("M. Dupont")

    with caplog.at_level(logging.DEBUG), running(application) as port:
        status, _, body = ask(port)
        assert (status, body.decode()) == (500, "Hygie n’a pas pu répondre. Recommencez.")
        assert ask(port)[0] == 500
    assert "ValueError (test_serve.py:" in caplog.text
    assert "Dupont" not in caplog.text + "".join(capfd.readouterr())


def test_at_most_eight_requests_run_at_once() -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        with lock:
            now[0] -= 1
        return echo(environ, start_response)

    with running(application) as port, ThreadPoolExecutor(40) as pool:
        assert {status for status, _, _ in pool.map(ask, [port] * 80)} == {200}
    assert most[0] == APPLICATION_PLACES


def test_large_bodies_share_few_places_and_small_requests_need_none() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n"
    with running() as port:
        held = [connect(port) for _ in range(LARGE_BODIES)]
        for sock in held:
            sock.sendall(head + b"x")
        time.sleep(0.3)
        assert say(port, head).split()[1] == b"503"
        assert ask(port, "POST", b"x" * 900_000)[0] == 200
        for sock in held:
            sock.close()
        time.sleep(0.3)
        assert ask(port, "POST", b"x" * 5_000_000)[0] == 200


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Full(tempfile.SpooledTemporaryFile[bytes]):
        def rollover(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Full)
    with running(spool=tmp_path) as port:
        status, _, body = ask(port, "POST", b"x" * 12_000_000)
        assert status == 507
        assert "plus de place" in body.decode()
        assert ask(port)[0] == 200


def test_a_large_body_waits_in_the_given_folder_and_leaves_no_file(tmp_path: Path) -> None:
    with running(spool=tmp_path) as port:
        assert ask(port, "POST", b"x" * 12_000_000)[0] == 200
    assert list(tmp_path.iterdir()) == []
