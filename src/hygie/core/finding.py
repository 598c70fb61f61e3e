"""What one check says of the practice: the state, how it is known, and what to do about it.

A rule returns a `Verdict`; the check-up dresses it with the texts of the catalogue into a `Finding`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hygie.core.severity import Severity

Evidence = Mapping[str, int | float | bool | str | list[str]]
"""Counts, types and folders; never the name of a person's file."""


class Outcome(StrEnum):
    """The state of a check. Unknown never counts as good and is never dropped."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAITING = "waiting"


class Origin(StrEnum):
    """How the state is known."""

    MEASURED = "measured"
    DECLARED = "declared"
    PROVED = "proved"
    UNKNOWN = "unknown"


class Measure(StrEnum):
    """The insurer's seven measures, in their order."""

    ACCESS = "access"
    CPS = "cps"
    PASSWORDS = "passwords"
    BACKUP = "backup"
    MESSAGING = "messaging"
    GDPR = "gdpr"
    TRAINING = "training"


class Owner(StrEnum):
    """Who can mend a finding: each sees only theirs."""

    DOCTOR = "doctor"
    SECRETARY = "secretary"
    IT_PROVIDER = "it_provider"
    HOST = "host"
    INSURER = "insurer"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule concludes: an outcome, one French sentence, and counts to support it."""

    outcome: Outcome
    summary: str
    evidence: Evidence = field(default_factory=dict)


def passed(summary: str, **evidence: float | bool | str | list[str]) -> Verdict:
    """The practice is in order on this point."""
    return Verdict(Outcome.PASSED, summary, evidence)


def failed(summary: str, **evidence: float | bool | str | list[str]) -> Verdict:
    """Something has to be done."""
    return Verdict(Outcome.FAILED, summary, evidence)


def unknown(summary: str, **evidence: float | bool | str | list[str]) -> Verdict:
    """Nobody could tell; the sentence says why."""
    return Verdict(Outcome.UNKNOWN, summary, evidence)


def not_applicable(summary: str, **evidence: float | bool | str | list[str]) -> Verdict:
    """The question does not arise here; the sentence says why."""
    return Verdict(Outcome.NOT_APPLICABLE, summary, evidence)


def waiting(summary: str, **evidence: float | bool | str | list[str]) -> Verdict:
    """Somebody has been asked; the sentence says who and until when."""
    return Verdict(Outcome.WAITING, summary, evidence)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule or a text comes from, and when it was read there."""

    title: str
    url: str
    read_on: date


@dataclass(frozen=True, slots=True)
class Waiver:
    """A motivated exception to a check, which ends by itself."""

    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's state with everything a person needs to act on it (`hygie.finding/1`)."""

    check_id: str
    measure: Measure
    outcome: Outcome
    origin: Origin
    reason: str
    severity: Severity
    owner: Owner
    title: str
    summary: str
    why: str
    steps: tuple[str, ...]
    undo: tuple[str, ...]
    minutes: int
    evidence: Evidence
    sources: tuple[Source, ...]
    observed_at: datetime
    first_seen_at: datetime
    exception: Waiver | None

    @property
    def needs_work(self) -> bool:
        """Whether it still asks something of somebody: failed without a running exception, waiting or unknown."""
        if self.exception is not None:
            return False
        return self.outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING)
