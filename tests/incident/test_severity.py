"""ENISA's method: the ten vectors of the reference, its bounds, and the refusal to lower anything by itself."""

import contextlib
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.errors import Refused, UsageError
from hygie.incident.severity import UNSURE, Assessment, LoweredWithoutReason, NotGradable, assessed, band_of
from hygie.reference.severity import severity_scale
from tests.incident.build import CANARY

SCALE = severity_scale()
RECORD = {"category": "record", "ease": "maximum", "c": "none", "i": "none", "a": "none", "m": "accident"}
VECTORS = [  # category or preset, EI, C, I, A, M, SE, level: A.6, retyped from the reference
    ("record", 1, 0, 0, 0, 0.5, 4.5, "very_high"),
    ("record", 1, 0, 0, 0, 0, 4.0, "very_high"),
    ("record", 1, 0.25, 0, 0, 0, 4.25, "very_high"),
    ("agenda_general", 1, 0.25, 0, 0, 0, 2.25, "medium"),
    ("record", 1, 0.5, 0, 0.25, 0.5, 5.25, "very_high"),
    ("record", 1, 0.5, 0, 0.5, 0.5, 5.5, "very_high"),
    ("suppliers", 1, 0.25, 0, 0, 0, 1.25, "low"),
    ("sensitive", 0.25, 0.5, 0, 0, 0, 1.5, "low"),
    ("billing", 1, 0.5, 0, 0, 0.5, 4.0, "very_high"),
    ("agenda_revealing", 1, 0.25, 0, 0, 0, 3.25, "high"),
]
CNIL = {"low": "negligible", "medium": "limited", "high": "important", "very_high": "maximal"}


def graded(**inputs: Any) -> Assessment:
    return assessed({**RECORD, **inputs})


@pytest.mark.parametrize(("category", "ei", "c", "i", "a", "m", "score", "level"), VECTORS)
def test_the_vectors_of_the_reference(  # noqa: PLR0913, PLR0917 - a row of the table
    category: str, ei: float, c: float, i: float, a: float, m: float, score: float, level: str
) -> None:
    found = assessed({"category": category, "ease": ei, "c": c, "i": i, "a": a, "m": m})
    assert (found.score, found.level, found.cnil) == (score, level, CNIL[level])
    assert found.assumed == ()


def test_the_vectors_shipped_as_data_are_found_too() -> None:
    bases = {one.base: one.id for one in SCALE.categories}
    for one in SCALE.vectors:
        found = assessed({"category": bases[one.dpc], "ease": one.ease, "c": one.c, "i": one.i, "a": one.a, "m": one.m})
        assert (found.score, found.level) == (one.score, one.band), one.case


def test_the_scale_goes_from_a_quarter_to_six_and_every_choice_stays_within() -> None:
    scores = []
    choices = (SCALE.ease, SCALE.confidentiality, SCALE.integrity, SCALE.availability, SCALE.malice)
    names = [*SCALE.categories, *SCALE.presets]
    for category, *levels in itertools.product(names, *choices):
        ease, c, i, a, m = (level.id for level in levels)
        found = assessed({"category": category.id, "ease": ease, "c": c, "i": i, "a": a, "m": m})
        by_hand = found.terms[0].value * levels[0].value + sum(level.value for level in levels[1:])
        assert found.score == by_hand
        scores.append(found.score)
    assert (min(scores), max(scores)) == (0.25, 6.0)


@pytest.mark.parametrize(
    ("score", "level"),
    [(0.25, "low"), (1.99, "low"), (2, "medium"), (2.99, "medium"), (3, "high"), (3.99, "high"), (4, "very_high"),
     (6, "very_high")],
)  # fmt: skip
def test_a_band_begins_at_its_bound(score: float, level: str) -> None:
    assert band_of(score).id == level


def test_every_term_is_written_out_and_the_sum_too() -> None:
    found = graded(c="unknown", m="intent", a="temporary")
    text = "\n".join(found.sentences)
    assert len(found.sentences) == 8
    for part in ("4 sur 4", "1 sur 1", "+ 0,5", "+ 0,25", "4 × 1 + (0,5 + 0 + 0,25 + 0,5) = 5,25 sur 6"):
        assert part in text
    assert "Elle est très élevée (niveau de la CNIL\xa0: maximal)." in text
    assert "None" not in text
    assert "'" not in text


def test_what_nobody_knows_is_counted_at_its_worst_and_said() -> None:
    found = assessed({"category": "record"})
    assert (found.score, found.assumed) == (6.0, ("ei", "c", "i", "a", "m"))
    assert sum("on ne sait pas encore" in sentence for sentence in found.sentences) == 5
    for unknown in ("", None, UNSURE, "unknown"):
        assert graded(i=unknown).score == graded(i="lost").score
        assert graded(i=unknown).assumed == ("i",)


def test_unknown_people_who_saw_the_data_are_a_level_not_an_unknown() -> None:
    assert graded(c="unknown").assumed == ()
    assert graded(c="unknown").score == 4.5
    assert graded(c=UNSURE).assumed == ("c",)


def test_a_lower_nature_needs_a_reason_and_shows() -> None:
    for reason in ({}, {"reason": ""}, {"reason": "   "}, {"reason": None}, {"reason": 3}):
        with pytest.raises(LoweredWithoutReason):
            graded(adjusted=2, **reason)
    found = graded(adjusted=2, reason=CANARY)
    assert (found.score, found.lowered, found.level) == (2.0, True, "medium")
    assert any("baissée à 2 sur 4" in sentence for sentence in found.sentences)
    assert CANARY not in str(found.as_facts())


@pytest.mark.parametrize(("adjusted", "value"), [(4, 4), (3.5, 3.5), (9, 4), (2, 2), (1.5, 2)])
def test_a_nature_is_raised_freely_and_kept_within_1_and_4(adjusted: float, value: float) -> None:
    found = graded(category="agenda_general", adjusted=adjusted, reason="vieilles données" if adjusted < 2 else "")
    assert found.terms[0].value == (1.5 if adjusted == 1.5 else value)
    assert found.lowered is (adjusted < 2)


def test_below_one_is_one() -> None:
    assert graded(category="suppliers", adjusted=0.2).score == 1.0
    assert not graded(category="suppliers", adjusted=0.2).lowered


def test_of_several_kinds_of_data_the_most_serious_counts() -> None:
    assert graded(category=["suppliers", "billing", "agenda_general"]).score == 3.0


def test_flags_are_said_and_never_change_the_number() -> None:
    for people, unintelligible, flags in [
        (100, False, ()), (101, False, ("many_people",)), (3, True, ("unintelligible",)),
        (4000, True, ("many_people", "unintelligible")), (None, False, ()),
    ]:  # fmt: skip
        found = graded(people=people, unintelligible=unintelligible)
        assert (found.score, found.level, found.flags) == (4.0, "very_high", flags)
        assert len(found.sentences) == 8 + len(flags)


@pytest.mark.parametrize(
    "bad",
    [
        {"category": "inconnue"}, {"category": None}, {"category": []}, {"category": ["record", 3]}, {"category": {}},
        {"ease": "facile"}, {"ease": 0.3}, {"ease": True}, {"ease": []}, {"c": 0.4}, {"c": "x"}, {"m": 0.25},
        {"i": float("nan")}, {"a": float("inf")}, {"a": 10**400}, {"adjusted": "2"}, {"adjusted": float("nan")},
        {"adjusted": True}, {"adjusted": 10**400}, {"people": -1}, {"people": 2.5}, {"people": "12"},
        {"people": True}, {"people": 10**12}, {"unintelligible": "oui"}, {"unintelligible": 1},
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_french_and_never_quoted(bad: dict[str, Any]) -> None:
    with pytest.raises(NotGradable) as caught:
        graded(**bad)
    assert caught.value.exit_code == 2
    assert caught.value.sentence.startswith("La gravité ne peut pas être estimée")
    assert "inconnue" not in caught.value.sentence
    assert caught.value.next_step


def test_the_two_refusals_have_their_places_in_the_tree() -> None:
    assert issubclass(NotGradable, UsageError)
    assert issubclass(LoweredWithoutReason, Refused)


ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=8),
    st.lists(st.text(max_size=4)),
    st.sampled_from([one.id for one in (*SCALE.categories, *SCALE.presets, *SCALE.ease, *SCALE.confidentiality)]),
)  # fmt: skip


NAMES = (*RECORD, "adjusted", "reason", "people", "unintelligible")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANY)))
def test_whatever_is_given_it_is_graded_or_refused_in_words(inputs: dict[str, Any]) -> None:
    with contextlib.suppress(NotGradable, LoweredWithoutReason):
        found = assessed(inputs)
        assert 0.25 <= found.score <= 6
        assert found.level == band_of(found.score).id


@given(st.sampled_from(SCALE.categories), st.floats(1, 4), st.sampled_from(SCALE.ease))
def test_only_a_person_lowers(category: Any, adjusted: float, ease: Any) -> None:
    inputs = {**RECORD, "category": category.id, "ease": ease.id}
    plain, moved = assessed(inputs), assessed({**inputs, "adjusted": adjusted, "reason": "raison"})
    assert moved.lowered is (adjusted < category.base - 1e-9)
    assert moved.lowered or moved.score >= plain.score
