"""In a real Chromium: the pages around the papers, with and without script, and no axe violation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.journal.flows import Actor
from tests.web.browsers import chromium, page_of, violations  # noqa: F401 - fixtures
from tests.web.incidents.conftest import say, state
from tests.web.incidents.papers_kit import declare, plant, url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("fuite/", "gravite/", "decision/cnil/", "decision/patients/", "documents/", "messages/", "lettres/")
BESIDE = ("/rgpd/fuites/", "/cabinet/declarant/", "/continuite/")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
def test_axe_finds_nothing(page_of, members, open_one, width, dark):  # noqa: F811
    incident, now = open_one(), timezone.localtime()
    plant(incident, members[Role.HOLDER])
    flows.set_aware(Actor.of(members[Role.HOLDER]), incident, now - timedelta(hours=80), "", now=now)
    page = page_of(members[Role.HOLDER], width=width, dark=dark)
    for address in (*(url(incident, path) for path in PAGES), *BESIDE):
        assert page.goto(address).status == 200, address
        assert violations(page) == [], address
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


@pytest.mark.parametrize("script", [True, False], ids=["script", "bare"])
def test_from_the_leak_to_the_letters(page_of, members, open_one, tmp_path, script):  # noqa: F811
    incident, doctor = open_one(), members[Role.HOLDER]
    declare(incident.practice)
    now = timezone.localtime()
    flows.set_aware(Actor.of(doctor), incident, now, "", now=now)
    say(incident, doctor, "isolate")
    say(incident, doctor, "passwords", Reply.DONE)
    page = page_of(doctor, width=390, script=script)
    page.goto(url(incident, "fuite/"))
    page.check("input[name=nature][value=confidentiality]")
    page.check("input[name=data_category][value=health]")
    page.fill("input[name=people]", "250")
    page.click("text=Enregistrer ce que l’on sait")
    assert page.url.endswith("/gravite/")
    page.check("input[name=presets][value=record]")
    page.check("input[name=ease][value=maximum]")
    page.click("text=Enregistrer la gravité")
    page.click("text=Décider >> nth=1")
    page.check("input[name=decision][value=yes]")
    page.check("input[name=yes][value=patients_yes_health]")
    page.click("text=Enregistrer la décision")
    assert state(incident).decisions["patients"]["decision"] == "yes"
    page.click("nav[aria-label='Autour des documents'] >> text=Les lettres")
    listed = tmp_path / "liste.csv"
    listed.write_text("Nom;Prénom;Adresse;Code postal;Ville\nDupont;Jean;1 rue A;61000;Ville\n", "utf-8")
    page.set_input_files("input[name=recipients]", listed)
    with page.expect_download() as download:
        page.click("text=Préparer le PDF")
    assert download.value.suggested_filename == f"lettres-{incident.reference}-1-a-1.pdf"
