"""The laws of the score: nobody wins by failing, by hiding or by not knowing.

First on findings drawn freely, then on whole computers where every fact is drawn. HYGIE_TEST_LONG=1 draws many more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from hygie.checkup.answers import Answers
from hygie.checkup.registry import measured_checks
from hygie.checkup.run import Checkup, judge, rank_actions, voice
from hygie.checkup.score import CRITICAL_CAP, Status, Tally, confidence, status_of, tally, total_score
from hygie.core.finding import Finding, Measure, Origin, Outcome, Verdict
from hygie.core.french import typeset
from hygie.core.severity import Severity
from hygie.probes import facts as f
from hygie.probes.collect import Facts
from hygie.reference.catalogue import Catalogue, catalogue
from tests.checkup.build import CHECKS, NOW, context
from tests.property.strategies import KINDS, any_answers, any_fact, any_facts, any_finding, any_findings

TOLERANCE = 1e-9
FEWER = settings(max_examples=settings().max_examples // 3)  # each example is several check-ups
HIDDEN = "Il faut les droits d'administrateur."
BAD = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING)


class Figures(NamedTuple):
    """Whatever a practice could wish to raise."""

    score: float
    confidence: float
    good: int


def by_measure(findings: Iterable[Finding]) -> dict[Measure, list[Finding]]:
    parts: dict[Measure, list[Finding]] = {measure: [] for measure in Measure}
    for one in findings:
        parts[one.measure].append(one)
    return parts


def tallies(findings: Iterable[Finding]) -> dict[Measure, Tally]:
    return {measure: tally(own) for measure, own in by_measure(findings).items()}


def figures(findings: Sequence[Finding]) -> Figures:
    good = sum(status_of(own) is Status.GOOD for own in by_measure(findings).values())
    parts = list(tallies(findings).values())
    return Figures(total_score(parts), confidence(parts), good)


def never_raised(after: Figures, before: Figures) -> bool:
    return all(new <= old + TOLERANCE for new, old in zip(after, before, strict=True))


# ------------------------------------------------------------------ findings drawn freely


@given(any_findings())
def test_figures_stay_in_their_bounds(findings: list[Finding]) -> None:
    told = figures(findings)
    assert 0 <= told.score <= 100 + TOLERANCE
    assert 0 <= told.confidence <= 1
    assert 0 <= told.good <= len(Measure)
    for part in tallies(findings).values():
        assert 0 <= part.earned <= part.possible
        assert 0 <= part.known <= part.possible


@given(any_findings(), any_finding(), st.sampled_from(BAD))
def test_adding_a_failure_or_an_unknown_never_raises_anything(
    findings: list[Finding], added: Finding, outcome: Outcome
) -> None:
    origin = Origin.UNKNOWN if outcome is Outcome.UNKNOWN else Origin.MEASURED
    before, after = (
        figures(findings),
        figures([*findings, replace(added, outcome=outcome, origin=origin, exception=None)]),
    )
    assert after.score <= before.score + TOLERANCE
    assert after.good <= before.good


@given(any_findings(), any_finding())
def test_even_an_excepted_failure_puts_no_measure_in_order(findings: list[Finding], added: Finding) -> None:
    excepted = replace(added, outcome=Outcome.FAILED, origin=Origin.MEASURED)
    assert figures([*findings, excepted]).good <= figures(findings).good


@given(any_findings(), st.data())
def test_making_a_finding_worse_never_raises_the_score_nor_the_measures_in_order(
    findings: list[Finding], data: st.DataObject
) -> None:
    if not findings:
        return
    place = data.draw(st.integers(0, len(findings) - 1))
    worse = list(findings)
    worse[place] = replace(findings[place], outcome=Outcome.FAILED, origin=Origin.MEASURED, exception=None)
    before, after = figures(findings), figures(worse)
    assert after.score <= before.score + TOLERANCE
    assert after.good <= before.good


@given(any_findings(), st.data())
def test_hiding_a_finding_never_raises_anything(findings: list[Finding], data: st.DataObject) -> None:
    if not findings:
        return
    place = data.draw(st.integers(0, len(findings) - 1))
    hidden = list(findings)
    hidden[place] = replace(findings[place], outcome=Outcome.UNKNOWN, origin=Origin.UNKNOWN, exception=None)
    assert never_raised(figures(hidden), figures(findings))


@given(any_findings())
def test_a_measure_with_something_unknown_failed_or_awaited_is_never_good(findings: list[Finding]) -> None:
    for own in by_measure(findings).values():
        if any(one.outcome in BAD and one.exception is None for one in own):
            assert status_of(own) is not Status.GOOD
        if not any(one.outcome is Outcome.PASSED for one in own):
            assert status_of(own) is not Status.GOOD


@given(any_findings())
def test_a_critical_gap_caps_its_measure_at_half(findings: list[Finding]) -> None:
    for own in by_measure(findings).values():
        gaps = [
            one for one in own if one.outcome in BAD and one.severity is Severity.CRITICAL and one.exception is None
        ]
        assert not gaps or tally(own).ratio <= CRITICAL_CAP
        failed = any(one.outcome is Outcome.FAILED for one in gaps)
        assert failed is (status_of(own) is Status.BAD)


@given(any_findings())
def test_a_measure_is_good_exactly_when_it_earns_all_it_can(findings: list[Finding]) -> None:
    for own in by_measure(findings).values():
        counts = tally(own)
        assert (status_of(own) is Status.GOOD) is (counts.possible > 0 and counts.earned == counts.possible)


@given(any_findings())
def test_mending_never_loses_and_mending_all_gives_all(findings: list[Finding]) -> None:
    actions = rank_actions(findings, tallies(findings), catalogue())
    assert all(action.gain >= 0 for action in actions)
    mended = [replace(one, outcome=Outcome.PASSED, exception=None) for one in findings]
    assert not findings or figures(mended).score == 100


@given(any_findings())
def test_every_failure_has_its_action_and_nothing_else_has(findings: list[Finding]) -> None:
    actions = rank_actions(findings, tallies(findings), catalogue())
    open_ones = [one for one in findings if one.exception is None]
    asked = [one for one in open_ones if one.outcome is Outcome.UNKNOWN and CHECKS[one.check_id].answer != "measured"]
    expected = {one.check_id for one in open_ones if one.outcome in (Outcome.FAILED, Outcome.UNKNOWN)}
    assert {action.check_id for action in actions} <= expected
    assert len(actions) == len(expected) - max(0, len(asked) - 1)
    assert len({action.check_id for action in actions}) == len(actions)


@given(any_findings(), st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_nothing(findings: list[Finding], random: Random) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)
    assert voice(shuffled) == voice(findings)
    assert rank_actions(shuffled, tallies(shuffled), catalogue()) == rank_actions(
        findings, tallies(findings), catalogue()
    )
    for one, other in zip(figures(shuffled), figures(findings), strict=True):
        assert abs(one - other) < TOLERANCE
    for measure, own in by_measure(findings).items():
        assert status_of(own) is status_of(by_measure(shuffled)[measure])


@given(any_findings())
def test_all_is_in_order_is_said_only_when_it_is(findings: list[Finding]) -> None:
    if voice(findings) == "Tout est en ordre.":
        assert findings
        assert all(one.outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE) for one in findings)
    if any(one.outcome is Outcome.UNKNOWN for one in findings):
        assert "inconnu" in voice(findings)


# ------------------------------------------------------------------ whole computers


def of(result: Checkup) -> Figures:
    parts = [Tally(part.earned, part.possible, 0) for part in result.measures]
    return Figures(total_score(parts), result.confidence, int(result.headline.split()[0]))


@given(any_facts())
def test_every_rule_answers_any_computer_with_one_sentence(facts: Facts) -> None:
    for name, rule in measured_checks().items():
        verdict = rule.judge(facts)
        assert isinstance(verdict, Verdict), name
        assert verdict.summary.strip(), name
        assert verdict.summary[-1] in ".?", name
        printed = typeset(verdict.summary)
        assert typeset(printed) == printed, name


@given(any_facts(), any_answers(), st.sampled_from(KINDS))
def test_hiding_a_fact_never_raises_anything(facts: Facts, answers: Answers, kind: type) -> None:
    told = context(answers)
    before, after = judge(facts, told), judge(facts.without(kind, HIDDEN), told)
    assert never_raised(of(after), of(before))
    assert after.score <= before.score
    assert after.unknown >= before.unknown


@FEWER
@given(any_facts(), any_answers())
def test_hiding_facts_one_after_the_other_goes_down_to_nothing_measured(facts: Facts, answers: Answers) -> None:
    told = context(answers)
    steps = [facts]
    for first in range(0, len(KINDS), 20):
        hidden = steps[-1]
        for kind in KINDS[first : first + 20]:
            hidden = hidden.without(kind, HIDDEN)
        steps.append(hidden)
    results = [of(judge(step, told)) for step in steps]
    assert all(never_raised(later, earlier) for earlier, later in pairwise(results))
    last = judge(steps[-1], told)
    assert {one.outcome for one in last.findings if CHECKS[one.check_id].answer == "measured"} == {Outcome.UNKNOWN}
    assert last.measures[0].status is not Status.GOOD


@given(any_facts(), any_answers(), st.sampled_from(sorted(id_ for id_, c in CHECKS.items() if c.answer != "measured")))
def test_withdrawing_an_answer_never_raises_anything(facts: Facts, answers: Answers, check_id: str) -> None:
    by_check = {key: value for key, value in answers.by_check.items() if key != check_id}
    before = judge(facts, context(answers))
    after = judge(facts, context(replace(answers, by_check=by_check)))
    assert never_raised(of(after), of(before))


@given(any_facts(), any_answers())
def test_a_check_up_is_consistent_with_its_findings(facts: Facts, answers: Answers) -> None:
    result = judge(facts, context(answers))
    assert 0 <= result.score <= 100
    assert 0 <= result.confidence <= 1
    assert len(result.findings) == len(CHECKS)
    assert len(result.actions) <= 6
    assert all(action.gain >= 0 for action in result.actions)
    assert result.unknown == sum(one.outcome is Outcome.UNKNOWN for one in result.findings)
    for one in result.findings:
        assert (one.origin is Origin.UNKNOWN) is (one.outcome is Outcome.UNKNOWN)
        assert one.exception is None or one.outcome is Outcome.FAILED
        assert all((one.title, one.summary, one.reason, one.why, one.steps, one.undo, one.sources))
    for part in result.measures:
        assert part.status is status_of(part.findings)
        assert part.status is not Status.GOOD or not any(
            g.outcome in BAD and g.exception is None for g in part.findings
        )


@FEWER
@given(any_facts(), any_answers())
def test_the_order_of_the_catalogue_changes_no_figure_and_no_action(facts: Facts, answers: Answers) -> None:
    shipped = catalogue()
    turned = Catalogue(
        shipped.version, shipped.measures[::-1], dict(list(shipped.checks.items())[::-1]), shipped.sources
    )
    told = context(answers)
    straight, other = judge(facts, told), judge(facts, replace(told, catalogue=turned))
    assert (straight.score, straight.confidence, straight.headline) == (other.score, other.confidence, other.headline)
    assert (straight.sentence, straight.actions) == (other.sentence, other.actions)
    assert {one.check_id: one for one in straight.findings} == {one.check_id: one for one in other.findings}


@given(any_facts(), st.sampled_from(KINDS), st.data())
def test_changing_one_fact_changes_only_the_checks_that_need_it(facts: Facts, kind: type, data: st.DataObject) -> None:
    new = data.draw(
        any_fact(facts.get(kind)) if not isinstance(facts.get(kind), f.Unknown | f.Absent) else st.just(f.Unknown("x"))
    )
    changed = Facts({**facts.by_type, kind: new})
    for rule in measured_checks().values():
        if kind not in rule.needs:
            assert rule.judge(facts) == rule.judge(changed)


@given(any_facts())
def test_the_hour_alone_never_makes_an_old_thing_fresh(facts: Facts) -> None:
    later = Facts({**facts.by_type, f.Moment: f.Moment(NOW.replace(year=NOW.year + 20))})
    ages = (
        "access-updates-fresh",
        "access-antivirus-fresh",
        "backup-recent",
        "access-system-supported",
        "access-certificates",
    )
    for name in ages:
        before, after = measured_checks()[name].judge(facts), measured_checks()[name].judge(later)
        assert before.outcome is not Outcome.FAILED or after.outcome is Outcome.FAILED
        assert after.outcome is not Outcome.PASSED
