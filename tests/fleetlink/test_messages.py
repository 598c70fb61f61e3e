"""Documents of the wire: what is read is bounded, what is written can be read, nothing hostile gets through."""

import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.event import uuid7
from hygie.fleetlink import messages as wire
from hygie.fleetlink.errors import MessageTooLarge, MessageUnreadable

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEVICE = uuid7(NOW)


def message(body: bytes = b'{"a":1}', kind: wire.Kind = "event") -> wire.Message:
    return wire.Message(uuid7(NOW), kind, NOW, wire.body_of(body))


def packed(**changes: object) -> bytes:
    one = {"id": str(uuid7(NOW)), "kind": "event", "occurred_at": NOW.isoformat(), "body": {}}
    whole = {"schema": wire.SCHEMA, "device": str(DEVICE), "sent_at": NOW.isoformat(), "messages": [one]}
    return gzip.compress(json.dumps({**whole, **changes}).encode())


def test_a_batch_is_read_back_as_it_was_written() -> None:
    batch = wire.Batch(DEVICE, NOW, (message(), message(b'{"name": "H\xc3\xa9l\xc3\xa8ne"}', "checkup")), 7_200)
    read = wire.read_batch(wire.write_batch(batch))
    assert wire.encode(read) == wire.encode(batch)
    assert read.clock_offset == 7_200
    assert json.loads(bytes(read.messages[1].body)) == {"name": "Hélène"}


def test_a_batch_begins_with_its_schema() -> None:
    raw = gzip.decompress(wire.write_batch(wire.Batch(DEVICE, NOW, ())))
    assert raw.startswith(b'{"schema":"hygie.fleet/1"')


def test_fields_of_a_newer_hygie_are_ignored() -> None:
    assert wire.read_batch(packed(later="field")).device == DEVICE


BROKEN = {
    "another schema": packed(schema="hygie.fleet/2"),
    "no device": packed(device=None),
    "an hour without offset": packed(sent_at="2026-11-24T09:00:00"),
    "a strange kind": packed(
        messages=[{"id": str(uuid7(NOW)), "kind": "x", "occurred_at": NOW.isoformat(), "body": {}}]
    ),
    "an identifier of another version": packed(
        messages=[{"id": str(uuid4()), "kind": "event", "occurred_at": NOW.isoformat(), "body": {}}]
    ),
    "a body that is no object": packed(
        messages=[{"id": str(uuid7(NOW)), "kind": "event", "occurred_at": NOW.isoformat(), "body": [1]}]
    ),
    "an offset beyond a century": packed(clock_offset=10**12),
    "an enormous number": packed(clock_offset=10**400),
    "deep nesting": gzip.compress(b'{"schema":"hygie.fleet/1","x":' + b"[" * 200_000),
    "a deep body": gzip.compress(b'{"messages":[{"body":' + b'{"a":' * 100_000),
    "not UTF-8": gzip.compress(b'{"schema":"\xff"}'),
    "empty": b"",
    "empty once unpacked": gzip.compress(b""),
    "not gzip": b"hello",
    "zlib instead of gzip": zlib.compress(b"{}"),
    "cut": packed()[:-4],
    "something after it": packed() + b"x",
    "two members": packed() + packed(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_a_batch_is_refused(name: str) -> None:
    with pytest.raises(MessageUnreadable):
        wire.read_batch(BROKEN[name])


def test_text_that_only_looks_like_json_inside_a_body_is_refused() -> None:
    raw = gzip.decompress(packed()).replace(b'"body": {}', b'"body": {"a":"\xff"}')
    with pytest.raises(MessageUnreadable):
        wire.read_batch(gzip.compress(raw))


def test_too_many_messages_are_refused_on_both_sides() -> None:
    many = tuple(message(b"{}") for _ in range(wire.MOST_MESSAGES + 1))
    with pytest.raises(MessageTooLarge):
        wire.write_batch(wire.Batch(DEVICE, NOW, many))
    one = {"kind": "event", "occurred_at": NOW.isoformat(), "body": {}}
    with pytest.raises(MessageUnreadable):
        wire.read_batch(packed(messages=[{"id": str(uuid7(NOW)), **one} for _ in range(wire.MOST_MESSAGES + 1)]))


@pytest.mark.parametrize("size", [wire.LARGEST_UNPACKED + 1, 200_000_000])
def test_a_bomb_is_refused_before_it_is_unpacked(size: int) -> None:
    import tracemalloc

    bomb = gzip.compress(b" " * size)
    assert len(bomb) <= wire.LARGEST_PACKED
    tracemalloc.start()
    with pytest.raises(MessageTooLarge):
        wire.unpack(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * wire.LARGEST_UNPACKED


def test_exactly_the_largest_is_accepted() -> None:
    assert len(wire.unpack(gzip.compress(b" " * wire.LARGEST_UNPACKED))) == wire.LARGEST_UNPACKED


def test_a_packed_document_beyond_the_bound_is_not_even_looked_at() -> None:
    with pytest.raises(MessageTooLarge):
        wire.unpack(b"\x1f\x8b" + bytes(wire.LARGEST_PACKED))


def test_a_body_that_would_never_leave_is_refused_at_once() -> None:
    with pytest.raises(MessageTooLarge):
        wire.body_of(b'{"a":"' + b"x" * wire.LARGEST_BODY + b'"}')
    noise = "".join(uuid4().hex for _ in range(20_000))
    with pytest.raises(MessageTooLarge):
        wire.body_of(json.dumps({"a": noise}))


@pytest.mark.parametrize("text", ["", "[]", "1", '"a"', "{", "{} {}", b"\xff", "nul"])
def test_a_body_is_one_json_object(text: str | bytes) -> None:
    with pytest.raises(MessageUnreadable):
        wire.body_of(text)


def test_a_body_loses_its_indentation_only() -> None:
    value = {"texte": "deux  espaces\n", "n": [1, 2.5, None]}
    body = bytes(wire.body_of(json.dumps(value, indent=2, ensure_ascii=False)))
    assert json.loads(body) == value
    assert b"\n" not in body


@given(st.binary(max_size=2_000))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    for source in (raw, gzip.compress(raw)):
        with pytest.raises((MessageUnreadable, MessageTooLarge)):
            wire.read_batch(source)


@given(st.text(max_size=300))
def test_a_clean_name_is_one_short_printable_line_and_stays_so(text: str) -> None:
    name = wire.clean_name(text)
    assert len(name) <= wire.LONGEST_NAME
    assert name == name.strip()
    assert wire.clean_name(name) == name
    assert all(c == " " or c.isprintable() for c in name)


def test_names_lose_what_hides_or_reorders() -> None:
    assert wire.clean_name("  Accueil\n\u202e2\x1b[31m\u200b \u00a0 e\u0301 ") == "Accueil 2 [31m é"
    assert wire.clean_name("\ud800 poste") == "poste"


def test_an_answer_holds_what_the_client_needs() -> None:
    answer = wire.BatchAnswer((DEVICE,), NOW, (wire.Refused(UUID(int=DEVICE.int ^ 1), "trop vieux"),), "a" * 64)
    assert wire.decode(wire.BatchAnswer, wire.encode(answer)) == answer


@pytest.mark.parametrize("fingerprint", ["A" * 64, "a" * 63, "a" * 65, "../../etc", "a" * 64 + "\n"])
def test_a_fingerprint_is_64_hexadecimal_digits(fingerprint: str) -> None:
    raw = json.dumps({"stored": [], "server_time": NOW.isoformat(), "next_fingerprint": fingerprint}).encode()
    with pytest.raises(MessageUnreadable):
        wire.decode(wire.BatchAnswer, raw)


def test_times_keep_their_offset() -> None:
    local = NOW.astimezone() + timedelta(0)
    read = wire.read_batch(wire.write_batch(wire.Batch(DEVICE, local, ())))
    assert read.sent_at == local
    assert read.sent_at.tzinfo is not None
