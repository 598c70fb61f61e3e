"""Several computers, one practice: the worst answer counts, silence is unknown, nothing flatters."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.checkup.answers import Answer, Answers
from hygie.checkup.combine import FRESH_DAYS, Machine, Report, Told, combine, read_report
from hygie.checkup.errors import UnreadableCheckup
from hygie.checkup.run import Checkup, Context, judge
from hygie.core.finding import Finding, Origin, Outcome
from hygie.core.severity import Severity
from hygie.documents.checkup_json import render_json
from hygie.probes.collect import Facts
from hygie.reference.catalogue import catalogue

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MEASURED = [check.id for check in catalogue().checks.values() if check.answer == "measured"]
QUIET = next(c.id for c in catalogue().checks.values() if c.answer == "measured" and c.severity < Severity.CRITICAL)
CRITICAL = next(c.id for c in catalogue().checks.values() if c.answer == "measured" and c.severity is Severity.CRITICAL)
RANK = [Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING, Outcome.PASSED, Outcome.NOT_APPLICABLE]
OUTCOMES = st.sampled_from([Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED, Outcome.NOT_APPLICABLE])


def report(outcome: Outcome, taken_at: datetime = NOW, check: str = QUIET) -> Report:
    return Report("2026-11-24", taken_at, "windows", (Told(check, outcome, f"Vu : {outcome}."),))


def context(answers: Answers | None = None, now: datetime = NOW) -> Context:
    return Context(catalogue(), answers or Answers(), "linux", now)


def found(checkup: Checkup, check: str = QUIET) -> Finding:
    return next(finding for finding in checkup.findings if finding.check_id == check)


def test_one_computer_says_what_it_says() -> None:
    finding = found(combine([Machine("Accueil", report(Outcome.PASSED))], context()))
    assert (finding.outcome, finding.origin, finding.summary) == (Outcome.PASSED, Origin.MEASURED, "Vu\u00a0: passed.")


def test_the_worst_computer_is_named() -> None:
    machines = [Machine("Accueil", report(Outcome.PASSED)), Machine("Bureau 2", report(Outcome.FAILED))]
    finding = found(combine(machines, context()))
    assert finding.outcome is Outcome.FAILED
    assert finding.summary.startswith("Bureau 2")
    assert "Accueil" not in finding.summary


def test_a_silent_computer_keeps_a_point_unknown() -> None:
    old = report(Outcome.PASSED, NOW - timedelta(days=FRESH_DAYS, hours=1))
    for silent in (Machine("Bureau 2", None), Machine("Bureau 2", old, NOW - timedelta(days=9))):
        finding = found(combine([Machine("Accueil", report(Outcome.PASSED)), silent], context()))
        assert (finding.outcome, finding.origin) == (Outcome.UNKNOWN, Origin.UNKNOWN)
        assert "Bureau 2" in finding.summary


def test_a_report_from_the_future_is_not_believed() -> None:
    finding = found(combine([Machine("Accueil", report(Outcome.PASSED, NOW + timedelta(days=40)))], context()))
    assert finding.outcome is Outcome.UNKNOWN


def test_no_computer_is_unknown() -> None:
    checkup = combine([], context())
    assert all(f.outcome is not Outcome.PASSED for f in checkup.findings)
    assert checkup.headline == "0 en ordre sur 7"


@given(st.lists(OUTCOMES, min_size=1, max_size=5), OUTCOMES)
def test_one_more_computer_never_makes_anything_better(outcomes: list[Outcome], more: Outcome) -> None:
    machines = [Machine(f"P{rank}", report(outcome)) for rank, outcome in enumerate(outcomes)]
    before = combine(machines, context())
    after = combine([*machines, Machine("Un de plus", report(more))], context())
    assert RANK.index(found(after).outcome) <= RANK.index(found(before).outcome)


@given(st.lists(st.one_of(st.none(), OUTCOMES), min_size=1, max_size=5))
def test_silence_never_counts_as_good(outcomes: list[Outcome | None]) -> None:
    machines = [Machine(f"P{rank}", report(o) if o else None) for rank, o in enumerate(outcomes)]
    if None in outcomes or Outcome.UNKNOWN in outcomes:
        assert found(combine(machines, context())).outcome not in (Outcome.PASSED, Outcome.NOT_APPLICABLE)


def charge(check: str, days: int) -> Answers:
    expected = (NOW + timedelta(days=days)).date()
    given = Answer(check, "waiting", NOW.date(), waiting_for="Perrin Informatique", expected_on=expected)
    return Answers({check: given})


def test_a_failure_somebody_repairs_is_awaited_until_the_day() -> None:
    machines = [Machine("Accueil", report(Outcome.FAILED))]
    finding = found(combine(machines, context(charge(QUIET, 3))))
    assert finding.outcome is Outcome.WAITING
    assert "Perrin Informatique" in finding.summary
    assert found(combine(machines, context(charge(QUIET, -1)))).outcome is Outcome.FAILED


def test_a_promise_never_hides_what_presses_nor_makes_unknown_known() -> None:
    critical = [Machine("Accueil", report(Outcome.FAILED, check=CRITICAL))]
    assert found(combine(critical, context(charge(CRITICAL, 3))), CRITICAL).outcome is Outcome.FAILED
    unknown = [Machine("Accueil", report(Outcome.UNKNOWN))]
    assert found(combine(unknown, context(charge(QUIET, 3)))).outcome is Outcome.UNKNOWN


def test_what_a_computer_says_of_a_question_is_not_heard() -> None:
    declared = next(check.id for check in catalogue().checks.values() if check.answer == "declared")
    finding = found(combine([Machine("A", report(Outcome.PASSED, check=declared))], context()), declared)
    assert finding.outcome is Outcome.UNKNOWN


def test_a_real_check_up_is_read_back() -> None:
    checkup = judge(Facts({}), context(), host="PC")
    read = read_report(render_json(checkup).encode(), catalogue(), "windows")
    assert {told.check_id for told in read.told} == set(MEASURED)
    assert (read.taken_at, read.system) == (NOW, "windows")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"schema":"hygie.checkup/2"}', b"\xff", b"[" * 100_000,
     b'{"schema":"hygie.checkup/1","catalogue_version":"1","started_at":"2026-11-24T09:00:00","measures":[]}'],
)  # fmt: skip
def test_what_is_no_check_up_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableCheckup):
        read_report(body, catalogue(), "windows")


def test_unknown_checks_and_long_texts_are_bounded() -> None:
    content = json.loads(render_json(judge(Facts({}), context())))
    content["measures"][0]["findings"][0]["summary"] = "x" * 5_000
    with pytest.raises(UnreadableCheckup):
        read_report(json.dumps(content).encode(), catalogue(), "linux")
    content["measures"][0]["findings"] = [{"check_id": "never-existed", "outcome": "passed", "summary": "x"}]
    assert "never-existed" not in {
        t.check_id for t in read_report(json.dumps(content).encode(), catalogue(), "linux").told
    }


def test_a_finding_is_as_old_as_what_it_rests_on() -> None:
    yesterday = NOW - timedelta(days=1)
    assert found(combine([Machine("A", report(Outcome.PASSED, yesterday))], context())).observed_at == yesterday
    declared = next(check.id for check in catalogue().checks.values() if check.answer == "declared")
    answers = Answers({declared: Answer(declared, "yes", yesterday.date())})
    assert found(combine([], context(answers)), declared).observed_at.date() == yesterday.date()
