import hashlib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hygie.web.server.certificate import Certificate, fingerprint, leaf, make_certificate, prepare_next, promote_next
from hygie.web.server.errors import CertificateUnreadable
from hygie.web.server.tls import Tls
from tests.web.server.running import HOST, NOW, ask, certificate, connect, everything, running, say, trusting


@pytest.fixture
def made(tmp_path: Path) -> Certificate:
    return certificate(tmp_path)


@pytest.fixture
def port(made: Certificate) -> Iterator[int]:
    with running(tls=Tls(made, HOST)) as port:
        yield port


def test_a_browser_that_trusts_the_authority_is_served_in_tls_1_3(made: Certificate, port: int) -> None:
    with connect(port, trusting(made)) as sock:
        assert isinstance(sock, ssl.SSLSocket)
        assert sock.version() == "TLSv1.3"
    assert ask(port, context=trusting(made))[2] == b"https 127.0.0.1 0"


def test_the_certificate_on_the_wire_is_the_one_whose_fingerprint_is_told(made: Certificate, port: int) -> None:
    with connect(port, trusting(made)) as sock:
        assert isinstance(sock, ssl.SSLSocket)
        served = sock.getpeercert(binary_form=True)
    assert served is not None
    assert hashlib.sha256(served).hexdigest() == fingerprint(made)


def test_another_name_or_another_authority_is_refused_by_the_client(
    made: Certificate, port: int, tmp_path: Path
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(port, trusting(made), "banque.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(port, trusting(certificate(tmp_path / "other")))


def client(port: int, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options]
    return subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=20)


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(version: str, port: int) -> None:
    refused = client(port, version, "-cipher", "ALL:@SECLEVEL=0")
    assert "Cipher is (NONE)" in refused.stdout
    assert refused.returncode != 0


@pytest.mark.parametrize("cipher", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "NULL"])
def test_tls_1_2_without_forward_secrecy_or_authenticated_encryption_is_refused(cipher: str, port: int) -> None:
    assert "Cipher is (NONE)" in client(port, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0").stdout


def test_tls_1_2_with_both_is_served(port: int) -> None:
    assert "Cipher is ECDHE-ECDSA-AES" in client(port, "-tls1_2").stdout


def test_a_browser_that_speaks_plain_http_is_sent_to_the_encrypted_address(made: Certificate, port: int) -> None:
    answer = say(port, b"GET /secret?code=12 HTTP/1.1\r\nHost: evil.example\r\nCookie: a=b\r\n\r\n").decode()
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 302 Found\r\n")
    assert f"\r\nLocation: https://{HOST}:{port}/\r\n" in head + "\r\n"
    assert "Cette adresse est chiffrée" in body
    assert "evil" not in answer
    assert "code" not in answer
    assert ask(port, context=trusting(made))[0] == 200


@pytest.mark.parametrize(
    "text", [b"", b"\x00", b"G", b"x" * 40_000, b"\x16\x03\x01\x00\x05hello", b"\x16" * 2000, b"\x80\x2e\x01\x00\x02"]
)
def test_noise_on_the_encrypted_port_ends_in_silence(text: bytes, made: Certificate, port: int) -> None:
    heard = b""
    with connect(port) as sock, suppress(ConnectionError, OSError):  # cut off before the last word is silence too
        sock.sendall(text)
        sock.shutdown(socket.SHUT_WR)
        heard = everything(sock)
    assert b"Hygie" not in heard
    assert ask(port, context=trusting(made))[0] == 200


def test_a_body_of_sixty_megabytes_is_refused_under_tls_too(made: Certificate, port: int) -> None:
    status, _, body = ask(port, "POST", b"x" * 60_000_000, trusting(made))
    assert status == 413
    assert "trop gros" in body.decode()


def test_a_renewed_certificate_is_served_without_a_stop(tmp_path: Path) -> None:
    first = make_certificate(tmp_path, HOST, [], NOW)
    trusts_first, tls = trusting(first), Tls(first, HOST)
    with running(tls=tls) as port:
        assert ask(port, context=trusts_first)[0] == 200
        prepare_next(tmp_path, HOST, [], NOW)
        assert ask(port, context=trusts_first)[0] == 200
        second = promote_next(tmp_path)
        tls.reload(second)
        assert ask(port, context=trusting(second))[0] == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(port, trusts_first)


def test_a_damaged_certificate_is_told_before_anything_listens(made: Certificate, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_bytes(b"")
    for chain, key in ((empty, made.key), (made.chain, empty), (tmp_path / "absent", made.key)):
        with pytest.raises(CertificateUnreadable):
            Tls(Certificate(chain, key), HOST)


def test_a_renewal_that_does_not_load_changes_nothing(made: Certificate, tmp_path: Path) -> None:
    tls = Tls(made, HOST)
    with running(tls=tls) as port:
        with pytest.raises(CertificateUnreadable):
            tls.reload(Certificate(tmp_path / "absent", tmp_path / "absent"))
        assert ask(port, context=trusting(made))[0] == 200
    assert leaf(made)
