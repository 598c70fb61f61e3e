"""What Today says, worked out of a check-up: pure, without request or database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hygie.checkup.answers import Answer
from hygie.checkup.run import MAX_ACTIONS, Action, Checkup, MeasureResult, rank_actions
from hygie.checkup.score import Status, tally
from hygie.core.finding import Finding, Measure, Origin, Outcome, Owner
from hygie.core.french import typeset
from hygie.core.severity import Severity
from hygie.documents.words import clip, counted
from hygie.reference.catalogue import Catalogue
from hygie.web.accounts.access import OWNERS, Role

SENTENCE = 100
SHEET = {
    "insurer": "Assistance de l'assureur",
    "it": "Informatique",
    "host": "Hébergeur du dossier",
    "isp": "Fournisseur d'accès",
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a snapshot keeps of a check-up."""

    good: int
    possible: int
    statuses: dict[str, str]
    outcomes: dict[str, str]
    firsts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """What `can` is asked about when the object is a finding: whose share it is."""

    owner: Owner | None


def actions_for(checkup: Checkup, role: str, content: Catalogue) -> tuple[Action, ...]:
    """At most six actions; the secretary and the IT provider see theirs only."""
    owners = OWNERS.get(Role(role), frozenset(Owner))
    own = [
        finding for finding in checkup.findings if finding.owner in owners and _actionable(finding, checkup, content)
    ]
    tallies = {measure.id: tally(measure.findings) for measure in checkup.measures}
    ranked = [action for action in rank_actions(own, tallies, content) if action.owner in owners]
    return tuple(_gesture_first(ranked, checkup))[:MAX_ACTIONS]


def measured(checkup: Checkup) -> bool:
    """Whether any computer was looked at."""
    return any(finding.origin is Origin.MEASURED for finding in checkup.findings)


def _actionable(finding: Finding, checkup: Checkup, content: Catalogue) -> bool:
    """Nothing is « to be verified » before the first look at a computer: the look itself comes first."""
    return measured(checkup) or content.checks[finding.check_id].answer != "measured"


def _gesture_first(actions: list[Action], checkup: Checkup) -> list[Action]:
    """A gesture before the questions, which come right after it: answering repairs nothing by itself."""
    failed = {f.check_id for f in checkup.findings if f.outcome is Outcome.FAILED}
    gestures = [action for action in actions if action.check_id in failed]
    if not gestures:
        return actions
    return [gestures[0], *(action for action in actions if action is not gestures[0])]


def sentence(checkup: Checkup, actions: Sequence[Action]) -> str:
    """The one sentence of the day: how much presses, and the first thing by its name."""
    if not measured(checkup):
        return typeset("Hygie n'a encore rien mesuré ici.")
    if not actions:
        return checkup.sentence
    owners = {action.owner for action in actions}
    urgent = sum(1 for finding in checkup.findings if _presses(finding) and finding.owner in owners)
    first = f"{actions[0].title[:1].lower()}{actions[0].title[1:]}"
    if not urgent:
        return clip(typeset(f"Rien d'urgent. Cette semaine : {first}."), SENTENCE)
    words = "Une seule chose presse" if urgent == 1 else f"{counted(urgent).capitalize()} choses pressent. D'abord"
    return clip(typeset(f"{words} : {first}."), SENTENCE)


def _presses(finding: Finding) -> bool:
    failed = finding.outcome is Outcome.FAILED and finding.exception is None
    return failed and finding.severity is Severity.CRITICAL


def sheet_phones(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """From (kind, name, phone) to the incident sheet's numbers: its own four labels first, others by their name."""
    phones: dict[str, str] = {}
    for kind, name, phone in rows:
        label = SHEET.get(kind, name)
        phones.setdefault(label if label not in phones else name, phone)
    return phones


def frozen(checkup: Checkup) -> Frozen:
    """A check-up reduced to what history needs."""
    return Frozen(
        good=sum(1 for measure in checkup.measures if measure.status is Status.GOOD),
        possible=len(checkup.measures),
        statuses={measure.id.value: measure.status.value for measure in checkup.measures},
        outcomes={finding.check_id: finding.outcome.value for finding in checkup.findings},
        firsts={finding.check_id: finding.first_seen_at.isoformat() for finding in checkup.findings},
    )


def with_firsts(checkup: Checkup, firsts: Mapping[str, str], outcomes: Mapping[str, str]) -> Checkup:
    """The check-up with the day each present state was first seen."""

    def dated(finding: Finding) -> Finding:
        first = firsts.get(finding.check_id)
        if first is None or outcomes.get(finding.check_id) != finding.outcome:
            return finding
        return replace(finding, first_seen_at=min(datetime.fromisoformat(first), finding.first_seen_at))

    measures = tuple(replace(m, findings=tuple(dated(f) for f in m.findings)) for m in checkup.measures)
    return replace(checkup, measures=measures)


def asked_owner(content: Catalogue, check_id: str) -> Owner:
    """Whom to ask about a check."""
    check = content.checks[check_id]
    return check.ask or check.owner


SLUGS = {
    "materiel": Measure.ACCESS,
    "cartes": Measure.CPS,
    "mots-de-passe": Measure.PASSWORDS,
    "sauvegardes": Measure.BACKUP,
    "messagerie": Measure.MESSAGING,
    "rgpd": Measure.GDPR,
    "formation": Measure.TRAINING,
}
SLUG_OF = {measure: slug for slug, measure in SLUGS.items()}


def unanswered(checkup: Checkup, content: Catalogue, role: str) -> list[Finding]:
    """The declared and proved checks nobody can tell, weightiest first; each person sees those of their share."""
    owners = OWNERS.get(Role(role))
    asked = [
        finding
        for finding in checkup.findings
        if finding.outcome is Outcome.UNKNOWN and content.checks[finding.check_id].answer != "measured"
    ]
    mine = [finding for finding in asked if owners is None or finding.owner in owners]
    return sorted(mine, key=lambda f: (-f.severity, content.checks[f.check_id].priority, f.check_id))


def newest(measure: MeasureResult) -> tuple[datetime, Origin] | None:
    """When the state of a measure was last known, and how; None while nothing of it is."""
    known = [f for f in measure.findings if f.origin is not Origin.UNKNOWN and f.outcome is not Outcome.NOT_APPLICABLE]
    giving = [f for f in known if STATUS_OUTCOME.get(measure.status) is f.outcome] or known
    latest = max(giving, key=lambda finding: finding.observed_at, default=None)
    return (latest.observed_at, latest.origin) if latest and measure.status is not Status.UNKNOWN else None


STATUS_OUTCOME = {
    Status.BAD: Outcome.FAILED,
    Status.TODO: Outcome.FAILED,
    Status.WAITING: Outcome.WAITING,
    Status.GOOD: Outcome.PASSED,
}


def following(left: Sequence[Finding], skipped: str) -> Finding | None:
    """The question after the one that was passed; the first again after the last."""
    ids = [finding.check_id for finding in left]
    after = ids.index(skipped) + 1 if skipped in ids else 0
    return left[after % len(left)] if left else None


def newer(found: Mapping[str, Answer], given: Mapping[str, Answer]) -> dict[str, Answer]:
    """What the inventory says where nobody answered, or answered before it: a person's later word wins."""
    return {check_id: answer for check_id, answer in found.items() if _outlives(answer, given.get(check_id))}


def _outlives(found: Answer, own: Answer | None) -> bool:
    if own is None or own.answer == "unknown":
        return True
    return (own.answered_on or date.min) < (found.answered_on or date.min)
