"""A real Chromium on the live app: a page per person, per width and theme, and axe-core's verdict."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from hygie.web.accounts.models import Member
from tests.chromium import chromium
from tests.web.conftest import client_of

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
__all__ = ["chromium", "page_of", "violations"]
PageOf = Callable[..., Page]


@pytest.fixture
def page_of(chromium: Browser, live_server: Any) -> Iterator[PageOf]:
    """`page_of(member, width=1440, script=True, dark=False)`: a page logged in as this person, or as a stranger."""
    opened = []

    def open_page(member: Member | None = None, *, width: int = 1440, script: bool = True, dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, java_script_enabled=script,
            color_scheme="dark" if dark else "light", locale="fr-FR",
        )  # fmt: skip
        opened.append(context)
        if member is not None:
            cookie = client_of(member).cookies["hygie-session"]
            context.add_cookies([{"name": "hygie-session", "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe-core reproaches to the page, one line each."""
    found = Axe().run(page, options=RULES)["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
