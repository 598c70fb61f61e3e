"""Reminders: the rules, the calendar file, the page."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.dashboard.models import Answer, Question, Waiver
from hygie.web.inventory.models import Card, Device, DeviceReview
from hygie.web.practice.calendar import calendar_file
from hygie.web.practice.models import Practice
from hygie.web.practice.rules import HORIZON, KEPT, Known, Reminder, due_since, message, reminders
from hygie.web.practice.selectors import certificate_end
from hygie.web.server.certificate import expires_at, make_certificate
from tests.web.conftest import make_member

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHECKS = catalogue().checks
PAGE = "/rappels/"
ICS = "/rappels/hygie.ics"


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def row(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(pk=7, **fields)


def card(days: int, **fields: Any) -> SimpleNamespace:
    return row(**{"kind": "cps", "expires_on": in_days(days), "state": "held", "holder": "Dr Fontaine", **fields})


def one(**known: Any) -> Reminder:
    (found,) = reminders(Known(**known), CHECKS, TODAY)
    return found


def test_a_card_is_told_sixty_days_before_its_end() -> None:
    found = one(cards=[card(100)])
    assert (found.on, found.due) == (in_days(40), in_days(100))
    assert found.title == "Renouveler une carte CPS"
    assert found.about == "Dr Fontaine"


@pytest.mark.parametrize("changed", [{"state": "returned"}, {"state": "lost"}, {"expires_on": None}])
def test_a_card_nobody_holds_or_without_end_is_silent(changed: dict[str, Any]) -> None:
    assert reminders(Known(cards=[card(100, **changed)]), CHECKS, TODAY) == []


def test_an_exception_is_told_a_week_before_its_end() -> None:
    found = one(waivers=[row(check_id="training-drill", until=in_days(30))])
    assert (found.on, found.due, found.args) == (in_days(23), in_days(30), ("training-drill",))


def test_an_exception_to_a_check_that_no_longer_exists_is_silent() -> None:
    assert reminders(Known(waivers=[row(check_id="gone-away", until=in_days(30))]), CHECKS, TODAY) == []


def test_answers_that_end_the_same_day_are_one_reminder() -> None:
    told = [row(check_id=name, answer="yes", answered_on=TODAY) for name in ("cps-personal", "cps-pin-secret")]
    found = one(answers=told)
    assert found.title == "Redonner 2 réponses"
    assert found.due == in_days(365)


def test_an_answer_nobody_gave_does_not_age() -> None:
    told = [row(check_id="cps-personal", answer=word, answered_on=TODAY) for word in ("unknown", "waiting")]
    assert reminders(Known(answers=told), CHECKS, TODAY) == []


def test_a_question_is_told_the_day_it_was_expected() -> None:
    asked = row(expected_on=in_days(5), closed_at=None, asked_to="Perrin Informatique")
    found = one(questions=[asked])
    assert (found.on, found.due, found.about) == (in_days(5), in_days(5), "Perrin Informatique")
    asked.closed_at = NOW
    assert reminders(Known(questions=[asked]), CHECKS, TODAY) == []


def test_a_device_is_told_before_its_corrections_end_and_a_year_after_its_review() -> None:
    phone = row(kind="phone", name="Téléphone", support_ends_on=in_days(200), disposed_on=None)
    found = reminders(Known(devices=[phone], reviewed={7: in_days(-340)}), CHECKS, TODAY)
    assert [(r.uid, r.on, r.due) for r in found] == [
        ("review-7", in_days(18), in_days(25)), ("support-7", in_days(110), in_days(200)),
    ]  # fmt: skip
    phone.disposed_on = TODAY
    assert reminders(Known(devices=[phone], reviewed={7: in_days(-340)}), CHECKS, TODAY) == []


def test_a_departure_is_prepared_the_day_before_and_finished_after() -> None:
    locum = row(ends_on=in_days(10), left_on=None, name="Dr Roche")
    assert one(members=[locum]).title == "Préparer un départ"
    locum.ends_on = in_days(-1)
    assert one(members=[locum]).title == "Terminer un départ"
    locum.left_on = in_days(-1)
    assert reminders(Known(members=[locum]), CHECKS, TODAY) == []


def test_the_certificate_is_told_a_month_before() -> None:
    found = one(certificate_ends_on=in_days(50))
    assert (found.on, found.due) == (in_days(20), in_days(50))


def test_only_what_is_near_is_kept_soonest_first_and_bounded() -> None:
    far = [card(HORIZON + 61)]
    assert reminders(Known(cards=far), CHECKS, TODAY) == []
    many = [SimpleNamespace(**{**vars(card(days % 300)), "pk": days}) for days in range(2 * KEPT)]
    found = reminders(Known(cards=many), CHECKS, TODAY)
    assert len(found) == KEPT
    assert [r.on for r in found] == sorted(r.on for r in found)


def test_the_title_and_the_reason_name_nobody() -> None:
    locum = row(ends_on=in_days(10), left_on=None, name="Dr Roche")
    asked = row(expected_on=in_days(5), closed_at=None, asked_to="Perrin Informatique")
    phone = row(kind="phone", name="Téléphone de Karim", support_ends_on=in_days(90), disposed_on=None)
    known = Known(cards=[card(30)], members=[locum], questions=[asked], devices=[phone], reviewed={7: in_days(-360)})
    for found in reminders(known, CHECKS, TODAY):
        for name in ("Roche", "Perrin", "Karim", "Fontaine"):
            assert name not in found.title + found.why


@given(st.dates(), st.dates(), st.dates())
def test_no_date_ever_breaks_the_rules(ends: date, answered: date, today: date) -> None:
    """Wrong clocks and absurd dates included."""
    phone = row(kind="phone", name="T", support_ends_on=ends, disposed_on=None)
    known = Known(
        cards=[card(0, expires_on=ends)], waivers=[row(check_id="training-drill", until=ends)],
        answers=[row(check_id="cps-personal", answer="yes", answered_on=answered)], devices=[phone],
        questions=[row(expected_on=ends, closed_at=None, asked_to="x")], reviewed={7: answered},
        members=[row(ends_on=ends, left_on=None, name="x")], certificate_ends_on=ends,
    )  # fmt: skip
    limit = min(date.max.toordinal(), today.toordinal() + HORIZON)
    for found in reminders(known, CHECKS, date.fromordinal(min(today.toordinal(), date.max.toordinal() - HORIZON))):
        assert found.on <= found.due or found.uid.startswith("departure")
        assert found.on.toordinal() <= limit
        assert Calendar.from_ical(calendar_file([found], "p", NOW, lambda _: "https://hygie.example/"))


def test_a_message_counts_what_became_due_since_the_last_one() -> None:
    found = reminders(Known(cards=[card(60), card(63), card(50)]), CHECKS, TODAY)
    assert len(due_since(found, None, TODAY)) == 2
    assert len(due_since(found, in_days(-1), TODAY)) == 1
    assert due_since(found, TODAY, TODAY) == []
    assert message(1) == "Un rappel vous attend dans Hygie."
    assert message(3) == "3 rappels vous attendent dans Hygie."


def test_the_calendar_is_one_that_others_read() -> None:
    found = reminders(Known(cards=[card(100)], certificate_ends_on=in_days(50)), CHECKS, TODAY)
    made = calendar_file(found, "p-1", NOW, lambda r: f"https://hygie.cabinet.example/{r.url}")
    calendar = Calendar.from_ical(made)
    events = calendar.walk("VEVENT")
    assert [str(event["uid"]) for event in events] == ["certificate.p-1@hygie.invalid", "card-7.p-1@hygie.invalid"]
    first = events[0]
    assert first.decoded("dtstart") == in_days(20)
    assert first.decoded("dtend") == in_days(21)
    assert "VALUE=DATE" in made.decode()
    (alarm,) = first.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(hours=8)
    assert b"Fontaine" not in made
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))


def test_a_date_that_moves_keeps_its_identifier() -> None:
    before = one(cards=[card(100)])
    after = one(cards=[card(150)])
    assert before.uid == after.uid
    assert before.on != after.on


def test_text_with_signs_of_the_format_is_escaped() -> None:
    hostile = Reminder("card-1", TODAY, TODAY, "a;b,c\\d\r\nBEGIN:VEVENT", "x\nEND:VCALENDAR", "practice:settings")
    made = calendar_file([hostile], "p", NOW, lambda _: "https://hygie.example/a?b=c;d")
    calendar = Calendar.from_ical(made)
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]).replace("\r", "") == "a;b,c\\d\nBEGIN:VEVENT"
    assert made.count(b"\r\nEND:VCALENDAR") == 1


def fill(practice: Practice, doctor: Member) -> None:
    today = timezone.localdate()
    Card.objects.create(practice=practice, kind="cps", holder=doctor, expires_on=today + timedelta(days=20))
    Waiver.objects.create(practice=practice, check_id="training-drill", reason="Prévu", until=today - timedelta(days=3),
                          decided_by="x", decided_at=timezone.now())  # fmt: skip
    Answer.objects.create(practice=practice, check_id="cps-personal", answer="yes", answered_on=today, answered_by="x")
    Question.objects.create(practice=practice, asked_to="Perrin Informatique", owner="it_provider", asked_by="x",
                            asked_at=timezone.now(), expected_on=today)  # fmt: skip
    device = Device.objects.create(practice=practice, name="Téléphone", kind="phone", support_ends_on=today)
    DeviceReview.objects.create(practice=practice, device=device, answered_at=timezone.now() - timedelta(days=400))
    make_member(practice, Role.LOCUM, "Dr Anne Roche", account=False, ends_on=today + timedelta(days=30))


def test_the_page_shows_what_is_late_what_is_due_and_what_comes(
    holder: Client, practice: Practice, members: dict[Role, Member]
) -> None:
    fill(practice, members[Role.HOLDER])
    page = holder.get(PAGE).content.decode()
    assert "2 rappels en retard" in page
    for words in ("La date est passée", "C’est le moment", "Plus tard", "Dr Anne Roche", "Perrin Informatique"):
        assert words in page


def test_the_file_names_nobody_and_leads_back_to_the_pages(
    holder: Client, practice: Practice, members: dict[Role, Member]
) -> None:
    fill(practice, members[Role.HOLDER])
    response = holder.get(ICS)
    assert response.headers["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(response.content)
    assert len(calendar.walk("VEVENT")) == 7
    flat = response.content.replace(b"\r\n ", b"").decode()
    for name in ("Fontaine", "Roche", "Perrin"):
        assert name not in flat
    assert "http://testserver/constats/training-drill/" in flat


def test_nothing_to_come_says_what_to_do(holder: Client) -> None:
    assert "Aucun rappel à venir" in holder.get(PAGE).content.decode()
    assert Calendar.from_ical(holder.get(ICS).content).walk("VEVENT") == []


def test_another_practice_is_never_told(holder: Client, other_practice: Practice, members: dict[Role, Member]) -> None:
    fill(other_practice, members[Role.HOLDER])
    assert "Aucun rappel à venir" in holder.get(PAGE).content.decode()
    assert Calendar.from_ical(holder.get(ICS).content).walk("VEVENT") == []


def test_the_number_of_queries_does_not_grow(
    holder: Client, practice: Practice, members: dict[Role, Member], django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        fill_cards(practice, members[Role.HOLDER])
    with django_assert_max_num_queries(14):
        holder.get(PAGE)


def fill_cards(practice: Practice, doctor: Member) -> None:
    for days in range(30):
        expires = timezone.localdate() + timedelta(days=days)
        Card.objects.create(practice=practice, kind="cps", holder=doctor, expires_on=expires)


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_reminders(client_for: Callable[[Role], Client], role: Role) -> None:
    expected = 403 if role is Role.IT_PROVIDER else 200
    assert client_for(role).get(PAGE).status_code == expected
    assert client_for(role).get(ICS).status_code == expected


def test_the_certificate_that_is_served_has_its_reminder(holder: Client, settings: Any, tmp_path: Path) -> None:
    settings.HYGIE_FOLDER = tmp_path
    made = make_certificate(tmp_path, "hygie.cabinet.example", [], timezone.now())
    assert "certificat d’Hygie" not in holder.get(PAGE).content.decode()
    assert certificate_end() is None
    settings.HYGIE_TLS = True
    assert certificate_end() == timezone.localdate(expires_at(made))
    made.chain.write_text("abîmé", "utf-8")
    assert certificate_end() is None
