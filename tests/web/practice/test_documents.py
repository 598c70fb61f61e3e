"""The documents and the emergency page: what they hold, who opens them, what they survive."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.core.errors import MissingPart
from hygie.journal.digest import digest_of
from hygie.web.accounts.access import Role
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import journal
from hygie.web.practice.models import Practice
from hygie.web.practice.views import documents as views
from hygie.web.practice.views import emergency
from tests.web.conftest import client_of, make_member, make_practice

FORMS = ("pdf", "json", "csv", "oscal")
PHONE = "01 99 00 12 34"
EMERGENCY = "/anormal/"


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def insured(practice: Practice) -> Practice:
    practice.insurer_contract = "MRP-2024-118204"
    practice.save()
    Provider.objects.create(practice=practice, kind="insurer", name="Saint-Aubin", phone=PHONE)
    return practice


def test_the_page_lists_every_document(holder: Client) -> None:
    page = text(holder.get(reverse("practice:documents")))
    for name in ("practice:report", "practice:sheet", "practice:emergency"):
        assert reverse(name) in page
    for form in FORMS:
        assert reverse("practice:download", args=[form]) in page


def test_the_report_allows_its_own_style_and_nothing_else(holder: Client, insured: Practice) -> None:
    response = holder.get(reverse("practice:report"))
    assert "Cabinet du Dr Fontaine" in text(response)
    policy = response.headers["Content-Security-Policy"]
    assert "style-src 'sha256-" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["Cache-Control"] == "no-store"


def test_each_form_is_what_it_says(holder: Client, insured: Practice) -> None:
    made = {form: holder.get(reverse("practice:download", args=[form])) for form in FORMS}
    assert made["pdf"].content.startswith(b"%PDF-")
    assert json.loads(made["json"].content)["schema"] == "hygie.checkup/1"
    assert made["csv"].content.startswith(b"\xef\xbb\xbf")
    assert "assessment-results" in json.loads(made["oscal"].content)
    for form, response in made.items():
        assert response.headers["Content-Disposition"].startswith("attachment; filename="), form
        assert response.headers["Cache-Control"] == "no-store"


def test_the_json_is_that_of_this_practice_and_no_other(holder: Client, other_practice: Practice) -> None:
    Provider.objects.create(practice=other_practice, kind="it", name="Autre informatique", phone="02 61 91 99 99")
    page = text(holder.get(reverse("practice:sheet")))
    assert "02 61 91 99 99" not in page
    assert "Marchand" not in page


def test_an_unknown_form_does_not_exist(holder: Client) -> None:
    assert holder.get("/documents/bilan/exe/").status_code == 404


def test_without_the_pdf_extra_the_page_says_what_to_do(holder: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(checkup: Any) -> Any:
        raise MissingPart("Le PDF demande l'extra « pdf ».", "Installez-le.")

    monkeypatch.setitem(views.FORMS, "pdf", (missing, "hygie-rapport.pdf"))
    response = holder.get(reverse("practice:download", args=["pdf"]))
    assert response.status_code == 501
    assert "Ouvrez le rapport à l’écran et imprimez-le" in text(response)


def test_the_sheet_prints_the_numbers_and_leaves_blanks_for_the_others(holder: Client, insured: Practice) -> None:
    page = text(holder.get(reverse("practice:sheet")))
    assert PHONE in page
    assert "MRP-2024-118204" in page
    assert page.count("blanc--tel") == 3
    assert "à remplacer avant le" in page


def test_the_it_provider_reads_the_report_without_the_contract(
    client_for: Callable[[Role], Client], insured: Practice
) -> None:
    client = client_for(Role.IT_PROVIDER)
    for name in ("practice:report", "practice:sheet", "practice:emergency"):
        page = text(client.get(reverse(name)))
        assert PHONE in page
        assert "MRP-2024-118204" not in page


@pytest.mark.parametrize("role", list(Role))
def test_everybody_of_the_practice_reads_documents(client_for: Callable[[Role], Client], role: Role) -> None:
    client = client_for(role)
    for name in ("practice:documents", "practice:report", "practice:sheet"):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["practice:documents", "practice:report", "practice:sheet"])
def test_a_stranger_reads_none(db: None, name: str) -> None:
    response = Client().get(reverse(name))
    assert response.status_code == 302
    assert "/documents/" not in response.url.split("?")[0]


def test_the_emergency_page_opens_without_an_account(insured: Practice) -> None:
    page = text(Client().get(EMERGENCY))
    assert PHONE in page
    assert 'href="tel:0199001234"' in page
    assert "Retirez le câble réseau" in page
    assert "payer, ou répondre au pirate" in page
    assert "MRP-2024-118204" not in page  # the contract is for those who logged in


def test_logged_in_it_shows_the_contract(holder: Client, insured: Practice) -> None:
    assert "MRP-2024-118204" in text(holder.get(EMERGENCY))


def test_it_opens_on_an_empty_machine(db: None) -> None:
    page = text(Client().get(EMERGENCY))
    assert "Retirez le câble réseau" in page
    assert "Hygie ne connaît pas encore vos numéros" in page


def test_the_example_never_answers_for_the_real_practice(insured: Practice) -> None:
    demo = make_practice("Exemple", demo=True)
    Provider.objects.create(practice=demo, kind="it", name="Inventé", phone="02 61 91 45 10")
    page = text(Client().get(EMERGENCY))
    assert PHONE in page
    assert "02 61 91 45 10" not in page


def test_with_several_practices_a_stranger_sees_nobodys_numbers(insured: Practice, other_practice: Practice) -> None:
    Provider.objects.create(practice=other_practice, kind="it", name="Autre", phone="02 61 91 99 99")
    page = text(Client().get(EMERGENCY))
    assert PHONE not in page
    assert "02 61 91 99 99" not in page
    assert PHONE in text(client_of(make_member(insured, Role.SECRETARY)).get(EMERGENCY))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_it(client_for: Callable[[Role], Client], role: Role) -> None:
    assert client_for(role).get(EMERGENCY).status_code == 200


def test_its_paper_is_the_sheet_without_an_account(insured: Practice) -> None:
    page = text(Client().get(EMERGENCY, {"papier": "1"}))
    assert "À afficher près du téléphone" in page
    assert PHONE in page


def test_it_shows_the_gestures_even_when_the_database_fails(insured: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(practice: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(emergency, "phones_of", broken)
    response = Client().get(EMERGENCY)
    assert response.status_code == 200
    assert "Retirez le câble réseau" in text(response)


def test_it_asks_the_database_little(insured: Practice, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        Client().get(EMERGENCY)


def test_a_hostile_name_is_shown_as_text(holder: Client, insured: Practice) -> None:
    Provider.objects.create(practice=insured, kind="other", name="<script>alert(1)</script>", phone="javascript:1")
    for address in (EMERGENCY, reverse("practice:sheet")):
        page = text(holder.get(address))
        assert "<script>alert" not in page
        assert 'href="tel:javascript' not in page


def test_the_report_prints_the_journals_digest(holder: Client, insured: Practice) -> None:
    holder.post("/constats/backup-offline/repondre/", {"answer": "no"})
    digest = digest_of(journal(), str(insured.pk), timezone.localdate())
    page = holder.get("/documents/rapport/").content.decode()
    assert digest.code in page
    assert "Empreinte du journal" in page
