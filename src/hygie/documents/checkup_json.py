"""The check-up for other programs: `hygie.checkup/1`, and the JSON Schemas of what Hygie writes and reads.

The types below are the contract: fields, order and limits. `python -m hygie.documents.checkup_json [answers]` prints
the schema generated from them; `schema/` keeps the printed copies, and a test holds both together.
"""

import json
import math
import sys
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from hygie.checkup.answers import AnswerFile
from hygie.checkup.run import Action, Checkup, MeasureResult, SinceLast
from hygie.checkup.score import Status
from hygie.core.finding import Evidence, Finding, Measure, Origin, Outcome, Owner, Source, Waiver
from hygie.core.severity import Severity

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
CHECKUP_ID: Final = "hygie.checkup/1"
ANSWERS_ID: Final = "hygie.answers/1"
PRIVATE_EVIDENCE = frozenset({"names"})
"""Evidence that a terminal may show to the person in front of it, and that no file ever holds."""

_RFC_3339 = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"
_KNOWN_ORIGINS = [origin.value for origin in Origin if origin is not Origin.UNKNOWN]
_UNKNOWN_HAS_UNKNOWN_ORIGIN = {
    "if": {"properties": {"outcome": {"const": "unknown"}}},
    "then": {"properties": {"origin": {"const": "unknown"}}},
    "else": {"properties": {"origin": {"enum": _KNOWN_ORIGINS}}},
}

Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[tuple[Text, ...], Meta(min_length=1)]
CheckId = Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z0-9]+)+$")]
Moment = Annotated[datetime, Meta(tz=True, extra_json_schema={"pattern": _RFC_3339})]
NotNegative = Annotated[float, Meta(ge=0)]
Minutes = Annotated[int, Meta(ge=1)]
PublicEvidence = Annotated[
    dict[str, int | float | bool | str | list[str]],
    Meta(extra_json_schema={"propertyNames": {"not": {"enum": sorted(PRIVATE_EVIDENCE)}}}),
]


class WireSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a rule or a text comes from, and the day it was read there."""

    title: Text
    url: Annotated[str, Meta(pattern="^https://")]
    read_on: date


class WireException(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A motivated exception, running until the end of that day."""

    reason: Text
    until: date


class WireFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check's state, how it is known, and what to do about it (`hygie.finding/1`)."""

    check_id: CheckId
    measure: Measure
    outcome: Outcome
    origin: Origin
    reason: Text
    severity: Severity
    owner: Owner
    title: Text
    summary: Text
    why: Text
    steps: Texts
    undo: tuple[Text, ...]
    minutes: Minutes
    evidence: PublicEvidence
    sources: tuple[WireSource, ...]
    observed_at: Moment
    first_seen_at: Moment
    exception: WireException | None


AnyFinding = Annotated[WireFinding, Meta(extra_json_schema=_UNKNOWN_HAS_UNKNOWN_ORIGIN)]


class WireMeasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the seven measures with its findings; `earned` and `possible` are weights."""

    id: Measure
    title: Text
    status: Status
    earned: NotNegative
    possible: Annotated[int, Meta(ge=0)]
    findings: tuple[AnyFinding, ...]


class WireAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to do first; `gain` is what it would add to `score`."""

    check_id: CheckId
    title: Text
    owner: Owner
    minutes: Minutes
    gain: float


class WireSinceLast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changed since an earlier check-up: French sentences, and the checks concerned."""

    previous_started_at: Moment
    previous_catalogue_version: Text
    sentences: Texts
    better: tuple[CheckId, ...]
    worse: tuple[CheckId, ...]


class WireCheckup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole check-up of one practice; `duration` is in seconds, `host` is empty when it has no name."""

    schema: Literal["hygie.checkup/1"]
    catalogue_version: Text
    host: str
    started_at: Moment
    duration: NotNegative
    score: Annotated[float, Meta(ge=0, le=100)]
    confidence: Annotated[float, Meta(ge=0, le=1)]
    headline: Text
    measures: Annotated[tuple[WireMeasure, ...], Meta(max_length=7)]
    actions: Annotated[tuple[WireAction, ...], Meta(max_length=6)]
    since_last: WireSinceLast | None


def render_json(checkup: Checkup) -> str:
    """The check-up as indented JSON, to be written in UTF-8."""
    return msgspec.json.format(msgspec.json.encode(as_wire(checkup)), indent=2).decode() + "\n"


def as_wire(checkup: Checkup) -> WireCheckup:
    """The check-up as other programs read it: every export starts here, so none can hold more than the contract."""
    return WireCheckup(
        schema=CHECKUP_ID,
        catalogue_version=checkup.catalogue_version,
        host=_readable(checkup.host),
        started_at=_with_offset(checkup.started_at),
        duration=checkup.duration,
        score=checkup.score,
        confidence=checkup.confidence,
        headline=checkup.headline,
        measures=tuple(_measure(measure) for measure in checkup.measures),
        actions=tuple(_action(action) for action in checkup.actions),
        since_last=_since_last(checkup.since_last),
    )


def _measure(measure: MeasureResult) -> WireMeasure:
    findings = tuple(_finding(finding) for finding in measure.findings)
    return WireMeasure(measure.id, measure.title, measure.status, measure.earned, measure.possible, findings)


def _finding(finding: Finding) -> WireFinding:
    return WireFinding(
        check_id=finding.check_id,
        measure=finding.measure,
        outcome=finding.outcome,
        origin=finding.origin,
        reason=_readable(finding.reason),
        severity=finding.severity,
        owner=finding.owner,
        title=_readable(finding.title),
        summary=_readable(finding.summary),
        why=_readable(finding.why),
        steps=_all_readable(finding.steps),
        undo=_all_readable(finding.undo),
        minutes=finding.minutes,
        evidence=_public(finding.evidence),
        sources=tuple(_source(source) for source in finding.sources),
        observed_at=_with_offset(finding.observed_at),
        first_seen_at=_with_offset(finding.first_seen_at),
        exception=_exception(finding.exception),
    )


def _source(source: Source) -> WireSource:
    return WireSource(_readable(source.title), source.url, source.read_on)


def _exception(waiver: Waiver | None) -> WireException | None:
    return WireException(_readable(waiver.reason), waiver.until) if waiver else None


def _action(action: Action) -> WireAction:
    return WireAction(action.check_id, _readable(action.title), action.owner, action.minutes, action.gain)


def _since_last(since: SinceLast | None) -> WireSinceLast | None:
    if since is None:
        return None
    previous = _with_offset(since.previous_at)
    return WireSinceLast(
        previous, since.previous_catalogue, _all_readable(since.sentences), since.better, since.worse
    )  # fmt: skip


def _public(evidence: Evidence) -> dict[str, int | float | bool | str | list[str]]:
    return {_readable(key): _plain(value) for key, value in evidence.items() if key not in PRIVATE_EVIDENCE}


def _plain(value: float | str | list[str]) -> int | float | bool | str | list[str]:
    """The value as JSON can hold it: JSON has no infinity, which is then written as a word."""
    if isinstance(value, list):
        return list(_all_readable(value))
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return _readable(value) if isinstance(value, str) else value


def _all_readable(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_readable(text) for text in texts)


def _readable(text: str) -> str:
    """The same text; bytes that no encoding explained (lone surrogates) become « � », for UTF-8 cannot hold them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _with_offset(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.astimezone()


def checkup_schema() -> str:
    """The JSON Schema of `hygie.checkup/1`."""
    return _schema_of(WireCheckup, CHECKUP_ID, "Un bilan d’Hygie")


def answers_schema() -> str:
    """The JSON Schema of `hygie.answers/1`; it also describes the TOML form."""
    return _schema_of(AnswerFile, ANSWERS_ID, "Les réponses d’un cabinet")


def _schema_of(kind: type[msgspec.Struct], identifier: str, title: str) -> str:
    head: Mapping[str, Any] = {"$schema": SCHEMA_DIALECT, "$id": identifier, "title": title}
    return json.dumps({**head, **msgspec.json.schema(kind)}, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    wanted = answers_schema() if sys.argv[1:] == ["answers"] else checkup_schema()
    sys.stdout.buffer.write(wanted.encode())
