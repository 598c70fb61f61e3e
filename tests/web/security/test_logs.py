"""Whatever fails, neither the page nor the log repeats what somebody typed, nor the secret of a link."""

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.test import Client
from django.utils import timezone

from hygie.web.accounts.access import Role
from hygie.web.journal.models import JournalEntry
from tests.web.accounts.conftest import with_password
from tests.web.security.world import World

TYPED = "Mme Durand a le mot de passe Tilleul-42"
ANSWER = "/constats/training-incident-sheet/repondre/"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the app's own handler writes."""
    handlers = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler and one.filters]
    assert len(handlers) == 1, "the root handler of settings.LOGGING"
    stream = io.StringIO()
    before = handlers[0].setStream(stream)
    yield stream
    handlers[0].setStream(before)


def broken_by(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        try:
            raise KeyError(TYPED)  # noqa: TRY301 - an error with a cause
        except KeyError as cause:
            raise error(f"cannot keep {args!r} {TYPED}") from cause

    monkeypatch.setattr("hygie.web.dashboard.views.flows.give_answer", fail)


@pytest.mark.parametrize("error", [RuntimeError, ValueError, DatabaseError])
def test_an_unexpected_failure(error: type[Exception], ours: World, log: io.StringIO, monkeypatch: Any) -> None:
    broken_by(error, monkeypatch)
    client = ours.client(Role.HOLDER)
    client.raise_request_exception = False
    answer = client.post(ANSWER, {"answer": "yes", "note": TYPED})
    assert answer.status_code == 500
    assert "Durand" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    told = log.getvalue()
    assert "Durand" not in told
    assert "Tilleul" not in told
    assert "dashboard:answer" in told, "which page"
    assert error.__name__ in told, "which error"
    assert "views.py" in told, "where"


def test_a_busy_database_keeps_what_was_typed_on_the_page_only(ours: World, log: io.StringIO, monkeypatch: Any) -> None:
    broken_by(OperationalError, monkeypatch)
    answer = ours.client(Role.HOLDER).post(ANSWER, {"answer": "yes", "note": TYPED})
    assert answer.status_code == 503
    assert TYPED in answer.content.decode(), "nothing typed is lost"
    assert "OperationalError" in log.getvalue()
    assert "Durand" not in log.getvalue()


def test_no_password_comes_back_on_a_page_of_failure(ours: World, monkeypatch: Any) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("locked")

    monkeypatch.setattr("hygie.web.accounts.throttle.charge", fail)
    member = with_password(ours.members[Role.HOLDER])
    answer = Client().post("/entrer/", {"login": member.user.username, "password": "Brume-Tilleul-7-horizon"})
    assert answer.status_code == 503
    assert "Tilleul" not in answer.content.decode()


@pytest.mark.parametrize("name", ["question", "phone"])
def test_the_secret_of_a_link_is_never_logged(name: str, ours: World, log: io.StringIO, monkeypatch: Any) -> None:
    secret = ours.tokens[name]
    url = f"/question/{secret}/" if name == "question" else f"/telephone/{secret}/"
    Client().get(url + "x/")
    Client().get(url[:-1] + "x/")
    Client().delete(url)
    Client(enforce_csrf_checks=True).post(url, {"name": TYPED})

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hygie.web.dashboard.asking.pages.question_line", fail)
    monkeypatch.setattr("hygie.web.inventory.phone._system", fail)
    client = Client(raise_request_exception=False)
    assert client.get(url).status_code == 500
    assert "ZeroDivisionError" in log.getvalue()
    assert secret not in log.getvalue()
    assert "Durand" not in log.getvalue()


def test_a_false_host_or_a_false_session_is_not_repeated(ours: World, log: io.StringIO) -> None:
    assert Client().get("/", HTTP_HOST="durand-tilleul.example").status_code == 400
    client = Client()
    client.cookies["hygie-session"] = "Durand" * 8
    client.get("/mesures/")
    assert "durand" not in log.getvalue().lower()


def test_a_refused_login_is_not_repeated(ours: World, log: io.StringIO) -> None:
    Client().post("/entrer/", {"login": TYPED, "password": "Tilleul-42-perdu"})
    assert "Tilleul" not in log.getvalue()


def test_no_page_of_debugging_is_ever_served() -> None:
    assert settings.DEBUG is False
    assert settings.SECRET_KEY != ""
    assert not [name for name in settings.INSTALLED_APPS if "debug" in name or "admin" in name]


def test_a_name_typed_behind_a_link_is_no_signature_in_the_journal(ours: World) -> None:
    """Whoever holds a link may write the doctor's name: the journal says that it came by the link."""
    doctor = ours.members[Role.HOLDER]
    soon = str(timezone.localdate() + timedelta(days=5))
    reply = {"answer": "waiting", "waiting_for": "Perrin", "expected_on": soon, "name": doctor.name}
    Client().post(f"/question/{ours.tokens['question']}/", reply)
    lines = JournalEntry.objects.filter(practice=str(ours.practice.pk), kind__in=("question.answered", "answer.given"))
    assert lines.count() == 2
    assert {line.actor for line in lines} == {"system"}
    assert {line.actor_name for line in lines} == {f"{doctor.name}, par le lien"}
