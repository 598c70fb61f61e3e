"""The certificate that Hygie makes for the practice's own network.

A local authority signs one certificate, and its key is forgotten at once: nobody, Hygie included, can sign a second
one with the authority that the practice's browsers trust. So both live 397 days, and a renewal makes a new authority.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hygie.web.crypto.keys import write_private
from hygie.web.server.errors import CertificateUnreadable
from hygie.web.server.listen import host_name

FOLDER: Final = "tls"
CURRENT: Final = "server.pem"
NEXT: Final = "next.pem"
LIFE: Final = timedelta(days=397)  # browsers of phones refuse longer ones
RENEW_BEFORE: Final = timedelta(days=30)
_CLOCKS_BEHIND: Final = timedelta(days=1)
_EVERY_ADDRESS: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_LONGEST_NAME: Final = 64  # of a commonName
_LARGEST: Final = 100_000

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files to serve with: `chain` holds the certificate first, `key` its private key; one file may be both."""

    chain: Path
    key: Path


def make_certificate(
    folder: Path, host: str, addresses: Sequence[Address], now: datetime, name: str = CURRENT
) -> Certificate:
    """Make an authority and one certificate for `host` (and `addresses`), and write them under `folder`/tls.

    The authority may vouch for `host` and the names below it, for these addresses, and for nothing else. Its private
    key stays in this function: never written, never returned. One file of mode 0600, replaced whole, holds the key,
    the certificate and the authority, so that a crash never leaves a key beside another one's certificate.
    HostRefused when `host` is no host name.
    """
    host = host_name(host)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(host, addresses, authority_key.public_key(), now).sign(authority_key, hashes.SHA256())
    leaf = _leaf(host, addresses, key.public_key(), authority, now).sign(authority_key, hashes.SHA256())
    path = folder / FOLDER / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, _pem_of_key(key) + _pem(leaf) + _pem(authority))
    return Certificate(path, path)


def made_certificate(folder: Path) -> Certificate | None:
    """The certificate that Hygie serves with, when it made one."""
    path = folder / FOLDER / CURRENT
    return Certificate(path, path) if path.is_file() else None


def next_certificate(folder: Path) -> Certificate | None:
    """The certificate prepared for later, when there is one."""
    path = folder / FOLDER / NEXT
    return Certificate(path, path) if path.is_file() else None


def prepare_next(folder: Path, host: str, addresses: Sequence[Address], now: datetime) -> Certificate:
    """The next certificate, made ahead of time so that its fingerprint can be announced under the present one."""
    path = folder / FOLDER / NEXT
    if path.is_file() and not needs_renewal(ahead := Certificate(path, path), now):
        return ahead
    return make_certificate(folder, host, addresses, now, NEXT)


def promote_next(folder: Path) -> Certificate:
    """Serve with the prepared certificate from the next start on. CertificateUnreadable when there is none."""
    path = folder / FOLDER / NEXT
    leaf(Certificate(path, path))
    path.replace(folder / FOLDER / CURRENT)
    return Certificate(folder / FOLDER / CURRENT, folder / FOLDER / CURRENT)


def leaf(certificate: Certificate) -> x509.Certificate:
    """The certificate itself, without its chain. CertificateUnreadable."""
    return chain(certificate)[0]


def chain(certificate: Certificate) -> list[x509.Certificate]:
    """The certificate, then those that vouch for it. CertificateUnreadable."""
    try:
        return x509.load_pem_x509_certificates(read_bounded(certificate.chain))
    except (OSError, ValueError) as error:
        raise CertificateUnreadable("Le certificat") from error


def authority_pem(certificate: Certificate) -> bytes:
    """The authority to install on the practice's computers, as PEM; it holds no secret. CertificateUnreadable."""
    return chain(certificate)[-1].public_bytes(serialization.Encoding.PEM)


def expires_at(certificate: Certificate) -> datetime:
    """The end of its validity, in UTC."""
    return leaf(certificate).not_valid_after_utc


def needs_renewal(certificate: Certificate, now: datetime) -> bool:
    """Whether it ends within 30 days, has ended, or has not begun (one of the clocks was wrong)."""
    found = leaf(certificate)
    return now >= found.not_valid_after_utc - RENEW_BEFORE or now < found.not_valid_before_utc


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate's DER, 64 hexadecimal digits: what a workstation keeps to know its server again."""
    return leaf(certificate).fingerprint(hashes.SHA256()).hex()


def read_bounded(path: Path) -> bytes:
    """The content of a small file. ValueError when it is too large to be a certificate, OSError as usual."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        content = file.read(_LARGEST + 1)
    if content is None or len(content) > _LARGEST:
        raise ValueError(_LARGEST)
    return content


def _authority(
    host: str, addresses: Sequence[Address], key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    name = _name(f"Hygie, autorité de {host}")
    return (
        _dated(now)
        .subject_name(name)
        .issuer_name(name)
        .public_key(key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_limits(host, addresses), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _leaf(
    host: str,
    addresses: Sequence[Address],
    key: ec.EllipticCurvePublicKey,
    authority: x509.Certificate,
    now: datetime,
) -> x509.CertificateBuilder:
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    names = [x509.DNSName(host), *map(x509.IPAddress, addresses)]
    return (
        _dated(now)
        .subject_name(_name(host))
        .issuer_name(authority.subject)
        .public_key(key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )


def _limits(host: str, addresses: Iterable[Address]) -> x509.NameConstraints:
    """Only this host and these addresses: a kind of name that is not mentioned would be free, so each one is."""
    own = [ip_network(address) for address in addresses]
    families = {network.version for network in own}
    barred = [network for network in _EVERY_ADDRESS if network.version not in families]
    return x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(host), *map(x509.IPAddress, own)],
        excluded_subtrees=[*map(x509.IPAddress, barred)] or None,
    )


def _dated(now: datetime) -> x509.CertificateBuilder:
    begins = now - _CLOCKS_BEHIND
    builder = x509.CertificateBuilder().serial_number(x509.random_serial_number())
    return builder.not_valid_before(begins).not_valid_after(begins + LIFE)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_LONGEST_NAME])])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode("ascii")
