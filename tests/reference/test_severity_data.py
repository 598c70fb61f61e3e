"""The scale of severity: its numbers are the method's, its worked cases come out right, its words are plain."""

from pathlib import Path

import pytest

from hygie.reference import severity as module
from hygie.reference.cnil_form import cnil_form
from hygie.reference.errors import BrokenReference
from hygie.reference.severity import Vector, load_severity, severity_scale
from hygie.reference.sources import sources
from tests.reference.plain_french import faults

SHIPPED = Path(module.__file__).parent / "severity.toml"
SCALE = severity_scale()


def test_the_numbers_are_those_of_the_method() -> None:
    assert [one.base for one in SCALE.categories] == [1, 2, 3, 4]
    assert [one.value for one in SCALE.ease] == [0.25, 0.5, 0.75, 1]
    for levels in (SCALE.confidentiality, SCALE.integrity, SCALE.availability):
        assert {one.value for one in levels} == {0, 0.25, 0.5}
        assert [one.value for one in levels] == sorted(one.value for one in levels)
    assert [one.value for one in SCALE.malice] == [0, 0.5]
    assert [one.below for one in SCALE.bands] == [2, 3, 4, None]
    assert SCALE.many_people == 100


def test_the_bounds_are_those_of_the_formula() -> None:
    ease = [one.value for one in SCALE.ease]
    worst = sum(max(one.value for one in levels) for levels in (
        SCALE.confidentiality, SCALE.integrity, SCALE.availability, SCALE.malice,
    ))  # fmt: skip
    assert SCALE.least_category * min(ease) == SCALE.lowest
    assert SCALE.most_category * max(ease) + worst == SCALE.highest


@pytest.mark.parametrize("vector", SCALE.vectors, ids=lambda vector: vector.case)
def test_every_worked_case_comes_out_right(vector: Vector) -> None:
    score = vector.dpc * vector.ease + vector.c + vector.i + vector.a + vector.m
    assert score == vector.score
    assert next(band.id for band in SCALE.bands if band.below is None or score < band.below) == vector.band


def test_the_ten_cases_reach_every_level() -> None:
    assert len(SCALE.vectors) == 10
    assert {vector.band for vector in SCALE.vectors} == {band.id for band in SCALE.bands}


def test_the_presets_of_a_practice_have_the_values_agreed() -> None:
    assert {one.id: one.value for one in SCALE.presets} == {
        "agenda_general": 2, "agenda_revealing": 3, "billing": 3, "record": 4, "staff": 3, "suppliers": 1,
        "credentials": 4,
    }  # fmt: skip


def test_the_levels_are_those_of_the_cnil_in_its_order() -> None:
    assert [band.cnil for band in SCALE.bands] == [one.id for one in cnil_form().severity]
    assert [band.action for band in SCALE.bands] == ["register", "cnil", "persons", "persons"]


def test_the_scale_is_dated_sourced_and_says_what_is_not_verified() -> None:
    assert SCALE.source in sources()
    assert "à vérifier" in SCALE.note


def test_every_text_is_plain() -> None:
    for levels in (SCALE.confidentiality, SCALE.integrity, SCALE.availability, SCALE.malice, SCALE.ease):
        assert len({one.label for one in levels}) == len(levels)
    texts = [one.label for name in ("categories", "presets", "ease", "bands", "flags") for one in getattr(SCALE, name)]
    texts += [one.sentence for one in SCALE.bands] + [one.effect for one in SCALE.flags]
    texts += [one.label for one in (*SCALE.confidentiality, *SCALE.integrity, *SCALE.availability, *SCALE.malice)]
    for text in texts:
        assert not faults(text, longest=16), (text, faults(text, longest=16))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("below = 3.0", "below = 1.0"),
        ("below = 3.0", "below = 2.0"),
        ("below = 4.0", ""),
        ('id = "very_high"', 'id = "high"'),
        ('category = "behavioural"', 'category = "odd"'),
        ('band = "medium"', 'band = "odd"'),
        ("value = 0.75", "value = 1.75"),
        ("base = 2.0", "base = 5.0"),
        ('source = "incident-enisa-severity"', 'source = "nowhere"'),
        ('action = "register"', 'action = "nothing"'),
    ],
)
def test_a_broken_scale_is_refused(tmp_path: Path, before: str, after: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert before in text
    path = tmp_path / "severity.toml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(BrokenReference):
        load_severity(path)
