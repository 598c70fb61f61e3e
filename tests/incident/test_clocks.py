"""The five clocks, with the reference's vectors (A.2, E.1, E.2) and the rules of the contract."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hygie.core.clock import PARIS
from hygie.core.holidays import public_holidays
from hygie.incident.clocks import IDS, ClockState, Contract, clocks, elapsed
from hygie.incident.events import Kind
from hygie.incident.state import state_of
from hygie.reference.law import deadlines
from hygie.reference.playbooks import IDS as PLAYBOOKS
from tests.incident.build import MALICIOUS, NOW, after, at, aware, clock, decide, opened, step, story

SEASONS = [
    ("2026-10-24T22:00+02:00", "2026-10-27T21:00+01:00"),  # summer time ends on the 25th
    ("2026-03-28T22:00+01:00", "2026-03-31T23:00+02:00"),  # summer time begins on the 29th
    ("2026-12-24T18:30+01:00", "2026-12-27T18:30+01:00"),  # a Sunday, after Christmas
]


@pytest.mark.parametrize(("start", "due"), SEASONS)
def test_the_complaint_is_due_72_elapsed_hours_after_the_attack_is_known(start: str, due: str) -> None:
    found = clock("complaint", state_of([opened("ransomware", start)]), at(start))
    assert found.due_at is not None
    assert found.due_at.isoformat(timespec="minutes") == due
    assert found.starts_at == at(start)
    assert found.law.article == "Article L12-10-1 du code des assurances"


@pytest.mark.parametrize(("start", "due"), SEASONS)
def test_the_cnil_is_due_72_elapsed_hours_after_awareness_wherever_it_is_told_from(start: str, due: str) -> None:
    for zone in (PARIS, UTC, timezone(timedelta(hours=4))):
        told = at(start).astimezone(zone).isoformat()
        found = clock("cnil", state_of(story(opened("ransomware", "2026-01-05T09:00+01:00"), aware(told))))
        assert found.due_at is not None
        assert found.due_at.isoformat(timespec="minutes") == due


@pytest.mark.parametrize(
    ("playbook", "known", "due"),
    [
        ("ransomware", "2026-07-10T23:30+02:00", "2026-07-20"),
        ("lost_device", "2026-07-10T08:00+02:00", "2026-07-15"),  # taken as theft: 2 days
        ("ransomware", "2026-05-07T12:00+02:00", "2026-05-18"),
        ("ransomware", "2026-12-24T09:00+01:00", "2027-01-04"),
        ("ransomware", "2026-07-10T22:30Z", "2026-07-20"),  # already Saturday in Paris: the same last day
        ("ransomware", "2026-07-12T22:30Z", "2026-07-21"),  # Monday 13 in Paris: one day more than Sunday
    ],
)
def test_the_insurer_s_last_day_is_counted_in_working_days_of_paris(playbook: str, known: str, due: str) -> None:
    found = clock("insurer", state_of([opened(playbook, known)]), at(known))
    assert found.due_at is not None
    assert found.due_at.isoformat()[:19] == f"{due}T23:59:59"
    assert found.due_at.tzinfo is PARIS


def test_a_device_said_lost_follows_the_ordinary_delay_and_needs_no_complaint() -> None:
    events = story(opened("lost_device", "2026-07-10T08:00+02:00"), (Kind.THEFT, {"stolen": False}))
    assert clock("insurer", state_of(events)).due_at == at("2026-07-20T23:59:59+02:00")
    assert clock("complaint", state_of(events)).state is ClockState.NOT_APPLICABLE
    found_stolen = after(events, (Kind.THEFT, {"stolen": True}))
    assert clock("insurer", found_stolen).due_at == at("2026-07-15T23:59:59+02:00")
    assert clock("complaint", found_stolen).due_at is not None


@pytest.mark.parametrize(
    ("known", "national", "local"),
    [
        ("2026-04-02T10:00+02:00", "2026-04-10", "2026-04-13"),  # Good Friday, 3 April
        ("2025-12-22T10:00+01:00", "2025-12-30", "2025-12-31"),  # 26 December, a Friday
    ],
)
def test_alsace_moselle_has_two_holidays_more(known: str, national: str, local: str) -> None:
    state = state_of([opened("ransomware", known)])
    for alsace, due in ((False, national), (True, local)):
        found = clock("insurer", state, contract=Contract(alsace_moselle=alsace)).due_at
        assert found is not None
        assert found.date().isoformat() == due


@pytest.mark.parametrize(
    ("contract", "ransom", "theft"),
    [
        (Contract(), "2026-07-20", "2026-07-15"),
        (Contract(insurer_days=10, theft_days=4), "2026-07-27", "2026-07-17"),
        (Contract(insurer_days=1, theft_days=1), "2026-07-20", "2026-07-15"),  # a shorter delay is without effect
        (Contract(insurer_days=0, theft_days=0), "2026-07-20", "2026-07-15"),
        (Contract(insurer_days=10), "2026-07-27", "2026-07-15"),  # the one says nothing of the other
    ],
)
def test_a_contract_only_ever_gives_more_time(contract: Contract, ransom: str, theft: str) -> None:
    for playbook, due in (("ransomware", ransom), ("lost_device", theft)):
        found = clock("insurer", state_of([opened(playbook, "2026-07-10T08:00+02:00")]), contract=contract).due_at
        assert found is not None
        assert found.date().isoformat() == due


def test_the_five_clocks_come_in_the_order_of_the_contract() -> None:
    assert tuple(one.id for one in clocks(state_of([opened()]), NOW)) == IDS
    assert IDS == ("complaint", "cnil", "insurer", "patients", "provider")


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_complaint_applies_to_the_nine_malicious_playbooks_and_only_to_them(playbook: str) -> None:
    found = clock("complaint", state_of([opened(playbook)]))
    if playbook in MALICIOUS:
        assert (found.state, found.due_at is None) == (ClockState.RUNNING, False)
    else:
        assert (found.state, found.due_at, found.starts_at) == (ClockState.NOT_APPLICABLE, None, None)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_the_provider_s_notice_only_concerns_a_provider_s_leak(playbook: str) -> None:
    found = clock("provider", state_of([opened(playbook, "2026-11-24T08:20+01:00")]))
    if playbook == "provider_leak":
        assert found.due_at == at("2026-11-26T08:20+01:00")
        assert not found.law.binding
    else:
        assert (found.state, found.due_at) == (ClockState.NOT_APPLICABLE, None)


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_without_awareness_the_cnil_has_neither_start_nor_end(playbook: str) -> None:
    found = clock("cnil", state_of([opened(playbook)]), NOW + timedelta(days=40))
    assert (found.state, found.starts_at, found.due_at, found.reminders) == (ClockState.NOT_STARTED, None, None, ())
    assert found.part(NOW) == 0.0


def test_awareness_taken_back_stops_the_cnil_and_moves_nothing_else() -> None:
    events = story(opened("provider_leak"), aware("2026-11-24T09:00+01:00"))
    running, stopped = state_of(events), after(events, aware(None))
    assert clock("cnil", running).state is ClockState.RUNNING
    assert clock("cnil", stopped).due_at is None
    for name in ("complaint", "insurer", "provider"):
        assert clock(name, stopped).due_at == clock(name, running).due_at


def test_awareness_corrected_later_moves_the_cnil_only() -> None:
    events = story(opened("ransomware"), aware("2026-11-24T09:00+01:00"))
    later = after(events, aware("2026-11-25T10:00+01:00"))
    assert clock("cnil", later).due_at == at("2026-11-28T10:00+01:00")
    assert clock("complaint", later).due_at == clock("complaint", state_of(events)).due_at
    assert later.corrections == 1


def test_knowledge_corrected_moves_complaint_and_insurer_but_not_the_cnil() -> None:
    events = story(opened("ransomware"), aware("2026-11-24T09:00+01:00"))
    earlier = after(events, (Kind.KNOWN, {"known_at": "2026-11-22T09:00+01:00", "reason": ""}))
    assert clock("complaint", earlier).due_at == at("2026-11-25T09:00+01:00")
    assert clock("insurer", earlier).due_at == at("2026-11-27T23:59:59+01:00")
    assert clock("cnil", earlier).due_at == clock("cnil", state_of(events)).due_at


def test_the_patients_clock_starts_with_the_decision_and_applies_only_to_a_yes() -> None:
    events = story(opened("data_leak"))
    assert clock("patients", state_of(events)).state is ClockState.NOT_STARTED
    yes = after(events, decide("patients", "yes"))
    assert clock("patients", yes).starts_at == NOW + timedelta(minutes=1)
    assert clock("patients", yes).due_at == NOW + timedelta(minutes=1, hours=72)
    no = after(events, decide("patients", "no"))
    assert (clock("patients", no).state, clock("patients", no).due_at) == (ClockState.NOT_APPLICABLE, None)


def test_a_decision_said_again_does_not_start_its_delay_again() -> None:
    events = story(opened("data_leak"), decide("patients", "yes", "patients_yes_high"))
    again = after(events, decide("patients", "yes", "patients_yes_high", "patients_yes_health"))
    assert clock("patients", again).due_at == clock("patients", state_of(events)).due_at
    assert again.decisions["patients"]["reasons"] == ["patients_yes_high", "patients_yes_health"]
    changed = after(events, decide("patients", "no"), decide("patients", "yes"))
    assert clock("patients", changed).starts_at == clock("patients", state_of(events)).starts_at


def test_a_decision_not_to_notify_leaves_the_other_clocks_alone() -> None:
    events = story(opened("ransomware"), aware("2026-11-24T09:00+01:00"))
    decided = after(events, decide("cnil", "no", "cnil_no_no_data"))
    assert clock("cnil", decided).state is ClockState.NOT_APPLICABLE
    for name in ("complaint", "insurer"):
        assert clock(name, decided) == clock(name, state_of(events))


def test_a_clock_is_late_just_after_its_end_and_stays_so() -> None:
    state = state_of([opened("ransomware", "2026-10-24T22:00+02:00")])
    due = clock("complaint", state).due_at
    assert due is not None
    for moment, told in [(due, ClockState.RUNNING), (due + timedelta(seconds=1), ClockState.LATE)]:
        assert clock("complaint", state, moment).state is told
    assert clock("complaint", state, due + timedelta(days=900)).state is ClockState.LATE


def test_lateness_is_right_inside_the_hour_that_comes_twice() -> None:
    state = state_of([opened("ransomware", "2026-10-22T02:30:00+02:00")])  # due 25 October, 2 h 30, first time
    assert clock("complaint", state, at("2026-10-25T02:20+02:00").astimezone(PARIS)).state is ClockState.RUNNING
    assert clock("complaint", state, at("2026-10-25T02:20+01:00").astimezone(PARIS)).state is ClockState.LATE


def test_done_waived_and_reopened() -> None:
    events = story(opened("ransomware"))
    done = after(events, step("complaint", receipt="PV 2026/118"))
    assert clock("complaint", done).state is ClockState.DONE
    assert clock("complaint", done).done_at == NOW + timedelta(minutes=1)
    assert clock("complaint", done, NOW + timedelta(days=9)).state is ClockState.DONE
    waived = after(events, step("complaint", "waived", reason="pas assuré"))
    assert clock("complaint", waived).state is ClockState.WAIVED
    assert clock("complaint", waived).due_at is not None
    for reply in ("personne", "inconnu"):
        assert clock("complaint", after(events, step("complaint", reply))).state is ClockState.RUNNING
    assert clock("insurer", done).state is ClockState.RUNNING


def test_notified_before_anybody_said_when_it_was_known_is_done_all_the_same() -> None:
    found = clock("cnil", after(story(opened("ransomware")), step("cnil", receipt="2026-77")))
    assert (found.state, found.starts_at, found.due_at) == (ClockState.DONE, None, None)
    assert found.done_at == NOW + timedelta(minutes=1)


def test_a_false_alarm_stops_every_clock() -> None:
    state = after(story(opened("provider_leak")), (Kind.CLOSED, {"false_alarm": True, "reason": ""}))
    assert {one.state for one in clocks(state, NOW)} == {ClockState.NOT_APPLICABLE}


def test_reminders_stand_at_half_and_at_80_percent_of_elapsed_time() -> None:
    for start, _ in SEASONS:
        for zone in (PARIS, UTC):
            state = replace(state_of([opened()]), known_at=at(start).astimezone(zone))
            found = clock("complaint", state)
            half, most = found.reminders
            assert elapsed(at(start), half) == timedelta(hours=36)
            assert elapsed(at(start), most) == timedelta(hours=57, minutes=36)
            assert found.part(half) == pytest.approx(0.5)
            assert found.part(most) == pytest.approx(0.8)


def test_part_counts_elapsed_time_over_a_change_of_hour() -> None:
    found = clock("complaint", state_of([opened("ransomware", "2026-10-24T22:00+02:00")]))
    assert found.due_at is not None
    assert found.part(found.due_at.astimezone(PARIS)) == pytest.approx(1.0)
    assert found.part(at("2026-10-20T00:00+02:00")) == 0.0
    assert found.part(found.due_at + timedelta(hours=72)) == pytest.approx(2.0)


def test_every_length_comes_from_the_dated_data() -> None:
    state = after(story(opened("provider_leak"), aware(NOW.isoformat())), decide("patients", "yes"))
    for one in clocks(state, NOW):
        assert one.law is deadlines()[one.id]
        assert one.starts_at is not None
        assert one.due_at is not None
        if one.law.hours is not None:
            assert elapsed(one.starts_at, one.due_at) == timedelta(hours=one.law.hours)
    assert clock("insurer", state_of([opened("lost_device")])).law is deadlines()["insurer_theft"]


def test_the_time_of_events_changes_nothing_their_order_does() -> None:
    clock_back = NOW - timedelta(days=3)
    events = [
        opened("ransomware"),
        *[replace(one, at=clock_back) for one in story(opened(), aware("2026-11-24T10:00+01:00"))[1:]],
        *[replace(one, rank=3) for one in story(opened(), aware("2026-11-24T09:00+01:00"))[1:]],
    ]
    assert clock("cnil", state_of(events)).due_at == datetime(2026, 11, 27, 9, tzinfo=PARIS)


def test_a_very_long_contract_still_skips_the_holidays_of_every_year() -> None:
    found = clock("insurer", state_of([opened("ransomware", "2026-01-02T09:00+01:00")]), contract=Contract(600))
    assert found.due_at is not None
    days = [date(2026, 1, 3) + timedelta(days=n) for n in range((found.due_at.date() - date(2026, 1, 2)).days)]
    holidays = frozenset().union(*(public_holidays(year) for year in range(2026, 2030)))
    assert sum(day.weekday() < 5 and day not in holidays for day in days) == 600
    assert found.due_at.date() not in holidays
