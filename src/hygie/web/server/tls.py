"""TLS on the practice's network: the context, and the handshake done by a worker instead of by who accepts.

Whoever connects and says nothing must not keep the others waiting. Who speaks plain HTTP is told where to go.
"""

import socket
import ssl
from contextlib import suppress
from typing import Any, Final

from cheroot.errors import FatalSSLAlert
from cheroot.makefile import MakeFile
from cheroot.ssl import Adapter

from hygie.web.server.certificate import Certificate
from hygie.web.server.errors import CertificateUnreadable

_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2: forward secrecy and authenticated encryption
_HANDSHAKE: Final = b"\x16"
_LARGEST_PLAIN_REQUEST: Final = 16_384


def modern_context(certificate: Certificate) -> ssl.SSLContext:
    """TLS 1.2 with forward secrecy at least, 1.3 preferred. CertificateUnreadable when the pair does not load."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    load(context, certificate)
    return context


def load(context: ssl.SSLContext, certificate: Certificate) -> None:
    """Serve with this certificate from the next handshake on. CertificateUnreadable, and nothing changes."""
    try:
        # An empty password: OpenSSL would ask for one at the terminal, where nobody sits.
        context.load_cert_chain(certificate.chain, certificate.key, password="")
    except (OSError, ValueError) as error:
        raise CertificateUnreadable("Le certificat ou sa clé") from error


class Tls:
    """The certificate to serve with and the name it is for; `reload` takes a renewed one without a stop."""

    def __init__(self, certificate: Certificate, host: str) -> None:
        """CertificateUnreadable when the pair does not load."""
        self.host = host
        self.context = modern_context(certificate)

    def reload(self, certificate: Certificate) -> None:
        """New connections get this certificate; those that are open keep theirs."""
        load(self.context, certificate)


class Encryption(Adapter):
    """cheroot's own adapter shakes hands in the thread that accepts, hence one slow client stops them all."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Only the context is kept: what cheroot's base class holds (paths, a password) is of no use here."""
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        """The listening socket stays plain."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        """Prepare for TLS without reading anything yet."""
        try:
            wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            raise FatalSSLAlert(*error.args) from error
        return wrapped, self.get_environ()

    def get_environ(self) -> dict[str, str]:
        """What the application needs to know: that the link is encrypted."""
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(self, sock: ssl.SSLSocket, mode: str = "r", bufsize: int = -1) -> Any:
        """The same buffered files as without TLS."""
        return MakeFile(sock, mode, bufsize)


def shake_hands(sock: ssl.SSLSocket, address: str) -> bool:
    """Whether TLS is on. A client that speaks plain HTTP is sent to `address`; any other failure is silent."""
    try:
        if not _starts_tls(sock):
            _redirect(sock, address)
            return False
        sock.do_handshake()
    except (OSError, ValueError):
        return False
    return True


# The plain methods of socket.socket, because those of SSLSocket refuse before the handshake.


def _starts_tls(sock: ssl.SSLSocket) -> bool:
    return socket.socket.recv(sock, 1, socket.MSG_PEEK) in (_HANDSHAKE, b"")


def _redirect(sock: ssl.SSLSocket, address: str) -> None:
    """Answer in clear, without a word of what was asked. The request is read first, or the answer would be lost."""
    read = b""
    while b"\r\n\r\n" not in read and len(read) < _LARGEST_PLAIN_REQUEST:
        received = socket.socket.recv(sock, 4096)
        if not received:
            return
        read += received
    body = f"Cette adresse est chiffrée. Ouvrez : {address}\n".encode()
    head = (
        f"HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with suppress(OSError):
        socket.socket.sendall(sock, head.encode("ascii") + body)
