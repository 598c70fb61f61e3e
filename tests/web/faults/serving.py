"""A real `hygie servir` in a process of its own, and the two sorts of visitors it has: a browser, a workstation."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hygie.core.clock import SystemClock
from hygie.core.event import uuid7
from hygie.fleetlink.client import Computer, World, join
from hygie.fleetlink.errors import ServerUnreachable
from hygie.fleetlink.link import parse_address, read_link
from hygie.fleetlink.messages import (
    BATCH_PATH,
    LARGEST_ANSWER,
    Batch,
    BatchAnswer,
    Message,
    body_of,
    decode,
    write_batch,
)
from hygie.fleetlink.signing import Request, read_key, sign_request
from hygie.fleetlink.transport import Patience, post
from tests.e2e.command import HYGIE

PASSWORD = "Brume-Tilleul-7-horizon"
UNSET = ("HYGIE_HOME", "HYGIE_DATABASE_URL", "HYGIE_HOST", "HYGIE_TLS", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")


def environment(**more: str) -> dict[str, str]:
    """The variables of a server: its keys in a file, nothing of the tests' own settings."""
    kept = {name: value for name, value in os.environ.items() if name not in UNSET and not name.startswith("DJANGO")}
    return {**kept, "HYGIE_KEYS": "file", **more}


def free_port() -> int:
    """A port that nobody had a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Served:
    """A running server; `told` is what it said when it opened, `seconds` how long that took."""

    process: subprocess.Popen[str]
    told: dict[str, Any]
    seconds: float

    @property
    def url(self) -> str:
        return str(self.told["url"])

    def kill(self) -> None:
        """As a power cut would: no warning. It was alive until then."""
        assert self.process.poll() is None, self.process.communicate()[1]
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def stop(self) -> str:
        """Asked politely; what it said on its error output."""
        self.process.send_signal(signal.SIGTERM)
        said = self.process.communicate(timeout=20)[1]
        assert self.process.returncode == 0, said
        return said


def launched(folder: Path, *options: str, prefix: Sequence[str] = (), **variables: str) -> subprocess.Popen[str]:
    """The process alone, which may not be open yet."""
    words = [*prefix, *HYGIE, "servir", "--practice", str(folder), "--format", "json", *options]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**variables)
    )


def start(folder: Path, port: int = 0, *options: str, prefix: Sequence[str] = (), **variables: str) -> Served:
    """A server of this folder, once it is open."""
    before = time.monotonic()
    listen = () if "--listen" in options else ("--listen", f"127.0.0.1:{port}")
    process = launched(folder, *listen, *options, prefix=prefix, **variables)
    assert process.stdout
    readable, _, _ = select.select([process.stdout], [], [], 60)
    line = process.stdout.readline() if readable else ""
    if not line:
        process.kill()
        raise AssertionError(process.communicate())
    return Served(process, json.loads(line), time.monotonic() - before)


@contextmanager
def served(folder: Path, *options: str, prefix: Sequence[str] = (), **variables: str) -> Iterator[Served]:
    """A server during a block, stopped afterwards whatever happened."""
    server = start(folder, 0, *options, prefix=prefix, **variables)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            try:
                server.process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.communicate()


class Page:
    """What a browser got."""

    def __init__(self, response: Any) -> None:
        self.status = int(response.status)
        self.url = str(response.url)
        self.text = response.read().decode("utf-8", "replace")

    @property
    def words(self) -> str:
        """The text without its tags, its spaces made plain."""
        bare = re.sub(r"(?s)<(script|style|svg).*?</\1>|<[^>]+>", " ", self.text)
        return " ".join(unescape(bare).replace("\xa0", " ").replace("\u202f", " ").split())

    def hidden(self, name: str) -> str:
        """The value of a field of the page."""
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.url}"
        return unescape(found[1])

    def typed(self, name: str) -> str:
        """What stands in a field, a textarea included."""
        area = re.search(rf'(?s)<textarea[^>]*name="{name}"[^>]*>\r?\n?(.*?)</textarea>', self.text)
        return unescape(area[1]) if area else self.hidden(name)


class Visitor:
    """A browser without JavaScript: cookies, forms with their token, redirects followed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.url, path)))

    def post(self, path: str, fields: Mapping[str, str], *, page: str = "", token: str = "") -> Page:
        """Send a form; its token is read from `page` (else from `path`) unless given."""
        token = token or self.get(page or path).hidden("csrfmiddlewaretoken")
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.url, path), data))

    def upload(self, path: str, fields: Mapping[str, str], content: bytes, name: str = "preuve.pdf") -> Page:
        """Send a form with a file in its field `file`."""
        mark = uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = "".join([*parts, head]).encode() + content + f"\r\n--{mark}--\r\n".encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.url, path), body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> Page:
        request.add_header("Origin", self.url.rstrip("/"))
        try:
            with self.opener.open(request, timeout=60) as response:
                return Page(response)
        except urllib.error.HTTPError as refused:
            with refused:
                return Page(refused)


def installed(server: Served) -> Visitor:
    """The holder's browser, once the practice is made with the code that the server told."""
    visitor = Visitor(server.url)
    fields = {
        "code": server.told["setup_code"], "practice_name": "Cabinet du Dr Fontaine", "name": "Dr Hélène Fontaine",
        "username": "helene.fontaine", "password1": PASSWORD, "password2": PASSWORD,
    }  # fmt: skip
    try:
        page = visitor.post("/installation/", fields)
    except urllib.error.URLError as error:
        server.process.kill()
        raise AssertionError(server.process.communicate()[1], server.process.returncode) from error
    assert (page.status, "installation" in page.url) == (200, False), page.words
    return visitor


class Station:
    """A workstation that joined for good, and sends what it is given until it is acknowledged."""

    def __init__(self, visitor: Visitor, folder: Path, name: str) -> None:
        page = visitor.post("/cabinet/ordinateurs/code/", {}, page="/cabinet/ordinateurs/")
        found = re.search(r'id="code">([^<]+)<', page.text)
        assert found, page.words
        join(folder, visitor.url.rstrip("/"), found[1], Computer(name, "linux"), world=World())
        self.link, self.key = read_link(folder), read_key(folder)
        self.name, self.last = name, ""

    def send(self, messages: Sequence[Message]) -> set[UUID] | None:
        """The messages that the server says are stored; None when it gave no answer, or asked to come back."""
        now = SystemClock().now()
        body = write_batch(Batch(self.link.device, now, tuple(messages), 0))
        request = Request("POST", BATCH_PATH, body)
        headers = sign_request(self.key, request, now, self.link.device)
        try:
            answer = post(parse_address(self.link.url), request, headers, {""}, Patience(5, 60))
        except ServerUnreachable as error:
            self.last = f"{time.monotonic():.0f}: {error.__cause__!r}"
            return None
        self.last = f"{time.monotonic():.0f}: {answer.status}"
        if answer.status == 503:
            return None
        assert answer.status == 200, answer
        told = decode(BatchAnswer, answer.body, LARGEST_ANSWER)
        assert not told.refused, told.refused
        return set(told.stored)


def message(kind: Any, body: bytes) -> Message:
    """A message that happens now."""
    now = SystemClock().now()
    return Message(uuid7(now), kind, now, body_of(body))
