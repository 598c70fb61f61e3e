"""A session left open is not an account: what would let a passer-by take one asks for a secret again."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hygie.web.accounts.access import Role
from hygie.web.accounts.middleware import ENTERED
from hygie.web.accounts.models import Invitation
from tests.web.accounts.conftest import add_app, enter, entered, with_password
from tests.web.conftest import PASSWORD
from tests.web.security.world import World, database

TAKES = ("feuille", "sans-deuxieme-verification", "nouveau-mot-de-passe")


@pytest.fixture
def left_open(ours: World) -> Client:
    """The holder's session, entered with the password alone a quarter of an hour ago."""
    member = with_password(ours.members[Role.HOLDER])
    member.user.authenticator_set.all().delete()
    client = Client()
    enter(client, member.user.username)
    assert entered(client)
    session = client.session
    session[ENTERED] = timezone.now().timestamp() - 900
    session.save()
    return client


@pytest.mark.parametrize("what", TAKES)
@pytest.mark.parametrize("whose", ["own", "guest"])
def test_a_passer_by_takes_no_account(what: str, whose: str, left_open: Client, ours: World) -> None:
    member = ours.members[Role.HOLDER] if whose == "own" else ours.rows["guest"]
    before = database()
    answer = left_open.post(f"/cabinet/equipe/{member.pk}/{what}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/compte/confirmer/")
    assert database() == before


def test_once_confirmed_what_was_asked_goes_on(left_open: Client, ours: World) -> None:
    guest = ours.rows["guest"]
    where = left_open.post(f"/cabinet/equipe/{guest.pk}/feuille/")["Location"]
    wrong = left_open.post(where, {"password": "Autre-Tilleul-7-horizon"})
    assert wrong.status_code == 200
    assert not Invitation.objects.filter(member=guest).exists()
    page = left_open.post(where, {"password": PASSWORD})
    assert page.status_code == 200
    assert Invitation.objects.filter(member=guest).exists()


def test_just_after_the_door_nothing_is_asked_twice(ours: World) -> None:
    member = with_password(ours.members[Role.HOLDER])
    member.user.authenticator_set.all().delete()
    client = Client()
    enter(client, member.user.username)
    assert client.post(f"/cabinet/equipe/{ours.rows['guest'].pk}/feuille/").status_code == 200


def test_one_s_own_factors_and_password_ask_too(left_open: Client, ours: World) -> None:
    user = ours.members[Role.HOLDER].user
    assert left_open.get("/compte/application/")["Location"].startswith("/compte/confirmer/")
    add_app(user)
    for url in ("/compte/application/retirer/", "/compte/codes/", "/compte/codes/refaire/", "/compte/codes/fichier/"):
        for answer in (left_open.get(url), left_open.post(url)):
            assert answer.status_code in {302, 405}, url
            assert answer.status_code == 405 or answer["Location"].startswith("/compte/confirmer/"), url
    form: dict[str, Any] = {"password1": "Neuf-Tilleul-7-horizon", "password2": "Neuf-Tilleul-7-horizon"}
    refused = left_open.post("/compte/mot-de-passe/", {**form, "oldpassword": "Autre-Tilleul-7-horizon"})
    assert refused.status_code == 200
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize(("page", "role"), [("", Role.PARTNER), ("depart/", Role.SECRETARY)])
def test_giving_rights_or_closing_an_account_asks_for_a_secret(
    left_open: Client, ours: World, page: str, role: Role
) -> None:
    """An unlocked session left for a moment makes nobody a holder, and sends nobody away."""
    member = ours.members[role]
    sent = {"name": member.name, "role": "holder", "version": member.version, "confirm": "yes"}
    answer = left_open.post(f"/cabinet/equipe/{member.pk}/{page}", sent)
    member.refresh_from_db()
    assert answer.status_code == 302
    assert "/compte/confirmer" in answer["Location"]
    assert (member.role, member.left_on) == (role.value, None)


def test_a_code_for_a_computer_asks_for_a_secret(left_open: Client) -> None:
    assert "/compte/confirmer" in left_open.post("/cabinet/ordinateurs/code/")["Location"]


def test_a_foreign_page_never_gets_its_form_signed(left_open: Client) -> None:
    """What another site posted is not offered again with a good token."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = left_open.cookies
    body = {"role": "holder", "note": "piège"}
    for origin in ("https://ailleurs.example", "null", None):
        headers = {"Origin": origin} if origin else {}
        page = client.post("/cabinet/equipe/1/", body, headers=headers)
        assert page.status_code == 403
        assert "piège" not in page.content.decode()
    own = client.post("/cabinet/equipe/1/", body, headers={"Origin": "http://testserver"})
    assert "piège" in own.content.decode()
