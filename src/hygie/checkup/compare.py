"""What changed since an earlier check-up: its JSON is read back, and each change becomes one sentence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from hygie.checkup.errors import UnreadableCheckup
from hygie.checkup.files import read_small_text
from hygie.checkup.run import Checkup, SinceLast
from hygie.core.finding import Finding, Measure, Outcome
from hygie.core.french import day_in_words, typeset

WHAT = "Le bilan précédent"
MAX_SENTENCES = 5
WORDS = {
    Outcome.PASSED: "en ordre",
    Outcome.FAILED: "à faire",
    Outcome.UNKNOWN: "inconnu",
    Outcome.NOT_APPLICABLE: "non concerné",
    Outcome.WAITING: "en attente",
}
_RANK = {Outcome.FAILED: 0, Outcome.UNKNOWN: 1, Outcome.WAITING: 2, Outcome.NOT_APPLICABLE: 3, Outcome.PASSED: 3}
_OLDEST = 2000  # the year before which a date is a mistake


class EarlierFinding(msgspec.Struct, frozen=True):
    """The part of a finding that a comparison needs."""

    check_id: str
    outcome: Outcome
    title: str
    first_seen_at: datetime


class EarlierMeasure(msgspec.Struct, frozen=True):
    """The findings of one measure."""

    id: Measure
    findings: tuple[EarlierFinding, ...]


class EarlierCheckup(msgspec.Struct, frozen=True):
    """The part of `hygie.checkup/1` that a comparison needs."""

    schema: Literal["hygie.checkup/1"]
    catalogue_version: str
    started_at: datetime
    measures: tuple[EarlierMeasure, ...]


def read_earlier(path: Path) -> EarlierCheckup:
    """An earlier check-up from its JSON file. UnreadableCheckup when it is not one."""
    text = read_small_text(path, UnreadableCheckup, WHAT)
    try:
        earlier = msgspec.json.decode(text, type=EarlierCheckup)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnreadableCheckup(
            f"{WHAT} n'est pas un bilan d'Hygie.", "Donnez un fichier fait par : hygie bilan --format json -o FICHIER."
        ) from error
    moments = [earlier.started_at, *(f.first_seen_at for m in earlier.measures for f in m.findings)]
    if any(moment.tzinfo is None or moment.year < _OLDEST for moment in moments):
        raise UnreadableCheckup(f"{WHAT} porte une date impossible ou sans décalage.", "Refaites ce bilan avec Hygie.")
    return earlier


def compare(now: Checkup, earlier: EarlierCheckup) -> Checkup:
    """The same check-up with what changed, and with the day each state was first seen."""
    before = {finding.check_id: finding for measure in earlier.measures for finding in measure.findings}
    measures = tuple(
        replace(measure, findings=tuple(_first_seen(finding, before) for finding in measure.findings))
        for measure in now.measures
    )
    changed = [
        f for m in measures for f in m.findings if f.check_id in before and before[f.check_id].outcome is not f.outcome
    ]
    better = [f for f in changed if _is_better(before[f.check_id].outcome, f.outcome)]
    worse = [f for f in changed if _is_worse(before[f.check_id].outcome, f.outcome)]
    sentences = _sentences(worse, better, before, earlier)
    since = SinceLast(
        earlier.started_at, earlier.catalogue_version, sentences,
        tuple(f.check_id for f in better), tuple(f.check_id for f in worse),
    )  # fmt: skip
    return replace(now, measures=measures, since_last=since)


def _is_better(old: Outcome, new: Outcome) -> bool:
    """What is not known any more is never better, and what does not apply any more is worth what was in order."""
    return _RANK[new] > _RANK[old] and new is not Outcome.UNKNOWN


def _is_worse(old: Outcome, new: Outcome) -> bool:
    return _RANK[new] < _RANK[old] or new is Outcome.UNKNOWN


def _first_seen(finding: Finding, before: dict[str, EarlierFinding]) -> Finding:
    old = before.get(finding.check_id)
    if old is None or old.outcome is not finding.outcome:
        return finding
    return replace(finding, first_seen_at=min(old.first_seen_at, finding.first_seen_at))


def _sentences(
    worse: Sequence[Finding], better: Sequence[Finding], before: dict[str, EarlierFinding], earlier: EarlierCheckup
) -> tuple[str, ...]:
    """At most five sentences, what got worse first, heaviest first; the rest is counted."""
    ordered = sorted(worse, key=lambda f: -f.severity) + sorted(better, key=lambda f: -f.severity)
    if not ordered:
        return (f"Rien n’a changé depuis le {day_in_words(earlier.started_at)}.",)
    shown = [_sentence(finding, before[finding.check_id]) for finding in ordered[:MAX_SENTENCES]]
    left = len(ordered) - MAX_SENTENCES
    if left > 0:
        shown[-1:] = [f"Et {left + 1} autres changements."]
    return tuple(shown)


def _sentence(finding: Finding, old: EarlierFinding) -> str:
    return typeset(f"{finding.title} : « {WORDS[old.outcome]} » avant, « {WORDS[finding.outcome]} » maintenant.")
