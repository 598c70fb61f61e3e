"""One practice from several computers: each measured check takes the worst answer, and a silent computer is unknown.

Pure. A computer that has said nothing for `FRESH_DAYS`, or never, keeps every measured check from being in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Annotated, Literal

import msgspec

from hygie.checkup.answers import Answers
from hygie.checkup.errors import UnreadableCheckup
from hygie.checkup.run import Checkup, Context, assemble, dressed, find
from hygie.core.clock import days_since
from hygie.core.finding import Evidence, Finding, Origin, Outcome, Verdict, unknown, waiting
from hygie.core.french import day_in_words, listed, typeset
from hygie.core.severity import Severity
from hygie.probes.collect import Facts
from hygie.reference.catalogue import Catalogue, CheckEntry

FRESH_DAYS = 8
"""A week and a day: a computer that is on once a week is not silent."""
_WORST = (Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING, Outcome.PASSED, Outcome.NOT_APPLICABLE)
Text = Annotated[str, msgspec.Meta(max_length=2000)]


class Told(msgspec.Struct, frozen=True):
    """What one computer says of one measured check."""

    check_id: Annotated[str, msgspec.Meta(max_length=80)]
    outcome: Outcome
    summary: Text
    evidence: Evidence = {}


class _WireMeasure(msgspec.Struct, frozen=True):
    findings: Annotated[tuple[Told, ...], msgspec.Meta(max_length=500)]


class _WireCheckup(msgspec.Struct, frozen=True):
    schema: Literal["hygie.checkup/1"]
    catalogue_version: Annotated[str, msgspec.Meta(max_length=10)]
    started_at: datetime
    measures: Annotated[tuple[_WireMeasure, ...], msgspec.Meta(max_length=7)]


class Report(msgspec.Struct, frozen=True):
    """One computer's check-up, reduced to what it measured."""

    catalogue_version: str
    taken_at: datetime
    system: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer of the practice and its last report; None when it never spoke."""

    name: str
    report: Report | None
    seen_at: datetime | None = None


def read_report(body: bytes, catalogue: Catalogue, system: str) -> Report:
    """The measured part of a `hygie.checkup/1` from a computer under `system`.

    UnreadableCheckup when it is not one, or when its hour has no offset.
    """
    try:
        wire = msgspec.json.decode(body, type=_WireCheckup)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableCheckup("Ce bilan n’a pas la forme attendue.", "Mettez Hygie à jour sur ce poste.") from error
    if wire.started_at.tzinfo is None:
        raise UnreadableCheckup("Ce bilan n’a pas d’heure utilisable.", "Mettez Hygie à jour sur ce poste.")
    measured = {check.id for check in catalogue.checks.values() if check.answer == "measured"}
    told = {one.check_id: one for measure in wire.measures for one in measure.findings if one.check_id in measured}
    return Report(wire.catalogue_version, wire.started_at, system, tuple(told.values()))


def combine(machines: Sequence[Machine], context: Context, told_by: Mapping[str, str] | None = None) -> Checkup:
    """The practice's check-up: measured checks from its computers, the others from its answers.

    `told_by`: for answers that nobody gave but the practice's lists show, the sentence that says what is there.
    """
    told = {machine.name: _by_check(machine, context.now) for machine in machines}
    judged = {
        entry.id: tuple(_finding(check, machines, told, context) for check in context.catalogue.in_measure(entry.id))
        for entry in context.catalogue.measures
    }
    judged = {
        measure: tuple(_retold(one, told_by or {}, context) for one in found) for measure, found in judged.items()
    }
    return assemble(judged, context, host=listed([machine.name for machine in machines]))


def _retold(finding: Finding, told_by: Mapping[str, str], context: Context) -> Finding:
    """What a list shows is said as it is, and is of today."""
    sentence = told_by.get(finding.check_id)
    if not sentence or finding.origin is Origin.UNKNOWN:
        return finding
    return replace(finding, summary=typeset(sentence), reason=typeset(sentence), observed_at=context.now)


def is_fresh(machine: Machine, now: datetime) -> bool:
    """Whether the computer's word still holds today."""
    if machine.report is None:
        return False
    age = days_since(machine.report.taken_at, now)
    return age is not None and now - machine.report.taken_at <= timedelta(days=FRESH_DAYS)


def _by_check(machine: Machine, now: datetime) -> Mapping[str, Told]:
    fresh = machine.report is not None and is_fresh(machine, now)
    return {told.check_id: told for told in machine.report.told} if machine.report and fresh else {}


def _finding(
    check: CheckEntry, machines: Sequence[Machine], told: Mapping[str, Mapping[str, Told]], context: Context
) -> Finding:
    if check.answer != "measured":
        return _dated(find(check, Facts({}), context), context)
    verdict, worst = _measured(check, machines, told, context)
    verdict = _taken_in_charge(check, verdict, context.answers, context)
    origin = Origin.UNKNOWN if verdict.outcome is Outcome.UNKNOWN else Origin.MEASURED
    system = worst.system if worst else context.system
    finding = dressed(check, verdict, origin, Context(context.catalogue, context.answers, system, context.now))
    return replace(finding, observed_at=worst.taken_at) if worst and origin is Origin.MEASURED else finding


def _dated(finding: Finding, context: Context) -> Finding:
    """A declared finding is as old as its answer."""
    answer = context.answers.by_check.get(finding.check_id)
    if answer is None or answer.answered_on is None or finding.origin is Origin.UNKNOWN:
        return finding
    moment = datetime.combine(answer.answered_on, time(), context.now.tzinfo)
    return replace(finding, observed_at=min(moment, context.now))


def _measured(
    check: CheckEntry, machines: Sequence[Machine], told: Mapping[str, Mapping[str, Told]], context: Context
) -> tuple[Verdict, Report | None]:
    if not machines:
        return unknown("Aucun ordinateur n’a encore été regardé."), None
    answers = [(machine, told[machine.name].get(check.id)) for machine in machines]
    worst = min(answers, key=lambda pair: _WORST.index(_outcome(pair[1])))
    if worst[1] is None:
        return unknown(_silence([machine for machine, said in answers if said is None], context.now)), worst[0].report
    return _worded(worst[1], answers), worst[0].report


def _outcome(told: Told | None) -> Outcome:
    return told.outcome if told else Outcome.UNKNOWN


def _silence(machines: Sequence[Machine], now: datetime) -> str:
    """Who is silent, and since when where there is only one."""
    names = listed([machine.name for machine in machines])
    known = [machine.seen_at for machine in machines if machine.seen_at]
    if len(machines) == 1 and known and not is_fresh(machines[0], now):
        return f"Pas de nouvelles de « {names} » depuis le {day_in_words(known[0])}."
    return f"Pas de nouvelles de : {names}."


def _worded(worst: Told, answers: Sequence[tuple[Machine, Told | None]]) -> Verdict:
    """The worst answer; with several computers, which of them give it."""
    if len(answers) == 1:
        return Verdict(worst.outcome, worst.summary, worst.evidence)
    same = [machine.name for machine, told in answers if told and told.outcome is worst.outcome]
    where = f"Sur les {len(same)} ordinateurs" if len(same) == len(answers) else listed(same)
    return Verdict(worst.outcome, f"{where} : {worst.summary[:1].lower()}{worst.summary[1:]}", worst.evidence)


def _taken_in_charge(check: CheckEntry, verdict: Verdict, answers: Answers, context: Context) -> Verdict:
    """A failure somebody repairs by a date is awaited; a critical one stays urgent, whatever was promised."""
    answer = answers.by_check.get(check.id)
    promised = answer is not None and answer.answer == "waiting" and (answer.expected_on or context.now.date())
    if verdict.outcome is not Outcome.FAILED or check.severity is Severity.CRITICAL or not promised or not answer:
        return verdict
    if promised < context.now.date():
        return verdict
    who = answer.waiting_for or "quelqu’un"
    until = f", prévu le {day_in_words(answer.expected_on)}" if answer.expected_on else ""
    return waiting(f"{who} s’en occupe{until}. {verdict.summary}")
