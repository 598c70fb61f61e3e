"""The sheet of who declares: kept once, doubts told, nothing lost when two people fill it."""

import pytest
from django.utils import timezone

from hygie.incident.clocks import by_id
from hygie.web.accounts.access import Role
from hygie.web.incidents.forms_identity import luhn
from hygie.web.incidents.models import Identity
from hygie.web.journal.models import JournalEntry
from tests.web.incidents.conftest import clocks_of, text
from tests.web.incidents.papers_kit import url

SHEET = {
    "legal_name": "SELARL Fontaine", "siren": "732 829 320", "rpps": "", "address": "3 rue des Ormes",
    "postcode": "61000", "city": "Val-sur-Orne", "phone": "02 33 00 00 00", "email": "a@fontaine.example",
    "contact": "Nadia Lemoine", "contact_role": "Secrétaire", "insurer_days": "10", "theft_days": "",
    "creation_key": "7d4f7e0e-6d6c-4f5e-8f0c-3b1f5d3f2a10",
}  # fmt: skip


def send(client, **changed):
    return client.post("/cabinet/declarant/", {**SHEET, **changed})


def test_it_is_kept_and_the_papers_use_it(holder, incident):
    assert send(holder).status_code == 302
    row = Identity.objects.get()
    assert (row.siren, row.insurer_days, row.theft_days) == ("732829320", 10, None)
    assert "dénomination officielle" not in text(holder.get(url(incident, "documents/")))
    line = JournalEntry.objects.get(kind="incident.identity")
    assert line.summary == "La fiche du déclarant a été mise à jour."
    assert "732829320" not in str(line.data)


def test_a_longer_delay_of_the_contract_moves_the_insurer_s_clock(holder, incident):
    before = by_id(clocks_of(incident, timezone.localtime()))["insurer"].due_at
    send(holder)
    incident.refresh_from_db()
    assert by_id(clocks_of(incident, timezone.localtime()))["insurer"].due_at > before


@pytest.mark.parametrize(("digits", "right"), [
    ("732829320", True), ("732829321", False), ("404833048", True), ("10003456781", None), ("0" * 9, True),
])  # fmt: skip
def test_the_check_digit(digits, right):
    if right is None:
        assert sum(luhn(digits[:-1] + str(last)) for last in range(10)) == 1
    else:
        assert luhn(digits) is right


def test_a_doubtful_number_is_kept_and_told(holder):
    page = text(holder.post("/cabinet/declarant/", {**SHEET, "siren": "732829321"}, follow=True))
    assert "Le numéro SIREN est gardé, mais un chiffre paraît faux" in page
    assert Identity.objects.get().siren == "732829321"


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("siren", "12", "Écrivez les neuf chiffres du SIREN."),
    ("siren", "７３２８２９３２０", "Écrivez les neuf chiffres du SIREN."),
    ("rpps", "abcdefghijk", "Écrivez les onze chiffres du RPPS."),
    ("postcode", "6100", "Écrivez les cinq chiffres du code postal."),
    ("email", "pas une adresse", "adresse"),
    ("insurer_days", "0", "1"),
    ("theft_days", "999", "60"),
    ("legal_name", "x" * 5_000, "120"),
])  # fmt: skip
def test_what_is_not_one_is_said_beside_its_field(holder, field, value, sentence):
    answer = send(holder, **{field: value})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Identity.objects.exists()


def test_two_people_filling_it_lose_nothing(client_for):
    send(client_for(Role.SECRETARY))
    answer = send(client_for(Role.HOLDER), city="Alençon")
    assert answer.status_code == 409
    page = text(answer)
    assert "Val-sur-Orne" in page
    assert "Alençon" in page
    assert Identity.objects.get().city == "Val-sur-Orne"
    assert send(client_for(Role.HOLDER), city="Alençon", version="1").status_code == 302
    assert Identity.objects.get().city == "Alençon"


def test_another_practice_s_sheet_is_another(holder, other_practice):
    Identity.objects.create(practice=other_practice, city="Ailleurs")
    assert "Ailleurs" not in text(holder.get("/cabinet/declarant/"))
    send(holder)
    assert Identity.objects.count() == 2


@pytest.mark.parametrize("role", [Role.LOCUM, Role.IT_PROVIDER, Role.AUDITOR])
def test_who_may_not_fill_it(client_for, role):
    assert client_for(role).get("/cabinet/declarant/").status_code == 403
    assert send(client_for(role)).status_code == 403
