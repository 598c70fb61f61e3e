"""The first door: a code that lives a quarter of an hour, serves once, and dies with ten tries or a restart."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hygie.web.accounts import codes, flows
from hygie.web.accounts.access import Role
from hygie.web.accounts.errors import AlreadySetUp, CodeDead
from hygie.web.accounts.flows import Start
from hygie.web.accounts.models import Attempts, Member, SetupCode, User
from hygie.web.practice.models import Practice
from tests.web.accounts.conftest import entered, kinds
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db
START = Start("Cabinet du Dr Fontaine", "Dr Hélène Fontaine", "helene", PASSWORD)


def fields(code, **changed):
    return {
        "code": code,
        "practice_name": START.practice_name,
        "name": START.name,
        "username": START.username,
        "password1": PASSWORD,
        "password2": PASSWORD,
        **changed,
    }


def test_the_code_opens_a_practice_its_holder_and_a_session(client):
    code = flows.issue_setup_code(timezone.now())
    assert client.get("/installation/").status_code == 200
    response = client.post("/installation/", fields(code.lower().replace("-", " ")))
    assert response.status_code == 302
    assert response["Location"].startswith("/bienvenue/")
    assert entered(client)
    holder = Member.objects.get()
    assert (holder.role, holder.practice.name, holder.user.username) == (Role.HOLDER, START.practice_name, "helene")
    assert kinds(holder.practice) == ["practice.opened"]
    assert client.get("/compte/").status_code == 200


def test_only_a_slow_digest_is_kept():
    code = flows.issue_setup_code(timezone.now())
    row = SetupCode.objects.get()
    assert row.digest.startswith("scrypt$")
    assert code.replace("-", "") not in row.digest
    assert row.expires_at - timezone.now() <= timedelta(minutes=15)


def test_a_restart_kills_the_former_code(client):
    first = flows.issue_setup_code(timezone.now())
    second = flows.issue_setup_code(timezone.now())
    assert SetupCode.objects.count() == 1
    assert not flows.spend_setup_code(first, timezone.now())
    assert flows.spend_setup_code(second, timezone.now())


def test_it_dies_after_a_quarter_of_an_hour():
    now = timezone.now()
    code = flows.issue_setup_code(now)
    assert flows.spend_setup_code(code, now + timedelta(minutes=14, seconds=59))
    assert not flows.spend_setup_code(code, now + timedelta(minutes=15))


def test_it_dies_after_ten_tries():
    now = timezone.now()
    code = flows.issue_setup_code(now)
    for _ in range(codes.MOST_ATTEMPTS - 1):
        assert not flows.spend_setup_code("0000-0000", now)
    assert flows.spend_setup_code(code, now), "the tenth still counts"
    assert not flows.spend_setup_code(code, now), "the eleventh does not"


def test_it_serves_once():
    flows.issue_setup_code(timezone.now())
    flows.set_up(START, timezone.now())
    with pytest.raises(CodeDead):
        flows.set_up(Start("Autre", "Autre", "autre", PASSWORD), timezone.now())
    assert Practice.objects.count() == 1


def test_without_a_code_nothing_opens(client):
    page = client.post("/installation/", fields("K7QD-3M9T"))
    assert page.status_code == 200
    assert "Relancez Hygie" in page.content.decode()
    assert not User.objects.exists()


def test_once_an_account_exists_the_page_is_gone(client, doctor):
    assert client.get("/installation/")["Location"] == "/entrer/"
    assert client.post("/installation/", fields("K7QD-3M9T"))["Location"] == "/entrer/"
    with pytest.raises(AlreadySetUp):
        flows.issue_setup_code(timezone.now())


def test_sent_twice_it_opens_once(client):
    code = flows.issue_setup_code(timezone.now())
    client.post("/installation/", fields(code))
    assert client.post("/installation/", fields(code))["Location"] == "/entrer/"
    assert Practice.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password1": "court", "password2": "court"}, "Il manque"),
        ({"password2": "Autre-Tilleul-7-horizon"}, "ne sont pas les mêmes"),
        ({"password1": "Brume-Fontaine-7-til", "password2": "Brume-Fontaine-7-til"}, "contient votre nom"),
        ({"username": "hélène fontaine"}, "sans espace ni accent"),
        ({"username": "a"}, "sans espace ni accent"),
        ({"practice_name": ""}, "Remplissez cette ligne"),
        ({"name": "x" * 81}, "Au plus 80"),
        ({"name": "a\0b"}, "Le caractère nul"),
    ],
)
def test_what_is_to_mend_is_said_and_costs_no_try(client, changed, said):
    code = flows.issue_setup_code(timezone.now())
    page = client.post("/installation/", fields(code, **changed)).content.decode()
    assert said in page
    assert SetupCode.objects.get().attempts == 0
    assert 'value="Brume' not in page
    assert "court" not in page.split("resume-erreurs")[0]


def test_tries_are_patient_too():
    flows.issue_setup_code(timezone.now())
    client = Client(REMOTE_ADDR="10.0.0.7")
    for _ in range(5):
        client.post("/installation/", fields("0000-0000"))
    assert "Attendez" in client.post("/installation/", fields("0000-0000")).content.decode()
    assert SetupCode.objects.get().attempts == 5, "a try that waits is not counted: nobody kills the code at leisure"
    assert Attempts.objects.exists()


def test_the_message_says_which_rule_the_password_passes_by(client):
    code = flows.issue_setup_code(timezone.now())
    client.post("/installation/", fields(code))
    assert "règle d’or" in client.get("/compte/").content.decode()


def test_the_practice_that_an_incident_opened_is_taken_over_under_its_real_name(client):
    opened = Practice.objects.create(name="Cabinet")
    assert not flows.is_set_up()
    code = flows.issue_setup_code(timezone.now())
    assert client.post("/installation/", fields(code)).status_code == 302
    practice = Practice.objects.get()
    assert (practice.pk, practice.name, practice.version) == (opened.pk, START.practice_name, opened.version + 1)
    assert Member.objects.get().practice == practice


def test_a_practice_that_has_people_or_is_an_example_is_never_taken_over():
    example = Practice.objects.create(name="Exemple", demo=True)
    held = Practice.objects.create(name="Cabinet voisin")
    Member.objects.create(practice=held, name="Dr Marchand", role=Role.HOLDER)
    code = flows.issue_setup_code(timezone.now())
    assert flows.spend_setup_code(code, timezone.now())
    holder = flows.set_up(START, timezone.now())
    assert holder.practice_id not in {example.pk, held.pk}
    assert {one.name for one in (Practice.objects.get(pk=example.pk), Practice.objects.get(pk=held.pk))} == {
        "Exemple",
        "Cabinet voisin",
    }


def test_a_demonstration_is_not_an_account(client):
    Practice.objects.create(name="Exemple", demo=True)
    assert not flows.is_set_up()


def test_the_password_is_not_in_the_repr():
    assert PASSWORD not in repr(START)
