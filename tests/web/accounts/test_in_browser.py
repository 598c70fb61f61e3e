"""In a real Chromium: installation, arrival and departure without JavaScript, a key with it, and axe on every page."""
# ruff: noqa: F811, FBT001 - fixtures come by name, cases by value

import re
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from playwright.sync_api import Page

from hygie.web.accounts import flows, team
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.accounts.team import Person
from hygie.web.inventory.models import Card
from hygie.web.journal.flows import Actor
from tests.web.accounts.conftest import add_app, code_now, hashed, with_password
from tests.web.browsers import PageOf, chromium, page_of, violations  # noqa: F401 - fixtures
from tests.web.conftest import PASSWORD, make_member, make_practice

pytestmark = pytest.mark.django_db(transaction=True)
TEAM = "/cabinet/equipe/"


@pytest.fixture
def head(transactional_db: None) -> Member:
    """A holder with a password."""
    return with_password(make_member(make_practice(), Role.HOLDER))


def listen(page: Page) -> list[str]:
    """What the browser complains about: a policy that is broken shows here."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def log_in(page: Page, member: Member, password: str = PASSWORD) -> None:
    page.goto("/entrer/")
    page.get_by_label("Identifiant").fill(member.user.username)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Entrer", exact=True).click()


def test_the_first_account_is_opened_without_javascript(page_of: PageOf, transactional_db: None) -> None:
    page = page_of(script=False, width=390)
    page.goto("/installation/")
    page.get_by_label("Code affiché par Hygie").fill(flows.issue_setup_code(timezone.now()))
    page.get_by_label("Nom du cabinet").fill("Cabinet du Dr Fontaine")
    page.get_by_label("Votre nom").fill("Dr Hélène Fontaine")
    page.get_by_label("Votre identifiant").fill("helene")
    page.locator("[type=password]").first.fill("court")
    page.get_by_label("Le même").fill("court")
    page.get_by_role("button", name="Ouvrir le compte").click()
    assert "Il manque" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Nom du cabinet").input_value() == "Cabinet du Dr Fontaine"
    page.locator("[type=password]").first.fill(PASSWORD)
    page.get_by_label("Le même").fill(PASSWORD)
    page.get_by_role("button", name="Ouvrir le compte").click()
    assert "/bienvenue/" in page.url
    assert Member.objects.get().user.username == "helene"


@pytest.mark.parametrize("script", [True, False])
def test_somebody_arrives_enters_and_leaves(page_of: PageOf, head: Member, script: bool) -> None:
    page = page_of(script=script)
    heard = listen(page)
    log_in(page, head)
    page.goto(TEAM)
    page.get_by_role("link", name="Accueillir une personne").click()
    page.get_by_label("Nom", exact=True).fill("Nadia Lemoine")
    page.get_by_label("Rôle").select_option("secretary")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="C’est fait : Lire ensemble").click()
    page.get_by_role("button", name="Faire la feuille").click()
    code = page.locator(".code-entree").first.inner_text()
    guest = page_of(script=script, width=390)
    guest.goto("/invitation/")
    guest.get_by_label("Code de votre feuille").fill(code)
    guest.locator("[type=password]").first.fill("le chat gris dort sous la pluie")
    guest.get_by_label("Le même").fill("le chat gris dort sous la pluie")
    guest.get_by_role("button", name="Enregistrer et entrer").click()
    assert "phrase de sept mots" in guest.get_by_role("status").first.inner_text()
    member = Member.objects.get(name="Nadia Lemoine")
    Card.objects.create(practice=head.practice, kind="cpe", holder=member)
    page.goto(f"{TEAM}{member.pk}/")
    page.get_by_role("link", name="Préparer son départ").click()
    page.get_by_role("button", name="Retirer l’accès").click()
    page.get_by_role("button", name=re.compile("C’est fait : Reprendre ou faire annuler sa carte")).click()
    guest.goto("/")
    assert "/entrer/" in guest.url
    assert Card.objects.get().state == "returned"
    assert heard == []


def test_an_application_is_added_and_asked(page_of: PageOf, head: Member) -> None:
    page = page_of(script=False, width=390)
    log_in(page, head)
    page.goto("/compte/")
    page.get_by_role("link", name="Ajouter une application de codes").click()
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    assert page.locator(".qr svg").bounding_box()["width"] > 150
    add_app(head.user)
    page.goto("/sortir/")
    page.get_by_role("button", name="Sortir").click()
    log_in(page, head)
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Entrer", exact=True).click()
    assert page.get_by_role("heading", level=1).count() == 1
    assert "/entrer/" not in page.url


def with_virtual_key(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_key_is_added_then_opens_alone(page_of: PageOf, head: Member, live_server) -> None:
    page = page_of()
    heard = listen(page)
    with_virtual_key(page)
    page.goto("/entrer/")
    assert "localhost" in page.url, "a key needs a name"
    log_in(page, head)
    page.goto("/compte/cles/ajouter/")
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    page.get_by_label("Nom de la clé").fill("Clé du bureau")
    page.get_by_label("Entrer sans mot de passe").check()
    page.get_by_role("button", name="Ajouter la clé").click()
    page.wait_for_url("**/compte/codes/")
    assert Authenticator.objects.get(type="webauthn").wrap().name == "Clé du bureau"
    page.goto("/sortir/")
    page.get_by_role("button", name="Sortir").click()
    page.goto("/entrer/")
    page.get_by_role("button", name="Entrer avec une clé").click()
    page.wait_for_url(lambda url: "/entrer/" not in url)
    page.goto("/compte/")
    assert "Mon compte" in page.get_by_role("heading", level=1).inner_text()
    page.goto("/sortir/")
    page.get_by_role("button", name="Sortir").click()
    log_in(page, head)
    page.get_by_role("button", name="Utiliser une clé").click()
    page.wait_for_url(lambda url: "/entrer/" not in url)
    assert heard == []


def test_a_browser_whose_key_does_not_answer_says_so(page_of: PageOf, head: Member) -> None:
    page = page_of()
    page.goto("/entrer/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('none')); }")
    page.get_by_role("button", name="Entrer avec une clé").click()
    page.get_by_text("La clé n’a pas répondu").wait_for()


def test_a_text_typed_in_a_lost_session_comes_back(page_of: PageOf, head: Member) -> None:
    page = page_of(script=False)
    log_in(page, head)
    page.goto(f"{TEAM}ajouter/")
    page.get_by_label("Nom", exact=True).fill("Nadia Lemoine")
    page.get_by_label("Rôle").select_option("secretary")
    page.context.clear_cookies(name="hygie-session")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Identifiant").fill(head.user.username)
    page.locator("[type=password]").first.fill(PASSWORD)
    page.get_by_role("button", name="Entrer", exact=True).click()
    assert "Votre texte est encore là" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Envoyer maintenant").click()
    page.wait_for_url("**/arrivee/")
    assert Member.objects.filter(name="Nadia Lemoine").count() == 1


@pytest.fixture
def furnished(head: Member) -> tuple[Member, Member, Member]:
    """A holder with a second factor, somebody arriving, somebody leaving."""
    add_app(head.user)
    actor = Actor.of(head)
    arriving = team.add_person(actor, head.practice, Person("Dr Anne Roche", Role.LOCUM), uuid4())
    leaving = make_member(head.practice, Role.SECRETARY)
    leaving.user.password = hashed(PASSWORD)
    leaving.user.save()
    Card.objects.create(practice=head.practice, kind="cpe", holder=leaving)
    team.begin_departure(actor, leaving, now=timezone.now(), today=timezone.localdate())
    return head, arriving, leaving


SIZES = [(360, False), (390, True), (1440, False), (1440, True)]


def judge(page: Page, path: str) -> None:
    assert violations(page) == [], path
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, path


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_on_public_pages(page_of: PageOf, furnished, width: int, dark: bool) -> None:
    page = page_of(width=width, dark=dark)
    for path in ("/entrer/", "/invitation/"):
        page.goto(path)
        judge(page, path)
        page.get_by_role("button").first.click()
        page.get_by_role("alert").first.wait_for()
        judge(page, f"{path} refused")
    log_in(page, furnished[0])
    judge(page, "/entrer/verification/")


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_on_the_first_page(page_of: PageOf, transactional_db: None, width: int, dark: bool) -> None:
    page = page_of(width=width, dark=dark)
    page.goto("/installation/")
    judge(page, "/installation/")


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_on_pages_of_people(page_of: PageOf, furnished, width: int, dark: bool) -> None:
    head, arriving, leaving = furnished
    page = page_of(width=width, dark=dark)
    log_in(page, head)
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Entrer", exact=True).click()
    page.goto("/compte/codes/")
    judge(page, "/compte/confirmer/")
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()
    paths = ["/compte/", "/compte/codes/", "/compte/codes/refaire/", "/compte/application/retirer/", "/compte/cles/",
             "/compte/cles/ajouter/", "/compte/mot-de-passe/", "/sortir/", TEAM, f"{TEAM}ajouter/",
             f"{TEAM}{arriving.pk}/", f"{TEAM}{arriving.pk}/arrivee/", f"{TEAM}{arriving.pk}/depart/",
             f"{TEAM}{leaving.pk}/", f"{TEAM}{leaving.pk}/depart/"]  # fmt: skip
    for path in paths:
        page.goto(path)
        judge(page, path)
    page.goto(f"{TEAM}{arriving.pk}/arrivee/")
    page.get_by_role("button", name="Faire la feuille").click()
    page.locator(".code-entree").first.wait_for()
    judge(page, "the sheet")


def test_the_login_is_walked_with_the_keyboard_alone(page_of: PageOf, head: Member) -> None:
    page = page_of()
    page.goto("/entrer/")
    assert page.evaluate("document.activeElement.name") == "login"
    page.keyboard.type(head.user.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/entrer/" not in url)


def test_each_page_has_one_title(page_of: PageOf, head: Member) -> None:
    page = page_of(head, width=360)
    for path in ("/compte/", TEAM):
        page.goto(path)
        assert page.locator("h1").count() == 1
