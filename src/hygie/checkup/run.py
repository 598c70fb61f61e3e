"""The check-up itself: facts and answers judged with the catalogue, then counted, ordered and compared."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hygie.checkup.answers import Answers, judge_answer, running_waiver
from hygie.checkup.registry import measured_checks
from hygie.checkup.score import Status, Tally, confidence, status_of, tally, total_score
from hygie.core.finding import Finding, Measure, Origin, Outcome, Owner, Verdict
from hygie.core.french import agree, day_in_words, typeset
from hygie.core.severity import Severity
from hygie.probes.collect import Facts
from hygie.reference.catalogue import Catalogue, CheckEntry
from hygie.reference.sources import as_source

MAX_ACTIONS = 6
ANSWERS_A_MINUTE = 3


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
    journal: str = ""

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
    return dressed(check, verdict, origin, context)


def dressed(check: CheckEntry, verdict: Verdict, origin: Origin, context: Context) -> Finding:
    """A verdict with the check's texts, for the system and the moment of the context."""
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
    return assemble(judged, context, host=host, duration=duration)


def assemble(
    judged: Mapping[Measure, tuple[Finding, ...]], context: Context, *, host: str = "", duration: float = 0.0
) -> Checkup:
    """A check-up from its findings, measure by measure: counted, ordered, put into words."""
    tallies = {measure: tally(findings) for measure, findings in judged.items()}
    measures = tuple(
        MeasureResult(
            entry.id, entry.number, entry.title, status_of(judged[entry.id]),
            _measure_sentence(judged[entry.id], typeset(entry.good), context.catalogue),
            tallies[entry.id].earned, tallies[entry.id].possible, judged[entry.id],
        )
        for entry in context.catalogue.measures if entry.id in judged
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
        sentence=voice(findings),
        measures=measures,
        actions=actions[:MAX_ACTIONS],
        waiting=sum(1 for f in findings if f.outcome is Outcome.WAITING),
        unknown=sum(1 for f in findings if f.outcome is Outcome.UNKNOWN),
    )


def _measure_sentence(findings: tuple[Finding, ...], good: str, catalogue: Catalogue) -> str:
    """The one line of a measure: its worst finding's summary, or its good state."""
    open_ones = [finding for finding in findings if finding.needs_work]
    if not open_ones:
        return _calm_sentence(findings, good)
    order = (Outcome.FAILED, Outcome.WAITING, Outcome.UNKNOWN)
    worst = min(open_ones, key=lambda f: (order.index(f.outcome), -f.severity, catalogue.checks[f.check_id].priority))
    return worst.summary if worst.outcome is not Outcome.UNKNOWN else _unknown_sentence(open_ones)


def _calm_sentence(findings: Iterable[Finding], good: str) -> str:
    """When nothing asks for work: the good state, unless exceptions cover a failure, which it must not hide."""
    waivers = [finding.exception for finding in findings if finding.exception]
    if waivers:
        until = day_in_words(min(waiver.until for waiver in waivers))
        run = agree(len(waivers), "Une exception court", "{} exceptions courent, la première")
        return typeset(f"{run} jusqu'au {until}.")
    return good if any(f.outcome is Outcome.PASSED for f in findings) else "Rien à vérifier ici."


def _unknown_sentence(findings: list[Finding]) -> str:
    return agree(len(findings), "Un point reste inconnu.", "{} points restent inconnus.")


def rank_actions(findings: list[Finding], tallies: Mapping[Measure, Tally], catalogue: Catalogue) -> tuple[Action, ...]:
    """What to do, first things first.

    Critical failures, the unanswered questions as one action, the other failures by severity, published priority and
    time, then what could not be measured.
    """
    context = (findings, tallies, catalogue)
    failures = [f for f in findings if f.outcome is Outcome.FAILED and f.exception is None]
    unknowns = [f for f in findings if f.outcome is Outcome.UNKNOWN]
    questions = [f for f in unknowns if catalogue.checks[f.check_id].answer != "measured"]
    unseen = [f for f in unknowns if catalogue.checks[f.check_id].answer == "measured"]
    ordered = _by_weight(failures, catalogue)
    critical = [f for f in ordered if f.severity is Severity.CRITICAL]
    actions = [_action(f, *context) for f in critical]
    actions += [_ask(_by_weight(questions, catalogue), *context)] if questions else []
    actions += [_action(f, *context) for f in ordered if f.severity is not Severity.CRITICAL]
    return (*actions, *(_action(f, *context) for f in _by_weight(unseen, catalogue)))


def _by_weight(findings: list[Finding], catalogue: Catalogue) -> list[Finding]:
    return sorted(findings, key=lambda f: (-f.severity, catalogue.checks[f.check_id].priority, f.minutes, f.check_id))


def _action(
    finding: Finding, findings: list[Finding], tallies: Mapping[Measure, Tally], catalogue: Catalogue
) -> Action:
    check = catalogue.checks[finding.check_id]
    title = check.action
    if finding.outcome is Outcome.UNKNOWN:
        title = f"Faire vérifier : {check.action[0].lower()}{check.action[1:]}"
    gain = _gain([finding], findings, tallies)
    return Action(check.id, typeset(title), finding.why, check.owner, check.minutes, gain)


def _ask(
    questions: list[Finding], findings: list[Finding], tallies: Mapping[Measure, Tally], catalogue: Catalogue
) -> Action:
    """All the unanswered questions as one thing to do, under the weightiest of them."""
    first = catalogue.checks[questions[0].check_id]
    gain = _gain(questions, findings, tallies)
    if len(questions) == 1:
        return Action(
            first.id, typeset(f"Répondre : {first.question}"), typeset(first.why), first.ask or first.owner, 5, gain
        )
    minutes = max(5, len(questions) // ANSWERS_A_MINUTE)
    why = "Ce que personne ne sait ne compte jamais comme bon. La première : « " + (first.question or "") + " »"
    return Action(
        first.id, f"Répondre aux {len(questions)} questions du cabinet", typeset(why), Owner.DOCTOR, minutes, gain
    )


def _gain(repaired: list[Finding], findings: list[Finding], tallies: Mapping[Measure, Tally]) -> float:
    """Points of the total score won if these findings passed, everything else unchanged."""
    ids = {finding.check_id for finding in repaired}
    after = dict(tallies)
    for measure in {finding.measure for finding in repaired}:
        own = [f for f in findings if f.measure is measure]
        after[measure] = tally([replace(f, outcome=Outcome.PASSED) if f.check_id in ids else f for f in own])
    return round(total_score(after.values()) - total_score(tallies.values()), 1)


def voice(findings: Sequence[Finding]) -> str:
    """The one sentence that opens every report. What is unknown is always named."""
    failures = sum(1 for f in findings if f.outcome is Outcome.FAILED and f.exception is None)
    unknowns = sum(1 for f in findings if f.outcome is Outcome.UNKNOWN)
    if not failures and not unknowns:
        return _calm_voice(findings)
    urgent = sum(
        1 for f in findings if f.outcome is Outcome.FAILED and f.severity is Severity.CRITICAL and not f.exception
    )
    first = _first_words(failures, urgent)
    if not unknowns:
        return first
    rest = agree(unknowns, "Un point reste inconnu.", "{} points restent inconnus.")
    return f"{first} {rest}" if failures else rest


def _calm_voice(findings: Sequence[Finding]) -> str:
    """When nothing failed and nothing is unknown: what is awaited and what is excepted are still said."""
    if awaited := sum(1 for f in findings if f.outcome is Outcome.WAITING):
        one, several = "une réponse est attendue", "{} réponses sont attendues"
        return typeset(f"Rien ne presse : {agree(awaited, one, several)}.")
    if waived := sum(1 for f in findings if f.exception):
        return f"Rien d’autre à faire, mais {agree(waived, 'une exception court', '{} exceptions courent')}."
    return "Tout est en ordre." if any(f.outcome is Outcome.PASSED for f in findings) else "Rien à vérifier ici."


def _first_words(failures: int, urgent: int) -> str:
    if urgent == 1:
        return "Une seule chose presse." if failures == 1 else f"Une chose presse, sur {failures} à faire."
    if urgent > 1:
        return f"{urgent} choses pressent, sur {failures} à faire."
    return "Une seule chose est à faire." if failures == 1 else f"{failures} choses sont à faire, aucune ne presse."
