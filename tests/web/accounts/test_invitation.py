"""Invitations: a printed code, shown once, with which a person chooses a password nobody else knows."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hygie.web.accounts import codes, flows
from hygie.web.accounts.access import Role
from hygie.web.accounts.errors import CodeDead
from hygie.web.accounts.models import Invitation
from hygie.web.journal.flows import Actor
from tests.web.accounts.conftest import add_app, enter, entered, kinds, with_password
from tests.web.conftest import PASSWORD, client_of, make_member


@pytest.fixture
def guest(doctor):
    """Somebody whose account has no password yet."""
    member = make_member(doctor.practice, Role.SECRETARY)
    member.user.set_unusable_password()
    member.user.save()
    return member


@pytest.fixture
def code(doctor, guest):
    return flows.invite(Actor.of(doctor), guest, timezone.now())


def accept(client, code, password=PASSWORD, **more):
    return client.post("/invitation/", {"code": code, "password1": password, "password2": password, **more})


def test_the_code_lets_a_password_be_chosen_and_opens(client, guest, code):
    assert client.get("/invitation/").status_code == 200
    assert accept(client, code.lower())["Location"] == "/compte/"
    assert entered(client)
    again = Client()
    enter(again, guest.user.username)
    assert entered(again)
    assert kinds(guest.practice)[:2] == ["account.invited", "account.opened"]


def test_it_serves_once(client, code):
    accept(client, code)
    other = Client()
    assert "n’est plus valable" in accept(other, code).content.decode()
    assert not entered(other)


def test_it_lasts_three_days(guest, doctor):
    now = timezone.now()
    code = flows.invite(Actor.of(doctor), guest, now)
    assert flows.spend_invitation(code, now + timedelta(hours=71, minutes=59))
    assert flows.spend_invitation(code, now + timedelta(hours=72)) is None


def test_a_new_one_kills_the_former(guest, doctor, code):
    second = flows.invite(Actor.of(doctor), guest, timezone.now())
    assert flows.spend_invitation(code, timezone.now()) is None
    assert flows.spend_invitation(second, timezone.now())


def test_ten_wrong_ends_kill_it(code):
    now = timezone.now()
    wrong = code[:5] + "0000-0000"
    for _ in range(codes.MOST_ATTEMPTS):
        assert flows.spend_invitation(wrong, now) is None
    assert flows.spend_invitation(code, now) is None


def test_only_a_slow_digest_is_kept(code):
    row = Invitation.objects.get()
    assert row.handle == code[:4]
    assert row.digest.startswith("scrypt$")
    assert code[5:9] not in row.digest


def test_a_password_that_does_not_do_is_told_and_the_code_still_serves(client, code):
    assert "Il manque" in accept(client, code, "court").content.decode()
    assert "contient votre nom" in accept(client, code, "Brume-Lemoine-7-til").content.decode()
    assert accept(client, code).status_code == 302


def test_tries_are_patient(guest):
    client = Client(REMOTE_ADDR="10.0.0.7")
    for _ in range(5):
        accept(client, "0000-0000-0000")
    assert "Attendez" in accept(client, "0000-0000-0000").content.decode()


def test_a_forgotten_password_is_chosen_again_and_the_old_one_serves_meanwhile(client, doctor):
    member = with_password(make_member(doctor.practice, Role.PARTNER))
    code = flows.invite(Actor.of(doctor), member, timezone.now())
    old = Client()
    enter(old, member.user.username)
    assert entered(old)
    accept(client, code, "Sable-Rivage-9-matin")
    assert old.get("/compte/").status_code == 302, "sessions of the old password end"
    enter(old, member.user.username)
    assert not entered(old)


def test_it_does_not_go_round_the_second_factor(client, doctor):
    member = with_password(make_member(doctor.practice, Role.PARTNER))
    add_app(member.user)
    code = flows.invite(Actor.of(doctor), member, timezone.now())
    assert accept(client, code)["Location"] == "/entrer/"
    assert not entered(client)


def test_it_does_not_open_before_the_first_day(client, doctor):
    member = make_member(doctor.practice, Role.LOCUM, starts_on=timezone.localdate() + timedelta(days=3))
    code = flows.invite(Actor.of(doctor), member, timezone.now())
    assert accept(client, code)["Location"] == "/entrer/"
    assert not entered(client)


def test_nobody_invites_who_left_or_has_no_account(doctor):
    gone = make_member(doctor.practice, Role.LOCUM, left_on=timezone.localdate())
    without = make_member(doctor.practice, Role.SECRETARY, account=False)
    for member in (gone, without):
        with pytest.raises(CodeDead):
            flows.invite(Actor.of(doctor), member, timezone.now())


def test_the_sheet_shows_it_once_and_is_never_kept(doctor, guest):
    holder = client_of(doctor)
    answer = holder.post(f"/cabinet/equipe/{guest.pk}/feuille/")
    page = answer.content.decode()
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert found
    assert guest.user.username in page
    assert "no-store" in answer["Cache-Control"]
    assert holder.get(f"/cabinet/equipe/{guest.pk}/feuille/").status_code == 405
    assert found.group() not in holder.get(f"/cabinet/equipe/{guest.pk}/").content.decode()
    assert flows.spend_invitation(found.group(), timezone.now())


@pytest.mark.parametrize("typed", ["", "\0", "x" * 10_000, "K7QD", "é" * 12, "K7QD-3M9T-XW2P'--"])
def test_hostile_codes_are_refused_calmly(client, db, typed):
    assert accept(client, typed).status_code == 200
    assert not entered(client)
