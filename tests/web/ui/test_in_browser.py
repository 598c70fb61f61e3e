"""The board, the bases and the error pages in a real Chromium: axe, keyboard, paper, and fragments that fail."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from tests.web.browsers import PageOf, chromium, page_of, violations  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.ui.urls"),
    pytest.mark.usefixtures("own_templates"),
]
PAGES = ("/planche/", "/planche/?exercice", "/simple/", "/papier/", "/rien-ici/", "/planche/#menu")
ENTRANCES = 'a[href], button, input:not([type="hidden"]), textarea, [tabindex="0"]'


@pytest.fixture
def doctor(members: dict[Role, Member]) -> Member:
    return members[Role.HOLDER]


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def pressed(page: Page, keys: int) -> list[str]:
    seen = []
    for _ in range(keys):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.innerText.trim().split('\\n').pop()"))
    return seen


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
def test_axe_finds_nothing_and_nothing_overflows(
    page_of: PageOf, doctor: Member, width: int, dark: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    page = page_of(doctor, width=width, dark=dark)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for address in PAGES:
        page.goto(address)
        assert violations(page) == [], address
        assert overflow(page) <= 0, address
    assert complaints == []


def test_everything_one_can_press_is_large_enough(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=390)
    page.goto("/planche/")
    small = page.evaluate(
        """() => [...document.querySelectorAll('.btn, .menu a, .mobile-barre a, .choix label, .contact a')]
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""
    )
    assert small == []


def test_the_keyboard_goes_from_the_skip_link_to_the_menu_to_the_emergency(
    page_of: PageOf, doctor: Member  # noqa: F811
) -> None:  # fmt: skip
    page = page_of(doctor, width=1440)
    page.goto("/calme/")
    order = pressed(page, 40)
    assert order[0] == "Aller au contenu"
    assert order.index("Aujourd’hui") < order.index("L’équipe et les accès")
    assert order.index("L’équipe et les accès") < order.index("Il se passe quelque chose d’anormal")
    assert order.index("Il se passe quelque chose d’anormal") < order.index("Un lien")


def test_the_skip_link_shows_itself_and_leads_to_the_content(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=390)
    page.goto("/calme/")
    page.keyboard.press("Tab")
    box = page.locator(".evitement").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_menu_of_a_telephone_opens_and_closes_without_script(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=390, script=False)
    page.goto("/planche/")
    assert not page.locator("#menu").is_visible()
    page.click(".mobile-barre a[href='#menu']")
    assert page.locator("#menu").is_visible()
    page.click(".lateral__fermer")
    assert not page.locator("#menu").is_visible()


def test_the_errors_take_the_focus_and_lead_to_each_field(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=1440)
    page.goto("/planche/")
    page.wait_for_function("document.activeElement.classList.contains('resume-erreurs')")
    for link in page.locator(".resume-erreurs a").all():
        target = link.get_attribute("href") or ""
        link.click()
        assert page.evaluate("document.activeElement.id") == target.removeprefix("#")


def test_focus_is_seen_everywhere(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=1440)
    page.goto("/simple/")
    for _ in range(page.locator(ENTRANCES).count()):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 3


def test_paper_has_its_pages_and_nothing_to_press(page_of: PageOf, doctor: Member, tmp_path: Path) -> None:  # noqa: F811
    page = page_of(doctor, width=1440, dark=True)
    page.goto("/papier/?exercice")
    page.emulate_media(media="print")
    assert page.locator(".papier-outils, .btn, .evitement").locator("visible=true").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.pdf(path=tmp_path / "papier.pdf", prefer_css_page_size=True)
    told = subprocess.run(["pdftotext", tmp_path / "papier.pdf", "-"], capture_output=True, check=True, text=True)
    pages = told.stdout.rstrip("\f").split("\f")
    assert len(pages) == 2
    assert all("EXERCICE" in text.upper() for text in pages)
    assert "1 sur 2" in pages[0]
    assert "Un bouton" not in "".join(pages)


def test_a_screen_printed_keeps_the_words_and_loses_the_menu(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, width=1440)
    page.goto("/planche/")
    page.emulate_media(media="print")
    assert not page.locator(".lateral").is_visible()
    assert page.locator(".tuile .etat").first.is_visible()
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    assert size >= 15


def test_a_fragment_comes_in_place_and_takes_the_focus(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor)
    page.goto("/fragments/")
    page.fill("#word", "bonjour <b>")
    page.click("main button")
    page.wait_for_selector("#suite :text('Reçu : bonjour <b>')")
    assert page.url.endswith("/fragments/")
    page.wait_for_function("document.activeElement.matches('#suite h2')")
    assert page.evaluate("document.querySelectorAll('style').length") == 0


def test_a_fragment_that_fails_keeps_what_is_shown_and_offers_to_try_again(
    page_of: PageOf, doctor: Member  # noqa: F811
) -> None:  # fmt: skip
    page = page_of(doctor)
    page.goto("/fragments/")
    page.fill("#word", "panne")
    page.click("main button")
    page.wait_for_selector("text=Pas de réponse.")
    assert page.input_value("#word") == "panne"
    assert page.inner_text("#suite") == "Avant"
    assert violations(page) == []
    page.click("text=Réessayer")
    page.wait_for_timeout(300)
    assert page.locator("[data-sans-reponse]").count() == 1
    page.fill("#word", "mieux")
    page.click("text=Réessayer")
    page.wait_for_selector("#suite :text('Reçu : mieux')")
    assert page.locator("[data-sans-reponse]").count() == 0


def test_the_same_form_works_without_script(page_of: PageOf, doctor: Member) -> None:  # noqa: F811
    page = page_of(doctor, script=False)
    page.goto("/fragments/")
    page.fill("#word", "bonjour")
    page.click("main button")
    assert page.inner_text("h2") == "Reçu : bonjour"


def test_other_pages_load_no_script(client: Client) -> None:
    assert b"<script" not in client.get("/simple/").content
    assert b"<script" not in client.get("/rien-ici/").content


def test_every_file_of_style_is_served(client: Client, live_server: Any) -> None:
    del live_server
    page = client.get("/simple/").content.decode()
    links = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/static/")]
    assert len(links) == 4
    for link in links:
        assert client.get(link).status_code == 200, link
