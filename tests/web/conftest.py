"""A practice with one person of each role, another practice beside it, and a client for each person."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member, User
from hygie.web.journal.flows import journal
from hygie.web.practice.models import Practice

PASSWORD = "Brume-Tilleul-7-horizon"
NAMES = {
    Role.HOLDER: "Dr Hélène Fontaine",
    Role.PARTNER: "Dr Karim Belkacem",
    Role.SECRETARY: "Nadia Lemoine",
    Role.LOCUM: "Dr Anne Roche",
    Role.IT_PROVIDER: "Lionel Perrin",
    Role.AUDITOR: "Claire Aubin",
}


def make_practice(name: str = "Cabinet du Dr Fontaine", **fields: Any) -> Practice:
    return Practice.objects.create(name=name, **fields)


def make_member(practice: Practice, role: Role, name: str = "", *, account: bool = True, **fields: Any) -> Member:
    name = name or NAMES[role]
    user = User.objects.create(username=f"{role}-{str(practice.pk)[:8]}-{User.objects.count()}") if account else None
    return Member.objects.create(practice=practice, user=user, name=name, role=role.value, **fields)


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.member = member
    return client


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice()


@pytest.fixture
def members(practice: Practice) -> dict[Role, Member]:
    return {role: make_member(practice, role) for role in Role}


@pytest.fixture
def other_practice(db: None) -> Practice:
    return make_practice("Cabinet du Dr Marchand")


@pytest.fixture
def client_for(members: dict[Role, Member]) -> Callable[[Role], Client]:
    return lambda role: client_of(members[role])


@pytest.fixture
def holder(client_for: Callable[[Role], Client]) -> Client:
    return client_for(Role.HOLDER)


def forget_journal() -> None:
    """A journal is never erased, not even by Django's flush: between tests that really commit, it is made anew."""
    end = " CASCADE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW IF EXISTS journal_hold{end}")
        for table in ("journal_entry", "journal_head"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}{end}")
    journal().create_schema()


@pytest.fixture(autouse=True)
def _fresh_journal(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that committed."""
    yield
    marker = request.node.get_closest_marker("django_db")
    committed = {"transactional_db", "live_server", "page_of"} & set(request.fixturenames)
    if committed or (marker and marker.kwargs.get("transaction")):
        blocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            forget_journal()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a page is a browser's test, and can be left out."""
    for item in items:
        if {"page_of", "chromium"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
