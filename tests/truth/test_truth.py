"""Each change of a real Debian moves its own check and no other, and moves it back when it is undone."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.truth.changes import PRACTICES, Change
from tests.truth.debian import Practice

pytestmark = pytest.mark.debian
EVERY = [(name, change) for name, (_, changes) in PRACTICES.items() for change in changes]


@pytest.fixture(scope="module")
def before(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """Outcomes of a practice before any change, looked at once."""

    @cache
    def look(name: str) -> dict[str, str]:
        return practice.examine(tmp_path_factory.mktemp("before"), PRACTICES[name][0])["changed"]

    return look


def moved(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    return {check: after[check] for check in before if before[check] != after[check]}


def test_the_practice_starts_in_good_order(before: Callable[[str], dict[str, str]]) -> None:
    calm = before("calm")
    watched = {change.check: calm[change.check] for _, change in EVERY}
    assert set(watched.values()) <= {"passed", "not_applicable"}
    assert sum(1 for outcome in watched.values() if outcome == "passed") >= 50


def test_at_least_twenty_five_checks_are_tried() -> None:
    assert len({change.check for _, change in EVERY}) >= 25


@pytest.mark.parametrize(("name", "change"), EVERY, ids=[change.check for _, change in EVERY])
def test_a_change_moves_its_check_and_no_other(
    practice: Practice, before: Callable[[str], dict[str, str]], name: str, change: Change, tmp_path: Path
) -> None:
    seen = practice.examine(tmp_path, PRACTICES[name][0], change.change, change.undo)
    assert moved(before(name), seen["changed"]) == {change.check: change.becomes}
    assert moved(before(name), seen["back"]) == {}
