"""After a door, nobody is sent to another site, whatever the address said."""

from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.test import Client

from hygie.web.accounts.access import Role
from tests.web.accounts.conftest import code_now, enter, entered
from tests.web.conftest import PASSWORD
from tests.web.security.world import World

ELSEWHERE = [
    "https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "////evil.example/",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example",
    "\t//evil.example",
    "https:evil.example", "https:/evil.example", "http:///evil.example", "http:\\\\evil.example", "HTTPS://EVIL.EXAMPLE",
    "https://testserver@evil.example/", "https://testserver:pass@evil.example", "https://evil.example#@testserver/",
    "https://evil.example\\@testserver", "//testserver.evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", "ftp://evil.example", "\x00//evil.example",
    " https://evil.example", "%2f%2fevil.example", "https://evil.example%00.testserver", "//[::1]", "//127.1/",
    "/%09/evil.example", "http://\u0435vil.example", "//evil\u3002example",
]  # fmt: skip


@pytest.fixture
def quick(settings: Any) -> None:
    """What is tried here is where one goes, not how dear a password is to guess."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def with_quick_password(member: Any) -> Any:
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


def assert_home(answer: Any) -> None:
    """As a browser follows it: still on this site."""
    assert answer.status_code in {200, 302}
    target = answer.get("Location", "/")
    assert "\\" not in target
    assert not any(ord(sign) < 32 for sign in target)
    landed = urlsplit(urljoin("http://testserver/entrer/", target))
    assert landed.hostname == "testserver", target
    assert landed.scheme == "http", target


@pytest.mark.parametrize("where", ELSEWHERE)
def test_entering_leads_nowhere_else(where: str, ours: World, quick: None) -> None:
    member = ours.members[Role.LOCUM]
    with_quick_password(member)
    member.user.authenticator_set.all().delete()
    for given in ({"next": where}, {"redirect_to": where}):
        client = Client()
        answer = enter(client, member.user.username, **given)
        assert entered(client)
        assert_home(answer)
    client = Client()
    answer = client.post(f"/entrer/?next={quote(where)}", {"login": member.user.username, "password": PASSWORD})
    assert_home(answer)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_second_factor_leads_nowhere_else(where: str, ours: World, quick: None) -> None:
    member = ours.members[Role.AUDITOR]
    with_quick_password(member)
    client = Client()
    assert enter(client, member.user.username, next=where)["Location"].startswith("/entrer/verification/")
    answer = client.post(f"/entrer/verification/?next={quote(where)}", {"code": code_now(), "next": where})
    assert entered(client)
    assert_home(answer)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_leaving_and_confirming_lead_nowhere_else(where: str, ours: World, quick: None) -> None:
    member = with_quick_password(ours.members[Role.SECRETARY])
    client = ours.client(Role.SECRETARY)
    asked = f"?next={quote(where)}"
    assert_home(client.post(f"/compte/confirmer/{asked}", {"password": PASSWORD, "next": where}))
    assert_home(client.post(f"/compte/confirmer/code/{asked}", {"code": code_now(), "next": where}))
    assert_home(
        client.post(f"/constats/training-incident-sheet/repondre/{asked}", {"answer": "yes", "next_page": where})
    )
    assert_home(client.post(f"/reprise/{asked}", {"hygie-sealed": where, "next": where}))
    assert_home(client.get(f"/entrer/{asked}"))
    assert member.pk
    assert_home(client.post(f"/sortir/{asked}", {"next": where}))


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "///evil.example/%2f..", "/%5cevil.example/"])
def test_an_address_that_looks_like_another_site_is_no_way_out(path: str, ours: World) -> None:
    for client in (Client(), ours.client(Role.HOLDER)):
        answer = client.get("/", PATH_INFO=path)
        assert answer.status_code in {301, 302, 404}
        if answer.status_code != 404:
            assert_home_path(answer["Location"])


def assert_home_path(location: str) -> None:
    assert urlsplit(urljoin("http://testserver/", location)).hostname == "testserver", location
