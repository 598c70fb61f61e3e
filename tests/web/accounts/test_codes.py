"""Codes that are typed: read however they are written, kept as slow digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.accounts import codes


@pytest.mark.parametrize("typed", ["K7QD-3M9T", "k7qd3m9t", " K7QD 3M9T ", "k7qd–3m9t", "K7QD\u00a03M9T", "K7QD.3M9T"])
def test_a_code_is_read_as_people_type_it(typed):
    assert codes.read(typed, 8) == "K7QD3M9T"


def test_letters_that_look_like_figures_are_read_as_figures():
    assert codes.read("oIL0-OOll", 8) == "01100011"


@pytest.mark.parametrize("typed", ["", "K7QD-3M9", "K7QD-3M9TX", "K7QD-3M9U", "K7QD-3M9é", "K7QD-3M9T" * 100, "\0" * 8])
def test_anything_else_is_no_code(typed):
    assert codes.read(typed, 8) == ""


@given(st.text())
def test_any_text_is_read(typed):
    assert len(codes.read(typed, 12)) in {0, 12}


def test_drawn_codes_are_read_back_and_differ():
    drawn = {codes.draw(12) for _ in range(200)}
    assert len(drawn) == 200
    assert all(codes.read(codes.shown(code).lower(), 12) == code for code in drawn)


def test_the_digest_is_slow_and_salted_and_says_nothing_of_the_code():
    first, second = codes.digest("K7QD3M9T"), codes.digest("K7QD3M9T")
    assert first != second
    assert first.startswith("scrypt$")
    assert "K7QD" not in first
    assert codes.matches("K7QD3M9T", first)
    assert not codes.matches("K7QD3M9V", first)
    assert not codes.matches("", first)
