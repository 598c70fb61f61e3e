"""Where each check stands in the frameworks people already know: complete, and never invented."""

import tomllib

import pytest

from hygie.reference.catalogue import HERE, catalogue

CHECKS = catalogue().checks
PRACTICE_SUBSET = (2, 3, 4, 6, 8, 10, 12, 13, 14, 15, 17, 20, 24, 29, 30, 31, 33, 34, 35, 37, 39, 40)  # D.5
SEED = {
    "access": {26, 30, 7},
    "cps": {8, 13},
    "passwords": {10, 11, 12, 13},
    "backup": {37},
    "messaging": {18, 24},
    "training": {2},
}  # the insurer's measures in ANSSI's guide, as D.5 maps them


def items(framework: str) -> set[str]:
    content = tomllib.loads((HERE / "frameworks" / f"{framework}.toml").read_text("utf-8"))
    return {item["id"] for item in content["item"]}


def mapped(framework: str, prefix: str = "") -> set[str]:
    own = [check for check in CHECKS.values() if check.id.startswith(prefix)]
    return {str(place) for check in own for place in check.frameworks.get(framework, ())}


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_a_check_names_only_places_that_exist(check: object) -> None:
    frameworks = getattr(check, "frameworks", {})
    assert frameworks
    for framework, places in frameworks.items():
        assert places
        assert {str(place) for place in places} <= items(framework)
        assert len(places) == len(set(places))


@pytest.mark.parametrize("measure", PRACTICE_SUBSET)
def test_every_anssi_measure_of_a_practice_has_a_check(measure: int) -> None:
    assert str(measure) in mapped("anssi_hygiene")


@pytest.mark.parametrize("question", range(1, 14))
def test_each_of_the_thirteen_questions_has_a_check(question: int) -> None:
    assert str(question) in mapped("tpe_pme_13")


@pytest.mark.parametrize("framework", ["mon_aide_cyber", "pgssi_s"])
def test_each_theme_of_a_small_framework_has_a_check(framework: str) -> None:
    assert mapped(framework) == items(framework)


@pytest.mark.parametrize(("measure", "places"), SEED.items())
def test_each_of_the_insurer_s_measures_covers_what_the_reference_says(measure: str, places: set[int]) -> None:
    assert {str(place) for place in places} <= mapped("anssi_hygiene", f"{measure}-")


def test_every_framework_is_used_and_every_used_framework_has_a_file() -> None:
    used = {framework for check in CHECKS.values() for framework in check.frameworks}
    assert used == {path.stem for path in (HERE / "frameworks").glob("*.toml")}


def test_the_frameworks_have_the_size_of_their_originals() -> None:
    sizes = {framework: len(items(framework)) for framework in ("anssi_hygiene", "tpe_pme_13", "mon_aide_cyber")}
    assert sizes == {"anssi_hygiene": 42, "tpe_pme_13": 13, "mon_aide_cyber": 6}
