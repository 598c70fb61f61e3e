"""Requests no browser makes: false hosts, odd addresses, odd methods. They get a calm refusal and change nothing."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.test import Client, RequestFactory

from hygie.web.accounts.access import Role
from tests.web.security.world import Address, World, addresses, database, urls_of

HOSTS = [
    "evil.example", "testserver.evil.example", "evil.example:80", "testserver@evil.example", "testserver/", "a b", "",
    "testserver:99999x", "[::1", "127.0.0.1.evil.example", "2130706433", "0x7f.1", "localhost.evil", "testserver\x00",
    "é.example", "x" * 5000, "169.254.169.254", "*", ".testserver", "testserver,evil.example", "[fe80::1%25eth0]",
]  # fmt: skip
ODD = [
    "/../", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../settings.py",
    "/static/%2e%2e/settings.py",
    "/static/hygie/..%2f..%2f..%2fweb/settings.py", "/static/hygie/%2e%2e/%2e%2e/core/errors.py", "/static//etc/passwd",
    "/static/..\\..\\settings.py", "/static/%00", "/static/hygie/", "/%00", "/%ff%fe", "/\u202e", "/" + "a" * 9000,
    "/" + "a/" * 4000, "/materiel/99999999999999999999999999/", "/materiel/-1/", "/materiel/1%00/", "/materiel/١/",
    "/cabinet/equipe/18446744073709551616/", "/preuves/9223372036854775808/", "/compte/cles/9223372036854775808/nom/",
    "/questions/999999999999999999999/feuille/", "/bienvenue/0/", "/bienvenue/99999999999999999999/", "/bienvenue/11/",
    "/constats/" + "a" * 3000 + "/", "/constats/..%2f/", "/mesures/%3Cscript%3E/", "/question/%00/", "/telephone/%ff/",
    "/question/" + "x" * 8000 + "/", "/documents/bilan/..%2f..%2fkeys.json/", "/documents/bilan/keys.json/",
    "/materiel/exporter/..%2f.csv", "/materiel/exporter/materiel.exe", "/admin/", "/.git/config", "/.env", "/keys.json",
    "/hygie.sqlite3", "/media/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/__debug__/",
]  # fmt: skip
QUERIES = [
    "page=-1", "page=0", "page=99999999999999999999", "page=%00", "page=%ff", "page=1'--", "page=١", "x=" + "y" * 9000,
    "&" * 3000, "passer=%00", "passer=" + "z" * 5000, "sorte=%00", "first=9999-99-99", "first=0001-01-01",
    "last=9999-12-31", "first=%00", "family=%25", "family=%00", "actor=%27%20OR%201=1", "papier=%00", "next=%00",
    "=&=&=", "a[]=1&a[][]=2", "%=%", "first=٢٠٢٦-01-01",
]  # fmt: skip
SHOWN = ("/", "/materiel/", "/materiel/cartes/", "/questions/", "/journal/", "/journal/imprimer/",
         "/journal/journal.csv",
         "/anormal/", "/materiel/ajouter/", "/entrer/", "/cabinet/equipe/")  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_not_ours_is_refused(host: str, doctor: Client) -> None:
    before = database()
    for url in ("/", "/entrer/", "/anormal/", "/materiel/"):
        answer = doctor.get(url, HTTP_HOST=host)
        assert answer.status_code == 400, url
        assert host[:20] not in answer.content.decode() or not host.strip("*")
    assert doctor.post("/poste/bonjour", b"{}", content_type="application/json", HTTP_HOST=host).status_code == 400
    assert database() == before


def test_headers_of_a_proxy_that_is_not_there_change_nothing(doctor: Client) -> None:
    told = {
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_FORWARDED": "host=evil.example",
    }
    page = doctor.get("/rappels/hygie.ics", **told)
    assert page.status_code == 200
    assert "evil.example" not in page.content.decode()
    assert "http://testserver/" in page.content.decode() or "URL" not in page.content.decode()


def test_the_address_of_a_try_is_that_of_the_connection() -> None:
    """Otherwise each guess would come from a new place, and never wait."""
    told = {"HTTP_X_FORWARDED_FOR": "10.1.2.3", "HTTP_X_REAL_IP": "10.1.2.3", "HTTP_CLIENT_IP": "10.1.2.3"}
    request = RequestFactory().get("/", REMOTE_ADDR="192.168.1.7", **told)
    assert get_adapter().get_client_ip(request) == "192.168.1.7"


@pytest.mark.parametrize("path", ODD, ids=lambda path: path[:40])
def test_an_odd_address_is_refused_calmly(path: str, doctor: Client) -> None:
    before = database()
    doctor.raise_request_exception = False
    answer = doctor.generic("GET", path)
    assert answer.status_code in {301, 302, 400, 404}, answer.status_code
    assert answer.status_code in {400, 404} or answer["Location"].startswith("/")
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"SECRET_KEY" not in text
    assert b"root:" not in text
    assert database() == before


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:30])
def test_an_odd_query_shows_a_page(query: str, doctor: Client) -> None:
    doctor.get("/")
    before = database()
    for url in SHOWN:
        answer = doctor.get(f"{url}?{query}")
        assert answer.status_code in {200, 302, 400}, url
    assert database() == before


def own(one: Address) -> bool:
    return not one.name.startswith(("mfa_", "account_")) or one.name == "mfa_index"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "GET POST", "LOCK"])
def test_a_method_nobody_expects_does_nothing(method: str, ours: World) -> None:
    client = ours.client(Role.HOLDER)
    client.get("/")
    before = database()
    for one in addresses():
        for url, _ in urls_of(one, ours, Role.HOLDER):
            if method == "PUT" and not own(one):
                continue  # allauth's pages take it as POST, token included: see test_csrf
            answer: Any = client.generic(method, url, b"answer=yes&confirm=yes&on=1")
            assert answer.status_code == 405 or not own(one), f"{method} {url}: {answer.status_code}"
            assert answer.status_code < 500
    changed = {name for name, kept in database().items() if kept != before[name]}
    assert changed <= {"Authenticator"}, "when codes were seen"


NOTED = {"incidents:paper", "incidents:folder", "incidents:message"}
"""Taking a paper is an event of its incident."""


def test_reading_is_reading(ours: World) -> None:
    """GET changes nothing but the time of a visit, lines for exports and papers, and what a first visit prepares."""
    client = ours.client(Role.HOLDER)
    client.get("/")
    allowed = {"Visit", "UserSession", "JournalEntry", "Mail"}
    for one in addresses():
        for url, _ in urls_of(one, ours, Role.HOLDER):
            before = database()
            client.get(url)
            changed = {name for name, kept in database().items() if kept != before[name]}
            seen = {"Authenticator"} if url.startswith("/compte/codes/") else set()  # when the codes were seen
            noted = {"IncidentEvent", "Incident"} if one.name in NOTED else set()
            assert changed <= allowed | seen | noted, f"{url}: {changed}"
            told = "export" in one.name or "contacts" in one.name or one.name in NOTED
            assert "JournalEntry" not in changed or told, url
