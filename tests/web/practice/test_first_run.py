"""The first visit: ten questions, what they write, and that giving the same answer again changes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hygie.reference.catalogue import catalogue
from hygie.reference.first_run import COUNT, UNKNOWN, first_run
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.dashboard.flows import Reply, give_answer
from hygie.web.dashboard.models import Answer, Question
from hygie.web.dashboard.selectors import current_checkup
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from hygie.web.practice.flows import Contact, Details, answer_first_question, finish_first_run
from hygie.web.practice.models import FirstAnswer, Practice
from tests.web.conftest import client_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
QUESTIONS = {question.id: question for question in first_run()}
Tell = Callable[..., FirstAnswer]
NOTHING = Details()


@pytest.fixture
def doctor(practice: Practice, members: dict[Role, Member]) -> Member:
    return members[Role.HOLDER]


@pytest.fixture
def tell(practice: Practice, doctor: Member) -> Tell:
    def give(question: str, choice: str, details: Details = NOTHING, now: datetime = NOW) -> FirstAnswer:
        return answer_first_question(Actor.of(doctor), practice, QUESTIONS[question], choice, details, now=now)

    return give


def given(practice: Practice) -> dict[str, str]:
    return dict(Answer.objects.for_practice(practice).values_list("check_id", "answer"))


def lines(practice: Practice) -> int:
    return JournalEntry.objects.filter(practice=str(practice.pk)).count()


@pytest.mark.parametrize(
    ("question", "choice"), [(question.id, choice.id) for question in first_run() for choice in question.choice]
)
def test_each_choice_gives_exactly_its_answers(practice: Practice, tell: Tell, question: str, choice: str) -> None:
    tell(question, choice)
    assert given(practice) == dict(QUESTIONS[question].sets(choice))
    assert not Question.objects.for_practice(practice).exists()


def test_an_answer_reaches_the_state_of_the_practice_at_once(practice: Practice, tell: Tell) -> None:
    tell("backup", "plugged")
    found = {finding.check_id: finding for finding in current_checkup(practice, NOW).findings}
    assert found["backup-offline"].outcome == "failed"
    assert found["backup-offline"].origin == "declared"


def test_the_same_answer_twice_changes_nothing(practice: Practice, tell: Tell) -> None:
    details = Details({"it": Contact("Perrin Informatique", "02 61 91 45 10")})
    tell("it", "provider", details)
    before = lines(practice), list(Provider.objects.values_list("version", flat=True))
    tell("it", "provider", details, now=NOW + timedelta(hours=1))
    assert (lines(practice), list(Provider.objects.values_list("version", flat=True))) == before
    assert FirstAnswer.objects.get(question="it").answered_at == NOW


def test_another_answer_takes_back_what_the_first_one_said(practice: Practice, tell: Tell) -> None:
    tell("backup", "none")
    tell("backup", "unplugged")
    assert given(practice) == {"backup-offline": "yes", "backup-two-media": "unknown"}


def test_what_somebody_answered_better_since_is_not_taken_back(practice: Practice, tell: Tell, doctor: Member) -> None:
    tell("people", "alone")
    give_answer(Actor.of(doctor), practice, "cps-own-card", Reply("yes"), now=NOW)
    tell("people", "few")
    assert given(practice)["cps-own-card"] == "yes"
    assert given(practice)["cps-locum"] == "unknown"


@pytest.mark.parametrize("question", [question.id for question in first_run()])
def test_not_knowing_asks_the_one_who_may_know_and_counts_nothing_good(
    practice: Practice, tell: Tell, question: str
) -> None:
    tell(question, UNKNOWN)
    (asked,) = Question.objects.for_practice(practice)
    assert asked.topic == question
    assert asked.owner == QUESTIONS[question].ask.value
    assert asked.check_id == next(iter(QUESTIONS[question].checks), "")
    assert asked.check_id == "" or asked.check_id in catalogue().checks
    assert asked.digest is None  # no link is open before somebody asks for one
    assert asked.asked_to
    assert not [finding for finding in current_checkup(practice, NOW).findings if finding.outcome == "passed"]


def test_not_knowing_twice_asks_once_and_an_answer_closes_the_question(practice: Practice, tell: Tell) -> None:
    tell("mailbox", UNKNOWN)
    tell("mailbox", UNKNOWN)
    assert Question.objects.for_practice(practice).count() == 1
    tell("mailbox", "all")
    assert Question.objects.for_practice(practice).filter(closed_at=None).count() == 0
    tell("mailbox", UNKNOWN)
    assert given(practice)["passwords-mfa-mailbox"] == "unknown"
    assert Question.objects.for_practice(practice).filter(closed_at=None).count() == 1


def test_the_question_is_put_to_the_provider_by_name_when_known(practice: Practice, tell: Tell) -> None:
    tell("it", "provider", Details({"it": Contact("Perrin Informatique")}))
    tell("mailbox", UNKNOWN)
    assert Question.objects.get().asked_to == "Perrin Informatique"


def test_a_provider_is_named_then_renamed_never_doubled_nor_erased(practice: Practice, tell: Tell) -> None:
    tell("it", "provider", Details({"it": Contact("Perrin", "02 61 91 45 10")}))
    tell("it", "provider", Details({"it": Contact("Perrin Informatique")}))
    tell("it", "publisher")
    (provider,) = Provider.objects.for_practice(practice)
    assert (provider.name, provider.phone, provider.kind) == ("Perrin Informatique", "02 61 91 45 10", "it")


def test_a_question_only_fills_the_fields_it_shows(practice: Practice, tell: Tell) -> None:
    tell("backup", "none", Details({"insurer": Contact("Autre")}, people=12, contract="X"))
    practice.refresh_from_db()
    assert (practice.people, practice.insurer_contract) == (None, "")
    assert not Provider.objects.for_practice(practice).exists()


def test_the_contract_is_kept_sealed_and_nowhere_else(practice: Practice, tell: Tell) -> None:
    tell("insurer", "known", Details({"insurer": Contact("Saint-Aubin", "01 99 00 12 34")}, contract="MRP-2024-118204"))
    practice.refresh_from_db()
    assert practice.insurer_contract == "MRP-2024-118204"
    assert FirstAnswer.objects.get().details == {}
    told = JournalEntry.objects.filter(practice=str(practice.pk)).values_list("summary", "data")
    assert not [line for line in told if "118204" in "".join(line)]


def test_alone_counts_one_person_and_a_number_typed_counts_itself(practice: Practice, tell: Tell) -> None:
    tell("people", "alone", Details(people=7))
    practice.refresh_from_db()
    assert practice.people == 1
    tell("people", "team", Details(people=7))
    practice.refresh_from_db()
    assert practice.people == 7


def test_the_visit_ends_once_when_all_ten_are_answered(practice: Practice, tell: Tell, doctor: Member) -> None:
    for question in first_run()[:-1]:
        tell(question.id, UNKNOWN)
    assert finish_first_run(Actor.of(doctor), practice, now=NOW) == 1
    tell("insurer", "no_contract")
    assert finish_first_run(Actor.of(doctor), practice, now=NOW) == 0
    finish_first_run(Actor.of(doctor), practice, now=NOW + timedelta(days=1))
    practice.refresh_from_db()
    assert practice.first_run_done_at == NOW


def page(n: int) -> str:
    return reverse("practice:first_run", args=[n])


def test_ten_screens_are_walked_without_script(holder: Client, practice: Practice) -> None:
    start = holder.get(reverse("practice:first_run_start"))
    assert "Vos réponses restent sur cet ordinateur. Aucun nom de patient." in start.content.decode()
    assert "Visiter un cabinet d’exemple" in start.content.decode()
    for n, question in enumerate(first_run(), 1):
        screen = holder.get(page(n)).content.decode()
        assert f"Question {n} sur {COUNT}" in screen
        assert "Je ne sais pas" in screen
        assert "Pourquoi cette question" in screen
        response = holder.post(page(n), {"choice": question.choice[0].id})
        following = page(n + 1) if n < COUNT else reverse("practice:first_run_end")
        assert (response.status_code, response.url) == (302, following)
    end = holder.get(reverse("practice:first_run_end"))
    assert end.status_code == 200
    practice.refresh_from_db()
    assert practice.first_run_done_at is not None
    assert FirstAnswer.objects.for_practice(practice).count() == COUNT


def test_it_resumes_where_one_left(holder: Client) -> None:
    holder.post(page(1), {"choice": "alone"})
    holder.post(page(2), {"choice": "unknown"})
    assert page(3) in holder.get(reverse("practice:first_run_start")).content.decode()


def test_what_is_known_is_shown_again(holder: Client) -> None:
    holder.post(page(2), {"choice": "provider", "it_name": "Perrin & fils", "it_phone": "02 61 91 45 10"})
    screen = holder.get(page(2)).content.decode()
    assert 'value="Perrin &amp; fils"' in screen
    assert 'value="02 61 91 45 10"' in screen
    assert 'value="provider" checked' in screen


@pytest.mark.parametrize(
    ("n", "typed", "told"),
    [
        (1, {}, "Choisissez une réponse"),
        (1, {"choice": "everybody"}, "Choisissez une réponse"),
        (1, {"choice": "few", "people": "0"}, "de 1 à 500"),
        (1, {"choice": "few", "people": "beaucoup"}, "de 1 à 500"),
        (2, {"choice": "provider", "it_name": "x" * 81}, "80 caractères"),
        (2, {"choice": "provider", "it_name": "Perrin", "it_phone": "<script>"}, "02 61 91 45 10"),
        (2, {"choice": "provider", "it_phone": "02 61 91 45 10"}, "Écrivez aussi le nom"),
        (2, {"choice": "provider", "it_name": "a\x00b"}, "caractère"),
    ],
)
def test_a_faulty_answer_is_said_and_nothing_typed_is_lost(
    holder: Client, practice: Practice, n: int, typed: dict[str, str], told: str
) -> None:
    response = holder.post(page(n), typed)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not FirstAnswer.objects.for_practice(practice).exists()
    for value in typed.values():
        if value.isalnum() and len(value) < 80 and value != "everybody":
            assert value in response.content.decode()


@pytest.mark.parametrize("n", [0, 11, 10**30])
def test_there_are_ten_questions_and_no_other(holder: Client, n: int) -> None:
    assert holder.get(f"/bienvenue/{n}/").status_code == 404


def test_an_answer_of_one_practice_is_not_seen_in_another(holder: Client, other_practice: Practice) -> None:
    from tests.web.conftest import make_member

    holder.post(page(2), {"choice": "provider", "it_name": "Perrin Informatique"})
    other = client_of(make_member(other_practice, Role.HOLDER))
    assert "Perrin Informatique" not in other.get(page(2)).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_only_the_doctor_and_the_secretary_answer(client_for: Callable[[Role], Any], role: Role) -> None:
    client = client_for(role)
    expected = 200 if role in (Role.HOLDER, Role.SECRETARY) else 403
    assert client.get(page(1)).status_code == expected
    assert client.get(reverse("practice:first_run_start")).status_code == expected
    assert client.get(reverse("practice:first_run_end")).status_code == expected
    assert client.post(page(9), {"choice": "neither"}).status_code == (302 if expected == 200 else 403)
