"""A certificate that somebody else made for the practice: judged before it is served, never in front of a patient."""

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from hygie.web.server.certificate import Certificate, leaf, read_bounded
from hygie.web.server.errors import CertificateRefused, CertificateUnreadable

_SMALLEST_RSA: Final = 2048


def given_certificate(chain: Path, key: Path, host: str, now: datetime) -> Certificate:
    """The pair, once it is known to be readable, matching, valid now, strong enough, and made for `host`.

    CertificateUnreadable (also for a key with a password) or CertificateRefused, which says what is wrong.
    """
    certificate = Certificate(chain, key)
    found, private = leaf(certificate), _private_key(key)
    _refuse_other_key(found, private)
    _refuse_weak_key(private)
    _refuse_other_time(found, now)
    _refuse_other_host(found, host)
    return certificate


def _private_key(path: Path) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(read_bounded(path), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateUnreadable("La clé du certificat") from error


def _refuse_other_key(found: x509.Certificate, private: PrivateKeyTypes) -> None:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if found.public_key().public_bytes(*form) != private.public_key().public_bytes(*form):
        raise CertificateRefused("la clé donnée est celle d’un autre certificat")


def _refuse_weak_key(private: PrivateKeyTypes) -> None:
    strong_rsa = isinstance(private, rsa.RSAPrivateKey) and private.key_size >= _SMALLEST_RSA
    if not (strong_rsa or isinstance(private, ec.EllipticCurvePrivateKey)):
        raise CertificateRefused("sa clé est trop faible, ou d’une sorte que les navigateurs ne connaissent pas")


def _refuse_other_time(found: x509.Certificate, now: datetime) -> None:
    if now >= found.not_valid_after_utc:
        raise CertificateRefused("il a expiré")
    if now < found.not_valid_before_utc:
        raise CertificateRefused("il n’est pas encore valable, ou l’horloge de cet ordinateur est fausse")


def _refuse_other_host(found: x509.Certificate, host: str) -> None:
    names = _names(found)
    if names is None:
        raise CertificateRefused("il ne nomme aucun serveur")
    if not _among(names, host.lower()):
        raise CertificateRefused("il est fait pour un autre nom de serveur")


def covers(certificate: Certificate, host: str) -> bool:
    """Whether a browser that asks for `host` (a name or an IP address) would accept it. CertificateUnreadable."""
    names = _names(leaf(certificate))
    return names is not None and _among(names, host.lower())


def _names(found: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _among(names: x509.SubjectAlternativeName, host: str) -> bool:
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        return _among_dns((name.lower() for name in names.get_values_for_type(x509.DNSName)), host)


def _among_dns(names: Iterable[str], host: str) -> bool:
    """A star stands for one whole first label, as browsers read it."""
    any_first_label = f"*.{host.partition('.')[2]}"
    return any(name == host or (name == any_first_label and name.count(".") > 1) for name in names)
