"""States and figures of a measure, one by one; the laws they obey are in tests/property/test_score.py."""

import pytest

from hygie.checkup.score import Status, Tally, confidence, counted, status_of, tally, total_score
from hygie.core.finding import Finding, Origin, Outcome
from hygie.core.severity import Severity
from tests.checkup.build import finding, waiver

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
WAITING, NA = Outcome.WAITING, Outcome.NOT_APPLICABLE
CRITICAL = Severity.CRITICAL
EXCEPTED = finding(FAILED, exception=waiver())


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([], Status.NOT_APPLICABLE),
        ([finding(NA)], Status.NOT_APPLICABLE),
        ([EXCEPTED], Status.NOT_APPLICABLE),
        ([EXCEPTED, finding(NA)], Status.NOT_APPLICABLE),
        ([finding(PASSED)], Status.GOOD),
        ([finding(PASSED), finding(NA), EXCEPTED], Status.GOOD),
        ([finding(PASSED), finding(UNKNOWN, Severity.HABIT)], Status.UNKNOWN),
        ([finding(PASSED), finding(UNKNOWN, CRITICAL)], Status.UNKNOWN),
        ([finding(UNKNOWN), finding(WAITING, Severity.HABIT)], Status.WAITING),
        ([finding(WAITING, CRITICAL), finding(FAILED, Severity.HABIT)], Status.TODO),
        ([finding(FAILED, Severity.MAJOR)], Status.TODO),
        ([finding(FAILED, CRITICAL), finding(PASSED)], Status.BAD),
        ([finding(FAILED, CRITICAL, exception=waiver()), finding(PASSED)], Status.GOOD),
    ],
)
def test_the_state_of_a_measure_is_its_worst_finding(findings: list[Finding], status: Status) -> None:
    assert status_of(findings) is status


@pytest.mark.parametrize(
    ("findings", "earned", "possible"),
    [
        ([], 0, 0),
        ([finding(PASSED, Severity.MAJOR), finding(FAILED, Severity.MINOR)], 4, 6),
        ([finding(PASSED, Severity.MAJOR), finding(UNKNOWN, Severity.MINOR)], 4, 6),
        ([finding(PASSED, Severity.MAJOR), finding(WAITING, Severity.MINOR)], 4, 6),
        ([finding(PASSED, Severity.MAJOR), finding(NA, Severity.MINOR)], 4, 4),
        ([finding(PASSED, Severity.MAJOR), EXCEPTED], 4, 4),
        ([finding(PASSED, Severity.MAJOR)] * 10 + [finding(FAILED, CRITICAL)], 22.5, 45),
        ([finding(PASSED, Severity.MAJOR)] * 10 + [finding(UNKNOWN, CRITICAL)], 22.5, 45),
        ([finding(PASSED, Severity.MAJOR)] * 10 + [finding(WAITING, CRITICAL)], 22.5, 45),
        ([finding(PASSED, Severity.MINOR), finding(FAILED, CRITICAL)], 2, 7),
        ([finding(PASSED, CRITICAL), finding(NA, CRITICAL)], 5, 5),
    ],
)
def test_weights_are_severities_and_a_critical_gap_caps_at_half(
    findings: list[Finding], earned: float, possible: int
) -> None:
    counts = tally(findings)
    assert (counts.earned, counts.possible) == (earned, possible)


def test_the_score_is_the_mean_of_the_measures_that_apply() -> None:
    assert total_score([Tally(1, 2, 0), Tally(1, 1, 0), Tally(0, 0, 0)]) == 75
    assert total_score([Tally(0, 0, 0)]) == 0
    assert total_score([]) == 0
    assert Tally(0, 0, 0).ratio == 0


@pytest.mark.parametrize(
    ("origins", "share"),
    [
        ([Origin.MEASURED, Origin.PROVED], 1),
        ([Origin.MEASURED, Origin.DECLARED], 0.75),
        ([Origin.UNKNOWN, Origin.DECLARED], 0.25),
        ([Origin.UNKNOWN], 0),
        ([], 0),
    ],
)
def test_what_is_only_said_is_believed_by_half(origins: list[Origin], share: float) -> None:
    assert confidence([tally([finding(PASSED, origin=origin) for origin in origins])]) == share


def test_only_what_applies_without_exception_is_counted() -> None:
    told = [finding(outcome) for outcome in (PASSED, FAILED, UNKNOWN, WAITING, NA)]
    assert [counted(one) for one in (*told, EXCEPTED)] == [True, True, True, True, False, False]
