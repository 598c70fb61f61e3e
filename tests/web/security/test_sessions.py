"""A session is made at the door, closed for good, never given by somebody else, and sealed where it is kept."""

from typing import Any

import pytest
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import User
from tests.web.accounts.conftest import enter, entered, with_password
from tests.web.security.world import World

KEY = "hygie-session"


def person(world: World) -> Any:
    member = with_password(world.members[Role.LOCUM])
    member.user.authenticator_set.all().delete()
    return member


def test_the_session_of_before_the_door_is_not_the_one_after(ours: World) -> None:
    client = Client()
    client.post("/mesures/", {"note": "x"})
    client.get("/entrer/?next=/mesures/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[KEY] = session.session_key
    enter(client, person(ours).user.username)
    assert entered(client)
    assert client.cookies[KEY].value != session.session_key
    assert not Session.objects.filter(pk=session.session_key).exists()


def test_an_identifier_chosen_by_somebody_else_is_not_taken(ours: World) -> None:
    client = Client()
    client.cookies[KEY] = "a" * 32
    enter(client, person(ours).user.username)
    assert client.cookies[KEY].value != "a" * 32
    other = Client()
    other.cookies[KEY] = "a" * 32
    assert other.get("/").status_code == 302


def test_after_leaving_the_cookie_opens_nothing(ours: World) -> None:
    client = Client()
    enter(client, person(ours).user.username)
    kept = client.cookies[KEY].value
    client.post("/sortir/")
    thief = Client()
    thief.cookies[KEY] = kept
    assert thief.get("/mesures/")["Location"].startswith("/entrer/")


def test_a_session_name_is_long_and_drawn(ours: World) -> None:
    names = {ours.client(Role.HOLDER).cookies[KEY].value for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) == 32 for name in names), "32 of 36 signs: 165 bits"


@pytest.mark.parametrize("name", ["known", "unknown", "closed"])
def test_whoever_is_named_the_same_work_is_done(name: str, ours: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One slow digest each time: the time of an answer does not tell who exists."""
    member = person(ours)
    if name == "closed":
        User.objects.filter(pk=member.user.pk).update(is_active=False)
    done = []
    real = hashers.hashlib.scrypt
    monkeypatch.setattr("hashlib.scrypt", lambda *a, **k: done.append(1) or real(*a, **k))
    enter(Client(), "personne" if name == "unknown" else member.user.username, "Autre-Tilleul-7-horizon")
    assert len(done) == 1


def test_what_a_session_holds_is_sealed_in_the_database(ours: World) -> None:
    client = ours.client(Role.HOLDER)
    session = client.session
    session["question-1"] = "jeton-tres-secret"
    session.save()
    row = Session.objects.get(pk=session.session_key)
    assert client.session["question-1"] == "jeton-tres-secret"

    class Bare:
        @staticmethod
        def loads(data: bytes) -> bytes:
            return data

    seen = signing.loads(row.session_data, salt="django.contrib.sessions.SessionStore", serializer=Bare)
    assert seen.startswith(b"h1.")
    assert b"jeton" not in seen


def test_a_session_that_no_longer_opens_is_a_stranger_s(ours: World, settings: Any) -> None:
    from dataclasses import replace

    client = ours.client(Role.HOLDER)
    assert client.get("/mesures/").status_code == 200
    settings.HYGIE_KEYS = replace(settings.HYGIE_KEYS, ring={1: b"\1" * 32})
    assert client.get("/mesures/").status_code == 302


def test_every_page_of_a_person_shows_the_way_out(ours: World) -> None:
    client = ours.client(Role.SECRETARY)
    for url in (
        "/",
        "/mesures/",
        "/questions/",
        "/documents/",
        "/rappels/",
        "/materiel/",
        "/compte/",
        "/cabinet/partage/",
    ):
        page = client.get(url)
        assert page.status_code == 200, url
        assert "/sortir/" in page.content.decode(), url
