"""In a real Chromium: the room from the doubt to the closed file, with and without script, three widths, paper."""

import io
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows
from hygie.web.incidents.models import Incident
from hygie.web.journal.flows import Actor
from hygie.web.practice.models import Practice
from tests.web.browsers import PageOf, chromium, page_of, violations  # noqa: F401 - fixtures
from tests.web.incidents.conftest import say, state

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("room", "journal", "evidence", "clocks", "playbook", "close", "examination")


def _refresh(page: Page) -> None:
    """As every minute, now."""
    page.evaluate("""htmx.ajax("GET", document.querySelector("#horloges").getAttribute("hx-get"),
                     {source: "#horloges", target: "#horloges", swap: "innerHTML"})""")


@pytest.fixture
def doctor(members: dict[Role, Member]) -> Member:
    return members[Role.HOLDER]


def address(incident: Incident, name: str = "room") -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
def test_axe_finds_nothing(
    page_of: PageOf, doctor: Member, open_one: Callable[..., Incident], width: int, dark: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    now = timezone.localtime()
    incident = open_one(known_at=now - timedelta(hours=62))
    say(incident, doctor, "isolate")
    late = open_one("provider_leak", known_at=now - timedelta(days=9), aware_at=now - timedelta(days=8))
    closed = open_one("paper")
    flows.dismiss(Actor.of(doctor), closed, "retrouvé", now=now)
    page = page_of(doctor, width=width, dark=dark)
    pages = ["/anormal/", "/incidents/", *(address(incident, name) for name in PAGES)]
    for where in [*pages, address(late), address(late, "clocks"), address(closed), f"{address(incident)}?etape=cnil"]:
        page.goto(where)
        assert violations(page) == [], where
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, where


@pytest.mark.parametrize("width", [390, 1440])
def test_one_click_and_one_screen_to_the_first_number(page_of: PageOf, numbers: Practice, width: int) -> None:  # noqa: F811
    page = page_of(None, width=width, script=False)
    page.goto("/entrer/")
    page.locator("a", has_text="Il se passe quelque chose d’anormal").first.click()
    number = page.locator('a[href="tel:0199001234"]').first
    box = number.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844
    gesture = page.locator(".a-faire").bounding_box()
    assert gesture is not None
    assert gesture["y"] + gesture["height"] < 844


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_the_doubt_to_the_closed_file(
    page_of: PageOf, doctor: Member, numbers: Practice, script: bool  # noqa: F811, FBT001
) -> None:  # fmt: skip
    page = page_of(doctor, width=390, script=script)
    page.goto("/anormal/")
    for choice in ("Écran bloqué", "Oui", "Non"):
        page.locator(".reponses-rapides button", has_text=choice).first.click()
    page.wait_for_url("**/incidents/*/")
    incident = Incident.objects.get()
    expect(page.locator("#t-ici")).to_contain_text("Retirez le câble réseau")
    page.click("text=C’est fait")
    expect(page.locator("#t-ici")).to_contain_text("Photographiez l’écran")
    _write(page, "Disques A, B et C : aucun n'est branché.")
    _keep_a_picture(page, incident)
    page.goto(address(incident, "close"))
    page.fill("#id_reason", "C'était un exercice.")
    page.click("text=Fausse alerte : fermer")
    expect(page.locator("main")).to_contain_text("Fausse alerte : cet incident est clos.")
    found = state(incident)
    assert (len(found.notes), len(found.pieces), found.false_alarm) == (1, 1, True)


def _write(page: Page, note: str) -> None:
    page.fill("#room-text", note)
    page.click("#journal button[type=submit]")
    expect(page.locator("#journal ol")).to_contain_text("aucun n’est branché")


def _keep_a_picture(page: Page, incident: Incident) -> None:
    page.goto(address(incident, "evidence"))
    picture = {"name": "écran.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"x" * 5000}
    page.set_input_files("#id_file", picture)
    page.fill("#id_taken_at", "2026-11-10T08:27")
    page.click("text=Garder cette preuve")
    expect(page.locator("main")).to_contain_text("est gardée")
    with page.expect_download() as download:
        page.click(".piece button")
    assert download.value.suggested_filename == f"incident-{incident.reference}-piece-1.png"


def test_the_keyboard_alone_answers_a_step(page_of: PageOf, doctor: Member, incident: Incident) -> None:  # noqa: F811
    page = page_of(doctor)
    page.goto(address(incident))
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "C’est fait":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#t-ici")).to_contain_text("Photographiez")


def test_the_clocks_refresh_by_themselves(page_of: PageOf, doctor: Member, incident: Incident) -> None:  # noqa: F811
    page = page_of(doctor)
    page.goto(address(incident))
    flows.set_aware(Actor.of(doctor), incident, timezone.localtime(), "", now=timezone.localtime())
    expect(page.locator("#horloges")).to_contain_text("Pas encore parti")
    _refresh(page)
    expect(page.locator("#horloges")).not_to_contain_text("Pas encore parti")
    assert violations(page) == []


def test_a_session_that_ended_leaves_the_clocks_and_what_was_typed(
    page_of: PageOf, doctor: Member, incident: Incident  # noqa: F811
) -> None:  # fmt: skip
    page = page_of(doctor)
    page.goto(address(incident))
    page.fill("#room-text", "Une note à moitié")
    page.context.clear_cookies()
    _refresh(page)
    expect(page.locator("[data-sans-reponse]")).to_contain_text("Rien n’est perdu")
    expect(page.locator("#horloges")).to_contain_text("Porter plainte")
    assert page.input_value("#room-text") == "Une note à moitié"


def test_the_room_prints_in_black_and_white(page_of: PageOf, doctor: Member, incident: Incident) -> None:  # noqa: F811
    page = page_of(doctor)
    page.goto(address(incident))
    page.emulate_media(media="print")
    assert not page.locator(".ici button").first.is_visible()
    assert page.locator(".etapes").is_visible()
    with pikepdf.open(io.BytesIO(page.pdf(format="A4"))) as paper:
        assert 1 <= len(paper.pages) <= 4
