import ssl
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hygie.web.server import certificate as made
from hygie.web.server.certificate import Address, Certificate
from hygie.web.server.errors import CertificateUnreadable, HostRefused
from hygie.web.server.tls import Tls
from tests.web.server.running import HOST, NOW, connect, running, trusting

ADDRESSES = [ip_address("192.168.1.10")]


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def verify(authority: bytes, leaf: bytes, folder: Path, *checks: str) -> subprocess.CompletedProcess[str]:
    (folder / "authority.pem").write_bytes(authority)
    (folder / "leaf.pem").write_bytes(leaf)
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", *checks]
    files = ["-CAfile", str(folder / "authority.pem"), str(folder / "leaf.pem")]
    return subprocess.run([*command, *files], capture_output=True, text=True, check=False)


def misuse(host: str, addresses: Sequence[Address], *, allowed: Sequence[Address] = ()) -> tuple[bytes, bytes]:
    """What somebody could sign who had kept the key of the authority of HOST: authority and certificate."""
    return misuse_with_key(host, addresses, allowed=allowed)[:2]


def misuse_with_key(
    host: str, addresses: Sequence[Address], *, allowed: Sequence[Address] = ()
) -> tuple[bytes, bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    authority = made._authority(HOST, allowed, key.public_key(), NOW).sign(key, hashes.SHA256())
    leaf = made._leaf(host, addresses, key.public_key(), authority, NOW).sign(key, hashes.SHA256())
    return pem(authority), pem(leaf), made._pem_of_key(key).encode()


def extension(certificate: bytes, kind: type[x509.ExtensionType]) -> x509.Extension[x509.ExtensionType]:
    return x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(kind)


@pytest.fixture
def served(tmp_path: Path) -> Certificate:
    return made.make_certificate(tmp_path, HOST, ADDRESSES, NOW)


def test_openssl_accepts_it_for_its_host_and_its_address_only(served: Certificate, tmp_path: Path) -> None:
    authority, leaf = made.authority_pem(served), pem(made.leaf(served))
    for good in (["-verify_hostname", HOST], ["-verify_ip", "192.168.1.10"]):
        assert verify(authority, leaf, tmp_path, *good).returncode == 0
    for bad in (["-verify_hostname", "banque.example"], ["-verify_ip", "192.168.1.11"]):
        assert verify(authority, leaf, tmp_path, *bad).returncode != 0


@pytest.mark.parametrize(
    ("host", "addresses", "allowed"),
    [
        ("banque.example", [], []),
        ("accueil.local.banque.example", [], []),
        (HOST, ["192.168.1.10"], []),
        (HOST, ["2001:db8::1"], []),
        (HOST, ["192.168.1.11"], ["192.168.1.10"]),
        (HOST, ["2001:db8::1"], ["192.168.1.10"]),
        (HOST, ["192.168.1.10"], ["2001:db8::1"]),
    ],
)
def test_even_with_its_key_the_authority_could_vouch_for_nothing_else(
    host: str, addresses: list[str], allowed: list[str], tmp_path: Path
) -> None:
    pair = misuse(host, [*map(ip_address, addresses)], allowed=[*map(ip_address, allowed)])
    refused = verify(*pair, tmp_path)
    assert refused.returncode != 0
    assert "subtree violation" in refused.stderr
    honest = misuse(HOST, [*map(ip_address, allowed)], allowed=[*map(ip_address, allowed)])
    assert verify(*honest, tmp_path).returncode == 0


def test_the_limits_are_critical_and_those_that_the_misuse_was_judged_by(tmp_path: Path) -> None:
    authority = made.authority_pem(made.make_certificate(tmp_path, HOST, [], NOW))
    limits = extension(authority, x509.NameConstraints)
    assert limits.critical
    assert limits == extension(misuse(HOST, [])[0], x509.NameConstraints)


def test_an_authority_can_make_no_other_authority(served: Certificate) -> None:
    authority = made.authority_pem(served)
    basic = extension(authority, x509.BasicConstraints)
    assert basic.critical
    assert basic.value == x509.BasicConstraints(ca=True, path_length=0)
    usage = extension(authority, x509.KeyUsage).value
    assert isinstance(usage, x509.KeyUsage)
    assert usage.key_cert_sign
    assert [usage.digital_signature, usage.crl_sign] == [False, False]


def test_the_key_of_the_authority_is_nowhere_on_the_disk(served: Certificate, tmp_path: Path) -> None:
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [served.key]
    text = served.key.read_bytes()
    assert text.count(b"PRIVATE KEY-----") == 2  # one key: its first and its last line
    key = serialization.load_pem_private_key(text, None)
    assert key.public_key() == made.leaf(served).public_key()
    assert key.public_key() != made.chain(served)[-1].public_key()


def test_only_this_account_reads_it(served: Certificate) -> None:
    assert served.key.stat().st_mode & 0o777 == 0o600
    assert served.key.parent.stat().st_mode & 0o777 == 0o700


def test_authority_and_certificate_live_as_long_as_phones_accept(served: Certificate) -> None:
    for one in made.chain(served):
        assert one.not_valid_after_utc - one.not_valid_before_utc == timedelta(days=397)
        assert one.not_valid_before_utc == NOW - timedelta(days=1)
    assert made.expires_at(served) == NOW + timedelta(days=396)


@pytest.mark.parametrize(
    ("after", "wanted"),
    [(-2, True), (0, False), (365, False), (366, True), (400, True), (4000, True)],
)
def test_renewal_is_asked_thirty_days_ahead_or_when_a_clock_was_wrong(
    served: Certificate, after: int, *, wanted: bool
) -> None:
    assert made.needs_renewal(served, NOW + timedelta(days=after)) is wanted


def test_the_fingerprint_is_that_of_the_certificate_on_the_wire(served: Certificate) -> None:
    shown = subprocess.run(
        ["openssl", "x509", "-in", str(served.chain), "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.strip().partition("=")[2].replace(":", "").lower() == made.fingerprint(served)


def test_each_certificate_is_a_new_one(tmp_path: Path) -> None:
    first = made.make_certificate(tmp_path, HOST, [], NOW)
    before, authority = made.fingerprint(first), made.authority_pem(first)
    second = made.make_certificate(tmp_path, HOST, [], NOW)
    assert made.fingerprint(second) != before
    assert made.authority_pem(second) != authority


def test_the_next_one_is_announced_then_served(tmp_path: Path) -> None:
    made.make_certificate(tmp_path, HOST, [], NOW)
    announced = made.fingerprint(made.prepare_next(tmp_path, HOST, [], NOW))
    assert made.fingerprint(made.prepare_next(tmp_path, HOST, [], NOW)) == announced
    current = made.made_certificate(tmp_path)
    assert current is not None
    assert made.fingerprint(current) != announced
    assert made.fingerprint(made.promote_next(tmp_path)) == announced
    with pytest.raises(CertificateUnreadable):
        made.promote_next(tmp_path)


def test_a_stale_next_one_is_made_again(tmp_path: Path) -> None:
    old = made.fingerprint(made.prepare_next(tmp_path, HOST, [], NOW - timedelta(days=380)))
    assert made.fingerprint(made.prepare_next(tmp_path, HOST, [], NOW)) != old


def test_a_failed_writing_leaves_the_former_pair_whole(
    served: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served.key.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="space"):
        made.make_certificate(tmp_path, HOST, [], NOW)
    assert served.key.read_bytes() == before
    assert [path.name for path in served.key.parent.iterdir()] == [made.CURRENT]


def test_without_a_certificate_there_is_none(tmp_path: Path) -> None:
    assert made.made_certificate(tmp_path) is None


def test_a_wrong_host_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(HostRefused):
        made.make_certificate(tmp_path, "*.fr", [], NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\x00" * 200, b"-----BEGIN CERTIFICATE-----\n", b"A" * 200_000])
def test_a_damaged_file_is_said_to_be_unreadable(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.pem"
    path.write_bytes(content)
    for read in (made.leaf, made.fingerprint, made.expires_at, made.authority_pem):
        with pytest.raises(CertificateUnreadable) as told:
            read(Certificate(path, path))
        assert told.value.exit_code == 3


@pytest.mark.parametrize(("host", "accepted"), [(HOST, True), ("banque.example", False)])
def test_python_refuses_a_certificate_beyond_the_limits(host: str, *, accepted: bool, tmp_path: Path) -> None:
    authority, leaf, key = misuse_with_key(host, [])
    path = tmp_path / "forged.pem"
    path.write_bytes(key + leaf + authority)
    forged = Certificate(path, path)
    with running(tls=Tls(forged, host)) as port:
        if accepted:
            connect(port, trusting(forged), host).close()
            return
        with pytest.raises(ssl.SSLCertVerificationError, match="subtree violation"):
            connect(port, trusting(forged), host)
