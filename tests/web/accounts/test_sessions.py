"""Sessions: half an hour of sleep, twelve hours in all, and what ends them all at once."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from hygie.web.accounts import flows, middleware
from hygie.web.accounts.access import Role
from hygie.web.journal.flows import Actor
from tests.web.accounts.conftest import add_app, enter, kinds, with_password
from tests.web.conftest import PASSWORD, client_of, make_member

NEW = "Sable-Rivage-9-matin"


@pytest.fixture
def clock(monkeypatch):
    """Moves Django's clock forward."""
    real = timezone.now

    def move(**by):
        moment = real() + timedelta(**by)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return move


def inside(client):
    return client.get("/compte/").status_code == 200


def test_it_sleeps_after_half_an_hour_without_a_request(client, doctor, clock):
    enter(client, doctor.user.username)
    clock(minutes=29)
    assert inside(client)
    clock(minutes=58)
    assert inside(client)
    clock(minutes=89)
    assert not inside(client)


def test_it_ends_after_twelve_hours_even_awake(client, doctor, clock):
    enter(client, doctor.user.username)
    for minutes in range(20, 12 * 60, 20):
        clock(minutes=minutes)
        assert inside(client), minutes
    clock(minutes=12 * 60 + 1)
    assert not inside(client)


def test_a_clock_set_back_far_ends_it(client, doctor, clock):
    enter(client, doctor.user.username)
    clock(days=-2)
    assert not inside(client)


def test_reading_writes_the_hour_once_a_minute_only(client, doctor, clock, django_assert_num_queries):
    enter(client, doctor.user.username)
    inside(client)
    before = client.session[middleware.SEEN]
    clock(seconds=30)
    inside(client)
    assert client.session[middleware.SEEN] == before
    clock(seconds=90)
    inside(client)
    assert client.session[middleware.SEEN] > before


def test_a_page_that_refreshes_itself_keeps_nobody_in(client, doctor, clock):
    enter(client, doctor.user.username)
    inside(client)
    before = client.session[middleware.SEEN]
    clock(seconds=90)
    client.get("/", headers={"HX-Request": "true"})
    assert client.session[middleware.SEEN] == before


def test_a_locum_is_out_the_day_after_the_last(doctor, clock):
    today = timezone.localdate()
    client = client_of(make_member(doctor.practice, Role.LOCUM, ends_on=today))
    assert inside(client)
    clock(days=1)
    assert not inside(client)


def test_the_list_shows_ones_own_and_closes_the_others(client, doctor):
    other = Client()
    enter(client, doctor.user.username)
    enter(other, doctor.user.username, address="10.0.0.7")
    stranger = client_of(with_password(make_member(doctor.practice, Role.SECRETARY)))
    page = client.get("/compte/").content.decode()
    assert "Celle-ci" in page
    assert "depuis 10.0.0.7" in page
    client.post("/compte/sessions/fermer/")
    assert inside(client)
    assert not inside(other)
    assert inside(stranger)
    assert "depuis 10.0.0.7" not in client.get("/compte/").content.decode()
    assert UserSession.objects.filter(user=doctor.user).count() == 1
    assert "account.sessions_closed" in kinds()


def test_a_new_password_ends_the_others_and_not_this_one(client, doctor):
    other = Client()
    enter(client, doctor.user.username)
    enter(other, doctor.user.username)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/compte/mot-de-passe/", fields)["Location"] == "/compte/"
    assert "règle d’or" in client.get("/compte/").content.decode()
    assert not inside(other)
    doctor.user.refresh_from_db()
    assert doctor.user.check_password(NEW)
    assert doctor.user.password_changed_at is not None
    assert kinds()[-1] == "account.password_changed"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"oldpassword": NEW}, "pas votre mot de passe actuel"),
        ({"password1": "court", "password2": "court"}, "Il manque"),
        ({"password2": "Autre-Sable-9-matin"}, "ne sont pas les mêmes"),
        ({"password1": "Brume-Fontaine-7-til", "password2": "Brume-Fontaine-7-til"}, "contient votre nom"),
    ],
)
def test_a_new_password_that_does_not_do(client, doctor, changed, said):
    enter(client, doctor.user.username)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **changed}
    page = client.post("/compte/mot-de-passe/", fields).content.decode()
    assert said in page
    assert NEW not in page
    doctor.user.refresh_from_db()
    assert doctor.user.check_password(PASSWORD)


def test_the_present_password_cannot_be_guessed_there_either(client, doctor):
    enter(client, doctor.user.username)
    fields = {"oldpassword": NEW, "password1": NEW, "password2": NEW}
    for _ in range(5):
        client.post("/compte/mot-de-passe/", fields)
    page = client.post("/compte/mot-de-passe/", {**fields, "oldpassword": PASSWORD}).content.decode()
    assert "Attendez" in page


def test_a_password_asked_comes_before_any_page(client, doctor):
    secretary = with_password(make_member(doctor.practice, Role.SECRETARY))
    enter(client, secretary.user.username)
    flows.ask_new_password(Actor.of(doctor), secretary)
    assert not inside(client), "her sessions ended"
    enter(client, secretary.user.username)
    assert client.get("/")["Location"] == "/compte/mot-de-passe/"
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/compte/mot-de-passe/", fields)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("role", "age", "led"),
    [
        (Role.HOLDER, 6, False),
        (Role.HOLDER, 7, True),
        (Role.IT_PROVIDER, 0, True),
        (Role.AUDITOR, 0, True),
        (Role.SECRETARY, 400, False),
        (Role.PARTNER, 400, False),
    ],
)
def test_on_the_network_a_second_factor_comes_before_any_page(doctor, settings, role, age, led):
    settings.HYGIE_TLS = True
    member = make_member(doctor.practice, role)
    member.user.created_at = timezone.now() - timedelta(days=age)
    member.user.save()
    client = client_of(member)
    answer = client.get("/")
    assert (answer.status_code == 302 and answer["Location"] == "/compte/") is led
    assert ("pour continuer" in client.get("/compte/").content.decode()) is led
    add_app(member.user)
    assert client.get("/").status_code == 200


def test_on_the_own_machine_it_is_only_recommended(doctor):
    client = client_of(doctor)
    doctor.user.created_at = timezone.now() - timedelta(days=400)
    doctor.user.save()
    assert client.get("/").status_code == 200
    assert "Ajoutez une deuxième vérification" in client.get("/compte/").content.decode()
