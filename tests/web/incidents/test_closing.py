"""Closing: only what is settled, by a doctor; a false alarm closes cleanly and stays in the journal."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.incident.state import Reply
from hygie.reference.playbooks import steps_of
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows
from hygie.web.incidents.models import Incident
from hygie.web.journal.flows import Actor
from tests.web.incidents.conftest import say, state, text

DOCTORS = {Role.HOLDER, Role.PARTNER}


def url(incident: Incident, name: str = "close") -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


def settle(incident: Incident, member: Member) -> None:
    actor, now = Actor.of(member), timezone.localtime()
    for about in ("cnil", "patients"):
        flows.decide(actor, incident, about, yes=False, reasons=[], now=now)
    for step in steps_of(state(incident).playbook):
        if step.id not in state(incident).steps and not step.needs:
            say(incident, member, step.id, Reply.DONE, receipt="R 1" if step.receipt else "")


@pytest.mark.parametrize("role", Role)
def test_only_a_doctor_closes(client_for: Callable[[Role], Client], incident: Incident, role: Role) -> None:
    client = client_for(role)
    assert client.get(url(incident)).status_code == (200 if role in DOCTORS else 403)
    answer = client.post(url(incident), {"act": "false", "reason": "écran de veille"})
    assert answer.status_code == (302 if role in DOCTORS else 403)
    assert (state(incident).closed_at is not None) is (role in DOCTORS)
    assert ("Fermer l’incident" in text(client.get(url(incident, "room")))) is False


def test_what_is_left_is_named_and_keeps_it_open(holder: Client, incident: Incident) -> None:
    page = text(holder.get(url(incident)))
    assert "Avant de fermer, il reste" in page
    for words in ("Déposer plainte", "Garder les preuves", "Décider s’il faut prévenir la CNIL"):
        assert words in page
    refused = holder.post(url(incident), {"act": "close"})
    assert refused.status_code == 422
    assert "ne peut pas être clos" in text(refused)
    assert state(incident).closed_at is None


def test_settled_it_closes_with_its_lessons(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    settle(incident, members[Role.HOLDER])
    assert "Trois leçons pour la suite" in text(holder.get(url(incident)))
    holder.post(url(incident), {"act": "close", "first": " Un disque de plus ", "third": "Une deuxième vérification"})
    found = state(incident)
    assert found.lessons == ("Un disque de plus", "Une deuxième vérification")
    assert not found.false_alarm
    page = text(holder.get(url(incident, "room")))
    assert "Cet incident est clos." in page
    assert "C’est fait" not in page


def test_a_false_alarm_needs_a_reason_and_stays(holder: Client, incident: Incident) -> None:
    assert holder.post(url(incident), {"act": "false"}).status_code == 422
    holder.post(url(incident), {"act": "false", "reason": "mise à jour en cours"})
    assert state(incident).false_alarm
    assert "Fausse alerte" in text(holder.get(reverse("incidents:list")))
    assert "mise à jour en cours" in text(holder.get(url(incident, "journal")))
    assert "Fausse alerte" in text(holder.get(reverse("journal:entries")))


def test_closed_twice_is_said(holder: Client, incident: Incident) -> None:
    for status in (302, 422):
        assert holder.post(url(incident), {"act": "false", "reason": "rien"}).status_code == status


def test_when_all_is_settled_the_room_says_so(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    settle(incident, members[Role.HOLDER])
    say(incident, members[Role.HOLDER], "reinstall")
    page = text(holder.get(url(incident, "room")))
    assert "Toutes les étapes sont réglées." in page
    assert "Fermer l’incident" in page


def test_a_false_alarm_keeps_no_order_and_no_delay_on_its_page(holder, incident):
    holder.post(f"/incidents/{incident.pk}/cloturer/", {"act": "false", "reason": "Une mise à jour"})
    page = text(holder.get(f"/incidents/{incident.pk}/"))
    assert "Fausse alerte : cet incident est clos." in page
    for gone in ("Tant que ce n’est pas fini", "Les douze étapes", "Les mettre dans un agenda"):
        assert gone not in page


def test_once_the_police_was_told_nothing_offers_a_false_alarm(holder, incident, members):
    assert "Fausse alerte : fermer" in text(holder.get(f"/incidents/{incident.pk}/cloturer/"))
    say(incident, members[Role.HOLDER], "complaint", receipt="2026/17")
    assert "Fausse alerte : fermer" not in text(holder.get(f"/incidents/{incident.pk}/cloturer/"))
