"""The practice's age identity and signing key: made once, sealed, never replaced; streams cut nothing in silence."""

import io
import os
import stat
import threading
from pathlib import Path

import pyrage
import pytest

from hygie.web.crypto import vault
from hygie.web.errors import SealBroken


@pytest.fixture
def folder(tmp_path, settings):
    settings.HYGIE_FOLDER = tmp_path
    return tmp_path / "vault"


def test_both_keys_are_made_once_and_sealed(folder):
    assert str(vault.identity()) == str(vault.identity())
    assert vault.signing_key().sign(b"x") == vault.signing_key().sign(b"x")
    assert {path.name for path in folder.iterdir()} == {"evidence-identity.sealed", "signing-key.sealed"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert str(vault.identity()) not in path.read_text()


def test_those_who_make_it_at_once_get_the_same(folder):
    found, gate = [], threading.Barrier(8)

    def ask():
        gate.wait()
        found.append(str(vault.identity()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in folder.iterdir()] == ["evidence-identity.sealed"]


@pytest.mark.parametrize("spoilt", [b"", b"h1.1.A", b"\xff", None])
def test_a_key_that_does_not_open_is_never_replaced(folder, spoilt):
    vault.identity()
    path = folder / "evidence-identity.sealed"
    spoilt = path.read_bytes()[:-5] if spoilt is None else spoilt
    path.write_bytes(spoilt)
    with pytest.raises(SealBroken):
        vault.identity()
    assert path.read_bytes() == spoilt


def test_one_sealed_key_does_not_open_as_the_other(folder):
    vault.identity()
    (folder / "evidence-identity.sealed").rename(folder / "signing-key.sealed")
    with pytest.raises(SealBroken):
        vault.signing_key()


@pytest.fixture
def pair():
    identity = pyrage.x25519.Identity.generate()
    return identity, identity.to_public()


def sealed(raw, recipient):
    target = io.BytesIO()
    with vault.encrypting(target, recipient) as clear:
        clear.write(raw)
    return target.getvalue()


def test_any_age_program_reads_what_is_written_and_the_reverse(pair):
    identity, recipient = pair
    raw = os.urandom(200_001)
    assert pyrage.decrypt(sealed(raw, recipient), [identity]) == raw
    with vault.decrypting(io.BytesIO(pyrage.encrypt(raw, [recipient])), identity) as clear:
        assert clear.read(1 << 20) == raw
        assert clear.read(1 << 20) == b""


def opened(whole, identity):
    with vault.decrypting(io.BytesIO(whole), identity) as clear:
        while clear.read(10_000):
            pass


def test_what_is_cut_or_another_s_raises_in_place_of_the_end(pair):
    identity, recipient = pair
    whole = sealed(os.urandom(200_000), recipient)
    for cut in (0, 10, 200, 70_000, len(whole) - 1):
        with pytest.raises(SealBroken):
            opened(whole[:cut], identity)
    with pytest.raises(SealBroken):
        opened(whole, pyrage.x25519.Identity.generate())
    opened(whole, identity)


def stopped(recipient):
    with vault.encrypting(io.BytesIO(), recipient) as clear:
        clear.write(bytes(1_000_000))
        raise ZeroDivisionError


def test_stopping_before_the_end_leaves_no_thread(pair):
    identity, recipient = pair
    with vault.decrypting(io.BytesIO(sealed(bytes(5_000_000), recipient)), identity) as clear:
        assert clear.read(10) == bytes(10)
    with pytest.raises(ZeroDivisionError):
        stopped(recipient)
    assert not [thread for thread in threading.enumerate() if thread.name == "hygie-age"]


def filled(recipient, size):
    with Path("/dev/full").open("wb", buffering=0) as target, vault.encrypting(target, recipient) as clear:
        clear.write(bytes(size))


@pytest.mark.parametrize("size", [0, 10, 70_000, 10_000_000])
def test_a_full_disk_is_told_as_the_system_says_it(pair, size):
    """Also when only the last bytes meet it."""
    with pytest.raises(OSError, match="No space left"):
        filled(pair[1], size)
