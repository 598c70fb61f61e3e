"""Signatures of requests, and the key in its file."""

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.event import uuid7
from hygie.fleetlink import signing as s
from hygie.fleetlink.errors import ClockOff, LinkUnreadable, OutboxUnwritable, SignatureRefused

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEVICE = uuid7(NOW)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = s.public_text(KEY)
REQUEST = s.Request("POST", "/poste/envoi", b"body")


def headers(at: datetime = NOW) -> dict[str, str]:
    return s.sign_request(KEY, REQUEST, at, DEVICE)


def test_a_signed_request_is_accepted_and_its_age_known() -> None:
    assert s.verify_request(PUBLIC, REQUEST, headers(), NOW + timedelta(seconds=3)) == -3
    assert s.signing_device(headers()) == DEVICE


@pytest.mark.parametrize("change", [{"method": "PUT"}, {"path": "/poste/envoi?a"}, {"body": b"Body"}, {"body": b""}])
def test_nothing_of_the_request_can_be_changed(change: dict[str, object]) -> None:
    with pytest.raises(SignatureRefused):
        s.verify_request(PUBLIC, replace(REQUEST, **change), headers(), NOW)


@pytest.mark.parametrize(
    "change",
    [
        {s.DEVICE_HEADER: str(uuid7(NOW))},
        {s.DEVICE_HEADER: "x"},
        {s.DEVICE_HEADER: ""},
        {s.TIME_HEADER: str(int(NOW.timestamp()) + 1)},
        {s.TIME_HEADER: "٣"},
        {s.TIME_HEADER: "1e9"},
        {s.TIME_HEADER: "9" * 400},
        {s.SIGNATURE_HEADER: ""},
        {s.SIGNATURE_HEADER: "A" * 86 + "=="},
        {s.SIGNATURE_HEADER: "é" * 88},
        {s.SIGNATURE_HEADER: "A" * 1_000_000},
    ],
)
def test_nor_of_its_headers(change: dict[str, str]) -> None:
    with pytest.raises(SignatureRefused):
        s.verify_request(PUBLIC, REQUEST, {**headers(), **change}, NOW)


def test_a_missing_header_is_a_refusal() -> None:
    for name in headers():
        with pytest.raises(SignatureRefused):
            s.verify_request(PUBLIC, REQUEST, {k: v for k, v in headers().items() if k != name}, NOW)


@pytest.mark.parametrize("public", [s.public_text(Ed25519PrivateKey.generate()), "", "!!", "AAAA", PUBLIC[:-2]])
def test_another_key_is_a_refusal(public: str) -> None:
    with pytest.raises(SignatureRefused):
        s.verify_request(public, REQUEST, headers(), NOW)


@pytest.mark.parametrize("seconds", [-600, -599, 0, 599, 600])
def test_ten_minutes_on_each_side_are_accepted(seconds: int) -> None:
    assert s.verify_request(PUBLIC, REQUEST, headers(NOW + timedelta(seconds=seconds)), NOW) == seconds


@pytest.mark.parametrize(
    "offset", [timedelta(seconds=601), timedelta(hours=-2), timedelta(days=9_000), timedelta(days=-20_000)]
)
def test_beyond_the_offset_is_measured(offset: timedelta) -> None:
    with pytest.raises(ClockOff) as caught:
        s.verify_request(PUBLIC, REQUEST, headers(NOW + offset), NOW)
    assert caught.value.offset == offset.total_seconds()


def test_a_bad_signature_with_a_bad_hour_is_a_bad_signature() -> None:
    far = headers(NOW + timedelta(days=1))
    with pytest.raises(SignatureRefused):
        s.verify_request(PUBLIC, replace(REQUEST, body=b"other"), far, NOW)


@given(st.datetimes(), st.integers(-(10**10), 10**10))
def test_the_corrected_hour_is_always_a_date(local: datetime, offset: int) -> None:
    moment = s.corrected(local.replace(tzinfo=UTC), offset)
    assert 1970 <= moment.year <= 3000


def test_correction_gives_the_server_s_hour() -> None:
    assert s.corrected(NOW + timedelta(hours=2), 7_200) == NOW


def test_the_key_is_private_made_once_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    key = s.create_key(folder)
    assert stat.S_IMODE((folder / s.KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert s.public_text(s.create_key(folder)) == s.public_text(key) == s.public_text(s.read_key(folder))


@pytest.mark.parametrize("content", [b"", b"AAAA", b"!" * 44, b"A" * 5_000, b"\xff" * 44])
def test_a_damaged_key_is_said_so_and_kept(content: bytes, tmp_path: Path) -> None:
    (tmp_path / s.KEY_FILE).write_bytes(content)
    with pytest.raises(LinkUnreadable):
        s.create_key(tmp_path)
    assert (tmp_path / s.KEY_FILE).read_bytes() == content


def test_a_key_is_never_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / s.KEY_FILE).symlink_to(target)
    with pytest.raises(LinkUnreadable):
        s.create_key(tmp_path)
    assert not target.exists()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxUnwritable):
        s.create_key(tmp_path / "file" / "practice")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
