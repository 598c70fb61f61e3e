"""The journal of an incident: only added to, corrected by new lines, quoted only when its author says so."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.journal.flows import Actor
from tests.web.incidents.conftest import state, text

WRITERS = [role for role in Role if role is not Role.AUDITOR]
NAME = "Madame Zéphyrine Canari"


def url(incident: Incident) -> str:
    return reverse("incidents:journal", args=[incident.pk])


@pytest.mark.parametrize("role", WRITERS)
def test_who_works_here_writes_a_line(client_for: Callable[[Role], Client], incident: Incident, role: Role) -> None:
    client = client_for(role)
    client.post(url(incident), {"text": "  Disques A, B et C : aucun n'est branché.  "})
    (note,) = state(incident).notes
    assert note.text == "Disques A, B et C : aucun n'est branché."
    assert not note.quoted
    assert "Disques A, B et C" in text(client.get(url(incident)))


def test_from_the_room_one_comes_back_to_the_room(holder: Client, incident: Incident) -> None:
    response = holder.post(url(incident), {"text": "Vu.", "from": "room"})
    assert response.url == reverse("incidents:room", args=[incident.pk]) + "#journal"


def test_read_again_it_may_be_quoted(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"text": "Écran rouge.", "quoted": "on"})
    assert state(incident).notes[0].quoted
    assert "peut figurer dans les documents" in text(holder.get(url(incident)))


def test_a_correction_is_a_new_line_that_names_the_first(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"text": "Vu à 9 h."})
    rank = state(incident).notes[0].rank
    page = text(holder.get(url(incident), {"corrige": rank}))
    assert f"Rectifie la ligne {rank}" in page
    holder.post(url(incident), {"text": "Vu à 8 h.", "corrects": rank, "seen": rank})
    assert [note.text for note in state(incident).notes] == ["Vu à 9 h.", "Vu à 8 h."]
    assert state(incident).notes[1].corrects == rank
    assert f"Rectifie la ligne {rank} : Vu à 8 h." in text(holder.get(url(incident)))


@pytest.mark.parametrize("rank", ["0", "9999", "-1", "x", "٣", "1" * 400])
def test_a_line_that_does_not_exist_is_not_corrected(holder: Client, incident: Incident, rank: str) -> None:
    assert holder.get(url(incident), {"corrige": rank}).status_code == 200
    holder.post(url(incident), {"text": "Vu.", "corrects": rank})
    assert all(note.corrects is None for note in state(incident).notes)


def test_sent_twice_from_one_page_it_is_written_once(holder: Client, incident: Incident) -> None:
    data = {"text": "Câble retiré.", "seen": state(incident).last_rank}
    holder.post(url(incident), data)
    holder.post(url(incident), data)
    assert len(state(incident).notes) == 1
    holder.post(url(incident), {**data, "seen": state(incident).last_rank})
    assert len(state(incident).notes) == 2


def test_two_people_with_the_same_words_are_two_lines(client_for: Callable[[Role], Client], incident: Incident) -> None:
    for role in (Role.HOLDER, Role.SECRETARY):
        client_for(role).post(url(incident), {"text": "Rien ne répond.", "seen": 1})
    assert [note.by for note in state(incident).notes] == ["Dr Hélène Fontaine", "Nadia Lemoine"]


@pytest.mark.parametrize("typed", ["", "   ", "x" * 4001])
def test_nothing_or_too_much_is_refused_and_kept_on_the_page(holder: Client, incident: Incident, typed: str) -> None:
    before = IncidentEvent.objects.count()
    response = holder.post(url(incident), {"text": typed})
    assert response.status_code == 422
    assert IncidentEvent.objects.count() == before
    assert typed.strip() in text(response)


def test_what_is_written_is_shown_as_text(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"text": "<img src=x onerror=alert(1)>"})
    for page in (holder.get(url(incident)), holder.get(reverse("incidents:room", args=[incident.pk]))):
        assert "<img src=x" not in page.content.decode()
        assert "&lt;img src=x onerror=alert(1)&gt;" in page.content.decode()


def test_after_closing_a_line_can_still_be_added(
    holder: Client, incident: Incident, members: dict[Role, Member]
) -> None:
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "rien", now=timezone.localtime())
    holder.post(url(incident), {"text": "L'assureur a rappelé."})
    assert len(state(incident).notes) == 1


def test_a_name_typed_here_stays_out_of_the_practice_journal(holder: Client, incident: Incident) -> None:
    holder.post(url(incident), {"text": f"{NAME} a appelé."})
    assert NAME in text(holder.get(url(incident)))
    assert NAME not in text(holder.get(reverse("journal:entries")))
    assert NAME not in text(holder.get(reverse("incidents:list")))
