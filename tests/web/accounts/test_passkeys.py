"""Keys: where they can be, what a hostile answer does, and a whole life with Chromium's virtual key."""

import json
from time import time

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.web.accounts import passkeys
from tests.web.accounts.conftest import enter, entered
from tests.web.conftest import PASSWORD


@pytest.mark.parametrize(
    ("host", "secure", "possible"),
    [
        ("hygie.cabinet.example", True, True),
        ("hygie.local", True, True),
        ("localhost", False, True),
        ("hygie.local", False, False),
        ("127.0.0.1", False, False),
        ("192.168.1.10", True, False),
        ("[::1]", True, False),
        ("", True, False),
    ],
)
def test_a_key_needs_a_name(host, secure, possible):
    assert passkeys.passkeys_possible(host, secure=secure) is possible
    assert (passkeys.why_not(host, secure=secure) == "") is possible


@pytest.mark.parametrize(
    ("given_host", "name"),
    [
        ("localhost:8000", "localhost"),
        ("localhost", "localhost"),
        ("[::1]:8000", "[::1]"),
        ("[::1]", "[::1]"),
        ("10.0.0.1:1", "10.0.0.1"),
    ],
)
def test_a_host_without_its_port(given_host, name):
    assert passkeys.host_of(given_host) == name


def test_the_page_says_why_not(client, doctor):
    enter(client, doctor.user.username)
    page = client.get("/compte/", HTTP_HOST="127.0.0.1").content.decode()
    assert "« localhost »" in page.replace("\u00a0", " ")
    client.post("/compte/confirmer/", {"password": PASSWORD})
    assert "ne peut pas servir" in client.get("/compte/cles/ajouter/", HTTP_HOST="127.0.0.1").content.decode()
    assert "Entrer avec une clé" not in Client().get("/entrer/", HTTP_HOST="127.0.0.1").content.decode()
    assert "Entrer avec une clé" in Client().get("/entrer/", HTTP_HOST="localhost").content.decode()


def begin(client):
    """The challenge that the login page asks for."""
    cache.clear()  # the page itself is limited to ten a minute: see the last test
    answer = client.get("/entrer/cle/", HTTP_HOST="localhost", HTTP_ACCEPT="application/json")
    assert "challenge" in answer.json()["request_options"]["publicKey"]


HOSTILE = [
    "",
    "{}",
    "[]",
    "null",
    "1",
    "[" * 100_000,
    '{"a":' * 3000 + "1" + "}" * 3000,
    json.dumps({"id": "x" * 30_000}),
    json.dumps({"id": "a", "rawId": "a", "response": {}, "type": "public-key"}),
    json.dumps({"id": "a", "rawId": "a", "response": {"userHandle": "MQ"}, "type": "public-key"}),
    json.dumps({"id": "a", "rawId": "a", "response": {"userHandle": 7}, "type": "public-key"}),
    json.dumps({"response": {"userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}),
    json.dumps({"response": None}),
    json.dumps({"id": None, "rawId": None, "response": [], "type": None}),
]


@pytest.mark.parametrize("credential", HOSTILE)
def test_a_hostile_key_is_refused_calmly(doctor, credential):
    client = Client()
    begin(client)
    answer = client.post("/entrer/cle/", {"credential": credential}, HTTP_HOST="localhost")
    assert answer.status_code == 302
    assert answer["Location"] == "/entrer/"
    assert not entered(client)


NAMES = ["id", "rawId", "type", "response", "userHandle", "clientDataJSON", "authenticatorData", "signature"]
shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "rawId", "type", "response", "userHandle", "clientDataJSON", "authenticatorData", "signature"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(credential=shapes)
def test_any_shape_is_refused_calmly(doctor, credential):
    client = Client()
    begin(client)
    answer = client.post("/entrer/cle/", {"credential": json.dumps(credential)}, HTTP_HOST="localhost")
    assert answer.status_code == 302
    assert not entered(client)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(credential=shapes)
def test_any_shape_of_a_new_key_is_refused_calmly(doctor, credential):
    client = Client(HTTP_HOST="localhost")
    client.force_login(doctor.user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(doctor.user.pk)
    session.save()
    assert client.get("/compte/cles/ajouter/").status_code == 200
    answer = client.post("/compte/cles/ajouter/", {"name": "Clé", "credential": json.dumps(credential)})
    assert answer.status_code == 200


def test_no_challenge_no_entry(doctor):
    client = Client()
    cache.clear()
    answer = client.post("/entrer/cle/", {"credential": HOSTILE[9]}, HTTP_HOST="localhost")
    assert answer.status_code == 302
    assert not entered(client)


def test_the_door_is_limited(doctor):
    cache.clear()
    answers = [Client().post("/entrer/cle/", {"credential": "{}"}, HTTP_HOST="localhost") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    cache.clear()
