"""The committed JSON Schema is the one the types give, and real documents fit it."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator, ValidationError

from hygie.core.event import uuid7
from hygie.fleetlink import messages as wire
from hygie.fleetlink.schema import wire_schema
from tests.e2e.command import REPO

SCHEMA = REPO / "src/hygie/fleetlink/schema/fleet-1.schema.json"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def test_the_committed_copy_is_current() -> None:
    assert SCHEMA.read_text("utf-8") == wire_schema()
    Draft202012Validator.check_schema(json.loads(wire_schema()))


def test_a_real_batch_fits() -> None:
    message = wire.Message(uuid7(NOW), "event", NOW, wire.body_of(wire.EventBody("watch.logon", 2, "Une ouverture.")))
    batch = wire.Batch(uuid7(NOW), NOW, (message,), -12)
    VALIDATOR.validate(json.loads(gzip.decompress(wire.write_batch(batch))))


def test_what_is_no_document_does_not_fit() -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate({"schema": "hygie.fleet/2", "nonce": "a" * 64})
    with pytest.raises(ValidationError):
        VALIDATOR.validate({"schema": "hygie.fleet/1", "nonce": "a"})
