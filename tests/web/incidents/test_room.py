"""The room: one step at a time, numbers first, gates, two people at once; who may see and do what."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.incident.state import Reply
from hygie.reference.playbooks import IDS, playbooks, steps_of
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows, pages
from hygie.web.incidents.acting import Said, answer_seen
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import Actor
from hygie.web.practice.models import Practice
from tests.web.conftest import client_of, make_member
from tests.web.incidents.conftest import CONTRACT, INSURER, say, state, text

ACTORS = [role for role in Role if role is not Role.AUDITOR]
OpenOne = Callable[..., Incident]


def url(incident: Incident, name: str = "room") -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


def answer(client: Client, incident: Incident, step: str, reply: str = "fait", **more: Any) -> Any:
    return client.post(url(incident, "answer"), {"step": step, "reply": reply, "seen": 0, **more}, follow=True)


@pytest.mark.parametrize("role", Role)
def test_everybody_of_the_practice_sees_the_room(
    client_for: Callable[[Role], Client], incident: Incident, role: Role
) -> None:
    page = text(client_for(role).get(url(incident)))
    assert "Retirez le câble réseau. N’éteignez pas." in page
    assert "Étape 1 sur 12" in page
    assert "Les douze étapes" in page
    assert ("C’est fait" in page) is (role in ACTORS)
    assert (CONTRACT in page) is (role is not Role.IT_PROVIDER)
    assert ("Preuves" in page) is (role not in {Role.LOCUM, Role.AUDITOR})


@pytest.mark.parametrize("name", ["room", "journal", "evidence", "clocks", "close", "playbook", "clocks_ics"])
def test_another_practice_finds_nothing(other_practice: Practice, incident: Incident, name: str) -> None:
    theirs = client_of(make_member(other_practice, Role.HOLDER))
    assert theirs.get(url(incident, name)).status_code == 404
    assert theirs.post(url(incident, "answer"), {"step": "isolate", "reply": "fait"}).status_code == 404


def test_the_auditor_reads_and_does_nothing(client_for: Callable[[Role], Client], incident: Incident) -> None:
    auditor, before = client_for(Role.AUDITOR), IncidentEvent.objects.count()
    for name in ("answer", "playbook", "journal", "clocks", "close", "evidence", "examination"):
        assert auditor.post(url(incident, name), {"text": "x", "act": "unsure"}).status_code == 403, name
    assert IncidentEvent.objects.count() == before


@pytest.mark.parametrize("playbook", IDS)
def test_each_playbook_has_its_room(holder: Client, open_one: OpenOne, playbook: str) -> None:
    incident = open_one(playbook)
    page = text(holder.get(url(incident)))
    for text_ in playbooks()[playbook].never:
        assert text_.replace("'", "’") in page
    for step in playbooks()[playbook].steps:
        assert text(holder.get(url(incident), {"etape": step})).count("t-ici") >= 1


def test_the_number_is_first_and_large(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    say(incident, members[Role.SECRETARY], "isolate")
    say(incident, members[Role.SECRETARY], "photo")
    page = text(holder.get(url(incident)))
    assert 'class="ici__numero" href="tel:0199001234"' in page
    assert page.index(INSURER) < page.index("Dites : « Nos fichiers sont chiffrés")
    assert f'<b class="insecable">{CONTRACT}</b>' in page
    assert "Dr Hélène Fontaine · 10 minutes" in page


def test_a_number_nobody_gave_is_said_to_be_on_the_contract(holder: Client, incident: Incident) -> None:
    Provider.objects.filter(kind="insurer").delete()
    page = text(holder.get(url(incident), {"etape": "call_insurer"}))
    assert "Hygie n’a pas ce numéro : il est sur votre contrat d’assurance." in page


def test_an_answer_leads_to_the_next_step(holder: Client, incident: Incident) -> None:
    page = text(answer(holder, incident, "isolate"))
    assert "Étape 2 sur 12" in page
    assert "Photographiez l’écran" in page
    assert state(incident).steps["isolate"].by == "Dr Hélène Fontaine"


def test_nobody_answers_and_the_next_comes_first(holder: Client, incident: Incident) -> None:
    for step in ("isolate", "photo"):
        answer(holder, incident, step)
    page = text(answer(holder, incident, "call_insurer", "personne"))
    assert "Appelez l’informaticien" in page
    assert "sans réponse à" in page
    again = text(holder.get(url(incident), {"etape": "call_insurer"}))
    assert "Personne n’a répondu à" in again
    assert "1 essai" in again


def test_two_people_at_once_the_second_is_told_by_whom(
    client_for: Callable[[Role], Client], incident: Incident
) -> None:
    answer(client_for(Role.SECRETARY), incident, "isolate")
    before = IncidentEvent.objects.count()
    page = text(answer(client_for(Role.HOLDER), incident, "isolate", "inconnu"))
    assert "Déjà noté par Nadia Lemoine à" in page
    assert state(incident).steps["isolate"].reply is Reply.DONE
    assert IncidentEvent.objects.count() == before


def test_having_seen_it_one_may_say_otherwise(client_for: Callable[[Role], Client], incident: Incident) -> None:
    answer(client_for(Role.SECRETARY), incident, "call_insurer", "personne")
    seen = state(incident).steps["call_insurer"].rank
    answer(client_for(Role.HOLDER), incident, "call_insurer", "fait", seen=seen)
    assert state(incident).steps["call_insurer"].reply is Reply.DONE


@pytest.mark.parametrize("reply", ["fait", "personne", "inconnu"])
def test_a_double_click_counts_once(holder: Client, incident: Incident, reply: str) -> None:
    answer(holder, incident, "isolate", reply)
    before = IncidentEvent.objects.count()
    answer(holder, incident, "isolate", reply)
    assert IncidentEvent.objects.count() == before
    assert state(incident).steps["isolate"].tries <= 1


def test_reinstalling_is_locked_and_says_by_what(holder: Client, incident: Incident) -> None:
    page = text(holder.get(url(incident), {"etape": "reinstall"}))
    assert "Fermée tant qu’il reste : Garder les preuves et Déposer plainte" in page
    assert 'name="reply" value="fait"' not in page
    refused = text(answer(holder, incident, "reinstall"))
    assert "Pas encore" in refused
    assert "reinstall" not in state(incident).steps


def test_the_complaint_needs_its_number(holder: Client, incident: Incident) -> None:
    page = text(answer(holder, incident, "complaint"))
    assert "Il manque le numéro du récépissé" in page
    assert "complaint" not in state(incident).steps
    answer(holder, incident, "complaint", receipt="PV 2026/118")
    assert state(incident).steps["complaint"].receipt == "PV 2026/118"
    assert "récépissé n° PV 2026/118" in text(holder.get(url(incident)))


def test_giving_up_needs_a_reason_and_for_rights_a_doctor(
    client_for: Callable[[Role], Client], incident: Incident
) -> None:
    holder = client_for(Role.HOLDER)
    answer(holder, incident, "complaint", "waived", reason="  ")
    assert "complaint" not in state(incident).steps
    assert answer(client_for(Role.SECRETARY), incident, "complaint", "waived", reason="x").status_code == 403
    assert "complaint" not in state(incident).steps
    answer(holder, incident, "complaint", "waived", reason="Aucun dommage")
    assert state(incident).steps["complaint"].reply is Reply.WAIVED
    answer(client_for(Role.SECRETARY), incident, "photo", "waived", reason="écran déjà éteint")
    assert state(incident).steps["photo"].reply is Reply.WAIVED


def test_what_may_not_be_given_up_is_not(holder: Client, open_one: OpenOne) -> None:
    found = [(name, step) for name in IDS for step in steps_of(name) if not step.waivable]
    assert found
    for playbook, step in found:
        incident = open_one(playbook)
        answer(holder, incident, step.id, "waived", reason="pourquoi pas")
        assert step.id not in state(incident).steps
        assert "Renoncer à cette étape" not in text(holder.get(url(incident), {"etape": step.id}))


@pytest.mark.parametrize("data", [{}, {"step": "isolate", "reply": "peut-être"}, {"step": "rien", "reply": "fait"}])
def test_what_is_not_an_answer_writes_nothing(holder: Client, incident: Incident, data: dict[str, str]) -> None:
    before = IncidentEvent.objects.count()
    assert holder.post(url(incident, "answer"), data, follow=True).status_code == 200
    assert IncidentEvent.objects.count() == before


def test_a_hostile_name_is_text_everywhere(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    hostile = "<script>alert(1)</script>"
    Provider.objects.create(practice=incident.practice, kind="other", name=hostile, phone="01 99 00 00 01")
    answer(holder, incident, "isolate", "inconnu", reason=hostile)
    flows.add_note(Actor.of(members[Role.HOLDER]), incident, hostile, now=timezone.localtime())
    page = holder.get(url(incident)).content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2


def test_the_playbook_changes_and_what_was_done_stays(holder: Client, incident: Incident) -> None:
    answer(holder, incident, "isolate")
    assert holder.post(url(incident, "playbook"), {"playbook": "intrusion"}).status_code == 422
    holder.post(url(incident, "playbook"), {"playbook": "intrusion", "reason": "aucun fichier chiffré"})
    found = state(incident)
    assert found.playbook == "intrusion"
    assert "isolate" in found.steps
    before = IncidentEvent.objects.count()
    holder.post(url(incident, "playbook"), {"playbook": "intrusion", "reason": "encore"})
    assert IncidentEvent.objects.count() == before


def test_the_list_tells_open_closed_and_false_alarms_apart(
    holder: Client, open_one: OpenOne, members: dict[Role, Member]
) -> None:
    open_one("phishing")
    flows.dismiss(Actor.of(members[Role.HOLDER]), open_one("paper"), "retrouvé", now=timezone.localtime())
    page = text(holder.get(reverse("incidents:list")))
    assert page.index("Mail piégé") < page.index("Fausses alertes") < page.index("Dossier papier")


def test_the_notice_of_every_page_follows_the_clocks(
    practice: Practice, open_one: OpenOne, members: dict[Role, Member]
) -> None:
    now = timezone.localtime()
    incident = open_one(known_at=now)
    assert pages.notices(practice, now)[0].kind == "attente"
    assert "Étape à faire : Isoler l’ordinateur" in pages.notices(practice, now)[0].text.replace("'", "’")
    later = pages.notices(practice, now + timedelta(hours=37))[0]
    assert later.kind == "afaire"
    assert "la moitié du délai est passée" in later.text
    assert "80" in pages.notices(practice, now + timedelta(hours=60))[0].text
    assert pages.notices(practice, now + timedelta(hours=73))[0].kind == "urgent"
    shown = render_to_string("ui/_notices.html", {"notices": pages.notices(practice, now)})
    assert f'href="{url(incident)}"' in shown
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "rien", now=now)
    assert pages.notices(practice, now) == []


def test_the_room_asks_the_database_the_same_whatever_the_history(
    holder: Client, incident: Incident, members: dict[Role, Member], django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        flows.add_note(Actor.of(members[Role.HOLDER]), incident, f"Ligne {number}", now=timezone.localtime())
    with django_assert_max_num_queries(20):
        holder.get(url(incident))


def test_the_examination_is_told_and_kept(holder: Client, incident: Incident) -> None:
    assert "Examiner cet ordinateur" in text(holder.get(url(incident, "examination")))
    page = text(holder.post(url(incident, "examination")))
    assert any(word in page for word in ("Signe d’attaque", "Panne", "On ne sait pas"))
    (note,) = state(incident).notes
    assert note.text.startswith("Examen de l’ordinateur d’Hygie.")
    assert not note.quoted


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_the_same_instant_are_one_event(
    client_for: Callable[[Role], Client], incident: Incident, members: dict[Role, Member]
) -> None:
    told, start = [], threading.Barrier(2)

    def act(member: Member, reply: Reply) -> None:
        start.wait(10)
        standing = answer_seen(Actor.of(member), incident, Said("isolate", reply), now=timezone.localtime())
        told.append(standing.reply if standing else None)
        connection.close()

    pairs = ((members[Role.HOLDER], Reply.DONE), (members[Role.SECRETARY], Reply.UNKNOWN))
    threads = [threading.Thread(target=act, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert IncidentEvent.objects.filter(kind="step").count() == 1
    assert sorted(map(str, told)) == sorted(["None", str(state(incident).steps["isolate"].reply)])


def test_a_long_journal_has_pages(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    for number in range(101):
        flows.add_note(Actor.of(members[Role.HOLDER]), incident, f"Ligne {number}.", now=timezone.localtime())
    first = text(holder.get(url(incident, "journal")))
    assert "Ligne 100." in first
    assert "Incident ouvert" not in first
    assert "Incident ouvert" in text(holder.get(url(incident, "journal"), {"page": 2}))
