"""In a real Chromium: every page of the practice and its journal without an axe violation, with and without script."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from hygie.reference.first_run import COUNT
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.inventory.models import Card, Provider
from hygie.web.practice import flows
from hygie.web.practice.models import FirstAnswer, Practice
from tests.web.browsers import PageOf, chromium, page_of, violations  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/bienvenue/", "/bienvenue/1/", "/bienvenue/3/", "/bienvenue/10/", "/bienvenue/fin/", "/exemple/", "/documents/",
    "/documents/fiche/", "/anormal/", "/anormal/?papier=1", "/rappels/", "/rappels/e-mail/", "/cabinet/reglages/",
    "/cabinet/partage/", "/journal/", "/journal/empreintes/", "/journal/imprimer/",
)  # fmt: skip


@pytest.fixture
def doctor(practice: Practice, members: dict[Role, Member]) -> Member:
    doctor = members[Role.HOLDER]
    Card.objects.create(
        practice=practice, kind="cps", holder=doctor, expires_on=timezone.localdate() - timedelta(days=1)
    )
    Card.objects.create(practice=practice, kind="cpe", expires_on=timezone.localdate() + timedelta(days=90))
    Provider.objects.create(practice=practice, kind="insurer", name="Assurance Saint-Aubin", phone="01 99 00 12 34")
    Provider.objects.create(practice=practice, kind="it", name="Perrin Informatique", phone="02 61 91 45 10")
    mail = flows.mail_of(practice)
    mail.host, mail.sender, mail.recipients = "smtp.example.example", "a@b.example", "c@d.example"
    mail.enabled, mail.enabled_at, mail.enabled_by = True, timezone.now(), doctor.name
    mail.last_error = "Le serveur d'envoi ne répond pas."
    mail.save()
    return doctor


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
def test_axe_finds_nothing(page_of: PageOf, doctor: Member, width: int, dark: bool) -> None:  # noqa: F811, FBT001
    page = page_of(doctor, width=width, dark=dark)
    for address in PAGES:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert violations(page) == [], address
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def test_errors_and_notices_have_no_violation_either(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=390)
    page.goto("/bienvenue/2/")
    page.fill("#id_it_phone", "jeudi")
    page.click("button[type=submit]")
    assert "Choisissez une réponse" in page.inner_text("main")
    assert page.input_value("#id_it_phone") == "jeudi"
    assert violations(page) == []
    page.goto("/journal/")
    page.click("text=Vérifier le journal")
    assert violations(page) == []
    page.goto("/journal/?first=hier")
    assert violations(page) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_ten_questions_are_answered_with_and_without_script(
    page_of: PageOf, doctor: Member, script: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    page = page_of(doctor, width=390, script=script)
    page.goto("/bienvenue/")
    page.click("text=Répondre à la première question")
    for number in range(1, COUNT + 1):
        assert f"Question {number} sur {COUNT}" in page.inner_text("main")
        chosen = "Je ne sais pas" if number % 2 else page.inner_text(".choix label:first-child span")
        page.locator(".choix label", has_text=chosen).first.click()
        page.click("main button[type=submit]")
    assert "Merci. Hygie connaît votre cabinet." in page.inner_text("h1")
    assert FirstAnswer.objects.count() == COUNT
    page.click("text=Voir où en est le cabinet")
    assert page.url.endswith("/")


def test_back_and_again_keeps_one_answer(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor)
    page.goto("/bienvenue/5/")
    page.locator(".choix label").nth(1).click()
    page.click("main button[type=submit]")
    page.wait_for_url("**/bienvenue/6/")
    page.go_back()
    page.locator(".choix label").nth(0).click()
    page.click("main button[type=submit]")
    page.wait_for_url("**/bienvenue/6/")
    assert FirstAnswer.objects.get().choice == "unplugged"


def test_the_keyboard_alone_answers_a_question(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor)
    page.goto("/bienvenue/9/")
    _tab_to(page, "id_choice_0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bienvenue/10/")
    assert FirstAnswer.objects.get().choice == "laboratory"


def _tab_to(page: Page, identifier: str) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == identifier:
            return
    raise AssertionError(identifier)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_example_is_visited_and_removed(page_of: PageOf, doctor: Member, script: bool) -> None:  # noqa: F811, FBT001
    page = page_of(doctor, script=script)
    page.goto("/bienvenue/")
    page.click("text=Visiter un cabinet d’exemple")
    assert "Cabinet d’exemple." in page.inner_text("main")
    for address in ("/mesures/", "/documents/", "/rappels/", "/cabinet/partage/", "/journal/", "/materiel/"):
        page.goto(address)
        assert "Tout est inventé ici" in page.inner_text("main"), address
        if script and address in PAGES:
            assert violations(page) == [], address
    page.goto("/exemple/")
    page.click("main >> text=Retirer l’exemple >> nth=-1")
    assert "Tout est inventé ici" not in page.inner_text("main")
    assert not Practice.objects.filter(demo=True).exists()


def test_a_stranger_in_panic_reads_the_gestures(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(None, width=390, script=False)
    page.goto("/anormal/")
    assert "Retirez le câble réseau" in page.inner_text("main")
    assert page.locator('a[href="tel:0199001234"]').first.is_visible()


def test_the_sheet_and_the_journal_print_on_paper(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    import pikepdf

    page = page_of(doctor)
    for address, most in (("/documents/fiche/", 1), ("/anormal/?papier=1", 1), ("/journal/imprimer/", 1)):
        page.goto(address)
        with pikepdf.open(_pdf(page)) as paper:
            assert len(paper.pages) <= most, address


def _pdf(page: Page) -> Any:
    import io

    return io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))
