"""The server in a process of its own: signals, systemd, and two servers on one folder."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.server.running import ask, connect, echo, everything, running

SERVER = """
import sys, threading, time
from pathlib import Path
from hygie.core.errors import HygieError
from hygie.web.server.listen import parse_listen
from hygie.web.server.lock import single_instance
from hygie.web.server.serve import serve, stop_on_signals

def application(environ, start_response):
    seconds = float(environ["PATH_INFO"].strip("/") or 0)
    time.sleep(seconds)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]

stop = threading.Event()
try:
    with single_instance(Path(sys.argv[1])), stop_on_signals(stop):
        serve(application, parse_listen(sys.argv[2]), None, stop, ready=lambda on: print(on.port, flush=True))
except HygieError as error:
    print(error.sentence)
    sys.exit(error.exit_code)
print("stopped")
"""


@contextmanager
def server(
    folder: Path, listen: str = "127.0.0.1:0", **environment: str
) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    command = [sys.executable, "-B", "-c", SERVER, str(folder), listen]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment or None)
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def end(process: "subprocess.Popen[str]", number: int) -> tuple[float, int, str]:
    start = time.monotonic()
    process.send_signal(number)
    output, _ = process.communicate(timeout=10)
    return time.monotonic() - start, process.returncode, output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_two_seconds_when_asked(number: int, tmp_path: Path) -> None:
    with server(tmp_path) as (process, port):
        assert ask(port)[0] == 200
        seconds, code, output = end(process, number)
    assert (code, output) == (0, "stopped\n")
    assert seconds < 2


@pytest.mark.parametrize(
    "text", [b"", b"GET", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", b"GET /60 HTTP/1.1\r\n\r\n"]
)
def test_neither_slow_clients_nor_a_long_request_delay_the_stop(text: bytes, tmp_path: Path) -> None:
    with server(tmp_path) as (process, port):
        socks = [connect(port) for _ in range(30)]
        for sock in socks:
            sock.sendall(text)
        time.sleep(0.3)
        seconds, code, _ = end(process, signal.SIGTERM)
    assert code == 0
    assert seconds < 2.5  # two seconds, and the end of the interpreter


def test_a_request_under_way_is_answered_before_the_stop(tmp_path: Path) -> None:
    with server(tmp_path) as (process, port), connect(port) as sock:
        sock.sendall(b"GET /0.5 HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)
        assert end(process, signal.SIGTERM)[1] == 0
        assert everything(sock).endswith(b"done")


def test_a_signal_sent_many_times_is_one(tmp_path: Path) -> None:
    with server(tmp_path) as (process, _):
        for _ in range(20):
            process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=5)
        assert (process.returncode, output) == (0, "stopped\n")


def test_a_second_server_on_the_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with server(tmp_path) as (_, port):
        command = [sys.executable, "-B", "-c", SERVER, str(tmp_path), "127.0.0.1:0"]
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
        assert (second.returncode, second.stdout) == (5, "Hygie tourne déjà pour ce dossier.\n")
        assert ask(port)[0] == 200


def test_a_server_killed_at_once_leaves_folder_and_port_free(tmp_path: Path) -> None:
    with server(tmp_path) as (process, port):
        process.kill()
        process.wait()
        with server(tmp_path, f"127.0.0.1:{port}") as (_, again):
            assert again == port
            assert ask(again)[0] == 200


def test_a_busy_port_ends_with_code_five(tmp_path: Path) -> None:
    with running(echo) as port:
        command = [sys.executable, "-B", "-c", SERVER, str(tmp_path), f"127.0.0.1:{port}"]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    assert (refused.returncode, refused.stdout) == (5, f"Un autre programme se sert déjà du port {port}.\n")


def test_the_former_handlers_come_back() -> None:
    from hygie.web.server.serve import stop_on_signals

    before = signal.getsignal(signal.SIGTERM)
    stop = threading.Event()
    with stop_on_signals(stop):
        signal.raise_signal(signal.SIGTERM)
        assert stop.wait(2)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_systemd_is_told_when_it_listens_and_when_it_stops(kind: str, tmp_path: Path) -> None:
    name = str(tmp_path / "notify") if kind == "path" else f"\0hygie-test-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(name)
        systemd.settimeout(5)
        with server(tmp_path, NOTIFY_SOCKET=name.replace("\0", "@")) as (process, _):
            assert systemd.recv(100) == b"READY=1"
            end(process, signal.SIGTERM)
            assert systemd.recv(100) == b"STOPPING=1"


def test_a_notification_that_nobody_hears_stops_nothing(tmp_path: Path) -> None:
    for path in (str(tmp_path / "absent"), "relative", "/" + "x" * 300):
        with server(tmp_path, NOTIFY_SOCKET=path) as (_, port):
            assert ask(port)[0] == 200
