"""The fictitious practice: complete, marked, visited and removed whole, and never mixed with the real one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from hygie.core.finding import Outcome
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member, User
from hygie.web.dashboard.models import Answer, Proof, Snapshot
from hygie.web.dashboard.selectors import current_checkup
from hygie.web.dashboard.store import read
from hygie.web.inventory.models import Card, Device, OnlineAccount, Provider
from hygie.web.journal.flows import journal
from hygie.web.journal.models import JournalEntry
from hygie.web.practice import demonstration, example
from hygie.web.practice.errors import NotAnExample
from hygie.web.practice.models import FirstAnswer, Practice
from hygie.web.tenancy import Owned
from tests.web.conftest import client_of, make_member

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FICTION = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98")
BANNER = "Cabinet d’exemple."


@pytest.fixture
def doctor(members: dict[Role, Member]) -> Member:
    return members[Role.HOLDER]


@pytest.fixture
def demo(doctor: Member) -> Practice:
    return demonstration.visit_demonstration(doctor, now=NOW)


def owned_models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, Owned)]


def test_it_is_complete_and_marked(demo: Practice) -> None:
    assert demo.demo
    assert demo.first_run_done_at is not None
    for model in (Member, Device, Card, Provider, OnlineAccount, FirstAnswer, Proof, Snapshot):
        assert model.objects.for_practice(demo).exists(), model
    asked = sum(1 for check in catalogue().checks.values() if check.answer != "measured")
    assert Answer.objects.for_practice(demo).count() == asked


def test_everything_in_it_is_fiction(demo: Practice) -> None:
    for provider in Provider.objects.for_practice(demo):
        assert not provider.phone or provider.phone.startswith(FICTION)
        assert not provider.email or provider.email.endswith(".example")


def test_its_state_comes_from_the_real_judgement_and_shows_every_kind(demo: Practice) -> None:
    checkup = current_checkup(demo, NOW)
    found = {finding.outcome for finding in checkup.findings}
    assert {Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAITING} <= found
    pressing = [finding.check_id for finding in checkup.findings if finding.outcome is Outcome.FAILED]
    assert "backup-disk-unplugged" in pressing
    assert 1 <= len(checkup.actions) <= 6
    assert any(finding.exception for finding in checkup.findings)


def test_nine_months_are_behind_it(demo: Practice) -> None:
    days = list(Snapshot.objects.for_practice(demo).order_by("day").values_list("day", "good"))
    assert len(days) == example.MONTHS + 1
    assert (days[-1][0] - days[0][0]).days >= 8 * 30
    assert days[0][1] < days[-1][1]


def test_its_proofs_open(demo: Practice) -> None:
    for proof in Proof.objects.for_practice(demo):
        assert read(proof.stored_as).decode().startswith("Exemple.")


def test_its_journal_is_a_chain_of_its_own_and_tells_when_things_happened(demo: Practice, doctor: Member) -> None:
    assert journal().verify(str(demo.pk)).ok
    told = JournalEntry.objects.filter(practice=str(demo.pk))
    assert any(line.occurred_at < line.recorded_at for line in told)
    own = JournalEntry.objects.filter(practice=str(doctor.practice_id)).values_list("kind", flat=True)
    assert list(own) == ["demonstration.visited"]


def test_nobody_of_the_example_can_log_in(demo: Practice) -> None:
    assert not Member.objects.for_practice(demo).exclude(user=None).exists()


def test_nothing_of_it_is_in_the_real_practice(demo: Practice, practice: Practice, holder: Client) -> None:
    for model in owned_models():
        if model is not Member:
            assert not model.objects.for_practice(practice).exists(), model
    checkup = current_checkup(practice, NOW)
    assert {finding.outcome for finding in checkup.findings} == {Outcome.UNKNOWN}
    assert not any(checkup.phones.values())
    for name in ("practice:report", "practice:sheet"):
        page = holder.get(reverse(name)).content.decode()
        assert "Perrin" not in page
        assert "MRP-2024" not in page


def test_a_visit_shows_the_banner_everywhere_and_leaving_brings_back(holder: Client) -> None:
    holder.post(reverse("practice:demonstration_visit"))
    for name in ("dashboard:today", "practice:documents", "practice:settings", "journal:entries", "practice:emergency"):
        page = holder.get(reverse(name)).content.decode()
        assert BANNER in page, name
    assert "02 61 91 45 10" in holder.get(reverse("practice:sheet")).content.decode()
    holder.post(reverse("practice:demonstration_leave"))
    page = holder.get(reverse("practice:documents")).content.decode()
    assert BANNER not in page
    assert "Cabinet du Dr Fontaine" in page


def test_what_is_done_in_the_example_stays_there(holder: Client, practice: Practice) -> None:
    holder.post(reverse("practice:demonstration_visit"))
    holder.post(reverse("practice:first_run", args=[5]), {"choice": "none"})
    assert not FirstAnswer.objects.for_practice(practice).exists()
    assert not Answer.objects.for_practice(practice).exists()
    shown = FirstAnswer.objects.get(practice_id=demonstration.demonstration_id(practice.pk), question="backup")
    assert shown.choice == "none"


def test_removing_it_leaves_no_row_no_account_and_no_file_but_its_journal(holder: Client, practice: Practice) -> None:
    holder.post(reverse("practice:demonstration_visit"))
    key = demonstration.demonstration_id(practice.pk)
    files = list(Proof.objects.filter(practice_id=key).values_list("stored_as", flat=True))
    person = Member.objects.filter(practice_id=key, role="secretary").get()
    person.user = User.objects.create(username="invented")
    person.save()
    before = JournalEntry.objects.filter(practice=str(key)).count()
    assert before
    holder.post(reverse("practice:demonstration_remove"))
    assert not Practice.objects.filter(pk=key).exists()
    assert not User.objects.filter(username="invented").exists()
    for model in owned_models():
        assert not model.objects.filter(practice_id=key).exists(), model
    assert JournalEntry.objects.filter(practice=str(key)).count() == before
    assert journal().verify(str(key)).ok
    assert Practice.objects.filter(pk=practice.pk).exists()
    assert BANNER not in holder.get(reverse("practice:documents")).content.decode()
    assert len(files) == 4


@pytest.mark.django_db(transaction=True)
def test_its_sealed_files_go_once_the_removal_is_written(doctor: Member) -> None:
    demo = demonstration.visit_demonstration(doctor, now=NOW)
    files = list(Proof.objects.for_practice(demo).values_list("stored_as", flat=True))
    demonstration.remove_demonstration(doctor, doctor.practice_id)
    for name in files:
        with pytest.raises(OSError):
            read(name)


def test_it_comes_back_after_being_removed(doctor: Member) -> None:
    first = demonstration.visit_demonstration(doctor, now=NOW)
    demonstration.remove_demonstration(doctor, doctor.practice_id)
    demonstration.remove_demonstration(doctor, doctor.practice_id)
    again = demonstration.visit_demonstration(doctor, now=NOW)
    assert again.pk == first.pk
    assert journal().verify(str(again.pk)).ok


def test_a_second_visit_of_the_day_keeps_it_and_an_old_one_is_made_again(doctor: Member) -> None:
    demo = demonstration.visit_demonstration(doctor, now=NOW)
    Provider.objects.for_practice(demo).delete()
    demonstration.visit_demonstration(doctor, now=NOW + timedelta(hours=5))
    assert not Provider.objects.for_practice(demo).exists()
    later = NOW + timedelta(days=40)
    demonstration.visit_demonstration(doctor, now=later)
    assert Provider.objects.for_practice(demo).exists()
    checkup = current_checkup(Practice.objects.get(pk=demo.pk), later)
    assert not [f for f in checkup.findings if "Pas de nouvelles" in f.summary]


def test_a_real_practice_is_never_removed(doctor: Member, practice: Practice) -> None:
    key = demonstration.demonstration_id(practice.pk)
    Practice.objects.create(id=key, name="Un vrai cabinet, par malheur sous ce nom", demo=False)
    with pytest.raises(NotAnExample):
        demonstration.remove_demonstration(doctor, practice.pk)
    assert Practice.objects.filter(pk=key).exists()


def test_each_practice_has_its_own_and_enters_no_other(doctor: Member, other_practice: Practice) -> None:
    demonstration.visit_demonstration(doctor, now=NOW)
    stranger = make_member(other_practice, Role.HOLDER)
    assert demonstration.stand_in(stranger) is None
    client = client_of(stranger)
    session = client.session
    session[demonstration.SESSION] = True
    session.save()
    page = client.get(reverse("practice:documents")).content.decode()
    assert "Cabinet du Dr Marchand" in page
    assert BANNER not in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.HOLDER])
def test_only_the_doctor_visits_and_a_forged_session_enters_nothing(
    client_for: Callable[[Role], Client], doctor: Member, role: Role
) -> None:
    demonstration.visit_demonstration(doctor, now=NOW)
    client = client_for(role)
    for name in ("visit", "leave", "remove"):
        assert client.post(reverse(f"practice:demonstration_{name}")).status_code == 403
    session = client.session
    session[demonstration.SESSION] = True
    session.save()
    assert BANNER not in client.get(reverse("dashboard:today")).content.decode()


@pytest.mark.parametrize("name", ["visit", "leave", "remove"])
def test_a_link_alone_does_nothing(holder: Client, name: str) -> None:
    assert holder.get(reverse(f"practice:demonstration_{name}")).status_code == 405


def test_facts_of_the_example_know_no_missing_answer() -> None:
    """Every measured check is judged: a fact forgotten would show as unknown."""
    checkup = list(example.history(catalogue(), NOW))[-1]
    unseen = [f.check_id for f in checkup.findings if f.outcome is Outcome.UNKNOWN]
    assert unseen == ["gdpr-processor-contracts"]
