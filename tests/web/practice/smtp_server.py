"""A small SMTP server on loopback, with real TLS (STARTTLS), for the tests of reminders. It keeps what it received."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class _Handler(socketserver.StreamRequestHandler):
    server: "SmtpServer"

    def handle(self) -> None:
        self.secure = False
        self.say(self.server.greeting)
        while line := self.rfile.readline(1000):
            verb = line.split(b" ")[0].strip().upper().decode("ascii", "replace")
            self.server.verbs.append(verb)
            if verb == "QUIT":
                self.say("221 fin")
                return
            self.answer(verb, line)

    def answer(self, verb: str, line: bytes) -> None:
        if verb == "EHLO":
            self.say(
                "250-essai", "250-AUTH PLAIN LOGIN", *(["250-STARTTLS"] if self.offers_tls() else []), "250 8BITMIME"
            )
        elif verb == "STARTTLS":
            self.start_tls()
        elif verb == "AUTH":
            self.server.secrets.append((self.secure, line))
            self.say(self.server.auth)
        elif verb == "RCPT":
            self.say(self.server.rcpt)
        elif verb == "DATA":
            self.receive()
        else:
            self.say("250 bien")

    def offers_tls(self) -> bool:
        return self.server.context is not None and not self.secure

    def start_tls(self) -> None:
        self.say("220 allez-y")
        assert self.server.context is not None
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
        self.secure = True

    def receive(self) -> None:
        self.say("354 dites")
        lines: list[bytes] = []
        while (line := self.rfile.readline(10_000)) not in (b".\r\n", b""):
            lines.append(line)
        self.server.messages.append((self.secure, b"".join(lines)))
        self.say("250 pris")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class SmtpServer(socketserver.ThreadingTCPServer):
    """`messages` and `secrets` tell whether each came through TLS."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.greeting, self.auth, self.rcpt = "220 essai", "235 entrez", "250 bien"
        self.messages: list[tuple[bool, bytes]] = []
        self.secrets: list[tuple[bool, bytes]] = []
        self.verbs: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no fault of the test."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def smtp_server(context: ssl.SSLContext | None) -> Iterator[SmtpServer]:
    with SmtpServer(context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@contextmanager
def silent_server(drip: bytes = b"") -> Iterator[int]:
    """Accepts and never says a word; or says the same bytes again and again, without ever ending its line."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def keep() -> None:
            listening.settimeout(0.1)
            held = []
            while not stop.is_set():
                with suppress(TimeoutError):
                    held.append(listening.accept()[0])
                for connection in held:
                    with suppress(OSError):
                        connection.sendall(drip)

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        stop.set()
        thread.join()


def make_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost: its file, to be trusted, and the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "smtp.pem", folder / "smtp.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
