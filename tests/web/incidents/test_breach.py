"""What is known of the leak: choices, numbers and days, completed at any time, never written over unread."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hygie.incident.events import Kind
from hygie.reference.cnil_form import cnil_form
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.incidents.models import Incident
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.web.incidents.conftest import state, text
from tests.web.incidents.papers_kit import CANARY, LEAK, events, url


def test_every_question_of_the_form_is_asked_and_each_may_stay_unknown(holder, incident):
    page = text(holder.get(url(incident, "fuite/")))
    for one in cnil_form().breach_fields():
        assert f'name="{one.id}"' in page, one.id
    assert page.count("Je ne sais pas pour l’instant") >= 8
    assert "Laissez vide si vous ne le savez pas encore." in page


def test_the_secret_of_the_practice_is_ticked_before_anybody_answers(holder, incident):
    page = text(holder.get(url(incident, "fuite/")))
    assert 'value="professional_secrecy" checked' in page


def test_answers_are_kept_as_facts_and_the_unknown_is_left_out(holder, incident):
    sent = {
        **LEAK,
        "origin": ["hack", "unknown"],
        "discovered_by": "unknown",
        "records": "",
        "started_on": "2026-11-02",
    }
    answer = holder.post(url(incident, "fuite/"), sent)
    assert answer.status_code == 302
    assert answer["Location"].endswith("/gravite/")
    breach = state(incident).breach
    assert breach["people"] == 250
    assert breach["origin"] == ["hack"]
    assert breach["started_on"] == "2026-11-02"
    assert "discovered_by" not in breach
    assert "records" not in breach


def test_a_way_of_not_knowing_that_the_cnil_has_is_kept(holder, incident):
    holder.post(url(incident, "fuite/"), {"cause": ["unknown"], "ongoing": "unknown", "data_category": ["unknown"]})
    breach = state(incident).breach
    assert (breach["cause"], breach["ongoing"], breach["data_category"]) == (["unknown"], "unknown", ["unknown"])


def test_the_same_answers_twice_are_one_line(holder, incident):
    for _ in range(2):
        holder.post(url(incident, "fuite/"), LEAK)
    assert len(events(incident, Kind.BREACH)) == 1


def test_a_colleague_s_answer_is_not_written_over_unread(client_for, incident):
    holder, secretary = client_for(Role.HOLDER), client_for(Role.SECRETARY)
    secretary.post(url(incident, "fuite/"), {**LEAK, "seen": "0"})
    answer = holder.post(url(incident, "fuite/"), {**LEAK, "people": "90", "seen": "0"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Quelqu’un a répondu entre-temps" in page
    assert 'value="90"' in page
    seen = events(incident, Kind.BREACH)[-1].rank
    assert f'name="seen" value="{seen}"' in page
    assert holder.post(url(incident, "fuite/"), {**LEAK, "people": "90", "seen": str(seen)}).status_code == 302
    assert state(incident).breach["people"] == 90


@pytest.mark.parametrize(("sent", "sentence"), [
    ({"started_on": "2026-11-05", "ended_on": "2026-11-01"}, "La fin vient avant le début"),
    ({"started_on": "2999-01-01"}, "Ce jour est à venir"),
    ({"started_on": "1026-11-05"}, "Ce jour est trop ancien"),
    ({"people": "beaucoup"}, "Écrivez un nombre"),
    ({"people": "-3"}, "supérieure ou égale à 0"),
    ({"people": "9" * 40}, "1000000000"),
    ({"nature": ["inventée"]}, "inventée"),
])  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(holder, incident, sent, sentence):
    answer = holder.post(url(incident, "fuite/"), {**LEAK, **sent})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert events(incident, Kind.BREACH) == []


def test_no_free_text_gets_in(holder, incident):
    """Fields that nobody shows are ignored; the organisation is one of the practice's providers."""
    answer = holder.post(url(incident, "fuite/"), {**LEAK, "harm_text": CANARY, "description": CANARY})
    assert answer.status_code == 302
    assert CANARY not in str(state(incident).breach)
    refused = holder.post(url(incident, "fuite/"), {**LEAK, "seen": "999", "involved_name": CANARY})
    assert refused.status_code == 422
    holder.post(url(incident, "fuite/"), {**LEAK, "seen": "999", "involved_name": "Hébergeur du dossier"})
    assert state(incident).breach["involved_name"] == "Hébergeur du dossier"


def test_reasons_of_a_delay_are_asked_only_once_it_is_past(holder, incident, members):
    assert 'name="late_reasons"' not in text(holder.get(url(incident, "fuite/")))
    now = timezone.localtime()
    flows.set_aware(Actor.of(members[Role.HOLDER]), incident, now - timedelta(hours=80), "", now=now)
    page = text(holder.get(url(incident, "fuite/")))
    assert page.count('value="care_first"') == 1
    assert "Le délai finissait" in page
    holder.post(url(incident, "fuite/"), {**LEAK, "late_reasons": ["care_first"]})
    assert state(incident).breach["late_reasons"] == ["care_first"]


def test_a_closed_incident_takes_no_more_answers(holder, incident, members):
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "", now=timezone.localtime())
    assert holder.post(url(incident, "fuite/"), LEAK).status_code == 409
    assert events(incident, Kind.BREACH) == []
    assert "Enregistrer ce que l’on sait" not in text(holder.get(url(incident, "fuite/")))


@pytest.mark.parametrize("role", [Role.LOCUM, Role.IT_PROVIDER, Role.AUDITOR])
def test_those_who_do_not_make_papers_do_not_see_it(client_for, incident, role):
    assert client_for(role).get(url(incident, "fuite/")).status_code == 403
    assert client_for(role).post(url(incident, "fuite/"), LEAK).status_code == 403


def test_another_practice_s_incident_is_not_there(holder, other_practice):
    now = timezone.localtime()
    actor = Actor.system(other_practice.pk)
    theirs = flows.open_incident(actor, other_practice, flows.Opening("ransomware", now), now=now)
    assert holder.get(url(theirs, "fuite/")).status_code == 404
    assert Incident.objects.get(pk=theirs.pk).events.count() == 1


def test_the_journal_of_the_practice_tells_it_without_what_was_answered(holder, incident):
    holder.post(url(incident, "fuite/"), LEAK)
    line = JournalEntry.objects.filter(practice=str(incident.practice_id), kind="incident.breach").get()
    assert line.summary == "Ce que l’on sait de la fuite a été mis à jour."
    assert "health" not in str(line.data)
