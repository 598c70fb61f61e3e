"""Is a private key protected? Judged on keys that ssh-keygen and openssl really made."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.private_keys import is_private_key, is_unprotected

KINDS = [
    ("ed25519", []),
    ("ecdsa", []),
    ("rsa", ["-b", "2048"]),
    ("rsa", ["-b", "2048", "-m", "PEM"]),
    ("rsa", ["-b", "2048", "-m", "PKCS8"]),
]


def keygen(path: Path, kind: str, options: list[str], phrase: str) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *options, "-N", phrase, "-f", path], check=True)
    return path.read_text()


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("phrase", ["", "une phrase secrète"])
def test_a_key_of_ssh_keygen_is_recognised_with_its_protection(
    tmp_path: Path, kind: str, options: list[str], phrase: str
) -> None:
    text = keygen(tmp_path / "id", kind, options, phrase)
    assert is_private_key(text)
    assert is_unprotected(text) == (phrase == "")


@pytest.mark.parametrize("options", [[], ["-aes256", "-pass", "pass:secret"]])
def test_a_key_of_openssl_is_recognised_with_its_protection(tmp_path: Path, options: list[str]) -> None:
    command = ["openssl", "genpkey", "-algorithm", "ED25519", *options, "-out", str(tmp_path / "key")]
    subprocess.run(command, check=True, capture_output=True)
    text = (tmp_path / "key").read_text()
    assert is_private_key(text)
    assert is_unprotected(text) == (options == [])


def test_a_key_keeps_its_protection_when_its_lines_end_as_on_windows(tmp_path: Path) -> None:
    for name, phrase in (("free", ""), ("kept", "secret")):
        text = keygen(tmp_path / name, "ed25519", [], phrase).replace("\n", "\r\n")
        assert is_private_key(text)
        assert is_unprotected(text) == (phrase == "")


@pytest.mark.parametrize(("method", "free"), [("none", True), ("aes256-cbc", False)])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_key_of_putty_says_its_protection(method: str, ending: str, *, free: bool) -> None:
    text = ending.join(
        ["PuTTY-User-Key-File-3: ssh-ed25519", f"Encryption: {method}", "Comment: poste", "Public-Lines: 2", ""]
    )
    assert is_private_key(text)
    assert is_unprotected(text) is free


@pytest.mark.parametrize(
    "text",
    ["", "ssh-ed25519 AAAAC3Nza helene@poste", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN PUBLIC KEY-----\n",
     "notes: -----BEGIN OPENSSH PRIVATE KEY-----", "Host *\n  IdentityFile id"],
)  # fmt: skip
def test_what_is_not_a_private_key_is_left_alone(text: str) -> None:
    assert not is_private_key(text)


def test_a_damaged_key_is_not_said_to_be_open() -> None:
    assert not is_unprotected("-----BEGIN OPENSSH PRIVATE KEY-----\n!!!\n-----END OPENSSH PRIVATE KEY-----\n")


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "replace")))
def test_whatever_the_text_there_is_an_answer(text: str) -> None:
    for body in (text, f"-----BEGIN OPENSSH PRIVATE KEY-----\n{text}", f"PuTTY-User-Key-File-2: {text}"):
        assert is_private_key(body) in (True, False)
        assert is_unprotected(body) in (True, False)


@given(st.binary(min_size=0, max_size=60))
def test_a_key_is_open_only_when_its_cipher_is_none(raw: bytes) -> None:
    import base64

    body = base64.b64encode(b"openssh-key-v1\0" + raw).decode()
    text = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"
    assert is_unprotected(text) == raw[4:].startswith(b"none")


def test_the_programs_that_make_keys_are_there() -> None:
    assert all(os.access(f"/usr/bin/{name}", os.X_OK) for name in ("ssh-keygen", "openssl"))
