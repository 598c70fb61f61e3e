"""The words of a finding, as the contract `hygie.finding/1` fixes them."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from hygie.core import errors, finding
from hygie.core.finding import Finding, Measure, Origin, Outcome, Owner, Verdict, Waiver
from hygie.core.severity import Severity

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FOUND = Finding(
    "access-firewall", Measure.ACCESS, Outcome.FAILED, Origin.MEASURED, "r", Severity.MAJOR, Owner.IT_PROVIDER, "t",
    "s", "w", ("g",), ("u",), 5, {}, (), NOW, NOW, None,
)  # fmt: skip


def test_the_fields_of_a_finding_are_those_of_the_contract() -> None:
    assert [field.name for field in fields(Finding)] == [
        "check_id", "measure", "outcome", "origin", "reason", "severity", "owner", "title", "summary", "why", "steps",
        "undo", "minutes", "evidence", "sources", "observed_at", "first_seen_at", "exception",
    ]  # fmt: skip


def test_the_words_of_the_contract_are_stable() -> None:
    assert [*Outcome] == ["passed", "failed", "unknown", "not_applicable", "waiting"]
    assert [*Origin] == ["measured", "declared", "proved", "unknown"]
    assert [*Measure] == ["access", "cps", "passwords", "backup", "messaging", "gdpr", "training"]
    assert [*Owner] == ["doctor", "secretary", "it_provider", "host", "insurer"]
    assert [*Severity] == [1, 2, 3, 4, 5]
    assert max(Severity) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("make", "outcome"),
    [
        (finding.passed, Outcome.PASSED),
        (finding.failed, Outcome.FAILED),
        (finding.unknown, Outcome.UNKNOWN),
        (finding.not_applicable, Outcome.NOT_APPLICABLE),
        (finding.waiting, Outcome.WAITING),
    ],
)
def test_each_verdict_keeps_its_sentence_and_its_counts(make: object, outcome: Outcome) -> None:
    assert callable(make)
    assert make("Une phrase.", count=3, names=["a"]) == Verdict(outcome, "Une phrase.", {"count": 3, "names": ["a"]})


@pytest.mark.parametrize(
    ("outcome", "needs"),
    [
        (Outcome.FAILED, True),
        (Outcome.UNKNOWN, True),
        (Outcome.WAITING, True),
        (Outcome.PASSED, False),
        (Outcome.NOT_APPLICABLE, False),
    ],
)
def test_what_failed_waits_or_is_unknown_still_asks_for_work(outcome: Outcome, *, needs: bool) -> None:
    assert replace(FOUND, outcome=outcome).needs_work is needs


def test_a_running_exception_asks_for_no_work() -> None:
    assert not replace(FOUND, exception=Waiver("le scanner l'exige", date(2027, 1, 1))).needs_work


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.HygieError, 70),
        (errors.UsageError, 2),
        (errors.UnreadableInput, 3),
        (errors.MissingPart, 4),
        (errors.Refused, 5),
    ],
)
def test_each_error_has_the_exit_code_of_the_contract(error: type[errors.HygieError], exit_code: int) -> None:
    raised = error("Une phrase.", "Un pas.")
    assert (raised.exit_code, str(raised), raised.next_step) == (exit_code, "Une phrase.", "Un pas.")


def test_no_two_errors_share_a_code() -> None:
    family: list[type[errors.HygieError]] = [errors.HygieError, *errors.HygieError.__subclasses__()]
    assert len({error.code for error in family}) == len(family)
