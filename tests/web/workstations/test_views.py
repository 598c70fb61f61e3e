from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from hygie.web.inventory.models import Device
from hygie.web.server.certificate import make_certificate
from hygie.web.workstations.pages import clock_words
from tests.web.workstations.test_api import event, join, message, send


def test_the_authority_is_given_where_there_is_one(holder: Client, settings: Any, tmp_path: Path) -> None:
    assert holder.get("/cabinet/ordinateurs/autorite.pem").status_code == 404
    settings.HYGIE_FOLDER, settings.HYGIE_TLS = tmp_path, True
    made = make_certificate(tmp_path, "accueil.local", [], timezone.now())
    given = holder.get("/cabinet/ordinateurs/autorite.pem").content
    assert given.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in given
    assert given in made.chain.read_bytes()


def test_the_page_names_who_is_silent_and_whose_clock_is_off(holder: Client, practice: Any) -> None:
    Device.objects.create(practice=practice, name="Bureau 3", kind="desktop")
    send(join(practice), message("event", event()), offset=7200)
    page = holder.get("/cabinet/ordinateurs/").content.decode()
    assert "À relier" in page
    assert "avance de 2 heures" in page


def test_a_code_is_shown_once_and_dies_with_the_next(holder: Client) -> None:
    first, second = (holder.post("/cabinet/ordinateurs/code/").content.decode() for _ in range(2))
    assert first.split('id="code">')[1][:11] != second.split('id="code">')[1][:11]
    assert "poste rejoindre" in second


def test_clocks_in_words() -> None:
    assert clock_words(599) == ""
    assert clock_words(-7200) == "Son horloge retarde de 2 heures."
    assert clock_words(1200) == "Son horloge avance de 20 minutes."
