"""In a real browser: the form behind a link is accepted, and nothing typed runs."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from hygie.web.accounts.access import Role
from hygie.web.dashboard.models import Question
from tests.web.browsers import chromium, page_of  # noqa: F401 - fixtures
from tests.web.conftest import make_member, make_practice
from tests.web.security.test_hostile import MARK
from tests.web.security.world import World, _dashboard, _inventory

# ruff: noqa: F811 - a fixture imported is not a name redefined


@pytest.fixture
def world(transactional_db: None) -> World:
    practice = make_practice()
    made = World(practice, {Role.HOLDER: make_member(practice, Role.HOLDER)})
    _inventory(made, made.members[Role.HOLDER])
    _dashboard(made)
    return made


def test_a_question_is_answered_by_its_link(world: World, page_of: Callable[..., Page]) -> None:
    """A stricter Referrer-Policy would make the browser send « Origin: null », and the form be refused as forged."""
    page = page_of()
    page.goto(f"/question/{world.tokens['question']}/")
    page.check("input[name=answer][value=yes]")
    page.fill("input[name=name]", MARK)
    page.click("main button[type=submit]")
    assert Question.objects.get().answered_at is not None


def test_what_was_typed_there_does_not_run_for_the_doctor(world: World, page_of: Callable[..., Page]) -> None:
    stranger = page_of()
    stranger.goto(f"/question/{world.tokens['question']}/")
    stranger.check("input[name=answer][value=no]")
    stranger.fill("input[name=name]", "<img src=x onerror=\"document.title='run'\">")
    stranger.fill("textarea[name=note]", "<script>document.title='run'</script>")
    stranger.click("main button[type=submit]")
    doctor, said = page_of(world.members[Role.HOLDER]), []
    doctor.on("console", lambda message: said.append(message.text))
    doctor.on("pageerror", lambda error: said.append(str(error)))
    for url in ("/", "/journal/", f"/constats/{Question.objects.get().check_id}/", "/documents/rapport/"):
        doctor.goto(url)
        assert doctor.title() != "run", url
    assert not [text for text in said if "Content Security Policy" in text], said


def test_the_policy_stops_a_script_that_would_be_there_all_the_same(world: World, page_of: Callable[..., Page]) -> None:
    page: Any = page_of(world.members[Role.HOLDER])
    page.goto("/")
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = "document.title = 'run'";
        document.body.append(script);
        document.body.setAttribute('onclick', "document.title = 'run'");
        document.body.click();
    }""")
    assert page.title() != "run"
