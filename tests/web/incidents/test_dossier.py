"""What the papers may say: gathered from the practice, and nothing that was typed freely."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hygie.core.finding import Outcome
from hygie.incident.events import Kind
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.dashboard.models import Snapshot
from hygie.web.errors import SealBroken
from hygie.web.incidents import flows, selectors
from hygie.web.incidents.dossier import MOST_MEASURES, declarant_of, dossier_of, parties_of, prior_measures
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import Actor
from tests.web.incidents.conftest import CONTRACT, INSURER
from tests.web.incidents.papers_kit import CANARY, declare, plant


def passed(practice, when, count):
    outcomes = dict.fromkeys(list(catalogue().checks)[:count], Outcome.PASSED.value)
    outcomes[list(catalogue().checks)[-1]] = Outcome.FAILED.value
    return Snapshot.objects.create(
        practice=practice, taken_at=when, day=when.date(), catalogue_version="1", good=1, possible=7, outcomes=outcomes
    )


def test_who_declares_is_the_practice_its_holder_and_its_insurer(numbers, members):
    declare(numbers)
    found = declarant_of(numbers)
    assert (found.name, found.legal_name, found.siren) == ("Cabinet du Dr Fontaine", "SELARL Fontaine", "732829320")
    assert found.holder == members[Role.HOLDER].name
    assert (found.insurer, found.insurer_contract) == ("Assurance Saint-Aubin", CONTRACT)


def test_what_nobody_filled_is_empty_and_a_holder_who_left_does_not_declare(practice, members):
    holder = members[Role.HOLDER]
    holder.left_on = timezone.localdate()
    holder.save()
    found = declarant_of(practice)
    assert (found.siren, found.holder, found.insurer, found.people) == ("", "", "", None)


def test_parties_have_the_roles_of_the_rules_and_ended_contracts_are_left_out(numbers):
    Provider.objects.create(practice=numbers, kind="software", name="Ancien", phone="01", ended_on=timezone.localdate())
    found = parties_of(numbers)
    assert [(one.role, one.phone) for one in found[:2]] == [("insurer", INSURER), ("it_provider", "02 61 91 45 10")]
    assert "software" not in {one.role for one in found}
    public = [one for one in found if one.role == "public"]
    assert all(one.phone for one in public)
    assert any("à vérifier" in one.name for one in public)


def test_measures_are_those_in_order_before_the_incident(practice):
    now = timezone.localtime()
    passed(practice, now - timedelta(days=3), 4)
    passed(practice, now + timedelta(hours=1), 30)
    found = prior_measures(practice, now)
    assert "4 points en ordre." in found[0]
    assert len(found) == 5
    failed = catalogue().checks[list(catalogue().checks)[-1]].title
    assert failed not in " ".join(found)


def test_many_measures_are_counted_and_the_most_serious_named(practice):
    now = timezone.localtime()
    passed(practice, now - timedelta(days=3), 30)
    found = prior_measures(practice, now)
    assert found[0].endswith("30 points en ordre, dont\u00a0:")
    assert len(found) == MOST_MEASURES + 1


def test_without_a_check_up_nothing_is_claimed(incident):
    assert dossier_of(incident, timezone.localtime()).prior_measures == ()


def test_nothing_typed_freely_is_in_it_but_quoted_notes(incident, members):
    plant(incident, members[Role.HOLDER])
    flows.add_note(
        Actor.of(members[Role.HOLDER]), incident, "Deux postes touchés.", now=timezone.localtime(), quoted=True
    )
    found = dossier_of(incident, timezone.localtime())
    told = (*found.chronology, *found.parties, found.identity, found.prior_measures, dict(found.severity))
    assert CANARY.lower() not in str(told).lower()
    assert any(line.text == "Deux postes touchés." for line in found.chronology)


def test_the_fingerprint_is_the_last_seal_and_the_severity_is_worked_out(incident, members):
    plant(incident, members[Role.HOLDER])
    found = dossier_of(incident, timezone.localtime())
    assert found.fingerprint == incident.events.order_by("-rank").first().digest
    assert found.severity["level"] == "very_high"
    assert found.severity["score"] == 4.0
    assert found.severity["lowered"] is True


def test_before_anybody_graded_there_is_no_severity(incident):
    assert dict(dossier_of(incident, timezone.localtime()).severity) == {}


def test_the_example_practice_is_an_exercise(incident):
    assert not dossier_of(incident, timezone.localtime()).exercise
    incident.practice.demo = True
    assert dossier_of(incident, timezone.localtime()).exercise


def test_an_altered_event_makes_no_papers(incident):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_incidentevent SET facts = %s || substr(facts, 41)", ["x" * 40])
    assert {event.kind for event in selectors.events_of(incident)} == {Kind.UNREADABLE}
    with pytest.raises(SealBroken):
        dossier_of(incident, timezone.localtime())
