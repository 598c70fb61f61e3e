"""What incidents leave to be done by a day shows among the practice's reminders, and in its calendar."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.incidents.due import Due, due_of
from hygie.web.incidents.models import Incident
from hygie.web.journal.flows import Actor
from hygie.web.practice.rules import Known, reminders
from tests.web.incidents.conftest import say, text

PAGE = "/rappels/"


def test_the_running_delays_are_reminders_from_their_half(holder, incident):
    today = timezone.localdate()
    found = {one.clock: one for one in due_of(incident.practice, timezone.localtime()).clocks}
    assert set(found) == {"complaint", "insurer"}
    assert found["complaint"].due == today + timedelta(days=3)
    assert today < found["complaint"].half < found["complaint"].due
    page = text(holder.get(PAGE))
    assert f"Porter plainte : incident {incident.reference}" in page
    assert f"/incidents/{incident.pk}/" in page
    names = {
        str(event["SUMMARY"]) for event in Calendar.from_ical(holder.get("/rappels/hygie.ics").content).walk("VEVENT")
    }
    assert any(name.startswith("Porter plainte") for name in names)


def test_what_is_done_is_no_longer_reminded(holder, incident, members):
    say(incident, members[Role.HOLDER], "complaint", receipt="2026/17")
    assert "Porter plainte : incident" not in text(holder.get(PAGE))


def test_lessons_are_read_again_a_month_later_and_a_false_alarm_leaves_none(incident, open_one, members):
    actor, now = Actor.of(members[Role.HOLDER]), timezone.localtime()
    flows.dismiss(actor, open_one(), "Rien", now=now)
    for about in ("cnil", "patients"):
        flows.decide(actor, incident, about, yes=False, reasons=[], now=now)
    for step in ("evidence", "complaint", "declare"):
        flows.answer_step(actor, incident, step, Reply.WAIVED, now=now, reason="Essai")
    flows.close(actor, incident, now=now, lessons=["Deux disques"])
    (closed,) = due_of(incident.practice, timezone.localtime()).lessons
    assert closed.pk == incident.pk
    (told,) = reminders(Known(lessons=[closed]), {}, closed.closed_on)
    assert told.title == f"Relire les leçons de l’incident {incident.reference}"
    assert "Deux disques" not in told.title + told.why
    assert told.on == closed.closed_on + timedelta(days=30)


@pytest.mark.parametrize(("days", "count"), [(0, 1), (89, 1), (91, 0)])
def test_lessons_are_left_alone_after_a_quarter(days, count):
    closed = Incident(reference="2026-1")
    closed.closed_on = date(2026, 6, 1)
    assert len(reminders(Known(lessons=[closed]), {}, date(2026, 6, 1) + timedelta(days=days))) == count


def test_another_practice_is_reminded_of_nothing(incident, other_practice):
    assert due_of(other_practice, timezone.localtime()) == Due()
