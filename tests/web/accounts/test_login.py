"""Entering and leaving: one answer for every refusal, waits and no lock, lines in the journal, no open redirect."""

import re
import threading
from datetime import timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from hygie.web.accounts import patience, throttle
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Attempts
from hygie.web.accounts.patience import Try
from hygie.web.journal.models import JournalEntry
from tests.web.accounts.conftest import enter, entered, kinds, with_password
from tests.web.conftest import PASSWORD, make_member, make_practice

WRONG = "Autre-Tilleul-7-horizon"


def test_the_right_password_opens_and_is_told(client, doctor):
    response = enter(client, doctor.user.username)
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert entered(client)
    entry = JournalEntry.objects.get(kind="account.entered")
    assert entry.actor_name == doctor.name
    assert "127.0.0.1" in entry.summary


def test_identifiers_have_no_case(client, doctor):
    enter(client, doctor.user.username.upper())
    assert entered(client)


def refusal(response) -> str:
    """The page without what must differ: the token, and the identifier typed."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_every_refusal_is_one_and_the_same(client, doctor, db):
    gone = with_password(make_member(doctor.practice, Role.LOCUM, ends_on=timezone.localdate() - timedelta(days=1)))
    closed = with_password(make_member(doctor.practice, Role.SECRETARY))
    closed.user.is_active = False
    closed.user.save()
    unborn = make_member(doctor.practice, Role.PARTNER)
    unborn.user.set_unusable_password()
    unborn.user.save()
    tries = [
        (doctor.user.username, WRONG),
        ("personne", WRONG),
        (gone.user.username, PASSWORD),
        (closed.user.username, PASSWORD),
        (unborn.user.username, PASSWORD),
    ]
    answers = [enter(Client(), *pair, address=f"10.0.0.{rank}") for rank, pair in enumerate(tries)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({refusal(answer) for answer in answers}) == 1
    assert "Le titulaire du cabinet peut vous aider" in answers[0].content.decode()


def test_an_unknown_identifier_costs_as_long_as_a_wrong_password(doctor):
    def cost(username: str) -> float:
        times = []
        for rank in range(5):
            started = perf_counter()
            enter(Client(), username, WRONG, address=f"10.9.{len(username)}.{rank}")
            times.append(perf_counter() - started)
        return sorted(times)[2]

    known, unknown = cost(doctor.user.username), cost("personne-de-ce-nom")
    assert unknown > known / 2
    assert known > unknown / 2


def test_no_password_is_shown_again(client, doctor):
    page = enter(client, doctor.user.username, WRONG).content.decode()
    assert WRONG not in page
    assert doctor.user.username in page


def fail(username, times, address="10.0.0.7"):
    answer = None
    for _ in range(times):
        answer = enter(Client(), username, WRONG, address=address)
    return answer


def test_after_five_tries_the_right_password_waits_too_then_opens(client, doctor, monkeypatch):
    fail(doctor.user.username, 5)
    page = enter(client, doctor.user.username, address="10.0.0.7").content.decode()
    assert "Attendez 5 secondes" in page
    assert not entered(client)
    later = timezone.now() + timedelta(seconds=6)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    enter(client, doctor.user.username, address="10.0.0.7")
    assert entered(client)


def test_a_stranger_elsewhere_never_keeps_the_person_out(client, doctor):
    enter(Client(), doctor.user.username, address="10.0.0.50")
    for place in range(8):
        fail(doctor.user.username, 6, address=f"10.0.1.{place}")
    page = enter(client, doctor.user.username, address="10.0.0.99").content.decode()
    assert "Trop d’essais" in page, "a place never seen waits with the account"
    enter(client, doctor.user.username, address="10.0.0.50")
    assert entered(client), "the usual place does not"
    local = Client()
    enter(local, doctor.user.username)
    assert entered(local), "nor does the server's own machine"


def test_on_the_own_machine_no_wait_exceeds_thirty_seconds(doctor, db):
    now = timezone.now()
    attempt = Try("password", doctor.user.username, "127.0.0.1")
    for _ in range(40):
        throttle.charge(attempt, now)
        now += timedelta(seconds=31)
    throttle.charge(attempt, now)
    with pytest.raises(throttle.TooSoon) as caught:
        throttle.charge(attempt, now)
    assert caught.value.wait <= timedelta(seconds=30)


def test_counts_survive_a_restart_and_name_nobody(doctor):
    fail(doctor.user.username, 5)
    rows = list(Attempts.objects.all())
    assert {row.failures for row in rows} == {5}
    assert not any(doctor.user.username in row.key or "10.0.0.7" in row.key for row in rows)


def test_a_burst_is_one_line_without_what_strangers_typed(doctor):
    fail(doctor.user.username, 9)
    fail("Mon-Mot-De-Passe-7!", 9, address="10.0.0.8")
    entries = list(JournalEntry.objects.filter(kind="account.refused").order_by("seq"))
    assert len(entries) == 2
    assert doctor.user.username in entries[0].summary
    assert "identifiant inconnu" in entries[1].summary
    assert "Mon-Mot" not in entries[1].summary + entries[1].data


def test_an_entry_after_refusals_says_how_many(client, doctor):
    fail(doctor.user.username, 3)
    enter(client, doctor.user.username, address="10.0.0.7")
    assert "après 3 essais refusés" in JournalEntry.objects.get(kind="account.entered").summary
    assert kinds() == ["account.entered"]


def test_refusals_of_unknown_names_in_a_hub_are_nobodys(db):
    make_practice()
    make_practice("Autre cabinet")
    fail("personne", 9)
    assert kinds() == []


def test_rows_stay_few_however_many_names_come(db, monkeypatch):
    monkeypatch.setattr(throttle, "MOST_ROWS", 50)
    now = timezone.now()
    for rank in range(60):
        throttle.charge(Try("password", f"nom{rank}", f"10.1.{rank}.1"), now + timedelta(seconds=rank))
    assert Attempts.objects.count() <= 54
    throttle.charge(Try("password", "nom", "10.2.0.1"), now + patience.FORGOTTEN_AFTER + timedelta(hours=2))
    assert Attempts.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_instant_all_count():
    now = timezone.now()
    results = []

    def attempt() -> None:
        try:
            throttle.charge(Try("password", "helene", "10.0.0.7"), now)
            results.append("charged")
        except throttle.TooSoon:
            results.append("too soon")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["charged"] * 5 + ["too soon"] * 7


@pytest.mark.parametrize(
    "where",
    ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)", "\\\\ailleurs.example", "http:x"],
)
def test_no_open_redirect(client, doctor, where):
    response = client.post(
        f"/entrer/?next={where}", {"login": doctor.user.username, "password": PASSWORD, "next": where}
    )
    assert response["Location"] == "/"
    assert client.post("/sortir/", {"next": where})["Location"] == "/entrer/"


def test_the_page_wanted_comes_after_login(client, doctor):
    first = client.get("/cabinet/equipe/")
    assert first["Location"] == "/entrer/?next=/cabinet/equipe/"
    response = client.post(
        first["Location"], {"login": doctor.user.username, "password": PASSWORD, "next": "/cabinet/equipe/"}
    )
    assert response["Location"] == "/cabinet/equipe/"


def test_the_session_key_is_new_at_login(client, doctor):
    client.get("/entrer/")
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["hygie-session"] = before = session.session_key
    enter(client, doctor.user.username)
    assert client.session.session_key != before


def test_leaving_asks_and_needs_a_post(client, doctor):
    enter(client, doctor.user.username)
    assert client.get("/sortir/").status_code == 200
    assert entered(client)
    client.post("/sortir/")
    assert not entered(client)


def test_a_forged_login_form_is_refused(doctor):
    client = Client(enforce_csrf_checks=True)
    assert enter(client, doctor.user.username).status_code == 403


def test_a_person_inside_is_led_to_today(client, doctor):
    enter(client, doctor.user.username)
    assert client.get("/entrer/")["Location"] == "/"


@pytest.mark.parametrize("field", ["login", "password"])
@pytest.mark.parametrize("value", ["", "\0", "x" * 100_000, "\ufffd", "'; DROP TABLE accounts_user; --", "<script>"])
def test_hostile_fields_are_refused_calmly(client, doctor, field, value):
    response = client.post("/entrer/", {"login": doctor.user.username, "password": WRONG, field: value})
    assert response.status_code == 200
    assert not entered(client)
    assert "<script>" not in response.content.decode().replace("<script src=", "")


def test_a_strange_host_is_refused(client, db):
    assert client.get("/entrer/", HTTP_HOST="ailleurs.example").status_code == 400


def test_a_password_is_in_no_log(client, doctor, caplog):
    caplog.set_level(0)
    enter(client, doctor.user.username, WRONG)
    enter(client, doctor.user.username)
    assert PASSWORD not in caplog.text
    assert WRONG not in caplog.text
