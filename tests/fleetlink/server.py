"""A small reference server: real sockets, real TLS, the pure functions of fleetlink, and faults on demand.

It shows what the practice's server must do with each request; the web app does the same with its database.
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hygie.core.event import uuid7
from hygie.fleetlink import messages as wire
from hygie.fleetlink.enrolment import JoinCode, accept, failed_attempt, new_code, offer
from hygie.fleetlink.errors import ClockOff, CodeRefused, DeviceRevoked, MessageTooLarge, Rejected, SignatureRefused
from hygie.fleetlink.signing import Request, signing_device, verify_request

Fault = Callable[["Handler"], bool]
"""Called before a request is read; True when it has answered (or not) in its own way."""


def make_certificate(folder: Path, name: str = "server") -> tuple[Path, str]:
    """A self-signed certificate with its key, in one PEM file, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path, certificate.fingerprint(hashes.SHA256()).hex()


@dataclass
class Device:
    public_key: str
    name: str
    revoked: bool = False


@dataclass
class Practice:
    """The server's memory; `clock` is its hour, `faults` are used up one a request."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = "Cabinet du Test"
    fingerprint: str = ""
    code: JoinCode | None = None
    next_fingerprint: str = ""
    devices: dict[UUID, Device] = field(default_factory=dict)
    stored: dict[UUID, wire.Message] = field(default_factory=dict)
    received: list[UUID] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refuse: Callable[[wire.Message], str] = lambda _message: ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def show_code(self) -> str:
        shown, self.code = new_code(self.clock())
        return shown

    def hello(self, raw: bytes) -> wire.EnrolOffer:
        self.code, answer = offer(self.code, wire.decode(wire.EnrolHello, raw), self.fingerprint, self.clock())
        return answer

    def enrol(self, raw: bytes) -> wire.EnrolAnswer:
        request = wire.decode(wire.EnrolRequest, raw)
        try:
            self.code = accept(self.code, request, self.fingerprint, self.clock())
        except CodeRefused:
            self.code = self.code and failed_attempt(self.code)
            raise
        known = [device for device, about in self.devices.items() if about.public_key == request.public_key]
        device = known[0] if known else uuid7(self.clock())
        self.devices[device] = Device(request.public_key, wire.clean_name(request.name))
        return wire.EnrolAnswer(device, self.name)

    def receive(self, request: Request, headers: dict[str, str]) -> wire.BatchAnswer:
        device = self.devices.get(signing_device(headers))
        if device is None:
            raise SignatureRefused
        verify_request(device.public_key, request, headers, self.clock())
        if device.revoked:
            raise DeviceRevoked
        batch = wire.read_batch(request.body)
        if batch.device != signing_device(headers):
            raise SignatureRefused
        self.offsets.append(batch.clock_offset)
        self.received += wire.ids(batch.messages)
        refused = [wire.Refused(one.id, reason) for one in batch.messages if (reason := self.refuse(one))]
        good = [one for one in batch.messages if not self.refuse(one)]
        for message in good:
            self.stored.setdefault(message.id, message)
        return wire.BatchAnswer(wire.ids(good), self.clock(), tuple(refused), self.next_fingerprint)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        practice = self.server.practice
        with practice.lock:
            practice.requests.append(self.path)
            fault = practice.faults.pop(0) if practice.faults else None
        if fault and fault(self):
            self.close_connection = True
            return
        self.answer(*self.outcome())

    def outcome(self) -> tuple[int, bytes]:
        length = int(self.headers.get("Content-Length", "0"))
        try:
            if length > wire.LARGEST_PACKED:
                raise MessageTooLarge
            document = self.handled(self.rfile.read(length))
        except ClockOff as error:
            return error.status, wire.encode(wire.Refusal(error.code, error.sentence, self.server.practice.clock()))
        except Rejected as error:
            return error.status, wire.encode(wire.Refusal(error.code, error.sentence))
        return (200, wire.encode(document)) if document else (404, b"{}")

    def handled(self, body: bytes) -> msgspec.Struct | None:
        practice = self.server.practice
        with practice.lock:
            match self.path:
                case wire.HELLO_PATH:
                    return practice.hello(body)
                case wire.JOIN_PATH:
                    return practice.enrol(body)
                case wire.BATCH_PATH:
                    return practice.receive(Request("POST", self.path, body), dict(self.headers))
        return None

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    practice: Practice
    context: ssl.SSLContext | None = None

    def finish_request(self, request, client_address) -> None:
        """The handshake is done in the request's own thread: a slow client does not stop the others."""
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)
        if self.context is not None:
            request.close()

    def handle_error(self, *_: object) -> None:
        """Clients that leave are what these tests are about."""


@contextmanager
def serving(practice: Practice, certificate: tuple[Path, str] | None = None, port: int = 0) -> Iterator[str]:
    """The address of a running server; with a certificate, over TLS."""
    server = Server(("127.0.0.1", port), Handler)
    server.practice = practice
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate[0])
        server.context, practice.fingerprint = context, certificate[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


# Faults


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    def fault(handler: Handler) -> bool:
        handler.rfile.read(int(handler.headers["Content-Length"]))  # or the answer is lost in a reset
        handler.answer(code, body, **headers)
        return True

    return fault


def cut_after_storing(handler: Handler) -> bool:
    """What it was sent is stored, and the answer is cut in its middle."""
    code, body = handler.outcome()
    handler.send_response(code)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    return True


def cut_at_once(handler: Handler) -> bool:
    handler.connection.close()
    return True


def giant(handler: Handler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(4_000):
            handler.wfile.write(b"[" * 65_536)
    except OSError:
        handler.server.practice.requests.append("gave up")
    return True


def drip(handler: Handler) -> bool:
    """A byte every tenth of a second, for as long as the client stays."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        for _ in range(300):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    return True


def drip_headers(handler: Handler) -> bool:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(300):
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    return True


def said(**values: object) -> bytes:
    return json.dumps({"schema": wire.SCHEMA, **values}).encode()
