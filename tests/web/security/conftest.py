"""Two practices with one of everything, made once a file; each test works in a transaction that is taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from hygie.web.accounts.access import Role
from tests.web.conftest import forget_journal
from tests.web.security.world import World, make_world


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, World]]:
    with django_db_blocker.unblock():
        both = make_world("Cabinet du Dr Fontaine"), make_world("Cabinet du Dr Marchand")
        yield both
        for world in both:
            world.remove()
        forget_journal()


@pytest.fixture
def ours(worlds: tuple[World, World], db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("hygie.web.dashboard.views.measure_this_machine", lambda *_, **__: None)  # 20 s each time
    return worlds[0]


@pytest.fixture
def theirs(worlds: tuple[World, World], db: None) -> World:
    return worlds[1]


@pytest.fixture
def doctor(ours: World) -> Client:
    """The holder, who has just confirmed a password."""
    return ours.client(Role.HOLDER)
