"""The verbs of an incident: one event and one line of the journal each, in one order, whoever acts and when."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hygie.core.clock import PARIS
from hygie.incident.errors import (
    AlreadyClosed,
    GateClosed,
    NotAReceipt,
    NotATime,
    ReasonMissing,
    ReceiptMissing,
    StillOpen,
    UnknownPlaybook,
)
from hygie.incident.state import Reply
from hygie.web.incidents import flows, selectors
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.web.conftest import make_practice
from tests.web.incidents.conftest import clocks_of

NOW = datetime(2026, 11, 10, 8, 21, tzinfo=PARIS)
NAME = "Madame Zéphyrine Canari"


@pytest.fixture
def actor(practice):
    return Actor.system(practice.pk)


@pytest.fixture
def incident(practice, actor):
    return open_one(actor, practice)


def open_one(actor, practice, playbook="ransomware", **fields):
    opening = flows.Opening(playbook, fields.pop("known_at", NOW), **fields)
    return flows.open_incident(actor, practice, opening, now=NOW)


def answer(actor, incident, step, reply=Reply.DONE, **fields):
    return flows.answer_step(actor, incident, step, reply, now=fields.pop("now", NOW), **fields)


def kinds(incident):
    return list(incident.events.order_by("rank").values_list("kind", flat=True))


def test_opening_starts_the_complaint_and_not_the_cnil(incident):
    found = {clock.id: clock for clock in clocks_of(incident, NOW)}
    assert found["complaint"].due_at == NOW + timedelta(hours=72)
    assert found["cnil"].state == "not_started"
    assert found["cnil"].due_at is None
    assert incident.reference == "2026-1"
    assert kinds(incident) == ["opened"]


def test_awareness_given_at_once_starts_both(practice, actor):
    incident = open_one(actor, practice, aware_at=NOW + timedelta(hours=1), stolen=False)
    assert kinds(incident) == ["opened", "theft", "aware"]
    found = {clock.id: clock for clock in clocks_of(incident, NOW)}
    assert found["cnil"].due_at - found["complaint"].due_at == timedelta(hours=1)


def test_two_incidents_are_two_and_do_not_mix(practice, actor, incident):
    second = open_one(actor, practice, "wrong_recipient")
    answer(actor, incident, "isolate")
    assert second.reference == "2026-2"
    assert selectors.state_of_incident(second).steps == {}
    assert {one.reference for one in selectors.open_incidents(practice)} == {"2026-1", "2026-2"}


def test_another_practice_counts_its_own(actor, practice, incident):
    other = make_practice("Cabinet du Dr Marchand")
    assert open_one(Actor.system(other.pk), other).reference == "2026-1"
    assert selectors.open_incidents(other)[0].practice_id == other.pk


def test_opened_twice_with_one_key_is_one(practice, actor):
    opening = flows.Opening("ransomware", NOW)
    key = Incident().creation_key
    first = flows.open_incident(actor, practice, opening, now=NOW, creation_key=key)
    again = flows.open_incident(actor, practice, opening, now=NOW, creation_key=key)
    assert first.pk == again.pk
    assert IncidentEvent.objects.count() == 1


def test_unknown_playbook_and_times_ahead_are_refused(practice, actor):
    with pytest.raises(UnknownPlaybook):
        open_one(actor, practice, "meteorite")
    with pytest.raises(NotATime):
        open_one(actor, practice, known_at=NOW + timedelta(hours=25))
    with pytest.raises(NotATime):
        open_one(actor, practice, known_at=NOW.replace(tzinfo=None))
    assert not Incident.objects.exists()


def test_the_hard_gate(actor, incident):
    with pytest.raises(GateClosed) as refusal:
        answer(actor, incident, "reinstall")
    assert len(refusal.value.missing) == 2
    answer(actor, incident, "evidence")
    with pytest.raises(GateClosed) as refusal:
        answer(actor, incident, "reinstall")
    assert len(refusal.value.missing) == 1
    with pytest.raises(ReceiptMissing):
        answer(actor, incident, "complaint")
    answer(actor, incident, "complaint", receipt="2026/004711")
    answer(actor, incident, "reinstall")
    assert selectors.state_of_incident(incident).steps["reinstall"].reply is Reply.DONE


def test_a_waived_complaint_opens_the_gate_and_keeps_its_reason(actor, incident):
    answer(actor, incident, "evidence")
    answer(actor, incident, "complaint", Reply.WAIVED, reason="Décision du titulaire")
    answer(actor, incident, "reinstall")
    state = selectors.state_of_incident(incident)
    assert state.steps["complaint"].reason == "Décision du titulaire"
    assert {clock.id: clock.state for clock in clocks_of(incident, NOW)}["complaint"] == "waived"


@pytest.mark.parametrize("name", ["Jeanne Quatrebarbes", "Mme Lee", "MARTIN 1", "=1+1", " " * 40 + "x", "1" * 41])
def test_a_receipt_is_a_number_and_never_a_name(actor, incident, name):
    with pytest.raises((NotAReceipt, ReceiptMissing)):
        answer(actor, incident, "complaint", receipt=name)
    answer(actor, incident, "photo", receipt=name)
    answer(actor, incident, "complaint", Reply.UNKNOWN, receipt=name)
    assert {said.receipt for said in selectors.state_of_incident(incident).steps.values()} == {""}


@pytest.mark.parametrize("number", ["2026/004711", "PV 2026-12", "N° 4711", " 17 "])
def test_receipts_as_they_are_printed_are_kept(actor, incident, number):
    answer(actor, incident, "complaint", receipt=number)
    assert selectors.state_of_incident(incident).steps["complaint"].receipt == number.strip()


def test_another_playbook_needs_its_reason(actor, incident):
    with pytest.raises(ReasonMissing):
        flows.change_playbook(actor, incident, "paper", " ", now=NOW)
    flows.change_playbook(actor, incident, "paper", "Rien n'est chiffré", now=NOW)
    assert selectors.state_of_incident(incident).playbook == "paper"


def test_nothing_is_decided_once_closed(actor, incident):
    flows.dismiss(actor, incident, "Rien", now=NOW)
    with pytest.raises(AlreadyClosed):
        flows.decide(actor, incident, "cnil", yes=False, reasons=[], now=NOW)
    with pytest.raises(AlreadyClosed):
        flows.say_theft(actor, incident, stolen=False, now=NOW)


def test_said_twice_the_same_is_written_once(actor, incident):
    answer(actor, incident, "isolate")
    answer(actor, incident, "isolate")
    answer(actor, incident, "call_insurer", Reply.NOBODY)
    answer(actor, incident, "call_insurer", Reply.NOBODY)
    assert kinds(incident).count("step") == 3


def test_nothing_typed_reaches_the_journal_or_the_columns(actor, incident):
    flows.add_note(actor, incident, f"{NAME} a appelé", now=NOW)
    answer(actor, incident, "photo", Reply.WAIVED, reason=NAME)
    flows.set_known(actor, incident, NOW, NAME, now=NOW)
    flows.dismiss(actor, incident, NAME, now=NOW)
    lines = [f"{line.summary}{line.data}{line.subject}" for line in JournalEntry.objects.all()]
    assert not any("Canari" in line for line in lines)
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM incidents_incidentevent")
        assert not any("Canari" in row[0] for row in cursor.fetchall())
    assert NAME in str(selectors.events_of(incident)[-1].facts)


def test_each_event_is_told_once_to_the_journal(actor, incident):
    answer(actor, incident, "isolate")
    flows.add_note(actor, incident, "Vu à 8 h 20.", now=NOW)
    told = JournalEntry.objects.filter(subject=f"incident:{incident.pk}").order_by("seq")
    assert [line.kind for line in told] == ["incident.opened", "incident.step", "incident.note"]
    assert selectors.altered(incident) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("author_name", "Quelqu'un"), ("at", NOW + timedelta(seconds=1)), ("kind", "note"), ("digest", "0" * 64)],
)
def test_an_altered_row_shows(actor, incident, column, value):
    answer(actor, incident, "isolate")
    IncidentEvent.objects.filter(incident=incident, rank=2).update(**{column: value})
    assert 2 in selectors.altered(incident)


def test_a_row_taken_away_shows(actor, incident):
    answer(actor, incident, "isolate")
    incident.events.filter(rank=2).delete()
    assert selectors.altered(incident) == [2]


def test_a_clock_that_goes_back_is_told_and_moves_no_delay(actor, incident):
    before = [clock.due_at for clock in clocks_of(incident, NOW)]
    answer(actor, incident, "isolate", now=NOW - timedelta(hours=5))
    assert kinds(incident) == ["opened", "clock", "step"]
    assert [clock.due_at for clock in clocks_of(incident, NOW)] == before
    assert JournalEntry.objects.filter(kind="incident.clock").count() == 1


def test_awareness_corrected_later_is_added_never_replaced(actor, incident):
    flows.set_aware(actor, incident, NOW, "", now=NOW)
    flows.set_aware(actor, incident, NOW + timedelta(hours=2), "Le prestataire a confirmé plus tard", now=NOW)
    flows.set_aware(actor, incident, None, "Rien n'a été copié", now=NOW)
    assert kinds(incident).count("aware") == 3
    assert selectors.state_of_incident(incident).aware_at is None
    with pytest.raises(NotATime):
        flows.set_aware(actor, incident, NOW + timedelta(days=2), "", now=NOW)


def test_closing_names_what_remains_then_closes(actor, incident):
    with pytest.raises(StillOpen) as refusal:
        flows.close(actor, incident, now=NOW)
    assert refusal.value.missing
    for step in selectors.plan_of(incident):
        receipt = "R-1" if step.receipt else ""
        answer(actor, incident, step.id, receipt=receipt)
    flows.decide(actor, incident, "cnil", yes=True, reasons=[], now=NOW)
    flows.decide(actor, incident, "patients", yes=False, reasons=[], now=NOW)
    flows.close(actor, incident, now=NOW, lessons=["Deux disques"])
    assert Incident.objects.get(pk=incident.pk).closed_at == NOW
    with pytest.raises(AlreadyClosed):
        answer(actor, incident, "isolate", Reply.NOBODY)
    flows.add_note(actor, incident, "Une note après coup.", now=NOW)
    assert selectors.altered(incident) == []


def test_a_false_alarm_closes_and_stays(actor, incident):
    flows.dismiss(actor, incident, "C'était une mise à jour", now=NOW)
    state = selectors.state_of_incident(incident)
    assert state.false_alarm
    assert {clock.state for clock in clocks_of(incident, NOW)} == {"not_applicable"}
    with pytest.raises(AlreadyClosed):
        flows.dismiss(actor, incident, "", now=NOW)
    assert JournalEntry.objects.filter(kind="incident.closed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_who_act_at_once_are_events_in_one_order():
    practice = make_practice()
    actor = Actor.system(practice.pk)
    incident = open_one(actor, practice)

    def write(number: int) -> None:
        try:
            flows.add_note(actor, incident, f"Ligne {number}", now=datetime.now(UTC))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = selectors.events_of(incident)
    assert [event.rank for event in events] == list(range(1, len(events) + 1))
    assert sum(event.kind == "note" for event in events) == 12
    assert selectors.altered(incident) == []


@pytest.mark.django_db(transaction=True)
def test_two_openings_at_once_are_two_references():
    practice = make_practice()
    actor = Actor.system(practice.pk)
    made = []

    def opened() -> None:
        try:
            opening = flows.Opening("phishing", timezone.now())
            made.append(flows.open_incident(actor, practice, opening, now=timezone.now()).reference)
        finally:
            connection.close()

    threads = [threading.Thread(target=opened) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8
