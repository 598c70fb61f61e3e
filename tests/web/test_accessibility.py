"""Every page of the app under axe-core: three widths, light and dark; then sideways overflow, keyboard and paper."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hygie.web.accounts.access import Role
from tests.web.browsers import PageOf, chromium, page_of, violations
from tests.web.security.world import World, addresses, make_world, urls_of

__all__ = ["chromium", "page_of"]
WIDTHS = (1440, 390, 360)
NO_PAGE = {"dashboard:proof", "practice:download", "practice:reminders_ics", "journal:export", "inventory:export",
           "inventory:contacts", "mfa_download_recovery_codes", "incidents:clocks_ics", "incidents:folder",
           "incidents:paper", "incidents:message", "incidents:register_export", "incidents:care_kit_pdf",
           "incidents:first_hour"}  # fmt: skip
"""Addresses that answer with a file."""


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = make_world("Cabinet du Dr Fontaine")
    yield made
    made.remove()


def pages(world: World, page: Page) -> list[str]:
    """The addresses that show the holder a page: files and gestures are left out."""
    found = []
    for one in addresses():
        if one.name in NO_PAGE or (one.name.startswith("workstations:") and one.public):
            continue
        url = urls_of(one, world, Role.HOLDER)[0][0]
        answer = page.request.get(url, max_redirects=0)
        if answer.status in (200, 404) and answer.headers.get("content-type", "").startswith("text/html"):
            found.append(url)
    return found


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def reached(page: Page, at_most: int = 120) -> list[str]:
    """What the Tab key reaches, in order, until it comes back to the beginning."""
    seen: list[str] = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        tag = page.evaluate("(e => e === document.body ? '' : e.outerHTML.slice(0, 120))(document.activeElement)")
        if not tag or (seen and tag == seen[0]):
            break
        seen.append(tag)
    return seen


def test_no_page_has_a_violation_at_any_width_in_any_light(world: World, page_of: PageOf) -> None:
    page = page_of(world.members[Role.HOLDER])
    urls = pages(world, page)
    assert len(urls) > 50
    faults = []
    for url in urls:
        page.goto(url)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (over := sideways(page)) > 0:
                faults.append(f"{url} {width}: {over} px sideways")
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                faults += [f"{url} {width} {theme}: {one}" for one in violations(page)]
    assert not faults, "\n".join(faults)


def test_the_keyboard_reaches_everything_and_the_skip_link_comes_first(world: World, page_of: PageOf) -> None:
    page = page_of(world.members[Role.HOLDER])
    for url in ("/", "/mesures/materiel/", "/constats/backup-offline/", "/materiel/", "/cabinet/equipe/", "/journal/"):
        page.goto(url)
        order = reached(page)
        assert "Aller au contenu" in order[0], url
        wanted = page.locator("main a[href], main button, main input:not([type=hidden]), main select, main summary")
        visible = sum(1 for one in wanted.all() if one.is_visible())
        assert len(order) >= min(visible, 100), url


def test_a_page_is_readable_at_four_hundred_percent(world: World, page_of: PageOf) -> None:
    """1280 px wide at 400 % is 320 px: nothing is cut, nothing scrolls sideways (WCAG 1.4.10)."""
    page = page_of(world.members[Role.HOLDER], width=320)
    for url in ("/", "/mesures/sauvegardes/", "/constats/backup-offline/", "/materiel/comptes/", "/anormal/"):
        page.goto(url)
        assert sideways(page) <= 0, url


def test_on_paper_menus_and_buttons_vanish_and_the_content_stays(world: World, page_of: PageOf) -> None:
    page = page_of(world.members[Role.HOLDER])
    for url in ("/", "/mesures/sauvegardes/", "/constats/backup-offline/", "/cabinet/partage/", "/journal/"):
        page.goto(url)
        page.emulate_media(media="print")
        assert not page.locator(".lateral").is_visible()
        assert not any(button.is_visible() for button in page.locator("a.btn, button.btn").all()), url
        assert page.locator("main h1, main h2").first.is_visible()
        page.emulate_media(media="screen")


def test_with_greater_contrast_and_no_motion_nothing_breaks(world: World, chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(base_url=live_server.url, forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto("/entrer/")
    assert violations(page) == []
    assert page.locator("main button[type=submit]").first.is_visible()
    context.close()
