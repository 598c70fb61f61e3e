"""A practice's first day, as its people live it: `hygie servir`, a real Chromium, with and without JavaScript.

Set-up, ten questions, a check-up of this very machine on Today, a second computer that joins from a terminal,
somebody who arrives, works, and leaves.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import chromium
from tests.e2e.command import hygie

PASSWORD = "Brume-Tilleul-7-horizon"
__all__ = ["chromium"]
SECOND = "Ardoise-Verger-4-lanterne"


@dataclass(frozen=True)
class Server:
    url: str
    code: str
    folder: Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "cabinet"
    command = [sys.executable, "-m", "hygie", "servir", "--practice", str(folder), "--listen", "127.0.0.1:0"]
    environment = {**os.environ, "HYGIE_KEYS": "file"}
    process = subprocess.Popen([*command, "--format", "json"], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    yield Server(told["url"], told["setup_code"], folder)
    process.terminate()
    assert process.wait(10) == 0


def opened(chromium: Browser, server: Server, *, script: bool, width: int = 1440) -> Page:
    context = chromium.new_context(
        base_url=server.url, java_script_enabled=script, viewport={"width": width, "height": 900}, locale="fr-FR"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def set_up(page: Page, server: Server) -> None:
    page.goto("/")
    assert page.url.endswith("/installation/")
    page.get_by_label("Code affiché par Hygie").fill(server.code)
    page.get_by_label("Nom du cabinet").fill("Cabinet du Dr Fontaine")
    page.get_by_label("Votre nom").fill("Dr Hélène Fontaine")
    page.get_by_label("Votre identifiant").fill("helene.fontaine")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Ouvrir le compte").click()


def answer_ten_questions(page: Page) -> None:
    """Each in another way: the first choice, the last one (« Je ne sais pas »), the first again."""
    page.get_by_role("link", name="Répondre à la première question").click()
    for number in range(1, 11):
        assert f"Question {number} sur 10" in page.locator("main").inner_text()
        cards = page.locator(".choix input[type=radio]")
        cards.nth(0 if number % 2 else cards.count() - 1).check()
        page.locator("main form button.btn[type=submit]").first.click()


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without-javascript"])
def test_the_first_day_of_a_practice(chromium: Browser, server: Server, *, script: bool, tmp_path: Path) -> None:
    page = opened(chromium, server, script=script)
    set_up(page, server)
    answer_ten_questions(page)
    page.goto("/")
    page.locator("form[action='/bilan/'] button").first.click()
    assert page.locator(".voix__phrase").inner_text()
    assert page.locator(".tuile").count() == 8
    assert "Mesuré" in page.locator(".tuiles").inner_text()
    glance(page)
    join_a_second_computer(page, server, tmp_path)
    arrival_and_departure(chromium, page, server, script=script)
    page.goto("/journal/")
    page.get_by_role("button", name=re.compile("Vérifier")).click()
    assert "se suivent" in page.locator("main").inner_text()


def glance(page: Page) -> None:
    """The daily glance: the sentence, then the button leads to the page that helps, and back."""
    page.goto("/")
    page.locator(".voix__actions a").click()
    assert page.locator("h1").is_visible()
    page.go_back()
    page.locator(".tuile h3 a").first.click()
    assert page.locator(".constat").count() > 0


def join_a_second_computer(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto("/cabinet/ordinateurs/")
    page.get_by_role("button", name="Relier un ordinateur").click()
    code = page.locator("#code").inner_text()
    folder = str(tmp_path / "bureau")
    joined = hygie("poste", "rejoindre", server.url, code, "--name", "Bureau 2", "--practice", folder)
    assert joined.returncode == 0, joined.stderr
    sent = hygie("poste", "envoyer", "--strict", "--practice", folder)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    page.goto("/cabinet/ordinateurs/")
    row = page.locator("tr", has_text="Bureau 2")
    assert "Relié" in row.inner_text()
    page.goto("/")
    assert "Hygie n’a encore rien mesuré" not in page.locator("main").inner_text()
    page.goto("/cabinet/ordinateurs/")
    row.get_by_role("button", name=re.compile("Ne plus relier")).click()
    refused = hygie("poste", "envoyer", "--practice", folder)
    assert "retiré" in refused.stdout + refused.stderr


def arrival_and_departure(chromium: Browser, page: Page, server: Server, *, script: bool) -> None:
    page.goto("/cabinet/equipe/")
    page.get_by_role("link", name="Accueillir une personne").click()
    page.get_by_label("Nom", exact=True).fill("Nadia Lemoine")
    page.get_by_label(re.compile("Rôle")).select_option("secretary")
    page.get_by_label(re.compile("Identifiant")).fill("nadia.lemoine")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Faire la feuille").click()
    code = re.search(r"\b[0-9A-Z]{4,5}(?:-[0-9A-Z]{4,5})+\b", page.locator("main").inner_text())
    assert code, page.locator("main").inner_text()
    hers = opened(chromium, server, script=script, width=390)
    hers.goto("/invitation/")
    hers.locator("[name=code]").fill(code[0])
    hers.locator("[name=password1]").fill(SECOND)
    hers.locator("[name=password2]").fill(SECOND)
    hers.locator("main button[type=submit]").click()
    hers.goto("/")
    assert hers.locator(".voix__phrase").is_visible()
    page.goto("/cabinet/equipe/")
    page.get_by_role("link", name="Nadia Lemoine").first.click()
    page.get_by_role("link", name=re.compile("départ", re.IGNORECASE)).first.click()
    page.get_by_role("button", name="Retirer l’accès").click()
    hers.goto("/")
    assert "/entrer/" in hers.url
