from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hygie.web.accounts.access import TABLE, Action, Role
from hygie.web.accounts.models import Member
from hygie.web.dashboard.models import Proof
from hygie.web.inventory import selectors
from hygie.web.inventory.models import Card, Device, OnlineAccount, Provider
from hygie.web.practice.models import Practice
from tests.web.conftest import client_of, make_member
from tests.web.inventory.conftest import ClientFor, device_form, kinds

LISTS = ["inventory:devices", "inventory:cards", "inventory:accounts", "inventory:providers"]


def pages(stock: SimpleNamespace) -> dict[str, Action]:
    """Every page to read or to fill, and what it asks for."""
    change, cards = Action.CHANGE_INVENTORY, Action.CHANGE_CARDS
    return {
        reverse("inventory:devices"): Action.SEE_INVENTORY,
        reverse("inventory:device", args=[stock.phone.pk]): Action.SEE_INVENTORY,
        reverse("inventory:add_device"): change,
        reverse("inventory:edit_device", args=[stock.phone.pk]): change,
        reverse("inventory:dispose_device", args=[stock.phone.pk]): change,
        reverse("inventory:review", args=[stock.phone.pk]): change,
        reverse("inventory:cards"): Action.SEE_CARDS,
        reverse("inventory:card", args=[stock.card.pk]): Action.SEE_CARDS,
        reverse("inventory:add_card"): cards,
        reverse("inventory:edit_card", args=[stock.card.pk]): cards,
        reverse("inventory:accounts"): Action.SEE_INVENTORY,
        reverse("inventory:add_account"): change,
        reverse("inventory:edit_account", args=[stock.account.pk]): change,
        reverse("inventory:providers"): Action.SEE_INVENTORY,
        reverse("inventory:add_provider"): change,
        reverse("inventory:edit_provider", args=[stock.provider.pk]): change,
        reverse("inventory:contacts"): Action.EXPORT_INVENTORY,
        reverse("inventory:export", args=["materiel", "csv"]): Action.EXPORT_INVENTORY,
        reverse("inventory:import"): change,
    }


def gestures(stock: SimpleNamespace) -> dict[str, Action]:
    """Every address that only takes a gesture."""
    return {
        reverse("inventory:restore_device", args=[stock.phone.pk]): Action.CHANGE_INVENTORY,
        reverse("inventory:open_link", args=[stock.phone.pk]): Action.CHANGE_INVENTORY,
        reverse("inventory:card_state", args=[stock.card.pk]): Action.CHANGE_CARDS,
        reverse("inventory:close_account", args=[stock.account.pk]): Action.CHANGE_INVENTORY,
        reverse("inventory:end_provider", args=[stock.provider.pk]): Action.CHANGE_INVENTORY,
        reverse("inventory:confirm"): Action.CHANGE_INVENTORY,
    }


@pytest.mark.parametrize("role", list(Role))
def test_each_page_by_role(role: Role, stock: SimpleNamespace, client_for: ClientFor) -> None:
    client = client_for(role)
    for url, action in pages(stock).items():
        assert (client.get(url).status_code == 200) is (role in TABLE[action]), url
    for url, action in gestures(stock).items():
        assert (client.post(url).status_code == 403) is (role not in TABLE[action]), url
        assert client.get(url).status_code in (403, 405), url


def test_another_practice_finds_nothing(stock: SimpleNamespace, other_practice: Practice) -> None:
    client = client_of(make_member(other_practice, Role.HOLDER, "Dr Marchand"))
    for url in pages(stock):
        if any(character.isdigit() for character in url):
            assert client.get(url).status_code == 404, url
    for url in gestures(stock):
        if any(character.isdigit() for character in url):
            assert client.post(url, {"version": 1, "state": "lost"}).status_code == 404, url
    for name in LISTS:
        text = client.get(reverse(name)).content.decode()
        assert "Fontaine" not in text
        assert "Perrin" not in text
        assert "Messagerie" not in text
    assert Card.objects.get(pk=stock.card.pk).state == "held"


def test_holders_are_chosen_among_ones_own(holder: Client, other_practice: Practice) -> None:
    stranger = make_member(other_practice, Role.HOLDER, "Dr Marchand")
    answer = holder.post(reverse("inventory:add_device"), device_form(holder=stranger.pk))
    assert answer.status_code == 422
    assert not Device.objects.exists()
    assert "Marchand" not in answer.content.decode()


def test_a_double_submit_adds_once(holder: Client, practice: Practice) -> None:
    form = device_form(serial="SN-1")
    for _ in range(2):
        answer = holder.post(reverse("inventory:add_device"), form)
        assert answer.status_code == 302
    device = Device.objects.get()
    assert device.serial == "SN-1"
    assert kinds(practice).count("device.added") == 1


def test_the_key_of_another_practice_takes_nothing(holder: Client, other_practice: Practice) -> None:
    theirs = Device.objects.create(practice=other_practice, name="Leur portable", kind="laptop")
    holder.post(reverse("inventory:add_device"), device_form(creation_key=str(theirs.creation_key)))
    theirs.refresh_from_db()
    assert theirs.name == "Leur portable"
    assert Device.objects.exclude(pk=theirs.pk).get().name == "Portable"


def test_two_people_at_once_keep_both_texts(holder: Client, desktop: Device, practice: Practice) -> None:
    url = reverse("inventory:edit_device", args=[desktop.pk])
    form = device_form(name="Accueil, à droite", kind="desktop", version=1)
    Device.objects.filter(pk=desktop.pk).update(name="Accueil, à gauche", version=2)
    answer = holder.post(url, form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Accueil, à gauche" in text
    assert "Accueil, à droite" in text
    assert 'name="version" value="2"' in text
    assert Device.objects.get().name == "Accueil, à gauche"
    assert holder.post(url, form | {"version": 2}).status_code == 302
    assert Device.objects.get().name == "Accueil, à droite"
    assert kinds(practice).count("device.changed") == 1


@pytest.mark.parametrize("version", ["", "0", "-1", "abc", "99999999999999999999"])
def test_a_version_that_is_nobodys_writes_nothing(version: str, holder: Client, desktop: Device) -> None:
    url = reverse("inventory:edit_device", args=[desktop.pk])
    assert holder.post(url, device_form(name="Autre", version=version)).status_code in (409, 422)
    assert Device.objects.get().name == "Accueil"


def test_an_error_keeps_what_was_typed(holder: Client) -> None:
    answer = holder.post(reverse("inventory:add_device"), device_form(kind="", name="Portable gris"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Portable gris" in text
    assert 'role="alert"' in text


def test_hostile_text_is_escaped(holder: Client, practice: Practice) -> None:
    Device.objects.create(practice=practice, name="<script>alert(1)</script>", kind="phone", place='"><b>')
    assert b"<script>alert(1)" not in holder.get(reverse("inventory:devices")).content


def test_a_serial_is_sealed_in_the_database(desktop: Device) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT serial FROM inventory_device")
        assert "SN-7" not in cursor.fetchone()[0]


def test_a_serial_never_reaches_the_journal(holder: Client, desktop: Device, practice: Practice) -> None:
    from hygie.web.journal.flows import journal

    url = reverse("inventory:edit_device", args=[desktop.pk])
    holder.post(url, device_form(name="Accueil", kind="desktop", serial="SN-SECRET", version=1))
    assert Device.objects.get().serial == "SN-SECRET"
    assert "SN-SECRET" not in repr(list(journal().entries(str(practice.pk))))


def test_disposal_with_proof(
    holder: Client, desktop: Device, practice: Practice, django_capture_on_commit_callbacks: Any
) -> None:
    url = reverse("inventory:dispose_device", args=[desktop.pk])
    form = {
        "disposed_on": "2026-11-20", "disposal": "Détruit", "wiped": "yes", "version": 1,
        "creation_key": str(desktop.creation_key), "proof_key": str(uuid4()),
        "proof": SimpleUploadedFile("c.pdf", b"%PDF-1.7 certificat", "application/pdf"),
    }  # fmt: skip
    assert holder.post(url, form).status_code == 302
    desktop.refresh_from_db()
    assert (desktop.wiped, desktop.disposed_on) == ("yes", date(2026, 11, 20))
    assert desktop.wiping_proof is not None
    text = holder.get(reverse("inventory:device", args=[desktop.pk])).content.decode()
    assert "Effacé, prouvé" in text
    assert "device.disposed" in kinds(practice)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"disposed_on": "2090-01-01"}, "à venir"),
        ({"disposed_on": "demain"}, "06/11/2026"),
        ({"proof": SimpleUploadedFile("c.exe", b"MZ\x00\x01")}, "pas gardé"),
        ({"disposal": ""}, "obligatoire"),
    ],
)
def test_disposal_refused_writes_nothing(changes: dict[str, Any], words: str, holder: Client, desktop: Device) -> None:
    form = {"disposed_on": "2026-11-20", "disposal": "Donné", "wiped": "no", "version": 1,
            "creation_key": str(desktop.creation_key), "proof_key": str(uuid4())}  # fmt: skip
    answer = holder.post(reverse("inventory:dispose_device", args=[desktop.pk]), form | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    desktop.refresh_from_db()
    assert desktop.disposed_on is None


def test_a_device_may_come_back(holder: Client, desktop: Device) -> None:
    Device.objects.filter(pk=desktop.pk).update(disposed_on=date(2026, 1, 1), disposal="Donné")
    url = reverse("inventory:restore_device", args=[desktop.pk])
    assert holder.post(url, {"version": 7}).status_code == 409
    assert holder.post(url, {"version": 1}).status_code == 302
    desktop.refresh_from_db()
    assert desktop.disposed_on is None


def test_a_lost_card_says_what_to_do(holder: Client, card: Card, practice: Practice) -> None:
    url = reverse("inventory:card_state", args=[card.pk])
    for _ in range(2):
        holder.post(url, {"state": "lost", "version": 1})
    text = holder.get(reverse("inventory:card", args=[card.pk])).content.decode()
    assert "que faire maintenant" in text
    assert 'href="tel:0825852000"' in text
    assert "à vérifier" in text
    assert kinds(practice).count("card.lost") == 1
    assert holder.post(url, {"state": "stolen", "version": 2}).status_code == 404


def test_a_card_given_back_keeps_its_day(holder: Client, card: Card) -> None:
    holder.post(reverse("inventory:card_state", args=[card.pk]), {"state": "returned", "version": 1})
    card.refresh_from_db()
    assert card.returned_on is not None


def test_an_account_with_its_users(holder: Client, members: dict[Role, Member]) -> None:
    form = {"name": "Banque", "second_factor": "yes", "method": "app", "checked_on": "2026-11-01",
            "users": [members[Role.HOLDER].pk], "creation_key": str(uuid4())}  # fmt: skip
    assert holder.post(reverse("inventory:add_account"), form).status_code == 302
    row = OnlineAccount.objects.get()
    assert [member.name for member in row.users.all()] == ["Dr Hélène Fontaine"]
    text = holder.get(reverse("inventory:accounts")).content.decode()
    assert "Tous les comptes demandent une deuxième vérification" in text


def test_no_means_without_a_second_factor(holder: Client) -> None:
    form = {"name": "Banque", "second_factor": "no", "method": "app", "creation_key": str(uuid4())}
    holder.post(reverse("inventory:add_account"), form)
    assert OnlineAccount.objects.get().method == ""


def test_closing_and_ending_twice_is_once(holder: Client, stock: SimpleNamespace, practice: Practice) -> None:
    for _ in range(2):
        holder.post(reverse("inventory:close_account", args=[stock.account.pk]), {"version": 1})
        holder.post(reverse("inventory:end_provider", args=[stock.provider.pk]), {"version": 1})
    assert kinds(practice).count("online_account.closed") == 1
    assert kinds(practice).count("provider.ended") == 1


def test_the_it_provider_sees_no_contract_number(stock: SimpleNamespace, client_for: ClientFor) -> None:
    outside, inside = client_for(Role.IT_PROVIDER), client_for(Role.SECRETARY)
    for url in (reverse("inventory:providers"), reverse("inventory:edit_provider", args=[stock.provider.pk])):
        assert "CT-991" not in outside.get(url).content.decode()
        assert "CT-991" in inside.get(url).content.decode()
    form = {"kind": "it", "name": "Perrin", "version": 1, "creation_key": str(uuid4()), "contract": ""}
    outside.post(reverse("inventory:edit_provider", args=[stock.provider.pk]), form)
    assert Provider.objects.get().contract == "CT-991"


def test_what_a_person_holds(stock: SimpleNamespace, members: dict[Role, Member]) -> None:
    held = selectors.held_by(members[Role.HOLDER])
    assert held
    assert (held.cards, held.accounts, held.devices) == ((stock.card,), (stock.account,), (stock.phone,))
    assert not selectors.held_by(members[Role.AUDITOR])


def test_someone_who_left_stays_named_on_what_they_hold(
    holder: Client, stock: SimpleNamespace, members: dict[Role, Member]
) -> None:
    Member.objects.filter(pk=members[Role.HOLDER].pk).update(left_on=None)
    leaver = members[Role.LOCUM]
    Member.objects.filter(pk=leaver.pk).update(left_on=date(2026, 1, 1))
    Card.objects.filter(pk=stock.card.pk).update(holder=leaver)
    assert leaver.name in holder.get(reverse("inventory:edit_card", args=[stock.card.pk])).content.decode()
    assert leaver.name not in holder.get(reverse("inventory:add_card")).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_the_list(
    name: str, holder: Client, stock: SimpleNamespace, practice: Practice
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert holder.get(reverse(name)).status_code == 200
        return len(seen)

    count()
    before = count()
    for rank in range(30):
        Device.objects.create(practice=practice, name=f"Poste {rank}", kind="phone")
        Card.objects.create(practice=practice, kind="cpe", holder=stock.card.holder)
        OnlineAccount.objects.create(practice=practice, name=f"Compte {rank}", provider=stock.provider).users.add(
            stock.card.holder
        )
        Provider.objects.create(practice=practice, kind="other", name=f"Société {rank}")
    assert count() <= before + 1  # the count that a second page would need


def test_a_long_list_has_pages(holder: Client, practice: Practice) -> None:
    Device.objects.bulk_create(Device(practice=practice, name=f"Poste {n:03}", kind="desktop") for n in range(130))
    first, second = (holder.get(reverse("inventory:devices"), {"page": n}).content.decode() for n in (1, 2))
    assert "Poste 099" in first
    assert "Poste 100" not in first
    assert "Poste 129" in second
    assert holder.get(reverse("inventory:devices"), {"page": "x' OR 1"}).status_code == 200


def test_support_that_ends_soon_is_shown(holder: Client, practice: Practice) -> None:
    from django.utils import timezone

    soon = timezone.localdate() + timedelta(days=80)
    Device.objects.create(practice=practice, name="Poste", kind="desktop", support_ends_on=soon)
    assert "Bientôt fini" in holder.get(reverse("inventory:devices")).content.decode()


def test_declared_answers_reads_what_the_practice_has(
    stock: SimpleNamespace, practice: Practice, other_practice: Practice
) -> None:
    Provider.objects.filter(pk=stock.provider.pk).update(kind="messaging")
    today = date(2026, 11, 24)
    assert selectors.declared_answers(practice, today)["passwords-mfa-mailbox"].answer == "no"
    assert selectors.declared_answers(other_practice, today) == {}


@pytest.mark.parametrize("name", ["\u202eelbatroP", "\x1b[31mPortable", "a\x00b", "🖥️ Portable", "\ud800"])
def test_any_name_is_kept_or_refused(name: str, holder: Client) -> None:
    answer = holder.post(reverse("inventory:add_device"), device_form(name=name.encode("utf-8", "replace").decode()))
    assert answer.status_code in (302, 422)
    assert Device.objects.count() == (answer.status_code == 302)


def test_a_card_without_date_is_said(holder: Client, practice: Practice) -> None:
    Card.objects.create(practice=practice, kind="cpe")
    assert "La date d’une carte manque" in holder.get(reverse("inventory:cards")).content.decode()


def test_a_departure_noted_by_two_people_keeps_both_texts(holder: Client, desktop: Device) -> None:
    Device.objects.filter(pk=desktop.pk).update(version=2, disposal="Rendu au loueur", disposed_on=date(2026, 11, 1))
    form = {"disposed_on": "2026-11-20", "disposal": "Donné", "wiped": "no", "version": 1,
            "creation_key": str(desktop.creation_key), "proof_key": str(uuid4()),
            "proof": SimpleUploadedFile("c.pdf", b"%PDF-1.7")}  # fmt: skip
    answer = holder.post(reverse("inventory:dispose_device", args=[desktop.pk]), form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Rendu au loueur" in text
    assert "Donné" in text
    assert "choisissez-le de nouveau" in text
    assert Proof.objects.count() == 0


def test_devices_that_left_come_last(holder: Client, practice: Practice) -> None:
    Device.objects.create(practice=practice, name="Ancien", kind="desktop", disposed_on=date(2026, 1, 1))
    Device.objects.bulk_create(Device(practice=practice, name=f"Poste {n:03}", kind="desktop") for n in range(100))
    assert "Ancien" not in holder.get(reverse("inventory:devices")).content.decode()
    assert "Ancien" in holder.get(reverse("inventory:devices"), {"page": 2}).content.decode()
