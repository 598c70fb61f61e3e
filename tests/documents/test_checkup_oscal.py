"""The OSCAL document of a check-up: valid by NIST's own schema, never kinder than the check-up."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from hygie.checkup.run import Checkup
from hygie.core.finding import Origin, Outcome, Waiver
from hygie.documents.checkup_oscal import NAMESPACE, render_oscal
from tests.documents.factory_exports import HOSTILE, NOW, any_checkup, checkup, finding, hostile_checkup, real_checkup

SCHEMA = Path(__file__).parents[1] / "data/oscal/oscal_complete_schema.json"
SHA256 = "384324105c7a817af0f65b120a963146caa0e0d55d969cf0daf60e063b87a206"
MODEL = "oscal-complete-oscal-ar:assessment-results"


@cache
def _validator() -> Draft7Validator:
    """NIST's schema; the classes of letters and numbers that Python's expressions lack are written as Python does."""
    text = SCHEMA.read_text("utf-8").replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
    schema = json.loads(text)
    return Draft7Validator({"definitions": schema["definitions"], "$ref": f"#/definitions/{MODEL}"})


def _read(one: Checkup) -> dict[str, Any]:
    return json.loads(render_oscal(one))["assessment-results"]


def _only(one: Checkup) -> tuple[dict[str, Any], dict[str, Any]]:
    result = _read(one)["results"][0]
    return result["observations"][0], result["findings"][0]


def _strings(value: Any) -> list[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) else [text for part in parts for text in _strings(part)]


def test_the_schema_is_the_one_nist_published() -> None:
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() == SHA256


def test_a_real_checkup_is_valid_oscal() -> None:
    document = json.loads(render_oscal(real_checkup()))
    assert list(document) == ["assessment-results"]
    _validator().validate(document["assessment-results"])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_valid_oscal(text: str) -> None:
    _validator().validate(_read(hostile_checkup(text)))


@given(any_checkup())
@settings(max_examples=40, deadline=None)
def test_any_checkup_is_valid_oscal(one: Checkup) -> None:
    _validator().validate(json.loads(render_oscal(one).encode())["assessment-results"])


def test_a_checkup_without_findings_is_valid_oscal() -> None:
    _validator().validate(_read(checkup()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("import-ap"),
        lambda document: document.update(extra=1),
        lambda document: document["metadata"].update({"last-modified": "2026-11-24T07:52:03"}),
        lambda document: document["results"][0].update(findings=[]),
        lambda document: document["results"][0]["findings"][0]["target"].update({"target-id": "1-access"}),
        lambda document: document["results"][0]["findings"][0]["target"]["status"].update(state="unknown"),
        lambda document: document["results"][0]["observations"][0].pop("collected"),
        lambda document: document["results"][0]["observations"][0].update(uuid="1"),
    ],
)
def test_the_validation_refuses_what_is_not_oscal(spoil: Any) -> None:
    document = _read(checkup(finding()))
    spoil(document)
    assert not _validator().is_valid(document)


@pytest.mark.parametrize(
    ("outcome", "origin", "state", "reason", "method"),
    [
        (Outcome.PASSED, Origin.MEASURED, "satisfied", "pass", "TEST"),
        (Outcome.PASSED, Origin.DECLARED, "satisfied", "pass", "INTERVIEW"),
        (Outcome.PASSED, Origin.PROVED, "satisfied", "pass", "EXAMINE"),
        (Outcome.FAILED, Origin.MEASURED, "not-satisfied", "fail", "TEST"),
        (Outcome.UNKNOWN, Origin.UNKNOWN, "not-satisfied", "other", "UNKNOWN"),
        (Outcome.WAITING, Origin.DECLARED, "not-satisfied", "other", "INTERVIEW"),
        (Outcome.NOT_APPLICABLE, Origin.MEASURED, "satisfied", "other", "TEST"),
    ],
)
def test_every_state_is_told_without_kindness(
    outcome: Outcome, origin: Origin, state: str, reason: str, method: str
) -> None:
    observation, found = _only(checkup(finding(outcome=outcome, origin=origin)))
    status = found["target"]["status"]
    assert (status["state"], status["reason"], observation["methods"]) == (state, reason, [method])
    assert status["remarks"] == "Aucun pare-feu."
    applies = outcome is not Outcome.NOT_APPLICABLE
    assert ("implementation-status" in found["target"]) is not applies


def test_a_finding_names_its_check_and_its_observation() -> None:
    observation, found = _only(checkup(finding()))
    assert (found["target"]["type"], found["target"]["target-id"]) == ("objective-id", "access-firewall")
    assert found["related-observations"] == [{"observation-uuid": observation["uuid"]}]
    assert observation["collected"] == "2026-11-24T06:52:03.120000Z"
    props = {prop["name"]: prop["value"] for prop in found["props"]}
    assert (props["severity"], props["owner"], props["minutes"]) == ("4", "it_provider", "20")
    assert {prop["ns"] for prop in found["props"]} == {NAMESPACE}


def test_an_exception_does_not_satisfy_the_objective() -> None:
    _, found = _only(checkup(finding(exception=Waiver("Remplacé en janvier.", NOW.date()))))
    assert found["target"]["status"]["state"] == "not-satisfied"
    assert "Exception jusqu’au 2026-11-24 : Remplacé en janvier." in found["target"]["status"]["remarks"]


def test_what_people_declare_is_not_said_of_the_computer() -> None:
    measured, _ = _only(checkup(finding()))
    declared, _ = _only(checkup(finding(origin=Origin.DECLARED)))
    assert "subjects" in measured
    assert "subjects" not in declared


def test_every_reference_is_defined_once_in_the_document() -> None:
    document = _read(real_checkup())
    result = document["results"][0]
    text = json.dumps(document)
    defined = re.findall(r'"uuid": "([^"]+)"', text)
    assert len(defined) == len(set(defined)) == 4 + 2 * len(result["findings"])
    used = {*re.findall(r'-uuid": "([^"]+)"', text), document["import-ap"]["href"].removeprefix("#")}
    assert used <= set(defined)


def test_the_reviewed_objectives_are_the_findings() -> None:
    result = _read(real_checkup())["results"][0]
    objectives = result["reviewed-controls"]["control-objective-selections"][0]["include-objectives"]
    assert [one["objective-id"] for one in objectives] == [one["target"]["target-id"] for one in result["findings"]]


def test_the_plan_is_the_catalogue_and_says_so() -> None:
    plan = _read(checkup(finding()))["back-matter"]["resources"][0]
    assert "2026-11-24" in base64.b64decode(plan["base64"]["value"]).decode()


def test_the_same_checkup_gives_the_same_document() -> None:
    assert render_oscal(real_checkup()) == render_oscal(real_checkup())


def test_another_moment_or_another_computer_gives_other_identifiers() -> None:
    uuids = {
        _read(checkup(finding()))["uuid"],
        _read(checkup(finding(), host="PC-2"))["uuid"],
        _read(checkup(finding(), started_at=NOW + timedelta(seconds=1)))["uuid"],
    }
    assert len(uuids) == 3


def test_the_same_moment_in_another_zone_gives_the_same_identifiers() -> None:
    assert _read(checkup(started_at=NOW))["uuid"] == _read(checkup(started_at=NOW.astimezone()))["uuid"]


def test_markdown_in_a_name_is_shown_and_not_followed() -> None:
    observation, _ = _only(checkup(finding(summary="<b>[a](javascript:x)</b> *b* _c_ `d` \\ & e")))
    assert observation["description"] == r"&lt;b&gt;\[a\](javascript:x)&lt;/b&gt; \*b\* \_c\_ \`d\` \\ &amp; e"


def test_evidence_is_given_as_properties_with_names_that_oscal_allows() -> None:
    evidence = {"ports": 3, "2 rues": True, "folders": ["/a", "/b"], "names": ["Martin.pdf"], "blank": " "}
    observation, _ = _only(checkup(finding(evidence=evidence)))
    props = {prop["name"]: prop["value"] for prop in observation["relevant-evidence"][0]["props"]}
    assert props == {"ports": "3", "_2_rues": "true", "folders": "/a, /b"}


def test_the_names_of_files_are_not_in_the_document() -> None:
    one = checkup(finding(evidence={"names": ["Martin.pdf"]}))
    assert not any("Martin" in text for text in _strings(_read(one)))
    assert "relevant-evidence" not in _only(one)[0]
