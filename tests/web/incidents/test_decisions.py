"""A doctor decides, with reasons of dated data; what is recommended is beside, and the register keeps both."""

import pytest
from django.utils import timezone

from hygie.incident.events import Kind
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.web.incidents.conftest import state, text
from tests.web.incidents.papers_kit import GRAVE, events, url

CNIL, PATIENTS = "decision/cnil/", "decision/patients/"


def test_in_doubt_telling_the_cnil_is_recommended_and_its_reason_ticked(holder, incident):
    page = text(holder.get(url(incident, CNIL)))
    assert "Recommandé : prévenir" in page
    assert 'value="cnil_yes_doubt" checked' in page
    assert 'name="decision" value="yes" checked' not in page


def test_a_decision_is_written_with_its_reasons(holder, incident):
    answer = holder.post(url(incident, CNIL), {"decision": "yes", "yes": ["cnil_yes_risk"], "no": ["cnil_no_public"]})
    assert answer.status_code == 302
    held = state(incident).decisions["cnil"]
    assert (held["decision"], held["reasons"], held["exception"]) == ("yes", ["cnil_yes_risk"], "")
    page = text(holder.get(url(incident, CNIL)))
    assert "Décidé : oui" in page
    assert "article 33, paragraphe 1, du RGPD" in page
    summary = JournalEntry.objects.filter(kind="incident.decision").get().summary
    assert summary.replace("\u00a0", " ") == "Décision : prévenir la CNIL."


@pytest.mark.parametrize(("path", "sent", "sentence"), [
    (CNIL, {}, "Choisissez : prévenir, ou ne pas prévenir."),
    (CNIL, {"decision": "no", "yes": ["cnil_yes_risk"]}, "Cochez au moins une raison"),
    (CNIL, {"decision": "peut-être"}, "peut-être"),
    (CNIL, {"decision": "no", "no": ["patients_no_low"]}, "patients_no_low"),
    (PATIENTS, {"decision": "no", "no": ["patients_no_exception"]}, "Choisissez laquelle : a, b ou c."),
    (PATIENTS, {"decision": "no", "no": ["patients_no_low"], "exception": "d"}, "Sélectionnez un choix valide"),
])  # fmt: skip
def test_without_its_reason_nothing_is_decided(holder, incident, path, sent, sentence):
    answer = holder.post(url(incident, path), sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert events(incident, Kind.DECISION) == []


def test_an_exception_is_a_reason_and_says_what_remains(holder, incident):
    holder.post(url(incident, PATIENTS), {"decision": "no", "exception": "c"})
    held = state(incident).decisions["patients"]
    assert (held["reasons"], held["exception"]) == (["patients_no_exception"], "c")
    page = text(holder.get(url(incident, PATIENTS)))
    assert "Reste à faire : Faites l’annonce publique" in page


@pytest.mark.parametrize("exception", ["none", "", "a"])
def test_telling_the_patients_has_no_exception(holder, incident, exception):
    sent = {"decision": "yes", "yes": ["patients_yes_high"], "exception": exception}
    assert holder.post(url(incident, PATIENTS), sent).status_code == 302
    assert state(incident).decisions["patients"]["exception"] == ""


def test_going_against_the_advice_is_allowed_and_said(holder, incident):
    holder.post(url(incident, "gravite/"), {**GRAVE, "c": "known"})
    holder.post(url(incident, PATIENTS), {"decision": "no", "no": ["patients_no_low"]})
    assert "Cette décision va contre la recommandation." in text(holder.get(url(incident, PATIENTS)))


def test_the_same_decision_twice_is_one_line_and_its_clock_does_not_move(holder, incident):
    sent = {"decision": "yes", "yes": ["patients_yes_high"]}
    holder.post(url(incident, PATIENTS), sent)
    first = state(incident).decided_at["patients"]
    holder.post(url(incident, PATIENTS), sent)
    rank = events(incident, Kind.DECISION)[-1].rank
    holder.post(url(incident, PATIENTS), {**sent, "yes": ["patients_yes_health"], "seen": str(rank)})
    assert len(events(incident, Kind.DECISION)) == 2
    assert state(incident).decided_at["patients"] == first


def test_the_two_decisions_do_not_stand_in_each_other_s_way(client_for, incident):
    holder, partner = client_for(Role.HOLDER), client_for(Role.PARTNER)
    holder.post(url(incident, CNIL), {"decision": "yes", "yes": ["cnil_yes_risk"], "seen": "0"})
    sent = {"decision": "yes", "yes": ["patients_yes_high"], "seen": "0"}
    assert partner.post(url(incident, PATIENTS), sent).status_code == 302
    clash = partner.post(url(incident, CNIL), {"decision": "no", "no": ["cnil_no_no_data"], "seen": "0"})
    assert clash.status_code == 409
    assert state(incident).decisions["cnil"]["decision"] == "yes"


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.LOCUM, Role.IT_PROVIDER, Role.AUDITOR])
def test_only_a_doctor_decides(client_for, incident, role):
    client = client_for(role)
    assert client.get(url(incident, CNIL)).status_code == 403
    assert client.post(url(incident, CNIL), {"decision": "yes", "yes": ["cnil_yes_risk"]}).status_code == 403
    assert events(incident, Kind.DECISION) == []


def test_there_is_nothing_else_to_decide(holder, incident):
    assert holder.get(url(incident, "decision/assureur/")).status_code == 404


def test_a_closed_incident_takes_no_more_decision(holder, incident, members):
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "", now=timezone.localtime())
    sent = {"decision": "yes", "yes": ["cnil_yes_risk"]}
    assert holder.post(url(incident, CNIL), sent).status_code == 409
