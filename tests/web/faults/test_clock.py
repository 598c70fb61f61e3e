"""A clock that was wrong by ten years, ahead or behind, then put right: nothing is lost, locked or frozen for it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from hygie.checkup.answers import Answers
from hygie.checkup.combine import Report as Measured
from hygie.checkup.run import Context, judge
from hygie.probes.collect import Facts
from hygie.probes.facts import Moment, SystemRelease
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.accounts.middleware import ENTERED, SEEN
from hygie.web.dashboard import flows, selectors
from hygie.web.dashboard.flows import Reply
from hygie.web.dashboard.models import Snapshot
from hygie.web.inventory.models import Device
from hygie.web.journal.flows import Actor, anchor_all, journal
from hygie.web.workstations.flows import keep_report, measured_part
from hygie.web.workstations.models import Report
from hygie.web.workstations.reports import KEPT_DAYS, packed
from tests.web.conftest import client_of, make_member

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TEN_YEARS = timedelta(days=3653)
BOTH_WAYS = pytest.mark.parametrize("off", [TEN_YEARS, -TEN_YEARS], ids=["ahead", "behind"])
CHECK = "cps-personal"


def measured(at: datetime) -> Measured:
    facts = Facts({Moment: Moment(at), SystemRelease: SystemRelease("debian", "12", "Debian 12")})
    return measured_part(judge(facts, Context(catalogue(), Answers(), "linux", at)))


def report(device: Device, at: datetime) -> Report:
    return keep_report(device, measured(at), message_id=uuid4(), now=at)


@pytest.fixture
def device(practice: Any) -> Device:
    return Device.objects.create(practice=practice, name="Accueil", kind="desktop", system="linux", this_machine=True)


@BOTH_WAYS
def test_snapshots_go_on_once_a_day_after_the_clock_is_put_right(practice: Any, off: timedelta) -> None:
    flows.take_snapshot(practice, NOW + off)
    assert flows.take_snapshot(practice, NOW) is not None
    assert flows.take_snapshot(practice, NOW + timedelta(hours=1)) is None
    assert flows.take_snapshot(practice, NOW + timedelta(days=1)) is not None
    assert Snapshot.objects.count() == 3


def test_the_history_does_not_show_days_to_come(practice: Any) -> None:
    flows.take_snapshot(practice, NOW + TEN_YEARS)
    flows.take_snapshot(practice, NOW)
    assert [snapshot.day for snapshot in selectors.history(practice, NOW)] == [NOW.date()]


@BOTH_WAYS
def test_the_next_check_up_counts_whatever_the_hour_of_the_one_before(device: Device, off: timedelta) -> None:
    report(device, NOW + off)
    last = report(device, NOW)
    assert Report.objects.get(latest=True).pk == last.pk
    machine = selectors.machines_of(device.practice)[0]
    assert machine.report is not None
    assert machine.report.taken_at == NOW


def test_a_clock_ten_years_ahead_throws_no_report_away(device: Device) -> None:
    for day in range(5, 0, -1):
        report(device, NOW - timedelta(days=day))
    report(device, NOW + TEN_YEARS)
    assert Report.objects.count() == 6


def test_reports_are_forgotten_after_a_year_and_a_month(device: Device) -> None:
    body = packed(measured(NOW))
    days = range(KEPT_DAYS + 20, 0, -1)
    Report.objects.bulk_create(
        Report(
            practice=device.practice, device=device, message_id=uuid4(), taken_at=NOW - timedelta(days=day),
            received_at=NOW, catalogue_version="2026-11-24", body=body, latest=False,
        ) for day in days
    )  # fmt: skip
    report(device, NOW)
    assert Report.objects.count() == KEPT_DAYS + 1
    assert Report.objects.order_by("taken_at").first().taken_at == NOW - timedelta(days=KEPT_DAYS)


@BOTH_WAYS
def test_a_visit_of_a_wrong_day_does_not_hide_what_changed_later(practice: Any, off: timedelta) -> None:
    member = make_member(practice, Role.HOLDER)
    flows.note_visit(member, NOW + off)
    flows.note_visit(member, NOW)
    flows.take_snapshot(practice, NOW)
    flows.give_answer(Actor.of(member), practice, CHECK, Reply("no"), now=NOW + timedelta(hours=2))
    before = flows.note_visit(member, NOW + timedelta(days=1))
    since = selectors.snapshot_before(practice, before)
    assert since is not None
    checkup = selectors.current_checkup(practice, NOW + timedelta(days=1), since=since)
    assert checkup.since_last is not None


@BOTH_WAYS
def test_a_session_of_another_time_is_closed_and_nobody_is_kept_out(practice: Any, off: timedelta) -> None:
    member = make_member(practice, Role.HOLDER)
    for name in (SEEN, ENTERED):
        client = client_of(member)
        assert client.get("/").status_code == 200
        session = client.session
        session[name] = (timezone.now() + off).timestamp()
        session.save()
        assert client.get("/").status_code == 302
        again: Client = client_of(member)
        assert again.get("/").status_code == 200


@BOTH_WAYS
@pytest.mark.django_db(transaction=True)
def test_the_journal_holds_and_its_digests_go_on(practice: Any, off: timedelta, tmp_path: Any) -> None:
    actor = Actor.system(practice.pk)
    for at in (NOW, NOW + off, NOW + timedelta(days=1)):
        flows.give_answer(actor, practice, CHECK, Reply("no"), now=at)
        anchor_all(tmp_path, at)
    assert journal().verify(str(practice.pk)).ok
    assert anchor_all(tmp_path, timezone.now() + timedelta(days=1)) <= 1
