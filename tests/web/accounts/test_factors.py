"""Second factors: a code once, a recovery code once, few tries, and pages to add and remove them."""

import threading
from base64 import b32encode
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.accounts import factors, flows
from hygie.web.accounts.access import Role
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.web.accounts.conftest import (
    SECRET,
    add_app,
    code_at,
    code_now,
    enter,
    entered,
    kinds,
    recovery_codes,
    with_password,
)
from tests.web.conftest import PASSWORD, make_member, make_practice


@pytest.fixture
def guarded(doctor):
    """A holder with an application of codes."""
    add_app(doctor.user)
    return doctor


def half_way(member, address="127.0.0.1"):
    """A browser that gave the password only."""
    client = Client(REMOTE_ADDR=address)
    assert enter(client, member.user.username, address=address)["Location"] == "/entrer/verification/"
    assert not entered(client)
    return client


def give(client, code, **more):
    return client.post("/entrer/verification/", {"code": code}, **more)


def test_the_code_is_asked_and_opens(guarded):
    client = half_way(guarded)
    assert client.get("/entrer/verification/").status_code == 200
    assert client.get("/")["Location"].startswith("/entrer/")
    code = code_now()
    assert give(client, f"{code[:3]} {code[3:]}")["Location"] == "/"
    assert entered(client)


def test_a_code_is_not_replayed_even_elsewhere_or_after_a_restart(guarded):
    code = code_now()
    give(half_way(guarded), code)
    from django.core.cache import cache

    cache.clear()
    second = half_way(guarded)
    page = give(second, code)
    assert page.status_code == 200
    assert "a déjà servi" in page.content.decode()
    assert not entered(second)


def test_an_earlier_code_is_refused_after_a_later_one(guarded):
    now = timezone.now()
    assert factors.spend(guarded.user, code_at(now), now)
    assert factors.spend(guarded.user, code_at(now - timedelta(seconds=30)), now) is None
    assert factors.spend(guarded.user, code_at(now + timedelta(seconds=30)), now)


@pytest.mark.parametrize(("shift", "passes"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)])
def test_a_telephone_may_be_half_a_minute_off(guarded, shift, passes):
    now = timezone.now()
    assert bool(factors.spend(guarded.user, code_at(now + timedelta(seconds=shift)), now)) is passes


@given(st.text(max_size=60))
def test_any_text_is_a_wrong_code(code):
    moment = timezone.now()
    if code not in {code_at(moment + timedelta(seconds=30 * step)) for step in (-1, 0, 1)}:
        assert factors.step_of(b32encode(SECRET).decode(), code, moment) is None


@pytest.mark.django_db(transaction=True)
def test_one_code_at_the_same_instant_opens_once():
    member = with_password(make_member(make_practice(), Role.HOLDER))
    add_app(member.user)
    now, code, opened = timezone.now(), code_now(), []

    def spend() -> None:
        opened.append(factors.spend(member.user, code, now) is not None)
        connection.close()

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened) == [False] * 7 + [True]


def test_a_recovery_code_serves_once_and_is_told(guarded):
    code = recovery_codes(guarded.user)[3]
    first = half_way(guarded)
    give(first, f"{code[:4]}-{code[4:]}")
    assert entered(first)
    second = half_way(guarded)
    give(second, code)
    assert not entered(second)
    assert code not in recovery_codes(guarded.user)
    assert len(recovery_codes(guarded.user)) == 9
    assert "il en reste 9" in JournalEntry.objects.get(kind="account.recovery_code_used").summary


def test_codes_cannot_be_guessed_at_leisure(guarded):
    client = half_way(guarded, "10.0.0.7")
    for rank in range(5):
        give(client, f"00000{rank}")
    page = give(client, code_now()).content.decode()
    assert "Attendez" in page
    assert not entered(client)
    again = half_way(guarded, "10.0.0.7")
    assert "Attendez" in give(again, code_now()).content.decode(), "the password given again changes nothing"
    assert "account.refused" in kinds()


def test_a_recovery_code_is_limited_as_any_other(guarded):
    client = half_way(guarded, "10.0.0.7")
    for _ in range(5):
        give(client, "00000000")
    assert "Attendez" in give(client, recovery_codes(guarded.user)[0]).content.decode()


def test_the_password_page_is_one_step_back(guarded):
    client = half_way(guarded)
    assert client.post("/sortir/", {"next": "/entrer/"})["Location"] == "/entrer/"
    assert client.get("/entrer/").status_code == 200
    assert give(client, code_now())["Location"].startswith("/entrer/")
    assert not entered(client)


def test_the_second_page_alone_opens_nothing(client, guarded):
    assert client.get("/entrer/verification/")["Location"].startswith("/entrer/")
    give(client, code_now())
    assert not entered(client)


@pytest.mark.parametrize("code", ["", "\0", "x" * 10_000, "１２３４５６", "123456'--"])
def test_hostile_codes_are_refused_calmly(guarded, code):
    client = half_way(guarded)
    assert give(client, code).status_code == 200
    assert not entered(client)


def confirmed(client):
    """The password given once more, as these pages ask."""
    assert client.post("/compte/confirmer/", {"password": PASSWORD}).status_code == 302


def test_adding_an_application_asks_the_password_again_then_prints_codes(client, doctor):
    enter(client, doctor.user.username)
    assert client.get("/compte/application/")["Location"].startswith("/compte/confirmer/?next=")
    confirmed(client)
    page = client.get("/compte/application/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert "data:" not in page
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    answer = client.post("/compte/application/", {"code": code_of(secret)})
    assert answer["Location"] == "/compte/codes/"
    sheet = client.get("/compte/codes/").content.decode()
    assert all(f"{code[:4]} {code[4:]}" in sheet for code in recovery_codes(doctor.user))
    assert "En ordre" in client.get("/compte/").content.decode()
    assert kinds().count("account.factor_added") == 2
    stored = Authenticator.objects.get(user=doctor.user, type="totp").data["secret"]
    assert secret not in stored, "sealed in the database"


def code_of(secret):
    from base64 import b32decode
    from datetime import UTC, datetime

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

    return TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(datetime.now(UTC).timestamp())).decode()


def test_a_wrong_first_code_adds_nothing(client, doctor):
    enter(client, doctor.user.username)
    confirmed(client)
    client.get("/compte/application/")
    assert "ne convient pas" in client.post("/compte/application/", {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()


def test_removing_it_and_making_other_codes(client, guarded):
    inside = half_way(guarded)
    give(inside, code_now())
    confirmed(inside)
    before = recovery_codes(guarded.user)
    assert inside.post("/compte/codes/refaire/")["Location"] == "/compte/codes/"
    assert not set(before) & set(recovery_codes(guarded.user))
    assert inside.get("/compte/codes/fichier/")["Content-Type"].startswith("text/plain")
    assert inside.get("/compte/application/retirer/").status_code == 200
    assert inside.post("/compte/application/retirer/")["Location"] == "/compte/"
    assert not Authenticator.objects.exists()
    assert kinds().count("account.factor_removed") == 2


def test_pages_of_codes_are_never_kept_by_the_browser(guarded):
    inside = half_way(guarded)
    give(inside, code_now())
    confirmed(inside)
    for path in ("/compte/codes/", "/compte/codes/fichier/", "/compte/"):
        assert "no-store" in inside.get(path)["Cache-Control"], path


def test_a_holder_helps_who_lost_everything(doctor):
    secretary = with_password(make_member(doctor.practice, Role.SECRETARY))
    add_app(secretary.user)
    flows.remove_factors(Actor.of(doctor), secretary)
    client = Client()
    enter(client, secretary.user.username)
    assert entered(client)
    assert "account.factors_removed" in kinds()
