"""The JSON of a check-up: to the letter of its contract, whatever the machine says."""

import copy
import json
import math
import subprocess
import sys
import tomllib
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hygie.checkup.answers import questions_form, read_answers
from hygie.checkup.compare import compare, read_earlier
from hygie.checkup.run import Checkup, SinceLast
from hygie.core.finding import Outcome, Waiver
from hygie.documents.checkup_json import answers_schema, as_wire, checkup_schema, render_json
from hygie.reference.catalogue import catalogue
from tests.documents.factory_exports import HOSTILE, NOW, any_checkup, checkup, finding, hostile_checkup, real_checkup

TOP = (
    "schema", "catalogue_version", "host", "started_at", "duration", "score", "confidence", "headline", "measures",
    "actions", "since_last",
)  # fmt: skip
FINDING = (
    "check_id", "measure", "outcome", "origin", "reason", "severity", "owner", "title", "summary", "why", "steps",
    "undo", "minutes", "evidence", "sources", "observed_at", "first_seen_at", "exception",
)  # fmt: skip
VALIDATOR = Draft202012Validator(json.loads(checkup_schema()))
ANSWERS = Draft202012Validator(json.loads(answers_schema()))


def _read(one: Checkup) -> dict[str, Any]:
    return json.loads(render_json(one))


def _with_everything() -> Checkup:
    since = SinceLast(NOW - timedelta(days=30), "2026-10-01", ("Rien n’a changé.",), (), ("access-firewall",))
    return checkup(finding(exception=Waiver("En cours.", NOW.date())), since_last=since)


def test_the_keys_are_those_of_the_contract_in_its_order() -> None:
    document = _read(_with_everything())
    measure, action, since = document["measures"][0], document["actions"][0], document["since_last"]
    assert tuple(document) == TOP
    assert tuple(measure) == ("id", "title", "status", "earned", "possible", "findings")
    assert tuple(action) == ("check_id", "title", "owner", "minutes", "gain")
    assert tuple(since) == ("previous_started_at", "previous_catalogue_version", "sentences", "better", "worse")
    assert tuple(measure["findings"][0]) == FINDING
    assert tuple(measure["findings"][0]["sources"][0]) == ("title", "url", "read_on")
    assert tuple(measure["findings"][0]["exception"]) == ("reason", "until")


def test_a_real_checkup_validates_and_covers_every_outcome() -> None:
    document = _read(real_checkup())
    VALIDATOR.validate(document)
    found = {one["outcome"] for measure in document["measures"] for one in measure["findings"]}
    assert found == set(Outcome)
    assert len(document["measures"]) == 7
    assert len(document["actions"]) <= 6


def test_times_keep_their_offset() -> None:
    document = _read(checkup(finding()))
    assert document["started_at"] == "2026-11-24T07:52:03.120000+01:00"
    assert document["measures"][0]["findings"][0]["observed_at"].endswith("+01:00")


def test_the_text_is_indented_utf8_and_ends_with_one_line_end() -> None:
    text = render_json(real_checkup())
    assert text.startswith('{\n  "schema": "hygie.checkup/1"')
    assert text.endswith("}\n")
    assert "Accès" in text


def test_the_same_checkup_gives_the_same_bytes() -> None:
    assert render_json(real_checkup()) == render_json(real_checkup())


def test_the_practice_and_its_phones_are_not_exported() -> None:
    assert "Cabinet secret" not in render_json(checkup(finding()))


def test_names_of_files_are_never_exported() -> None:
    one = checkup(finding(evidence={"count": 2, "names": ["Madame Martin.pdf"]}))
    assert as_wire(one).measures[0].findings[0].evidence == {"count": 2}
    assert "Martin" not in render_json(one)


def test_what_is_not_a_number_is_written_as_a_word() -> None:
    document = _read(checkup(finding(evidence={"ratio": math.inf, "other": math.nan})))
    assert document["measures"][0]["findings"][0]["evidence"] == {"ratio": "inf", "other": "nan"}
    VALIDATOR.validate(document)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_validate_and_come_back_as_they_were(text: str) -> None:
    document = _read(hostile_checkup(text))
    VALIDATOR.validate(document)
    assert document["measures"][0]["findings"][0]["summary"] == text.replace("\ud800", "\ufffd")


@given(any_checkup())
@settings(max_examples=60, deadline=None)
def test_any_checkup_validates_and_can_be_written_in_utf8(one: Checkup) -> None:
    document = json.loads(render_json(one).encode())
    VALIDATOR.validate(document)
    assert all("names" not in found["evidence"] for found in document["measures"][0]["findings"])


def test_a_checkup_read_back_and_compared_with_itself_has_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "bilan.json"
    first = real_checkup()
    path.write_text(render_json(first), "utf-8")
    again = compare(real_checkup(NOW + timedelta(days=3)), read_earlier(path))
    assert again.since_last is not None
    assert again.since_last.sentences == ("Rien n’a changé depuis le 24 novembre 2026.",)
    assert (again.since_last.better, again.since_last.worse) == ((), ())
    assert {one.first_seen_at for one in again.findings} == {NOW}
    VALIDATOR.validate(_read(again))


@given(one=any_checkup())
@settings(max_examples=25, deadline=None)
def test_any_checkup_is_read_back_as_an_earlier_one(one: Checkup, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("bilan") / "bilan.json"
    path.write_bytes(render_json(one).encode())
    since = compare(one, read_earlier(path)).since_last
    assert since is not None
    assert (since.better, since.worse) == ((), ())


def _set(path: str, value: Any) -> Any:
    def change(document: dict[str, Any]) -> None:
        *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = document
        for step in parents:
            place = place[step]
        place[last] = value

    return pytest.param(change, id=f"{path}={value!r:.30}")


FIRST = "measures.0.findings.0"


@pytest.mark.parametrize(
    "change",
    [
        _set("schema", "hygie.checkup/2"), _set("extra", 1), _set("headline", ""), _set("score", 101),
        _set("score", "33"), _set("confidence", -0.1), _set("confidence", 1.2), _set("duration", -1),
        _set("duration", "3 s"), _set("started_at", "2026-11-24T07:52:03"), _set("started_at", "hier"),
        _set("actions", [{"check_id": "a-b", "title": "t", "owner": "host", "minutes": 5, "gain": 1}] * 7),
        _set("actions.0.owner", "patient"), _set("actions.0.why", "x"), _set("measures.0.status", "green"),
        _set("measures.0.id", "firewall"), _set("measures.0.earned", -1), _set("measures.0.possible", 1.5),
        _set(f"{FIRST}.outcome", "green"), _set(f"{FIRST}.outcome", "unknown"), _set(f"{FIRST}.origin", "unknown"),
        _set(f"{FIRST}.origin", "guessed"), _set(f"{FIRST}.severity", 0), _set(f"{FIRST}.severity", 6),
        _set(f"{FIRST}.owner", "boss"), _set(f"{FIRST}.title", ""), _set(f"{FIRST}.summary", ""),
        _set(f"{FIRST}.why", ""), _set(f"{FIRST}.reason", ""), _set(f"{FIRST}.steps", []),
        _set(f"{FIRST}.steps", [""]), _set(f"{FIRST}.minutes", 0), _set(f"{FIRST}.check_id", "Pare feu"),
        _set(f"{FIRST}.evidence", {"names": ["a"]}), _set(f"{FIRST}.evidence", {"a": {"b": 1}}),
        _set(f"{FIRST}.evidence", {"a": None}), _set(f"{FIRST}.sources.0.url", "http://a.fr"),
        _set(f"{FIRST}.observed_at", "2026-11-24 07:52"), _set(f"{FIRST}.exception.until", 3),
        _set(f"{FIRST}.note", "x"), _set("since_last.sentences", []), _set("since_last.better", ["Pas un nom"]),
    ],
)  # fmt: skip
def test_a_changed_document_is_refused(change: Any) -> None:
    document = _read(_with_everything())
    VALIDATOR.validate(document)
    change(document)
    assert not VALIDATOR.is_valid(document)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every key of every object, except in evidence, whose keys are free."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, part in inside if key != "evidence" for place in _places(part, (*path, key))]
    return below + [(*path, key) for key in value] if isinstance(value, dict) else below


WHOLE = _read(_with_everything())


@given(st.sampled_from(_places(WHOLE)))
def test_no_key_may_be_missing(place: tuple[Any, ...]) -> None:
    document = copy.deepcopy(WHOLE)
    parent: Any = document
    for step in place[:-1]:
        parent = parent[step]
    del parent[place[-1]]
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(("name", "argument"), [("checkup-1", []), ("answers-1", ["answers"])])
def test_the_schema_in_the_repository_is_the_one_that_is_printed(name: str, argument: list[str]) -> None:
    kept = (resources.files("hygie.documents") / "schema" / f"{name}.schema.json").read_bytes()
    command = [sys.executable, "-m", "hygie.documents.checkup_json", *argument]
    assert subprocess.run(command, capture_output=True, check=True).stdout == kept


@pytest.mark.parametrize("text", [checkup_schema(), answers_schema()])
def test_the_schemas_are_themselves_valid(text: str) -> None:
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] in ("hygie.checkup/1", "hygie.answers/1")


def _json_of_the_form() -> dict[str, Any]:
    return json.loads(json.dumps(tomllib.loads(questions_form(catalogue().checks, NOW.date())), default=str))


def test_the_form_of_questions_is_a_valid_answers_file() -> None:
    ANSWERS.validate(_json_of_the_form())


def test_the_answers_example_of_the_documentation_is_valid_and_read(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs/reference/formats.md"
    example = page.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    ANSWERS.validate(json.loads(json.dumps(tomllib.loads(example), default=str)))
    path = tmp_path / "reponses.toml"
    path.write_text(example, "utf-8")
    read = read_answers(path, catalogue().checks)
    assert read.by_check
    assert read.waivers


@pytest.mark.parametrize(
    "change",
    [
        _set("schema", "hygie.answers/2"), _set("patient", "x"), _set("answers.0.answer", "oui"),
        _set("answers.0.check_id", "x" * 81), _set("answers.0.proof", "x" * 501), _set("answers.0.score", 3),
        _set("phones", {"x": "0" * 41}),
        _set("exceptions", [{"check_id": "a-b", "reason": "x", "until": "2027-01-01"}]),
        _set("exceptions", [{"check_id": "a-b", "reason": "raison"}]),
    ],
)  # fmt: skip
def test_a_changed_answers_file_is_refused(change: Any) -> None:
    document = _json_of_the_form()
    change(document)
    assert not ANSWERS.is_valid(document)
