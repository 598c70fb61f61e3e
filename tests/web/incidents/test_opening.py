"""« Il se passe quelque chose d'anormal »: one click to a number, three questions at most, one incident."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from hygie.reference.opening import opening
from hygie.web.accounts.access import Role
from hygie.web.incidents.models import Incident
from hygie.web.journal.models import JournalEntry
from hygie.web.practice.models import Practice
from tests.web.conftest import client_of, make_member
from tests.web.incidents.conftest import CONTRACT, INSURER, state, text

EMERGENCY = reverse("practice:emergency")
RANSOMWARE = {"q-sees": "screen", "q-connected": "yes", "q-disk": "no"}
OPENERS = [role for role in Role if role is not Role.AUDITOR]


def send(client: Client, answers: dict[str, str], key: str = "", **more: str) -> Any:
    return client.post(EMERGENCY, {**answers, "creation_key": key or str(uuid4()), **more})


@pytest.mark.parametrize("role", [None, *Role])
def test_the_first_screen_has_the_number_the_first_gesture_and_six_choices(
    numbers: Practice, client_for: Callable[[Role], Client], role: Role | None
) -> None:
    page = text((client_for(role) if role else Client()).get(EMERGENCY))
    assert page.index("tel:0199001234") < page.index("Que voyez-vous ?")
    assert page.index("Retirez le câble réseau. N’éteignez pas") < page.index("Que voyez-vous ?")
    assert page.count('name="q-sees"') == 6
    assert (CONTRACT in page) is (role not in {None, Role.IT_PROVIDER})


def test_after_the_first_answer_the_instruction_comes_before_the_next_question(holder: Client) -> None:
    page = text(send(holder, {"q-sees": "screen"}))
    told = "Retirez le câble réseau et coupez le Wi-Fi. N’éteignez pas l’ordinateur."
    assert page.index(told) < page.index("L’ordinateur est-il encore relié au réseau ?")
    assert not Incident.objects.exists()


@pytest.mark.parametrize("role", OPENERS)
def test_the_last_answer_opens_the_incident(client_for: Callable[[Role], Client], role: Role) -> None:
    response = send(client_for(role), RANSOMWARE)
    incident = Incident.objects.get()
    assert response.url == reverse("incidents:room", args=[incident.pk])
    found = state(incident)
    assert found.playbook == "ransomware"
    assert found.answers == {"sees": "screen", "connected": "yes", "disk": "no"}


def test_sent_twice_it_is_one_incident(holder: Client) -> None:
    key = str(uuid4())
    assert send(holder, RANSOMWARE, key).url == send(holder, RANSOMWARE, key).url
    assert Incident.objects.count() == 1


def test_the_key_of_the_first_page_is_kept_to_the_last(holder: Client) -> None:
    key = str(uuid4())
    assert key in text(send(holder, {"q-sees": "screen"}, key))


def test_stolen_and_lost_are_told_apart(holder: Client) -> None:
    send(holder, {"q-sees": "device", "q-device": "stolen"})
    send(holder, {"q-sees": "device", "q-device": "lost"})
    assert [state(one).stolen for one in Incident.objects.order_by("reference")] == [True, False]


def test_two_incidents_at_once_and_the_first_is_offered_again(holder: Client) -> None:
    send(holder, RANSOMWARE)
    page = text(holder.get(EMERGENCY))
    assert "Reprendre" in page
    assert reverse("incidents:room", args=[Incident.objects.get().pk]) in page
    send(holder, {"q-sees": "device", "q-device": "stolen"})
    assert text(holder.get(EMERGENCY)).count("Reprendre") == 2


def test_a_stranger_does_not_learn_that_an_incident_is_open(numbers: Practice, holder: Client) -> None:
    send(holder, RANSOMWARE)
    page = text(Client().get(EMERGENCY))
    assert INSURER in page
    assert "Reprendre" not in page
    assert str(Incident.objects.get().pk) not in page


@pytest.mark.parametrize("role", [None, Role.AUDITOR])
def test_who_may_not_open_gets_the_gestures_and_nothing_is_written(
    numbers: Practice, client_for: Callable[[Role], Client], role: Role | None
) -> None:
    client = client_for(role) if role else Client()
    lines = JournalEntry.objects.count()
    page = text(send(client, RANSOMWARE))
    assert "Photographiez l’écran" in page
    assert "payer ou répondre" in page
    assert not Incident.objects.exists()
    assert JournalEntry.objects.count() == lines


def test_a_stranger_without_token_is_refused(numbers: Practice) -> None:
    assert Client(enforce_csrf_checks=True).post(EMERGENCY, RANSOMWARE).status_code == 403


def test_odd_behaviour_leads_to_the_examination_or_to_a_cautious_opening(holder: Client) -> None:
    odd = {"q-sees": "other", "q-which": "odd"}
    page = text(send(holder, odd))
    assert "On ne sait pas encore ce que c’est." in page
    assert not Incident.objects.exists()
    examined = send(holder, odd, playbook="examine")
    assert examined.url == reverse("incidents:examination", args=[Incident.objects.get().pk])
    send(holder, odd, playbook="cps_lost")
    assert {state(one).playbook for one in Incident.objects.all()} == {"intrusion", "cps_lost"}


@pytest.mark.parametrize("extra", [{"playbook": "../x"}, {"playbook": "intrusion", "creation_key": "nope"}])
def test_what_was_tampered_with_opens_nothing(holder: Client, extra: dict[str, str]) -> None:
    data = {"q-sees": "other", "q-which": "odd", "creation_key": str(uuid4()), **extra}
    assert holder.post(EMERGENCY, data).status_code == 200
    assert not Incident.objects.exists()


def test_a_choice_that_does_not_exist_asks_again(holder: Client) -> None:
    page = text(send(holder, {"q-sees": "<script>alert(1)</script>"}))
    assert "Que voyez-vous ?" in page
    assert "<script>alert" not in page


def test_one_question_back(holder: Client) -> None:
    page = text(send(holder, {"q-sees": "screen", "q-connected": "yes"}, retour="1"))
    assert "encore relié au réseau" in page
    assert 'name="q-sees" value="screen"' in page


def test_the_example_opens_its_own_incidents_only(holder: Client, practice: Practice) -> None:
    holder.post(reverse("practice:demonstration_visit"))
    send(holder, RANSOMWARE)
    assert Incident.objects.get().practice.demo
    holder.post(reverse("practice:demonstration_leave"))
    assert "Reprendre" not in text(holder.get(EMERGENCY))


def test_every_path_of_answers_ends_in_three_questions(holder: Client) -> None:
    """A choice at random would hide a dead end: every path is walked."""
    pending: list[dict[str, str]] = [{}]
    while pending:
        answers = pending.pop()
        question = send(Client(), answers).context["question"]
        if question is None:
            continue
        assert len(answers) < 3
        pending += [{**answers, f"q-{question.id}": one.id} for one in opening().choices(question)]


def test_another_practice_offers_nothing_of_ours(holder: Client, other_practice: Practice) -> None:
    send(holder, RANSOMWARE)
    theirs = client_of(make_member(other_practice, Role.HOLDER))
    assert "Reprendre" not in text(theirs.get(EMERGENCY))


def test_who_must_first_change_a_password_is_told_and_opens_nothing(members: dict[Role, Any]) -> None:
    member = members[Role.SECRETARY]
    member.user.must_change_password = True
    member.user.save()
    page = text(send(client_of(member), RANSOMWARE))
    assert "passez d’abord par cette page" in page
    assert reverse("account_change_password") in page
    assert not Incident.objects.exists()


def test_what_was_answered_is_taken_up_by_the_first_gesture(holder: Client) -> None:
    send(holder, {**RANSOMWARE, "q-connected": "no", "q-disk": "yes"})
    room = text(holder.get(reverse("incidents:room", args=[Incident.objects.get().pk])))
    assert "« Non, c’est coupé »" in room
    assert "Débranchez-le maintenant, et gardez-le à part." in room


def test_nobody_answers_is_offered_only_where_somebody_is_called(holder: Client) -> None:
    send(holder, RANSOMWARE)
    room = reverse("incidents:room", args=[Incident.objects.get().pk])
    assert "Personne ne répond" not in text(holder.get(f"{room}?etape=isolate"))
    assert "Personne ne répond" in text(holder.get(f"{room}?etape=call_insurer"))
