import os
import subprocess
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from hygie.core.errors import HygieError
from hygie.web.server.certificate import Certificate, make_certificate
from hygie.web.server.errors import CertificateRefused, CertificateUnreadable
from hygie.web.server.given import covers, given_certificate
from hygie.web.server.tls import Tls
from tests.web.server.running import HOST, NOW, ask, certificate, running, trusting


def openssl_pair(folder: Path, algorithm: list[str], names: str) -> tuple[Path, Path]:
    """A pair that another tool made."""
    chain, key = folder / "given.pem", folder / "given.key"
    command = ["openssl", "req", "-x509", "-newkey", *algorithm, "-nodes", "-days", "90", "-subj", "/CN=donne"]
    extensions = ["-addext", f"subjectAltName={names}"] if names else []
    files = ["-keyout", str(key), "-out", str(chain)]
    subprocess.run([*command, *extensions, *files], check=True, capture_output=True)
    return chain, key


P256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


@pytest.mark.parametrize("algorithm", [P256, ["rsa:2048"]])
@pytest.mark.parametrize("names", ["DNS:accueil.local", "DNS:autre.local,DNS:ACCUEIL.local", "DNS:*.cabinet.example"])
def test_a_good_pair_is_taken_as_it_is(algorithm: list[str], names: str, tmp_path: Path) -> None:
    host = "srv.cabinet.example" if "*" in names else HOST
    chain, key = openssl_pair(tmp_path, algorithm, names)
    given = given_certificate(chain, key, host, NOW + timedelta(hours=1))
    assert (given.chain, given.key) == (chain, key)
    assert covers(given, host.upper())


def test_a_given_pair_serves(tmp_path: Path) -> None:
    chain, key = openssl_pair(tmp_path, P256, "DNS:accueil.local")
    given = given_certificate(chain, key, HOST, NOW + timedelta(hours=1))
    with running(tls=Tls(given, HOST)) as port:
        assert ask(port, context=trusting(given))[0] == 200


def test_an_address_may_be_what_it_is_for(tmp_path: Path) -> None:
    made = make_certificate(tmp_path, HOST, [ip_address("192.168.1.10")], NOW)
    assert given_certificate(made.chain, made.key, "192.168.1.10", NOW)
    with pytest.raises(CertificateRefused):
        given_certificate(made.chain, made.key, "192.168.1.11", NOW)


@pytest.mark.parametrize(
    ("names", "host"),
    [
        ("DNS:autre.local", HOST),
        ("DNS:*.local", "a.accueil.local"),
        ("DNS:*", HOST),
        ("DNS:*.local", HOST),
        ("DNS:accueil.local", "accueil.local.banque.example"),
        ("IP:192.168.1.10", HOST),
        ("", HOST),
    ],
)
def test_a_pair_for_another_name_is_refused(names: str, host: str, tmp_path: Path) -> None:
    chain, key = openssl_pair(tmp_path, P256, names)
    with pytest.raises(CertificateRefused):
        given_certificate(chain, key, host, NOW + timedelta(hours=1))
    assert not covers(Certificate(chain, key), host)


@pytest.mark.parametrize(("days", "word"), [(397, "expiré"), (-2, "horloge")])
def test_a_pair_out_of_its_time_is_refused(days: int, word: str, tmp_path: Path) -> None:
    made = certificate(tmp_path)
    with pytest.raises(CertificateRefused, match=word):
        given_certificate(made.chain, made.key, HOST, NOW + timedelta(days=days))


def test_the_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    one, other = certificate(tmp_path / "one"), certificate(tmp_path / "other")
    with pytest.raises(CertificateRefused, match="clé"):
        given_certificate(one.chain, other.key, HOST, NOW)


@pytest.mark.parametrize("algorithm", [["rsa:1024"], ["ed25519"]])
def test_a_key_that_browsers_refuse_is_refused(algorithm: list[str], tmp_path: Path) -> None:
    chain, key = openssl_pair(tmp_path, algorithm, "DNS:accueil.local")
    with pytest.raises(CertificateRefused, match="clé"):
        given_certificate(chain, key, HOST, NOW + timedelta(hours=1))


def test_a_key_with_a_password_is_said_to_be_unreadable_and_asks_nothing(tmp_path: Path) -> None:
    chain, key = openssl_pair(tmp_path, P256, "DNS:accueil.local")
    locked = tmp_path / "locked.key"
    command = ["openssl", "pkcs8", "-topk8", "-in", str(key), "-out", str(locked), "-passout", "pass:x"]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(CertificateUnreadable, match="clé"):
        given_certificate(chain, locked, HOST, NOW + timedelta(hours=1))


def damage(path: Path, how: str) -> None:
    path.unlink()
    if how == "folder":
        path.mkdir()
    elif how == "pipe":
        os.mkfifo(path)
    elif how != "absent":
        path.write_bytes({"empty": b"", "noise": os.urandom(2000), "endless": b"-" * 1_000_000}[how])


@pytest.mark.parametrize("how", ["absent", "folder", "pipe", "empty", "noise", "endless"])
@pytest.mark.parametrize("which", ["chain", "key"])
def test_what_cannot_be_read_is_said_so_and_never_waited_for(how: str, which: str, tmp_path: Path) -> None:
    paths = dict(zip(("chain", "key"), openssl_pair(tmp_path, P256, "DNS:accueil.local"), strict=True))
    damage(paths[which], how)
    with pytest.raises(HygieError) as told:
        given_certificate(paths["chain"], paths["key"], HOST, NOW)
    assert told.value.exit_code == 3
