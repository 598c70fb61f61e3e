"""The files of the kit: htmx as it was published, one sprite, and pages that stand when nothing else does."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from hygie.web import middleware
from hygie.web.ui.templatetags import ui

KIT = Path(ui.__file__).parents[1]
SYMBOL = re.compile(r'<symbol id="i-(\w+)".*?</symbol>')
HTMX = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"  # dist/htmx.min.js of htmx.org 2.0.11, 0BSD


def test_htmx_is_the_file_that_was_published() -> None:
    (path,) = (KIT / "static/ui").glob("htmx-*.min.js")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == HTMX
    assert path.name in (KIT / "templates/ui/_htmx.html").read_text()


def test_the_icons_of_the_report_are_the_icons_of_the_app() -> None:
    here = {found[1]: found[0] for found in SYMBOL.finditer((KIT / "templates/ui/_sprite.svg").read_text())}
    report = (KIT.parents[1] / "documents/templates/sprite.svg").read_text()
    there = {found[1]: found[0] for found in SYMBOL.finditer(report)}
    assert len(there) > 10
    assert {name: here.get(name) for name in there} == there


@pytest.fixture
def cut_off(rf: RequestFactory) -> HttpRequest:
    """A request of somebody who was logged in, while the database answers no more (pytest-django refuses it)."""
    request: Any = rf.post("/materiel/", {"name": "Poste <b>", "csrfmiddlewaretoken": "x"})
    request.session = SessionStore("une-session")
    request._messages = SessionStorage(request)
    request.member = request.practice = None
    return request


def test_the_pages_of_a_failure_need_no_database(cut_off: HttpRequest) -> None:
    page = middleware.broken(cut_off)
    assert page.status_code == 500
    assert "n’a pas pu répondre" in page.content.decode()
    busy = middleware._kept(cut_off, "503.html", 503, None).content.decode()
    assert 'value="Poste &lt;b&gt;"' in busy
    assert "Votre texte est encore là" in busy


def test_this_request_really_has_no_database(cut_off: HttpRequest) -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        middleware.not_found(cut_off)


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "413", "429", "500", "503"])
def test_a_page_of_error_says_what_happened_without_blame_nor_alarm(code: str) -> None:
    text = (KIT / f"templates/{code}.html").read_text()
    assert "<h1>" in text
    assert not re.search(r"!|erreur|veuillez|échec|invalide|error", re.sub(r"\{%.*?%\}", "", text), re.IGNORECASE)
    assert 'href="/"' in text
