"""How findings become states and figures. Every function here is pure and tested by property.

A check weighs its severity. Earned: the weight of what passed. Possible: the weight of all that applies, unknown
and waiting included. A critical check that failed or is unknown caps its measure at half. Adding a failure or
hiding a fact can only lower the score.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hygie.core.finding import Finding, Origin, Outcome
from hygie.core.severity import Severity

CRITICAL_CAP = 0.5
_CONFIDENCE = {Origin.MEASURED: 1.0, Origin.PROVED: 1.0, Origin.DECLARED: 0.5, Origin.UNKNOWN: 0.0}


class Status(StrEnum):
    """The state of a measure, worst first: a critical failure, a failure, somebody awaited, unknown."""

    BAD = "bad"
    TODO = "todo"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    GOOD = "good"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Tally:
    """Weights of a measure: `earned` after the cap, `possible`, and `known` (how much is known, by origin)."""

    earned: float
    possible: int
    known: float

    @property
    def ratio(self) -> float:
        """Earned ÷ possible, 0 when nothing applies."""
        return self.earned / self.possible if self.possible else 0.0


def counted(finding: Finding) -> bool:
    """Whether the finding enters the count: it applies, and no running exception covers it."""
    return finding.outcome is not Outcome.NOT_APPLICABLE and finding.exception is None


def tally(findings: Iterable[Finding]) -> Tally:
    """The weights of some findings, the cap of critical checks applied."""
    weighed = [finding for finding in findings if counted(finding)]
    possible = sum(int(finding.severity) for finding in weighed)
    earned: float = sum(int(finding.severity) for finding in weighed if finding.outcome is Outcome.PASSED)
    if any(_is_critical_gap(finding) for finding in weighed):
        earned = min(earned, CRITICAL_CAP * possible)
    known = sum(int(finding.severity) * _CONFIDENCE[finding.origin] for finding in weighed)
    return Tally(earned, possible, known)


def _is_critical_gap(finding: Finding) -> bool:
    return finding.severity is Severity.CRITICAL and finding.outcome is not Outcome.PASSED


def status_of(findings: Sequence[Finding]) -> Status:
    """The state of a measure: its worst finding. Unknown is never good; where nothing counts, nothing is."""
    weighed = [finding for finding in findings if counted(finding)]
    outcomes = {finding.outcome for finding in weighed}
    if any(f.outcome is Outcome.FAILED and f.severity is Severity.CRITICAL for f in weighed):
        return Status.BAD
    for outcome, status in (
        (Outcome.FAILED, Status.TODO),
        (Outcome.WAITING, Status.WAITING),
        (Outcome.UNKNOWN, Status.UNKNOWN),
        (Outcome.PASSED, Status.GOOD),
    ):
        if outcome in outcomes:
            return status
    return Status.NOT_APPLICABLE


def total_score(tallies: Iterable[Tally]) -> float:
    """The mean of the measures that apply, from 0 to 100."""
    ratios = [part.ratio for part in tallies if part.possible]
    return 100 * sum(ratios) / len(ratios) if ratios else 0.0


def confidence(tallies: Sequence[Tally]) -> float:
    """How much of what counts is known, from 0 to 1: measured and proved fully, declared by half."""
    possible = sum(part.possible for part in tallies)
    return sum(part.known for part in tallies) / possible if possible else 0.0
