"""What the tests of evidence share: an incident, its actor, one that really commits, and a few verbs."""

from datetime import datetime

import pytest

from hygie.core.clock import PARIS
from hygie.web.incidents import evidence, flows
from hygie.web.incidents.evidence import store
from hygie.web.journal.flows import Actor
from tests.web.conftest import make_practice

NOW = datetime(2026, 11, 10, 8, 21, tzinfo=PARIS)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
CANARY = "Zéphyrine Canari"


@pytest.fixture
def incident(practice):
    return flows.open_incident(Actor.system(practice.pk), practice, flows.Opening("ransomware", NOW), now=NOW)


@pytest.fixture
def actor(incident):
    return Actor.system(incident.practice_id)


@pytest.fixture
def committed(transactional_db):
    """An incident whose events really commit, and an evidence folder swept before and after."""
    practice = make_practice()
    opening = flows.Opening("ransomware", NOW)
    evidence.sweep()
    yield flows.open_incident(Actor.system(practice.pk), practice, opening, now=NOW)
    evidence.sweep()


def add(incident, source, **fields):
    words = {"name": "ecran.jpg", "taken_at": None, "now": NOW, **fields}
    return evidence.add_piece(Actor.system(incident.practice_id), incident, source, **words)


def content(incident, number):
    return b"".join(evidence.read_piece(incident, number))


def files(suffix=""):
    return {path.name for path in store.folder().iterdir() if path.name.endswith(suffix)}


def file_of(piece):
    return next(path for path in store.folder().iterdir() if path.name.startswith(piece.stored_as))


def spoil(piece, at=-3):
    raw = bytearray(file_of(piece).read_bytes())
    raw[at] ^= 1
    file_of(piece).write_bytes(raw)
