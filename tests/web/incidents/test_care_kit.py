"""Two papers for the day nothing works, and whether the copies near the telephone still say the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hygie.web.accounts.access import Role
from hygie.web.incidents.models import PrintedKit
from hygie.web.incidents.views.care_kit import copies_of
from hygie.web.inventory.models import Provider
from hygie.web.journal.models import JournalEntry
from tests.documents.reading import dense, pages, pdf_text
from tests.web.incidents.conftest import CONTRACT, INSURER, text

PAPERS = ("first_hour", "care_kit")


def copies(practice):
    return {one.id: one for one in copies_of(practice, timezone.localtime())}


def note(client, practice, name):
    sent = {"document": name, "fingerprint": copies(practice)[name].fingerprint}
    return client.post("/continuite/imprime/", sent)


def test_the_page_says_what_to_do_without_a_computer(holder, numbers):
    page = text(holder.get("/continuite/"))
    assert "Au secrétariat" in page
    assert INSURER in page
    assert page.count("Aucune copie imprimée n’est notée.") == 2


def test_both_papers_print_and_the_first_hour_is_one_page(holder, numbers):
    sheet, kit = holder.get("/continuite/premiere-heure.pdf"), holder.get("/continuite/pochette.pdf")
    assert pages(sheet.content) == 1
    assert pages(kit.content) >= 3
    for answer in (sheet, kit):
        assert answer["Content-Type"] == "application/pdf"
        told = dense(pdf_text(answer.content))
        assert dense(INSURER) in told
        assert CONTRACT in told


@pytest.mark.parametrize("name", PAPERS)
def test_a_printed_copy_is_fresh_until_a_number_changes(holder, numbers, name):
    assert note(holder, numbers, name).status_code == 302
    assert copies(numbers)[name].word == "À jour"
    Provider.objects.filter(kind="insurer").update(phone="01 99 00 99 99")
    stale = copies(numbers)[name]
    assert stale.word == "À remplacer"
    assert "Votre copie imprimée n’est plus à jour." in text(holder.get("/continuite/"))
    note(holder, numbers, name)
    assert copies(numbers)[name].word == "À jour"


@pytest.mark.parametrize("name", PAPERS)
def test_time_alone_changes_nothing_before_six_months(holder, numbers, name):
    note(holder, numbers, name)
    row = PrintedKit.objects.get()
    for days, word in ((150, "À jour"), (190, "À remplacer")):
        row.printed_at = timezone.now() - timedelta(days=days)
        row.save()
        assert copies(numbers)[name].word == word
    assert "elle a plus de six mois" in copies(numbers)[name].sentence.replace("\u00a0", " ")


def test_printed_twice_the_same_day_it_is_noted_once(holder, numbers):
    note(holder, numbers, "care_kit")
    note(holder, numbers, "care_kit")
    assert PrintedKit.objects.count() == 1
    assert JournalEntry.objects.filter(kind="care_kit.printed").count() == 1


@pytest.mark.parametrize("sent", [
    {}, {"document": "care_kit"}, {"document": "autre", "fingerprint": "0" * 64},
    {"document": "care_kit", "fingerprint": "<script>"},
])  # fmt: skip
def test_what_was_not_printed_is_not_noted(holder, numbers, sent):
    assert holder.post("/continuite/imprime/", sent).status_code == 302
    assert not PrintedKit.objects.exists()


def test_everybody_reads_it_and_the_auditor_notes_nothing(client_for, numbers):
    for role in Role:
        for path in ("/continuite/", "/continuite/premiere-heure.pdf", "/continuite/pochette.pdf"):
            assert client_for(role).get(path).status_code == 200
    assert note(client_for(Role.AUDITOR), numbers, "care_kit").status_code == 403
    assert "Je l’ai imprimée" not in text(client_for(Role.AUDITOR).get("/continuite/"))
    assert note(client_for(Role.LOCUM), numbers, "care_kit").status_code == 302


def test_the_it_provider_does_not_get_the_contracts(client_for, numbers):
    Provider.objects.filter(kind="host").update(contract="HOTE-4471")
    client = client_for(Role.IT_PROVIDER)
    for path in ("/continuite/premiere-heure.pdf", "/continuite/pochette.pdf"):
        told = dense(pdf_text(client.get(path).content))
        assert CONTRACT not in told
        assert "HOTE-4471" not in told
        assert dense(INSURER) in told
    assert CONTRACT not in text(client.get("/continuite/"))
