"""`hygie servir` as a person runs it: opens, says how to enter, stops when asked, refuses in French."""

import json
import os
import pty
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hygie.web.server.certificate import authority_pem, made_certificate, make_certificate
from tests.e2e.command import HYGIE
from tests.web.faults.serving import Visitor, environment, free_port, served, start

pytestmark = pytest.mark.sqlite
HOST = "accueil.local"


def refused(folder: Path, *options: str, **variables: str) -> dict[str, str]:
    """The error object of a server that did not open, and its exit code; nothing on the standard output."""
    words = [*HYGIE, "servir", "--practice", str(folder), "--format", "json", *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment(**variables))
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    error = json.loads(done.stderr)["error"]
    assert error["message"]
    assert error["next_step"]
    return {**error, "exit": str(done.returncode)}


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_one_command_makes_everything_and_tells_one_code(tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    with served(folder) as server:
        assert set(server.told) == {"event", "url", "setup_code", "expires_at"}
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", server.url)
        assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", server.told["setup_code"])
        left = datetime.fromisoformat(server.told["expires_at"]) - datetime.now(UTC)
        assert timedelta(minutes=13) < left <= timedelta(minutes=15)
        assert "Ouvrez le compte du titulaire" in Visitor(server.url).get("/installation/").words
        for path in folder.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, path
        assert folder.stat().st_mode & 0o777 == 0o700
        keys = json.loads((folder / "keys.json").read_text())
        assert keys["django"] not in json.dumps(server.told)


def test_asked_to_stop_it_stops_at_once_and_says_nothing(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        server = start(tmp_path / "cabinet")
        Visitor(server.url).get("/anormal/")
        server.process.send_signal(number)
        before = time.monotonic()
        out, error = server.process.communicate(timeout=20)
        assert (server.process.returncode, out, error) == (0, "", "")
        assert time.monotonic() - before < 8


def test_a_restart_gives_another_code_and_the_former_one_is_dead(tmp_path: Path) -> None:
    with served(tmp_path / "cabinet") as first:
        code = first.told["setup_code"]
    with served(tmp_path / "cabinet") as second:
        assert second.told["setup_code"] != code
        fields = {
            "code": code, "practice_name": "Cabinet", "name": "Dr Roche", "username": "roche",
            "password1": "Brume-Tilleul-7-horizon", "password2": "Brume-Tilleul-7-horizon",
        }  # fmt: skip
        assert "n'est plus valable" in Visitor(second.url).post("/installation/", fields).words.replace("’", "'")


def test_once_there_is_an_account_no_code_is_told(tmp_path: Path) -> None:
    from tests.web.faults.serving import installed

    with served(tmp_path / "cabinet") as server:
        installed(server)
    with served(tmp_path / "cabinet") as again:
        assert (again.told["setup_code"], again.told["expires_at"]) == (None, None)


def test_in_a_terminal_it_says_the_address_the_code_and_how_to_stop(tmp_path: Path) -> None:
    words = [*HYGIE, "servir", "--practice", str(tmp_path / "cabinet"), "--listen", "127.0.0.1:0"]
    master, slave = pty.openpty()
    process = subprocess.Popen(
        words, stdout=slave, stderr=slave, stdin=slave, env=environment(), start_new_session=True
    )
    os.close(slave)
    said = read_until(master, "Pour l’arrêter")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    os.close(master)
    lines = plain(said).split("\r\n")
    assert re.fullmatch(r"Hygie est ouverte : http://127\.0\.0\.1:\d+/", lines[0])
    assert re.fullmatch(
        r"Code d’installation, à usage unique, jusqu’à \d+ h( \d+)? : [0-9A-Z]{4}-[0-9A-Z]{4}", lines[1]
    ), lines
    assert lines[2] == "Pour l’arrêter : Ctrl et C."


def read_until(descriptor: int, mark: str) -> str:
    said, end = b"", time.monotonic() + 60
    while mark not in said.decode(errors="replace") or not said.endswith(b"\n"):
        assert time.monotonic() < end, said
        if select.select([descriptor], [], [], 1)[0]:
            said += os.read(descriptor, 4096)
    return said.decode()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        error = refused(tmp_path / "cabinet", "--listen", f"127.0.0.1:{port}")
    assert (error["exit"], error["code"]) == ("5", "address_taken")
    assert str(port) in error["message"]


@pytest.mark.parametrize(
    ("options", "code", "exit_code"),
    [
        (["--listen", "0.0.0.0:0"], "exposed", "5"),
        (["--listen", "[::]:0"], "exposed", "5"),
        (["--listen", "n’importe quoi"], "address", "2"),
        (["--listen", "127.0.0.1:99999"], "address", "2"),
        (["--listen", "127.0.0.1:0", "--host", "a b"], "host", "2"),
        (["--listen", "127.0.0.1:0", "--host", "192.168.1.10"], "host", "2"),
        (["--certificate", "x.pem"], "usage", "2"),
        (["--certificate", "x.pem", "--certificate-key", "y.pem"], "usage", "2"),
        (["--host", HOST, "--certificate", "x.pem", "--certificate-key", "y.pem"], "certificate_unreadable", "3"),
    ],
)
def test_what_cannot_be_served_safely_is_refused_before_anything_is_made(
    options: list[str], code: str, exit_code: str, tmp_path: Path
) -> None:
    error = refused(tmp_path / "cabinet", *options)
    assert (error["code"], error["exit"]) == (code, exit_code)
    assert not (tmp_path / "cabinet" / "hygie.sqlite3").exists()
    assert not (tmp_path / "cabinet" / "keys.json").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    error = refused(tmp_path / "fichier", "--listen", "127.0.0.1:0")
    assert (error["exit"], error["code"]) == ("3", "folder_unusable")
    assert (tmp_path / "fichier").read_text() == ""


def test_lost_keys_are_never_replaced(tmp_path: Path) -> None:
    with served(tmp_path / "cabinet"):
        pass
    (tmp_path / "cabinet" / "keys.json").unlink()
    assert refused(tmp_path / "cabinet", "--listen", "127.0.0.1:0")["code"] == "keys_lost"
    assert not (tmp_path / "cabinet" / "keys.json").exists()


def test_with_a_name_it_makes_a_certificate_that_a_browser_with_its_authority_trusts(tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    with served(folder, "--host", HOST) as server:
        port = int(server.url.rsplit(":", 1)[1].strip("/"))
        assert server.url == f"https://{HOST}:{port}/"
        made = made_certificate(folder)
        assert made is not None
        text = over_tls(port, HOST, authority_pem(made).decode())
        assert text.startswith("HTTP/1.1 302")
        assert "__Host-" in text or "strict-transport-security" in text.lower()
        with pytest.raises(ssl.SSLCertVerificationError):
            over_tls(port, "voisin.local", authority_pem(made).decode())
        with pytest.raises(ssl.SSLCertVerificationError):
            over_tls(port, HOST, None)
        assert {path.stat().st_mode & 0o077 for path in (folder / "tls").iterdir()} <= {0, 0o044}
        keys = [path.name for path in (folder / "tls").iterdir() if b"PRIVATE KEY" in path.read_bytes()]
        assert len(keys) == 1  # the authority's own key was deleted


def over_tls(port: int, name: str, authority: str | None) -> str:
    """The head of the answer to a visitor who trusts that authority, or the system's."""
    context = ssl.create_default_context(cadata=authority)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as sock,
        context.wrap_socket(sock, server_hostname=name) as encrypted,
    ):
        encrypted.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: encrypted.recv(65_536), b"")).decode()


def test_the_certificate_stays_the_same_from_one_start_to_the_next(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with served(tmp_path / "cabinet", "--host", HOST):
            seen.append((tmp_path / "cabinet" / "tls" / "server.pem").read_bytes())
    assert seen[0] == seen[1]


def test_a_given_certificate_is_served(tmp_path: Path) -> None:
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    made = make_certificate(elsewhere, HOST, [], datetime.now(UTC))
    pair = sorted((elsewhere / "tls").iterdir())
    chain = next(path for path in pair if path.name == "server.pem")
    key = next(path for path in pair if b"PRIVATE KEY" in path.read_bytes())
    options = ("--host", HOST, "--certificate", str(chain), "--certificate-key", str(key))
    with served(tmp_path / "cabinet", *options) as server:
        port = int(server.url.rsplit(":", 1)[1].strip("/"))
        assert over_tls(port, HOST, authority_pem(made).decode()).startswith("HTTP/1.1 302")
    assert not (tmp_path / "cabinet" / "tls").exists()


def test_a_name_that_no_host_has_is_not_answered(tmp_path: Path) -> None:
    with served(tmp_path / "cabinet") as server:
        request = urllib.request.Request(server.url, headers={"Host": "attaquant.example"})
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)
        assert error.value.code == 400


@pytest.mark.parametrize("missing", ["django", "cheroot", "allauth", "whitenoise"])
def test_without_the_extra_it_says_which_part_is_missing(missing: str, tmp_path: Path) -> None:
    program = (
        "import sys; from importlib.machinery import PathFinder; whole = PathFinder.find_spec\n"
        f"PathFinder.find_spec = lambda name, *more: None if name == {missing!r} else whole(name, *more)\n"
        f"from hygie.cli.main import main; sys.exit(main(['servir', '--practice', {str(tmp_path / 'c')!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )
    assert done.returncode == 4, done.stderr
    assert "« web »" in plain(done.stderr)
    assert missing in done.stderr
    assert not (tmp_path / "c").exists()


def test_a_port_of_its_own_is_the_same_after_a_restart(tmp_path: Path) -> None:
    port = free_port()
    for _ in range(2):
        with served(tmp_path / "cabinet", "--listen", f"127.0.0.1:{port}") as server:
            assert server.url == f"http://127.0.0.1:{port}/"
