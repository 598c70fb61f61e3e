"""The check-up itself: facts and answers judged with the catalogue, then counted, ordered and compared."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hygie.checkup.answers import Answers, judge_answer, running_waiver
from hygie.checkup.registry import measured_checks
from hygie.checkup.score import Status, Tally, confidence, status_of, tally, total_score
from hygie.core.finding import Finding, Measure, Origin, Outcome, Owner, Verdict
from hygie.core.french import typeset
from hygie.core.severity import Severity
from hygie.probes.collect import Facts
from hygie.reference.catalogue import Catalogue, CheckEntry
from hygie.reference.sources import as_source

MAX_ACTIONS = 6
_BY_RANK = {Outcome.FAILED: 0, Outcome.UNKNOWN: 1}


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One of the seven measures, judged."""

    id: Measure
    number: int
    title: str
    status: Status
    sentence: str
    earned: float
    possible: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do, by somebody, in some minutes; `gain` is the score it would add."""

    check_id: str
    title: str
    why: str
    owner: Owner
    minutes: int
    gain: float


@dataclass(frozen=True, slots=True)
class SinceLast:
    """What changed since an earlier check-up, in sentences."""

    previous_at: datetime
    previous_catalogue: str
    sentences: tuple[str, ...]
    better: tuple[str, ...]
    worse: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkup:
    """Everything a report needs. `score` is for JSON and the IT provider; the doctor sees `headline`."""

    catalogue_version: str
    host: str
    system: str
    practice: str
    insurer_contract: str
    phones: Mapping[str, str]
    started_at: datetime
    duration: float
    score: float
    confidence: float
    headline: str
    sentence: str
    measures: tuple[MeasureResult, ...]
    actions: tuple[Action, ...]
    waiting: int
    unknown: int
    since_last: SinceLast | None = None

    @property
    def findings(self) -> list[Finding]:
        """All findings, measure by measure."""
        return [finding for measure in self.measures for finding in measure.findings]


@dataclass(frozen=True, slots=True)
class Context:
    """What judging needs beside the facts: the texts, the answers, the system the gestures are for, the moment."""

    catalogue: Catalogue
    answers: Answers
    system: str
    now: datetime


def find(check: CheckEntry, facts: Facts, context: Context) -> Finding:
    """One check's finding: its verdict dressed with its texts."""
    if check.answer == "measured":
        verdict = measured_checks()[check.id].judge(facts)
        origin = Origin.UNKNOWN if verdict.outcome is Outcome.UNKNOWN else Origin.MEASURED
    else:
        verdict, origin = judge_answer(check, context.answers, context.now)
    return _dressed(check, verdict, origin, context)


def _dressed(check: CheckEntry, verdict: Verdict, origin: Origin, context: Context) -> Finding:
    summary = typeset(verdict.summary)
    return Finding(
        check_id=check.id,
        measure=context.catalogue.measure_of(check.id),
        outcome=verdict.outcome,
        origin=origin,
        reason=summary,
        severity=check.severity,
        owner=check.owner,
        title=typeset(check.title),
        summary=summary,
        why=typeset(check.why),
        steps=check.steps.on(context.system),
        undo=check.undo.on(context.system),
        minutes=check.minutes,
        evidence=verdict.evidence,
        sources=tuple(as_source(context.catalogue.sources[source]) for source in check.sources),
        observed_at=context.now,
        first_seen_at=context.now,
        exception=running_waiver(context.answers, check.id, verdict.outcome, context.now),
    )


def judge(
    facts: Facts,
    context: Context,
    *,
    only: Collection[Measure] = (),
    host: str = "",
    duration: float = 0.0,
) -> Checkup:
    """The whole check-up, on the measures of `only` or on all seven."""
    wanted = [entry for entry in context.catalogue.measures if not only or entry.id in only]
    judged = {
        entry.id: tuple(find(check, facts, context) for check in context.catalogue.in_measure(entry.id))
        for entry in wanted
    }
    tallies = {measure: tally(findings) for measure, findings in judged.items()}
    measures = tuple(
        MeasureResult(
            entry.id, entry.number, entry.title, status_of(judged[entry.id]),
            _measure_sentence(judged[entry.id], typeset(entry.good), context.catalogue),
            tallies[entry.id].earned, tallies[entry.id].possible, judged[entry.id],
        )
        for entry in wanted
    )  # fmt: skip
    findings = [finding for measure in measures for finding in measure.findings]
    actions = rank_actions(findings, tallies, context.catalogue)
    good = sum(1 for measure in measures if measure.status is Status.GOOD)
    return Checkup(
        catalogue_version=context.catalogue.version,
        host=host,
        system=context.system,
        practice=context.answers.practice,
        insurer_contract=context.answers.insurer_contract,
        phones=context.answers.phones,
        started_at=context.now,
        duration=duration,
        score=round(total_score(tallies.values()), 1),
        confidence=round(confidence(list(tallies.values())), 3),
        headline=f"{good} en ordre sur {len(measures)}",
        sentence=voice(findings, actions),
        measures=measures,
        actions=actions[:MAX_ACTIONS],
        waiting=sum(1 for f in findings if f.outcome is Outcome.WAITING),
        unknown=sum(1 for f in findings if f.outcome is Outcome.UNKNOWN),
    )


def _measure_sentence(findings: tuple[Finding, ...], good: str, catalogue: Catalogue) -> str:
    """The one line of a measure: its worst finding's summary, or its good state."""
    open_ones = [finding for finding in findings if finding.needs_work]
    if not open_ones:
        return good if any(f.outcome is Outcome.PASSED for f in findings) else "Rien à vérifier ici."
    order = (Outcome.FAILED, Outcome.WAITING, Outcome.UNKNOWN)
    worst = min(open_ones, key=lambda f: (order.index(f.outcome), -f.severity, catalogue.checks[f.check_id].priority))
    return worst.summary if worst.outcome is not Outcome.UNKNOWN else _unknown_sentence(open_ones)


def _unknown_sentence(findings: list[Finding]) -> str:
    count = len(findings)
    return "Une question reste sans réponse." if count == 1 else f"{count} questions restent sans réponse."


def rank_actions(
    findings: list[Finding], tallies: Mapping[Measure, Tally], catalogue: Catalogue
) -> tuple[Action, ...]:
    """What to do, first things first: failures before unknowns, then severity, the published priority, the time."""
    open_ones = [f for f in findings if f.outcome in _BY_RANK and f.exception is None]
    ordered = sorted(
        open_ones,
        key=lambda f: (
            _BY_RANK[f.outcome] if f.severity < Severity.CRITICAL else 0.5 * _BY_RANK[f.outcome],
            -f.severity,
            catalogue.checks[f.check_id].priority,
            f.minutes,
            f.check_id,
        ),
    )
    return tuple(_action(finding, findings, tallies, catalogue) for finding in ordered)


def _action(
    finding: Finding, findings: list[Finding], tallies: Mapping[Measure, Tally], catalogue: Catalogue
) -> Action:
    check = catalogue.checks[finding.check_id]
    gain = _gain(finding, findings, tallies)
    if finding.outcome is Outcome.UNKNOWN and check.answer != "measured":
        title = typeset(f"Répondre : {check.question}")
        return Action(check.id, title, finding.why, check.ask or check.owner, 5, gain)
    prefix = "Faire vérifier : " if finding.outcome is Outcome.UNKNOWN else ""
    title = prefix + (check.action[0].lower() + check.action[1:] if prefix else check.action)
    return Action(check.id, typeset(title), finding.why, check.owner, check.minutes, gain)


def _gain(finding: Finding, findings: list[Finding], tallies: Mapping[Measure, Tally]) -> float:
    """Points of the total score won if this finding passed, everything else unchanged."""
    repaired = replace(finding, outcome=Outcome.PASSED)
    own = [repaired if f is finding else f for f in findings if f.measure is finding.measure]
    after = {**tallies, finding.measure: tally(own)}
    return round(total_score(after.values()) - total_score(tallies.values()), 1)


def voice(findings: list[Finding], actions: tuple[Action, ...]) -> str:
    """The one sentence that opens every report. What is unknown is always named."""
    failures = sum(1 for f in findings if f.outcome is Outcome.FAILED and f.exception is None)
    unknowns = sum(1 for f in findings if f.outcome is Outcome.UNKNOWN)
    awaited = sum(1 for f in findings if f.outcome is Outcome.WAITING)
    if not failures and not unknowns:
        return "Tout est en ordre." if not awaited else "Rien ne presse : des réponses sont attendues."
    urgent = sum(1 for f in findings if f.outcome is Outcome.FAILED and f.severity is Severity.CRITICAL and not f.exception)
    first = _first_words(failures, urgent)
    if not unknowns:
        return first
    rest = "une question reste sans réponse" if unknowns == 1 else f"{unknowns} questions restent sans réponse"
    return f"{first} {rest.capitalize()}." if failures else f"{rest.capitalize()}."


def _first_words(failures: int, urgent: int) -> str:
    if urgent == 1:
        return "Une seule chose presse." if failures == 1 else f"Une chose presse, sur {failures} à faire."
    if urgent > 1:
        return f"{urgent} choses pressent, sur {failures} à faire."
    return "Une seule chose est à faire." if failures == 1 else f"{failures} choses sont à faire, aucune ne presse."
