from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.inventory import rules
from hygie.web.inventory.rules import Life

TODAY = date(2026, 11, 24)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1))


@pytest.mark.parametrize(
    ("days", "life"), [(None, Life.UNKNOWN), (91, Life.FINE), (90, Life.SOON), (0, Life.SOON), (-1, Life.OVER)]
)
def test_support_ends(days: int | None, life: Life) -> None:
    ends = None if days is None else TODAY + timedelta(days=days)
    assert rules.support_life(ends, TODAY) is life


@pytest.mark.parametrize(
    ("days", "life"),
    [(None, Life.UNKNOWN), (91, Life.FINE), (90, Life.SOON), (31, Life.SOON), (30, Life.NEAR), (0, Life.NEAR),
     (-1, Life.OVER)],
)  # fmt: skip
def test_card_ends(days: int | None, life: Life) -> None:
    ends = None if days is None else TODAY + timedelta(days=days)
    assert rules.card_life(ends, TODAY) is life


@given(DAYS, DAYS, DAYS)
def test_time_never_makes_a_card_better(ends: date, one: date, other: date) -> None:
    order = [Life.FINE, Life.SOON, Life.NEAR, Life.OVER]
    early, late = sorted((one, other))
    assert order.index(rules.card_life(ends, early)) <= order.index(rules.card_life(ends, late))


@pytest.mark.parametrize(
    ("kind", "days", "due"),
    [("phone", None, True), ("tablet", 365, False), ("tablet", 366, True), ("desktop", None, False),
     ("phone", -1, True)],
)  # fmt: skip
def test_review_is_due_after_a_year_and_when_its_date_is_to_come(kind: str, days: int | None, due: object) -> None:
    last = None if days is None else TODAY - timedelta(days=days)
    assert rules.review_due(kind, last, TODAY) is due


def test_a_lost_card_is_urgent_whatever_its_date() -> None:
    assert rules.card_pill("lost", TODAY + timedelta(days=900), TODAY).state == "urgent"
    assert rules.card_pill("returned", None, TODAY).state == "nc"
    assert rules.card_pill("held", None, TODAY).state == "inconnu"


def test_wiped_without_proof_is_still_to_do() -> None:
    assert rules.wiping_pill("yes", proved=False).state == "afaire"
    assert rules.wiping_pill("yes", proved=True).state == "ok"
    assert rules.wiping_pill("unknown", proved=False).state == "inconnu"


def test_silence_of_a_computer_is_unknown_and_of_a_printer_nothing() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert rules.seen_pill("desktop", now - timedelta(days=8), now) == rules.Pill("inconnu", "Plus de nouvelles")
    assert rules.seen_pill("desktop", now - timedelta(days=7), now).state == "ok"  # type: ignore[union-attr]
    assert rules.seen_pill("printer", now, now) is None


def test_unknown_never_looks_good() -> None:
    ok, unknown = rules.Pill("ok", "Oui"), rules.Pill("inconnu", "Inconnu")
    assert rules.worst([ok, unknown, None]) == "inconnu"
    assert rules.worst([unknown, rules.Pill("afaire", "À faire")]) == "afaire"


@given(DAYS, DAYS)
def test_every_word_fits_a_pill(ends: date, today: date) -> None:
    pills = [
        rules.support_pill(ends, today),
        rules.card_pill("held", ends, today),
        rules.review_pill("phone", ends, today),
    ]
    assert all(pill is not None and 1 <= len(pill.word.split()) <= 4 for pill in pills)
