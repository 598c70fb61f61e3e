from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hygie.web.inventory import pages
from hygie.web.inventory.models import Card, Device
from hygie.web.inventory.plan import Plan, Step

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def device(**fields: Any) -> pages.DeviceRow:
    safe = {
        "name": "A",
        "kind": "desktop",
        "encrypted": "yes",
        "support_ends_on": date(2030, 1, 1),
        "last_seen_at": NOW,
    }
    return pages.device_row(Device(**(safe | fields)), NOW)


def card(state: str = "held", days: int | None = 400) -> pages.CardRow:
    ends = None if days is None else TODAY + timedelta(days=days)
    return pages.card_row(Card(kind="cps", state=state, expires_on=ends), TODAY)


def account(factor: str) -> pages.AccountRow:
    users = SimpleNamespace(all=list)
    return pages.account_row(SimpleNamespace(users=users, second_factor=factor, method="", closed_on=None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Aucun appareil n’est encore dans la liste."),
        ([device()], "Tous les appareils sont en ordre."),
        ([device(encrypted="unknown")], "Il manque une réponse pour 1 appareil."),
        ([device(encrypted="no"), device(), device(encrypted="unknown")],
         "1 appareil demande un geste, il manque une réponse pour 1 autre."),
        ([device(encrypted="no"), device(support_ends_on=date(2026, 12, 1))], "2 appareils demandent un geste."),
    ],
)  # fmt: skip
def test_devices_in_one_sentence(rows: list[pages.DeviceRow], sentence: str) -> None:
    assert pages.devices_sentence(rows) == sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Aucune carte n’est encore dans la liste."),
        ([card()], "Aucune carte ne finit dans les trente jours."),
        ([card(days=None)], "La date d’une carte manque."),
        ([card("lost"), card(days=3), card(days=-3)], "1 carte est perdue ou volée, 2 cartes sont à renouveler."),
    ],
)
def test_cards_in_one_sentence(rows: list[pages.CardRow], sentence: str) -> None:
    assert pages.cards_sentence(rows) == sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "Aucun compte n’est encore dans la liste."),
        ([account("yes")], "Tous les comptes demandent une deuxième vérification."),
        ([account("no"), account("unknown")], "1 compte sans deuxième vérification, 1 réponse à trouver."),
    ],
)
def test_accounts_in_one_sentence(rows: list[pages.AccountRow], sentence: str) -> None:
    assert pages.accounts_sentence(rows) == sentence


def test_an_import_in_one_sentence() -> None:
    steps = tuple(Step(n, what, "x") for n, what in enumerate(["add", "add", "change", "refused"]))
    assert pages.import_sentence(Plan(steps, (), "")) == "2 ajouts, 1 modification, 1 ligne refusée."
    assert pages.import_sentence(Plan((), (), "")) == "Aucune ligne."
