"""Every address of the app × every role × one's own objects and another practice's: what `can` says is what happens."""
# ruff: noqa: F811 - a fixture imported is not a name redefined

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.web.accounts import resume
from hygie.web.accounts.access import Action, Role, can
from hygie.web.accounts.gates import NOT_IN_EXAMPLE
from hygie.web.accounts.models import Member
from tests.web.conftest import client_of
from tests.web.security.conftest import ours, theirs, worlds  # noqa: F401 - fixtures
from tests.web.security.world import Address, World, addresses, database, of_one_practice, urls_of

ALL = addresses()
GATED = [one for one in ALL if one.public is None]
PUBLIC = [one for one in ALL if one.public is not None]
SLOW = "dashboard:run_checkup"
NEEDS_MORE: dict[tuple[str, str], Action] = {
    ("practice:settings", "POST"): Action.CHANGE_PRACTICE,
    ("dashboard:ask", "POST"): Action.SEE_FINDING,
    ("dashboard:proof", "GET"): Action.SEE_PROOF,
    ("incidents:clocks", "POST"): Action.ACT_IN_INCIDENT,
    ("incidents:evidence", "POST"): Action.ADD_TO_INCIDENT,
    ("incidents:journal", "POST"): Action.ADD_TO_INCIDENT,
}
"""What a view asks for besides its own action, on the same object."""
NO_OBJECT_YET = {
    "workstations:authority",
    "inventory:link",
    "dashboard:end_exception",
    "inventory:card_state",
    "practice:switch",
}
"""Their own object may be missing (no link opened, no exception on this check, an unknown state or switch): 404."""


def name_of(one: Address) -> str:
    return one.name.replace(":", ".")


def may(one: Address, member: Any, method: str, target: Any) -> bool:
    assert one.action is not None
    wanted = {one.action, NEEDS_MORE.get((one.name, method), one.action)}
    return can(member, one.action) and all(can(member, action, target) for action in wanted)


def send(client: Client, method: str, url: str) -> Any:
    return client.get(url) if method == "GET" else client.post(url, {"note": "essai"})


def test_every_address_says_who_may_open_it() -> None:
    assert len(ALL) > 80
    for one in ALL:
        assert isinstance(one.action, Action) != bool(one.public), f"{one.route}: an action or a reason, not both"
        assert one.public is None or len(one.public) > 10


def test_what_is_public_is_a_short_list_that_was_decided() -> None:
    assert {one.name for one in PUBLIC} == {
        "account_login", "account_logout", "accounts:installation", "accounts:invitation", "dashboard:help",
        "dashboard:reply",
        "mfa_authenticate", "mfa_login_webauthn", "phone", "practice:emergency", "workstations:batch",
        "workstations:hello", "workstations:join",
    }  # fmt: skip


def test_no_two_addresses_have_one_name() -> None:
    assert len({one.name for one in ALL}) == len(ALL)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("one", GATED, ids=name_of)
def test_a_role_opens_what_the_table_grants_and_nothing_else(one: Address, role: Role, ours: World) -> None:
    member, client = ours.members[role], ours.client(role)
    granted = []
    for method in ("GET", "POST"):
        for url, target in urls_of(one, ours, role):
            if may(one, member, method, target):
                granted.append((method, url))
            else:
                refused(client, method, url, 403, *([405] if can(member, one.action) else []))
    for method, url in granted:
        answer = send(client, method, url)
        assert answer.status_code < 500
        assert answer.status_code not in {401, 403}
        assert answer.status_code != 404 or one.name in NO_OBJECT_YET
        assert not answer.get("Location", "").startswith("/entrer/?")


def refused(client: Client, method: str, url: str, *expected: int) -> None:
    """A refusal of one of these kinds, that writes nothing."""
    before = database()
    answer = send(client, method, url)
    assert answer.status_code in expected, f"{method} {url}: {answer.status_code}"
    assert database() == before, f"{method} {url} wrote something"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("one", [one for one in GATED if of_one_practice(one.name)], ids=name_of)
def test_an_object_of_another_practice_is_not_there(one: Address, role: Role, ours: World, theirs: World) -> None:
    assert one.action is not None
    client = ours.client(role)
    missing = 404 if can(ours.members[role], one.action) else 403
    for url, _ in urls_of(one, theirs, role):
        for method in ("GET", "POST"):
            refused(client, method, url, missing, 405)


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_a_key_of_a_colleague_is_not_there_either(name: str, ours: World) -> None:
    url = reverse(name, args=[ours.keys[Role.HOLDER].pk])
    for method in ("GET", "POST"):
        refused(ours.client(Role.SECRETARY), method, url, 404, 405)


@pytest.mark.parametrize("one", GATED, ids=name_of)
def test_a_stranger_is_led_to_the_login(one: Address, ours: World) -> None:
    for url, _ in urls_of(one, ours, Role.HOLDER):
        before = database()
        answer = Client().get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/entrer/?next=")
        answer = Client().post(url, {"note": "essai"})
        assert answer.status_code == 200
        assert 'name="password"' in answer.content.decode()
        assert database() == before


@pytest.mark.parametrize("one", GATED, ids=name_of)
def test_what_a_person_was_sending_waits_in_the_login_page(one: Address, ours: World) -> None:
    """The browser remembers whose session it was; what was sent comes back sealed, for that person only."""
    client, user = client_of(ours.members[Role.HOLDER]), ours.members[Role.HOLDER].user
    client.get(reverse("dashboard:today"))
    client.cookies.pop("hygie-session")
    url, _ = urls_of(one, ours, Role.HOLDER)[0]
    page = client.post(url, {"note": "texte long", "password": "Brume-Tilleul-7"})
    sealed = page.context["form"].initial["kept"]
    kept = resume.opened(sealed, user, timezone.now())
    assert kept is not None
    assert kept.path == url
    assert kept.fields == (("note", "texte long"),)
    assert resume.opened(sealed, ours.members[Role.SECRETARY].user, timezone.now()) is None


GONE = {
    "left": lambda member: setattr(member, "left_on", timezone.localdate()),
    "over": lambda member: setattr(member, "ends_on", timezone.localdate() - timedelta(days=1)),
    "not-yet": lambda member: setattr(member, "starts_on", timezone.localdate() + timedelta(days=1)),
    "disabled": lambda member: setattr(member.user, "is_active", False),
}


@pytest.mark.parametrize("why", GONE)
def test_who_may_no_longer_enter_is_a_stranger_everywhere(why: str, ours: World) -> None:
    member = Member.objects.select_related("user").get(pk=ours.members[Role.LOCUM].pk)
    client = client_of(member)
    assert client.get("/").status_code == 200
    GONE[why](member)
    member.user.save()
    member.save()
    before = database()
    for one in GATED:
        url, _ = urls_of(one, ours, Role.LOCUM)[0]
        client.cookies.clear()
        client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get(url)
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/entrer/"), url
    assert {name for name, kept in database().items() if before[name] != kept} <= {"User", "UserSession"}, "last login"


@pytest.mark.parametrize("name", ["dashboard:reply", "phone"])
def test_a_link_shows_one_thing_and_an_altered_one_shows_nothing(name: str, ours: World, theirs: World) -> None:
    one = next(one for one in PUBLIC if one.name == name)
    url, _ = urls_of(one, ours, Role.HOLDER)[0]
    page = Client().get(url)
    assert page.status_code == 200
    assert theirs.practice.name not in page.content.decode()
    assert "/materiel/" not in page.content.decode()
    for wrong in (url[:-2] + "x/", url.upper(), url + "x/", url.replace("jeton", "JETON")):
        assert Client().get(wrong).status_code == 404, wrong


def test_the_public_pages_open_to_a_stranger_and_show_no_menu(ours: World) -> None:
    for one in PUBLIC:
        url, _ = urls_of(one, ours, Role.HOLDER)[0]
        answer = Client().get(url)
        assert answer.status_code in {200, 302, 405}, url
        assert "/journal/" not in answer.content.decode()
        assert "/cabinet/equipe/" not in answer.content.decode()


def test_from_the_fictitious_practice_no_real_door_opens(ours: World) -> None:
    """A visitor of the example is its doctor, and may play; nothing there makes an account, a code or a way out."""
    client = ours.client(Role.HOLDER)
    client.post(reverse("practice:demonstration_visit"))
    member = Member.objects.get(practice__demo=True, role=Role.HOLDER)
    before = database()
    for one in GATED:
        if one.action in NOT_IN_EXAMPLE:
            parts = {"pk": uuid4() if "uuid" in one.route else member.pk, "outflow": "mail"}
            answer = client.post(reverse(one.name, kwargs={name: parts[name] for name in one.converters}))
            assert answer.status_code == 302, one.name
            assert answer["Location"] == "/"
    changed = {name for name, kept in database().items() if kept != before[name]}
    assert not changed
