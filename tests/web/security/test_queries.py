"""What is typed in a filter is a value: no piece of SQL, no joker, no way to another practice's lines."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.journal.flows import Actor, record
from tests.web.security.world import World

INJECTED = [
    "' OR 1=1 --", '" OR ""="', "') OR ('1'='1", "1; DROP TABLE journal_entry", "%", "_", "%_%", "a%' ESCAPE '!", "*",
    "answer' UNION SELECT * FROM accounts_user --", "\\", "\\'", "account%", "acc_unt", "ACCOUNT", "${1+1}", "[a-z]*",
    "?", ":1",
]  # fmt: skip


@pytest.fixture
def lines(ours: World, theirs: World) -> None:
    with transaction.atomic():
        record(Actor.of(ours.members[Role.HOLDER]), "account.entered", "Ligne de chez nous.")
        record(Actor.of(ours.members[Role.SECRETARY]), "answer.given", "Autre ligne de chez nous.")
        record(Actor.of(theirs.members[Role.HOLDER]), "account.entered", "Ligne de chez eux.")


def text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


@pytest.mark.parametrize("page", ["/journal/", "/journal/imprimer/", "/journal/journal.csv"])
@pytest.mark.parametrize("name", ["family", "actor", "first", "last", "page"])
@pytest.mark.parametrize("typed", INJECTED)
def test_a_filter_of_the_journal_is_a_value(typed: str, name: str, page: str, lines: None, doctor: Client) -> None:
    answer = doctor.get(page, {name: typed})
    assert answer.status_code == 200
    shown = text(answer)
    assert "chez eux" not in shown
    assert "Autre ligne de chez nous" in shown, "what is not a choice filters nothing"


def test_a_filter_that_is_a_choice_filters(lines: None, doctor: Client) -> None:
    shown = text(doctor.get("/journal/journal.csv", {"family": "answer"}))
    assert "Autre ligne de chez nous" in shown
    assert "Ligne de chez nous" not in shown.replace("Autre ligne de chez nous", "")


def test_somebody_of_another_practice_is_no_filter(lines: None, theirs: World, doctor: Client) -> None:
    shown = text(doctor.get("/journal/journal.csv", {"actor": f"user:{theirs.members[Role.HOLDER].pk}"}))
    assert "chez eux" not in shown


@pytest.mark.parametrize("typed", INJECTED)
def test_a_name_is_looked_up_as_it_is(typed: str, ours: World) -> None:
    answer = Client().post("/entrer/", {"login": typed, "password": "Brume-Tilleul-7-horizon"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in answer.client.session


@pytest.mark.parametrize("typed", INJECTED)
def test_an_identifier_is_never_a_pattern(typed: str, ours: World, doctor: Client) -> None:
    for url in ("/questions/", "/materiel/ajouter/", "/materiel/", "/cabinet/equipe/"):
        answer = doctor.get(url, {"passer": typed, "sorte": typed, "page": typed, "q": typed})
        assert answer.status_code == 200
