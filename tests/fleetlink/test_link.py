"""The server's address and what is remembered of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.event import uuid7
from hygie.fleetlink.errors import AddressRefused, LinkUnreadable, NotJoined, OutboxUnwritable
from hygie.fleetlink.link import LINK_FILE, Address, Link, follow_certificate, parse_address, read_link, write_link

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A, B, C = "a" * 64, "b" * 64, "c" * 64


def link(*fingerprints: str) -> Link:
    return Link("hygie.poste/1", "https://serveur.cabinet:8642", uuid7(NOW), "Cabinet", "Accueil", fingerprints, NOW)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://serveur.cabinet:8642", Address("serveur.cabinet", 8642, True)),
        (" https://serveur.cabinet:8642/ ", Address("serveur.cabinet", 8642, True)),
        ("https://192.168.1.20", Address("192.168.1.20", 443, True)),
        ("https://[fe80::1]:8642", Address("fe80::1", 8642, True)),
        ("serveur.cabinet", Address("serveur.cabinet", 8642, True)),
        ("192.168.1.20:9000", Address("192.168.1.20", 9000, True)),
        ("HTTPS://Serveur:1", Address("serveur", 1, True)),
        ("http://127.0.0.1:8642", Address("127.0.0.1", 8642, False)),
        ("http://127.9.9.9", Address("127.9.9.9", 80, False)),
        ("http://[::1]:8642", Address("::1", 8642, False)),
        ("http://localhost:8642", Address("localhost", 8642, False)),
    ],
)
def test_addresses_that_people_type(typed: str, address: Address) -> None:
    assert parse_address(typed) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "http://192.168.1.20:8642", "http://serveur", "http://localhost.evil.example", "http://127.0.0.1.evil.example",
        "ftp://serveur", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///x", "https://serveur/page",
        "https://serveur?x", "https://serveur#x", "https://a@serveur", "https://a:b@serveur", "https://serveur:0",
        "https://serveur:99999", "https://serveur:x", "https://[::1", "https://-serveur", "https://ser veur",
        "https://serveur\r\nX: y", "https://sérveur", "x" * 1_000, "https://a%00b", "https://serveur\x00",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(typed: str) -> None:
    with pytest.raises(AddressRefused):
        parse_address(typed)


@given(st.one_of(st.text(max_size=80), st.text(max_size=60).map(lambda text: f"https://{text}")))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressRefused:
        return
    assert address.secure
    assert 0 < address.port < 65_536


def test_a_link_is_kept_whole_and_replaced_whole(tmp_path: Path) -> None:
    write_link(tmp_path / "new", link(A))
    write_link(tmp_path / "new", second := link(A, B))
    assert read_link(tmp_path / "new") == second
    assert [one.name for one in (tmp_path / "new").iterdir()] == [LINK_FILE]


def test_no_link(tmp_path: Path) -> None:
    with pytest.raises(NotJoined):
        read_link(tmp_path)


def damaged(**changes: object) -> bytes:
    whole = json.loads(json.dumps({
        "schema": "hygie.poste/1", "url": "https://serveur", "device": str(uuid7(NOW)), "practice": "C", "name": "A",
        "fingerprints": [A], "joined_at": NOW.isoformat(),
    }))  # fmt: skip
    return json.dumps({**whole, **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff", b"[" * 16_000, b" " * 20_000 + damaged(), damaged(schema="hygie.poste/2"),
        damaged(url="http://192.168.1.1"), damaged(url="file:///x"), damaged(device="x"), damaged(fingerprints=[]),
        damaged(fingerprints=[A, B, C]), damaged(fingerprints=["x"]), damaged(joined_at="2026-11-24T09:00:00"),
    ],
)  # fmt: skip
def test_a_damaged_link_is_said_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / LINK_FILE).write_bytes(content)
    with pytest.raises(LinkUnreadable):
        read_link(tmp_path)


def test_an_undamaged_one_is_read(tmp_path: Path) -> None:
    (tmp_path / LINK_FILE).write_bytes(damaged(later="field"))
    assert read_link(tmp_path).fingerprints == (A,)


def test_a_link_that_cannot_be_written_leaves_the_former_one(tmp_path: Path) -> None:
    (tmp_path / LINK_FILE).mkdir()
    with pytest.raises(OutboxUnwritable):
        write_link(tmp_path, link(A))
    assert [one.name for one in tmp_path.iterdir()] == [LINK_FILE]


@pytest.mark.parametrize(
    ("known", "seen", "announced", "after"),
    [
        ((A,), A, "", (A,)),
        ((A,), A, B, (A, B)),
        ((A, B), A, "", (A, B)),
        ((A, B), A, C, (A, C)),
        ((A, B), A, A, (A, B)),
        ((A, B), B, "", (B,)),
        ((A, B), B, C, (B, C)),
        ((A, B), B, B, (B,)),
        ((A,), B, C, (A,)),
    ],
)
def test_certificates_follow_one_another(known: tuple[str], seen: str, announced: str, after: tuple[str]) -> None:
    assert follow_certificate(link(*known), seen, announced).fingerprints == after
