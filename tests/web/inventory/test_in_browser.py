"""In a real Chromium: a phone is added, its link answered on a narrow page; every page without an axe violation."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from hygie.reference.phone import phone_questions
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.inventory import flows
from hygie.web.inventory.models import Card, Device, DeviceReview
from hygie.web.journal.flows import Actor
from hygie.web.practice.models import Practice
from tests.web.browsers import PageOf, chromium, page_of, violations  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def addresses(stock: SimpleNamespace) -> list[str]:
    plain = [
        "devices",
        "add_device",
        "cards",
        "add_card",
        "accounts",
        "add_account",
        "providers",
        "add_provider",
        "import",
    ]
    one = [("device", stock.phone), ("device", stock.desktop), ("edit_device", stock.phone),
           ("dispose_device", stock.phone), ("review", stock.phone), ("card", stock.card),
           ("edit_card", stock.card), ("edit_account", stock.account), ("edit_provider", stock.provider)]  # fmt: skip
    return [*(reverse(f"inventory:{name}") for name in plain),
            *(reverse(f"inventory:{name}", args=[row.pk]) for name, row in one)]  # fmt: skip


def overflow(page: Page) -> int:
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
def test_axe_finds_nothing(
    page_of: PageOf, stock: SimpleNamespace, members: dict[Role, Member], width: int, dark: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    Card.objects.filter(pk=stock.card.pk).update(state="lost")
    Device.objects.create(practice=stock.phone.practice, name="Vieux poste", kind="desktop", disposal="Donné",
                          disposed_on=date(2026, 1, 5), wiped="no")  # fmt: skip
    page = page_of(members[Role.HOLDER], width=width, dark=dark)
    for address in addresses(stock):
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert violations(page) == [], address
        assert overflow(page) <= 0, address


@pytest.mark.parametrize("width", [390, 1440])
def test_empty_lists_errors_and_conflicts_have_no_violation(
    page_of: PageOf, practice: Practice, members: dict[Role, Member], width: int  # noqa: F811
) -> None:  # fmt: skip
    page = page_of(members[Role.HOLDER], width=width)
    for name in ("devices", "cards", "accounts", "providers"):
        page.goto(reverse(f"inventory:{name}"))
        assert violations(page) == [], name
    page.goto(reverse("inventory:add_device"))
    page.fill("#id_support_ends_on", "2027-01-01")
    page.evaluate("document.querySelectorAll('[required]').forEach(field => field.required = false)")
    page.click("text=Enregistrer")
    assert page.locator("[role=alert]").count() == 1
    assert violations(page) == []
    device = Device.objects.create(practice=practice, name="Accueil", kind="desktop")
    page.goto(reverse("inventory:edit_device", args=[device.pk]))
    Device.objects.update(name="Accueil, changé par Nadia", version=2)
    page.fill("#id_name", "Accueil, changé par Hélène")
    page.click("text=Enregistrer")
    assert "Accueil, changé par Nadia" in page.inner_text("main table")
    assert violations(page) == []
    page.click("text=Remplacer par mon texte")
    assert "Accueil, changé par Hélène" in page.inner_text("h1")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_phone_is_added_and_answers_by_its_link(
    page_of: PageOf, practice: Practice, members: dict[Role, Member], script: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    desk = page_of(members[Role.HOLDER], script=script)
    desk.goto("/materiel/")
    desk.click("text=Ajouter un appareil")
    desk.fill("#id_name", "Téléphone du Dr Fontaine")
    desk.select_option("#id_kind", "phone")
    desk.select_option("#id_holder", label="Dr Hélène Fontaine")
    desk.click("text=Enregistrer")
    desk.click("text=Répondre depuis ce téléphone")
    address = desk.inner_text("main code")
    box = desk.locator("svg.carre-lien").bounding_box()
    assert box is not None
    assert box["width"] >= 200

    phone = page_of(None, width=390, script=script)
    phone.goto(address)
    assert overflow(phone) <= 0 if script else True
    for question in phone_questions():
        section = phone.locator(f"section[aria-labelledby=q-{question.id}]")
        section.locator(".choix label", has_text="Je ne sais pas" if question.id == "updates" else "Oui").click()
    phone.fill("#id_name", "Hélène")
    phone.click("text=Envoyer mes réponses")
    assert "C’est noté" in phone.inner_text("h1")
    phone.reload()
    assert "Répondu le" in phone.inner_text("main")
    review = DeviceReview.objects.get()
    assert (review.answers["lock"], review.answers["updates"]) == ("yes", "unknown")
    desk.goto("/materiel/")
    assert "Relu" in desk.inner_text("main table")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
def test_the_page_of_the_link_has_no_violation(
    page_of: PageOf, phone: Device, members: dict[Role, Member], width: int, dark: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    token = flows.open_link(Actor.of(members[Role.HOLDER]), phone, now=timezone.now())
    page = page_of(None, width=width, dark=dark)
    page.goto(f"/telephone/{token}/")
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert violations(page) == []
    assert overflow(page) <= 0
    page.evaluate("document.querySelectorAll('[required]').forEach(field => field.required = false)")
    page.click("text=Envoyer mes réponses")
    assert violations(page) == []
    page.goto("/telephone/faux/")
    assert violations(page) == []


def test_the_keyboard_alone_answers_the_link(
    page_of: PageOf, phone: Device, members: dict[Role, Member]  # noqa: F811
) -> None:  # fmt: skip
    token = flows.open_link(Actor.of(members[Role.HOLDER]), phone, now=timezone.now())
    page = page_of(None, width=390)
    page.goto(f"/telephone/{token}/")
    for question in phone_questions():
        page.focus(f"#id_{question.id}_0")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('h1').innerText.includes('noté')")
    assert DeviceReview.objects.get().answers["stolen_number"] == "yes"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_list_is_imported_in_two_steps(
    page_of: PageOf, stock: SimpleNamespace, members: dict[Role, Member], script: bool, tmp_path: Any  # noqa: F811, FBT001
) -> None:  # fmt: skip
    path = tmp_path / "liste.csv"
    path.write_bytes(
        "Nom;Sorte;Endroit\r\nAccueil;Ordinateur fixe;Bureau 2\r\nX;Soucoupe;\r\nBorne d’accès;Autre;".encode("cp1252")
    )
    page = page_of(members[Role.HOLDER], width=390, script=script)
    page.goto("/materiel/importer/")
    page.locator(".choix label", has_text="Le matériel").click()
    page.set_input_files("#id_file", str(path))
    page.click("text=Lire ce fichier")
    text = page.inner_text("main")
    assert "Windows-1252" in text
    assert "Refusé" in text
    assert "Secrétariat → Bureau 2" in text
    if script:
        assert violations(page) == []
        assert overflow(page) <= 0
    page.click("main button >> text=Importer")
    assert "Import terminé" in page.inner_text("main")
    page.go_back()
    page.reload()
    assert Device.objects.filter(name="Borne d’accès").count() == 1
