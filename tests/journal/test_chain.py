import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hygie.journal.chain import (
    GENESIS,
    LARGEST_DATA,
    LONGEST_SUMMARY,
    Entry,
    canonical_bytes,
    chained,
    entry_hash,
    new_entry,
    sealed_texts,
    stamp,
)
from hygie.journal.errors import EntryRefused
from tests.journal.bench import NOW, words

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXTS = st.text(max_size=12)
INSTANTS = st.integers(86_400 * 10**6, 2**54).map(lambda microseconds: EPOCH + timedelta(microseconds=microseconds))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | FLOATS | TEXTS
DATA = st.dictionaries(TEXTS, st.recursive(LEAVES, lambda c: st.lists(c, max_size=3), max_leaves=5), max_size=4)
ENTRIES = st.builds(
    Entry,
    seq=st.integers(1, 2**40),
    id=TEXTS,
    recorded_at=INSTANTS,
    occurred_at=INSTANTS,
    practice=TEXTS,
    kind=TEXTS,
    actor=TEXTS,
    actor_name=TEXTS,
    subject=TEXTS,
    summary=TEXTS,
    data=DATA,
    previous=TEXTS,
    hash=st.just(""),
)


@given(ENTRIES, ENTRIES)
def test_two_different_lines_never_give_the_same_bytes(one: Entry, other: Entry) -> None:
    assume(one != other)
    assert canonical_bytes(one) != canonical_bytes(other)


@given(ENTRIES, TEXTS, st.text(min_size=1, max_size=12), TEXTS)
def test_moving_text_from_a_field_to_the_next_changes_the_bytes(entry: Entry, a: str, moved: str, b: str) -> None:
    """The trap of plain concatenation."""
    one, other = replace(entry, subject=a, summary=moved + b), replace(entry, subject=a + moved, summary=b)
    assert canonical_bytes(one) != canonical_bytes(other)


@given(ENTRIES)
def test_the_bytes_can_be_read_back_so_nothing_is_lost_in_them(entry: Entry) -> None:
    assert _texts_in(canonical_bytes(entry)) == list(sealed_texts(entry))


@given(DATA)
def test_data_is_sealed_whatever_the_order_of_its_keys(data: dict[str, Any]) -> None:
    backwards = dict(reversed(data.items()))
    one, other = (chained(new_entry(**words(data=d, randomness=1)), 1, GENESIS) for d in (data, backwards))
    assert one.hash == other.hash


def test_an_independent_reading_of_the_format_gives_the_same_hash() -> None:
    entry = chained(new_entry(**words(3, randomness=5)), 4, "ab" * 32)
    said = words(3)
    fields = [
        said["practice"],
        "4",
        "ab" * 32,
        entry.id,
        "2026-11-24T09:30:00.000000+00:00",
        "2026-11-24T09:30:00.000000+00:00",
        "answer.given",
        "user:7",
        "Dr Hélène Fontaine",
        "sauvegarde.externe",
        "Réponse n° 3 : « oui ».",
        '{"answer":"yes","number":3}',
    ]
    expected = "hygie.journal/1\n" + "".join(f"{len(f.encode())}:{f}," for f in fields)
    assert entry.hash == hashlib.sha256(expected.encode()).hexdigest()
    assert entry_hash("ab" * 32, entry) == entry.hash
    assert entry_hash(GENESIS, entry) != entry.hash


def test_the_identifier_is_a_uuid_of_version_7_made_at_the_hour_of_writing() -> None:
    made = UUID(new_entry(**words()).id)
    assert made.version == 7
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_hours_are_kept_in_utc_and_the_facts_happened_when_written_unless_said() -> None:
    paris = timezone(timedelta(hours=1))
    entry = new_entry(**words(recorded_at=NOW.astimezone(paris)))
    assert entry.recorded_at.utcoffset() == timedelta(0)
    assert entry.occurred_at == NOW
    earlier = new_entry(**words(occurred_at=NOW - timedelta(days=3)))
    assert earlier.occurred_at == NOW - timedelta(days=3)


@given(INSTANTS, INSTANTS)
def test_stored_hours_sort_as_time_does(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)


def test_long_or_hostile_texts_become_one_short_printable_line() -> None:
    entry = new_entry(**words(summary="x" * 9000, actor_name=" A\x00\n\u202eB\ud800 ", subject="s" * 999))
    assert len(entry.summary) == LONGEST_SUMMARY
    assert entry.summary.endswith("…")
    assert entry.actor_name == "A B"
    assert len(entry.subject) == 200


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("practice", ""),
        ("practice", "a b"),
        ("practice", "x" * 65),
        ("practice", "é"),
        ("kind", "answer"),
        ("kind", "Answer.given"),
        ("kind", "answer.given\n"),
        ("kind", "a." + "b" * 80),
        ("actor", "somebody"),
        ("actor", "user:"),
        ("actor", "user:1 2"),
        ("actor", "system:1"),
        ("recorded_at", NOW.replace(tzinfo=None)),
        ("occurred_at", NOW.replace(tzinfo=None)),
        ("data", {"x": "é" * (LARGEST_DATA // 6 + 1)}),
        ("data", {"x": float("nan")}),
        ("data", {"x": {1: 2}}),
        ("data", {"x": 2**63}),
        ("data", {"x": object()}),
        ("data", {"x": b"bytes"}),
        ("data", {"x": [[[[[1]]]]]}),
        ("data", {"x": list(range(1001))}),
    ],
)
def test_what_is_out_of_bounds_is_refused_without_repeating_it(part: str, value: Any) -> None:
    with pytest.raises(EntryRefused) as caught:
        new_entry(**words(**{part: value}))
    assert caught.value.next_step
    assert str(value) not in caught.value.sentence or value == ""


def test_data_that_contains_itself_is_refused_at_once() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    with pytest.raises(EntryRefused):
        new_entry(**words(data=loop))


def test_data_at_the_limits_is_kept_as_it_is() -> None:
    data = {"text": "\x00\ud800é", "deep": [[["x"]]], "most": 2**63 - 1, "least": -(2**63) + 1, "f": 0.1, "n": None}
    assert new_entry(**words(data=data)).data == data
    full = {"x": "a" * (LARGEST_DATA - len('{"x":""}'))}
    assert new_entry(**words(data=full)).data == full


def test_a_line_can_be_told_with_a_tuple_and_reads_back_as_a_list() -> None:
    assert new_entry(**words(data={"x": (1, 2)})).data == {"x": [1, 2]}


def _texts_in(raw: bytes) -> list[str]:
    """An independent reader of netstrings."""
    rest = raw.removeprefix(b"hygie.journal/1\n")
    texts = []
    while rest:
        length, _, rest = rest.partition(b":")
        assert re.fullmatch(rb"\d+", length)
        texts.append(rest[: int(length)].decode("utf-8", "surrogatepass"))
        assert rest[int(length) : int(length) + 1] == b","
        rest = rest[int(length) + 1 :]
    assert json.loads(texts[-1]) is not None
    return texts
