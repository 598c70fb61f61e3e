"""ConvertTo-Json is read without trust."""

import pytest

from hygie.probes.machine import CannotTell
from hygie.probes.windows.answers import Row, as_rows, only, rows


def test_a_single_object_is_read_as_one_row():
    assert rows('{"Name": "C:"}') == [Row({"Name": "C:"})]


def test_a_list_wrapped_with_its_count_is_unwrapped():
    assert as_rows({"value": [{"a": 1}, {"a": 2}], "Count": 2}) == [Row({"a": 1}), Row({"a": 2})]


def test_null_is_no_row():
    assert rows("null") == []


def test_a_byte_order_mark_is_left_aside():
    assert rows('\ufeff[{"a": 1}]\r\n') == [Row({"a": 1})]


@pytest.mark.parametrize("text", ["", "   ", "Accès refusé.", '[{"a": 1}', "[1, 2]", '"x"', "[" * 100_000, "\x00\xff"])
def test_anything_else_cannot_be_told(text):
    with pytest.raises(CannotTell):
        rows(text)


def test_accents_come_back_from_their_escapes():
    assert rows('{"Titre": "Mise \\u00e0 jour \\ud83d\\ude00"}')[0].text("Titre") == "Mise à jour 😀"


@pytest.mark.parametrize(("value", "expected"), [(5, 5), ("5", 5), (None, None), ("", None)])
def test_whole_numbers_come_as_numbers_or_digits(value, expected):
    assert Row({"n": value}).whole("n") == expected


@pytest.mark.parametrize("value", [True, "x", 1.5, [], {}, "-", "٣"])
def test_other_things_are_not_whole_numbers(value):
    with pytest.raises(CannotTell):
        Row({"n": value}).whole("n")


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("True", True), (1, True), (False, False), ("False", False)]
)
def test_flags_come_as_booleans_numbers_or_words(value, expected):
    assert Row({"f": value}).flag("f") is expected


@pytest.mark.parametrize("value", [None, "NotConfigured", 2, [], "Vrai"])
def test_a_flag_that_is_neither_is_not_guessed(value):
    with pytest.raises(CannotTell):
        Row({"f": value}).flag("f")


def test_a_date_keeps_its_offset():
    moment = Row({"d": "2026-11-23T06:12:09.1234567Z"}).moment("d")
    assert moment is not None
    assert moment.isoformat() == "2026-11-23T06:12:09.123456+00:00"


@pytest.mark.parametrize(
    "value", ["23/11/2026 06:12", "\\/Date(1700000000000)\\/", "2026-11-23T06:12:09", 12, "2026-99-99"]
)
def test_a_date_of_another_form_is_not_guessed(value):
    with pytest.raises(CannotTell):
        Row({"d": value}).moment("d")


@pytest.mark.parametrize("found", [[], [Row({}), Row({})]])
def test_one_row_means_one(found):
    with pytest.raises(CannotTell):
        only(found)
