"""No page of another site makes a person's browser do anything here."""

import pytest
from django.test import Client

from hygie.web.accounts.access import Role
from tests.web.conftest import client_of
from tests.web.security.world import Address, World, addresses, database, urls_of

MACHINES = {"workstations:hello", "workstations:join", "workstations:batch"}
CHECKED_INSIDE = {"incidents:letters"}
"""Its upload handler is set before the token is read: csrf_protect stands inside (incidents/test_letters.py)."""
ALL = addresses()


def strict(world: World, role: Role = Role.HOLDER) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_of(world.members[role]).cookies
    return client


def test_only_the_three_signed_addresses_do_without_a_token() -> None:
    assert {one.name for one in ALL if getattr(one.view, "csrf_exempt", False)} == MACHINES | CHECKED_INSIDE


@pytest.mark.parametrize("one", [one for one in ALL if one.name not in MACHINES], ids=lambda one: one.name)
def test_without_the_token_nothing_is_done(one: Address, ours: World) -> None:
    client = strict(ours)
    before = database()
    for url, _ in urls_of(one, ours, Role.HOLDER):
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(client, method)(url, {"answer": "yes", "confirm": "yes"})
            assert answer.status_code == 403, f"{method} {url}"
    assert database() == before


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://testserver.evil.example", "null", "http://testserver:81"]
)
def test_with_the_token_but_from_elsewhere_nothing_is_done(origin: str, ours: World) -> None:
    client = strict(ours)
    client.get("/cabinet/reglages/")
    token = client.cookies["hygie-csrf"].value
    form = {"csrfmiddlewaretoken": token, "name": "Volé", "version": "1"}
    before = database()
    assert client.post("/cabinet/reglages/", form, HTTP_ORIGIN=origin).status_code == 403
    assert database() == before
    assert client.post("/cabinet/reglages/", form, HTTP_ORIGIN="http://testserver").status_code == 302


def test_what_was_typed_is_kept_on_the_page_of_refusal_but_no_password(ours: World) -> None:
    typed = {"host": "smtp.messagerie.example", "password": "Secret-1-de-messagerie"}
    page = strict(ours).post("/rappels/e-mail/", typed, headers={"Origin": "http://testserver"})
    assert "smtp.messagerie.example" in page.content.decode()
    assert "Secret-1-de-messagerie" not in page.content.decode()


@pytest.mark.parametrize("name", sorted(MACHINES))
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\x00" * 100, b'{"a":' * 2000, b"x" * 5000], ids=len)
def test_a_machine_address_refuses_what_is_not_signed(name: str, body: bytes, ours: World) -> None:
    one = next(one for one in ALL if one.name == name)
    before = database()
    answer = Client(enforce_csrf_checks=True).post(f"/{one.route}", body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"].startswith("application/json")
    assert database() == before
