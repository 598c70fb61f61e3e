"""One incident of a practice that has its numbers, and what tests of pages need to read it again."""

from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from hygie.incident.clocks import IncidentClock, clocks
from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows, selectors
from hygie.web.incidents.models import Incident
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import Actor
from hygie.web.practice.models import Practice

INSURER = "01 99 00 12 34"
CONTRACT = "MRP-2024-118204"


def text(response: Any) -> str:
    """What the page says, entities opened and no-break spaces made plain."""
    return unescape(response.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def state(incident: Incident) -> Any:
    return selectors.state_of_incident(incident)


def clocks_of(incident: Incident, now: datetime) -> tuple[IncidentClock, ...]:
    return clocks(state(incident), now, selectors.contract_of(incident.practice))


def say(incident: Incident, member: Member, step: str, reply: Reply = Reply.DONE, **fields: Any) -> None:
    flows.answer_step(Actor.of(member), incident, step, reply, now=timezone.localtime(), **fields)


@pytest.fixture
def numbers(practice: Practice) -> Practice:
    """The insurer, the IT provider, the host and the Internet provider of the practice."""
    for kind, name, phone in (
        ("insurer", "Assurance Saint-Aubin", INSURER), ("it", "Perrin Informatique", "02 61 91 45 10"),
        ("host", "Hébergeur du dossier", "03 53 01 77 20"), ("isp", "Fournisseur d’accès", "04 65 71 30 16"),
    ):  # fmt: skip
        Provider.objects.create(practice=practice, kind=kind, name=name, phone=phone)
    practice.insurer_contract = CONTRACT
    practice.save()
    return practice


@pytest.fixture
def open_one(numbers: Practice, members: dict[Role, Member]) -> Callable[..., Incident]:
    """`open_one(playbook, known_at=…)`: an incident opened now by the secretary."""

    def make(playbook: str = "ransomware", **fields: Any) -> Incident:
        now = timezone.localtime()
        opening = flows.Opening(playbook, fields.pop("known_at", now), **fields)
        return flows.open_incident(Actor.of(members[Role.SECRETARY]), numbers, opening, now=now)

    return make


@pytest.fixture
def incident(open_one: Callable[..., Incident]) -> Incident:
    return open_one()
