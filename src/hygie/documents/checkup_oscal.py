"""The check-up as OSCAL assessment results, for the tools of auditors and IT providers.

The seven measures are the controls, the checks their objectives. OSCAL knows two states only: what is unknown or
awaited is « not-satisfied » for the reason « other », never satisfied. The same check-up gives the same bytes.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from hygie.checkup.run import Checkup
from hygie.core.finding import Origin, Outcome
from hygie.documents.checkup_json import WireCheckup, WireFinding, WireSource, as_wire

OSCAL_VERSION = "1.1.3"
NAMESPACE = "https://hygie.invalid/ns/oscal"
"""A name, not an address: tools refuse a URN here, and `.invalid` belongs to nobody."""

_UUIDS = uuid5(NAMESPACE_URL, NAMESPACE)
_METHODS = {Origin.MEASURED: "TEST", Origin.DECLARED: "INTERVIEW", Origin.PROVED: "EXAMINE", Origin.UNKNOWN: "UNKNOWN"}
_STATES = {
    Outcome.PASSED: ("satisfied", "pass"),
    Outcome.FAILED: ("not-satisfied", "fail"),
    Outcome.UNKNOWN: ("not-satisfied", "other"),
    Outcome.WAITING: ("not-satisfied", "other"),
    Outcome.NOT_APPLICABLE: ("satisfied", "other"),
}
_NAMELESS = "Ordinateur du cabinet"
_BLANKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_MARKDOWN = re.compile(r"([\\`*_~^\[\]{}\"$|])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Json = dict[str, Any]


def render_oscal(checkup: Checkup) -> str:
    """The check-up as an indented OSCAL JSON document, to be written in UTF-8."""
    wire = as_wire(checkup)
    ids = _Ids(wire)
    document = {
        "uuid": ids.of("document"),
        "metadata": {
            "title": "Bilan de cybersécurité du cabinet",
            "last-modified": _time(wire.started_at),
            "version": _time(wire.started_at),
            "oscal-version": OSCAL_VERSION,
            "props": _props({"catalogue-version": wire.catalogue_version}),
        },
        "import-ap": {"href": f"#{ids.of('plan')}", "remarks": "Le plan est le catalogue d’Hygie, à cette version."},
        "results": [_result(wire, ids)],
        "back-matter": {"resources": [_plan(wire, ids)]},
    }
    return json.dumps({"assessment-results": document}, ensure_ascii=False, indent=2) + "\n"


class _Ids:
    """Identifiers that depend only on the check-up, so that two renderings of one check-up are one document."""

    def __init__(self, wire: WireCheckup) -> None:
        self._space: UUID = uuid5(_UUIDS, f"{wire.host}\n{_time(wire.started_at)}")

    def of(self, kind: str, name: str = "") -> str:
        """The identifier of one object of the document."""
        return str(uuid5(self._space, f"{kind}\n{name}"))


def _result(wire: WireCheckup, ids: _Ids) -> Json:
    findings = [finding for measure in wire.measures for finding in measure.findings]
    result: Json = {
        "uuid": ids.of("result"),
        "title": "Bilan d’Hygie",
        "description": _markdown(f"{wire.headline}."),
        "start": _time(wire.started_at),
        "end": _time(wire.started_at + timedelta(seconds=wire.duration)),
        "props": _props({"score": wire.score, "confidence": wire.confidence}),
        "local-definitions": {"components": [_computer(wire, ids)]},
        "reviewed-controls": _reviewed(wire, findings),
    }
    if findings:  # OSCAL refuses empty lists
        result["observations"] = [_observation(finding, ids) for finding in findings]
        result["findings"] = [_finding(finding, ids) for finding in findings]
    return result


def _plan(wire: WireCheckup, ids: _Ids) -> Json:
    text = f"Les contrôles du catalogue d’Hygie, version {wire.catalogue_version} : aucun plan n’a été écrit à part."
    return {
        "uuid": ids.of("plan"),
        "title": "Catalogue d’Hygie",
        "description": _markdown(text),
        "base64": {"filename": "plan.txt", "media-type": "text/plain", "value": b64encode(text.encode()).decode()},
    }


def _computer(wire: WireCheckup, ids: _Ids) -> Json:
    return {
        "uuid": ids.of("computer"),
        "type": "hardware",
        "title": _markdown(_line(wire.host) or _NAMELESS),
        "description": "L’ordinateur sur lequel le bilan a été fait.",
        "status": {"state": "operational"},
    }


def _reviewed(wire: WireCheckup, findings: list[WireFinding]) -> Json:
    if not findings:
        return {"control-selections": [{"include-all": {}}]}
    return {
        "control-selections": [{"include-controls": [{"control-id": measure.id.value} for measure in wire.measures]}],
        "control-objective-selections": [
            {"include-objectives": [{"objective-id": finding.check_id} for finding in findings]}
        ],
    }


def _observation(finding: WireFinding, ids: _Ids) -> Json:
    observation: Json = {
        "uuid": ids.of("observation", finding.check_id),
        "title": _markdown(finding.title),
        "description": _markdown(finding.summary),
        "methods": [_METHODS[finding.origin]],
        "types": ["control-objective"],
        "subjects": [{"subject-uuid": ids.of("computer"), "type": "component"}],
        "collected": _time(finding.observed_at),
    }
    if counted := _props({key: _value(value) for key, value in finding.evidence.items()}):
        observation["relevant-evidence"] = [{"description": "Relevé par Hygie.", "props": counted}]
    if finding.origin is not Origin.MEASURED:  # what people say is of the practice, not of its computer
        del observation["subjects"]
    return observation


def _finding(finding: WireFinding, ids: _Ids) -> Json:
    facts = {
        "measure": finding.measure.value, "outcome": finding.outcome.value, "origin": finding.origin.value,
        "severity": int(finding.severity), "owner": finding.owner.value, "minutes": finding.minutes,
        "first-seen-at": _time(finding.first_seen_at),
    }  # fmt: skip
    if finding.exception:
        facts["exception-until"] = finding.exception.until.isoformat()
    result: Json = {
        "uuid": ids.of("finding", finding.check_id),
        "title": _markdown(finding.title),
        "description": _description(finding),
        "props": _props(facts),
        "target": _target(finding),
        "related-observations": [{"observation-uuid": ids.of("observation", finding.check_id)}],
    }
    if finding.sources:
        result["links"] = [_link(source) for source in finding.sources]
    return result


def _target(finding: WireFinding) -> Json:
    state, reason = _STATES[finding.outcome]
    status = {"state": state, "reason": reason, "remarks": _remarks(finding)}
    target: Json = {"type": "objective-id", "target-id": finding.check_id, "status": status}
    if finding.outcome is Outcome.NOT_APPLICABLE:
        target["implementation-status"] = {"state": "not-applicable"}
    return target


def _remarks(finding: WireFinding) -> str:
    if finding.exception is None:
        return _markdown(finding.reason)
    waived = f"Exception jusqu’au {finding.exception.until.isoformat()} : {finding.exception.reason}"
    return f"{_markdown(finding.reason)}\n\n{_markdown(waived)}"


def _description(finding: WireFinding) -> str:
    """Why it matters, what to do, and how to go back, as Markdown."""
    parts = [_markdown(finding.why), _list("Que faire :", finding.steps), _list("Revenir en arrière :", finding.undo)]
    return "\n\n".join(part for part in parts if part)


def _list(title: str, items: Iterable[str]) -> str:
    lines = [f"{number}. {_markdown(item)}" for number, item in enumerate(items, 1)]
    return f"{title}\n\n" + "\n".join(lines) if lines else ""


def _link(source: WireSource) -> Json:
    return {"href": source.url, "rel": "reference", "text": _markdown(f"{source.title} ({source.read_on.isoformat()})")}


def _props(values: dict[str, Any]) -> list[Json]:
    """Properties in Hygie's namespace; OSCAL refuses empty values and line ends, so the former are left out."""
    lines = {_token(name): _line(str(value)) for name, value in values.items()}
    return [{"name": name, "ns": NAMESPACE, "value": value} for name, value in lines.items() if value]


def _value(value: float | str | list[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _token(name: str) -> str:
    """The name as an OSCAL token, which begins with a letter or an underscore."""
    token = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return token if re.match(r"[A-Za-z_]", token) else f"_{token}"


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _markdown(text: str) -> str:
    """One line of OSCAL's Markdown that shows `text` as it is: nothing in it becomes a link, a tag or emphasis."""
    escaped = _MARKDOWN.sub(r"\\\1", _line(text) or "—")
    return re.sub(r"[&<>]", lambda sign: _ENTITIES[sign.group()], escaped)


def _time(moment: datetime) -> str:
    """The moment in UTC: OSCAL refuses the offsets that no country uses."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
