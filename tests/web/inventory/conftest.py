"""A practice with something in each list."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.inventory.models import Card, Device, OnlineAccount, Provider
from hygie.web.journal.flows import journal
from hygie.web.practice.models import Practice

TODAY = date(2026, 11, 24)


@pytest.fixture
def phone(practice: Practice, members: dict[Role, Member]) -> Device:
    return Device.objects.create(
        practice=practice, name="Téléphone du Dr Fontaine", kind="phone", holder=members[Role.HOLDER], serial="IMEI-42"
    )


@pytest.fixture
def desktop(practice: Practice) -> Device:
    return Device.objects.create(practice=practice, name="Accueil", kind="desktop", place="Secrétariat", serial="SN-7")


@pytest.fixture
def card(practice: Practice, members: dict[Role, Member]) -> Card:
    return Card.objects.create(
        practice=practice, kind="cps", holder=members[Role.HOLDER], number="8025000001", expires_on=date(2028, 1, 31)
    )


@pytest.fixture
def provider(practice: Practice) -> Provider:
    return Provider.objects.create(
        practice=practice, kind="it", name="Perrin Informatique", contact="Lionel Perrin", phone="02 61 91 45 10",
        email="contact@perrin.example", hours="8 h à 18 h", contract="CT-991",
    )  # fmt: skip


@pytest.fixture
def account(practice: Practice, provider: Provider, members: dict[Role, Member]) -> OnlineAccount:
    row = OnlineAccount.objects.create(practice=practice, name="Messagerie", provider=provider, second_factor="no")
    row.users.set([members[Role.HOLDER], members[Role.SECRETARY]])
    return row


@pytest.fixture
def stock(phone: Device, desktop: Device, card: Card, provider: Provider, account: OnlineAccount) -> SimpleNamespace:
    return SimpleNamespace(phone=phone, desktop=desktop, card=card, provider=provider, account=account)


@pytest.fixture(autouse=True)
def no_waiting_file() -> None:
    for path in (settings.HYGIE_FOLDER / "imports").glob("*.sealed"):
        path.unlink()


def device_form(**changes: Any) -> dict[str, Any]:
    form = {"name": "Portable", "kind": "laptop", "encrypted": "unknown", "creation_key": str(uuid4())}
    return form | changes


def kinds(practice: Practice) -> list[str]:
    """The kinds of the lines of the journal."""
    return [entry.kind for entry in journal().entries(str(practice.pk))]


ClientFor = Callable[[Role], Client]
