"""The laws of an incident, on stories drawn freely: clocks never move by themselves, the gate never opens early.

HYGIE_TEST_LONG=1 draws many more.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hygie.core.clock import PARIS
from hygie.core.errors import Refused
from hygie.incident.chronology import chronology
from hygie.incident.clocks import IDS as CLOCKS
from hygie.incident.clocks import ClockState, Contract, by_id, clocks, elapsed
from hygie.incident.decision import recommended
from hygie.incident.events import GENESIS, Event, Kind, canonical, facts_of, seal
from hygie.incident.lateness import drafted, late
from hygie.incident.state import Reply, State, state_of
from hygie.incident.steps import check_answer, check_close, missing_for, next_step, places
from hygie.reference.playbooks import IDS, steps, steps_of

FEWER = settings(max_examples=max(20, settings().max_examples // 2))
MOVERS = {Kind.KNOWN, Kind.AWARE, Kind.THEFT, Kind.PLAYBOOK, Kind.OPENED}
ZONES = st.sampled_from([UTC, PARIS, timezone(timedelta(hours=4)), timezone(timedelta(hours=-10))])
MOMENTS = st.builds(
    lambda naive, zone: naive.replace(tzinfo=UTC).astimezone(zone),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - bounds
    ZONES,
)
TIMES = MOMENTS.map(lambda moment: moment.isoformat())
WORDS = st.text(max_size=12)
STEP = st.fixed_dictionaries({
    "step": st.sampled_from(sorted(steps())), "reply": st.sampled_from([*Reply]).map(str), "receipt": WORDS,
    "reason": WORDS,
})  # fmt: skip
NOTE = st.fixed_dictionaries({"text": WORDS, "corrects": st.none() | st.integers(1, 9), "quoted": st.booleans()})
EVIDENCE = st.fixed_dictionaries({
    "piece": st.integers(1, 9), "sha256": st.just("0" * 64), "size": st.integers(0, 2**40), "media": WORDS,
    "taken_at": st.none() | TIMES, "name": WORDS, "stored_as": WORDS, "place": st.sampled_from(["kept", "in_place"]),
    "source": WORDS,
})  # fmt: skip
BREACH = st.fixed_dictionaries(
    {},
    optional={"people": st.none() | st.integers(0, 9), "certainty": WORDS, "provider_notified_on": st.none() | WORDS},
)
FACTS: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.PLAYBOOK: st.fixed_dictionaries({"playbook": st.sampled_from(IDS), "reason": WORDS}),
    Kind.KNOWN: st.fixed_dictionaries({"known_at": TIMES, "reason": WORDS}),
    Kind.AWARE: st.fixed_dictionaries({"aware_at": st.none() | TIMES, "reason": WORDS}),
    Kind.THEFT: st.fixed_dictionaries({"stolen": st.booleans()}),
    Kind.STEP: STEP,
    Kind.NOTE: NOTE,
    Kind.EVIDENCE: EVIDENCE,
    Kind.CUSTODY: st.fixed_dictionaries({"piece": st.integers(1, 9), "act": WORDS, "to": WORDS}),
    Kind.BREACH: BREACH,
    Kind.SEVERITY: st.fixed_dictionaries({"category": WORDS, "adjusted": st.none() | st.integers(), "reason": WORDS}),
    Kind.DECISION: st.fixed_dictionaries({
        "about": st.sampled_from(["cnil", "patients"]), "decision": st.sampled_from(["yes", "no"]),
        "reasons": st.lists(WORDS, max_size=2), "exception": st.sampled_from(["", "a", "b", "c"]),
    }),
    Kind.DOCUMENT: st.fixed_dictionaries({"document": WORDS, "form": WORDS}),
    Kind.CLOCK: st.fixed_dictionaries({"was": TIMES, "now": TIMES}),
    Kind.CLOSED: st.fixed_dictionaries({"false_alarm": st.booleans(), "lessons": st.lists(WORDS, max_size=2)}),
}  # fmt: skip
CONTRACTS = st.builds(
    Contract, st.none() | st.integers(0, 60), st.none() | st.integers(0, 60), alsace_moselle=st.booleans()
)
Said = tuple[Kind, Mapping[str, Any]]
ANYTHING: st.SearchStrategy[Said] = st.sampled_from(sorted(FACTS)).flatmap(
    lambda kind: FACTS[kind].map(lambda facts: (kind, facts))
)
OPENINGS = st.builds(lambda playbook, known: {"playbook": playbook, "known_at": known}, st.sampled_from(IDS), TIMES)


@st.composite
def stories(draw: st.DrawFn, most: int = 12) -> list[Event]:
    """An opening, then anything, at times that may go back."""
    said: list[Said] = [(Kind.OPENED, draw(OPENINGS)), *draw(st.lists(ANYTHING, max_size=most))]
    return [Event(rank, kind, draw(MOMENTS), "user:1", "Nadia", facts) for rank, (kind, facts) in enumerate(said, 1)]


def dues(state: State, now: datetime, contract: Contract | None = None) -> dict[str, datetime | None]:
    return {one.id: one.due_at for one in clocks(state, now, contract)}


def added(events: list[Event], said: Said, when: datetime) -> list[Event]:
    return [*events, Event(len(events) + 1, said[0], when, "user:2", "Karim", said[1])]


@given(stories(), ANYTHING, MOMENTS, MOMENTS, CONTRACTS)
def test_no_deadline_ever_moves_earlier_unless_its_start_was_corrected(
    events: list[Event], said: Said, when: datetime, now: datetime, contract: Contract
) -> None:
    before = dues(state_of(events), now, contract)
    after = dues(state_of(added(events, said, when)), now, contract)
    if said[0] in MOVERS:
        return
    for name in CLOCKS:
        old, new = before[name], after[name]
        assert old is None or new is None or new >= old
        if said[0] not in {Kind.DECISION, Kind.CLOSED}:
            assert new == old


@given(stories(), MOMENTS, MOMENTS, CONTRACTS)
def test_time_passing_moves_no_deadline(
    events: list[Event], now: datetime, later: datetime, contract: Contract
) -> None:
    state = state_of(events)
    assert dues(state, now, contract) == dues(state, later, contract)


@given(stories(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_going_on_never_makes_anything_less_late(events: list[Event], now: datetime, more: timedelta) -> None:
    state = state_of(events)
    for first, second in zip(clocks(state, now), clocks(state, now + more), strict=True):
        if first.state is ClockState.LATE:
            assert second.state is ClockState.LATE
        if first.state is not ClockState.RUNNING:
            assert second.state is first.state
        assert second.part(now + more) >= first.part(now)


@given(stories(), TIMES, MOMENTS, MOMENTS)
def test_correcting_when_it_was_known_moves_neither_the_cnil_nor_the_patients(
    events: list[Event], moment: str, when: datetime, now: datetime
) -> None:
    before = dues(state_of(events), now)
    after = dues(state_of(added(events, (Kind.KNOWN, {"known_at": moment}), when)), now)
    assert (after["cnil"], after["patients"]) == (before["cnil"], before["patients"])


@given(stories(), st.none() | TIMES, MOMENTS, MOMENTS)
def test_awareness_moves_the_cnil_and_nothing_else(
    events: list[Event], moment: str | None, when: datetime, now: datetime
) -> None:
    before = dues(state_of(events), now)
    after = dues(state_of(added(events, (Kind.AWARE, {"aware_at": moment}), when)), now)
    for name in ("complaint", "insurer", "patients", "provider"):
        assert after[name] == before[name]


@given(stories(), FACTS[Kind.THEFT], MOMENTS, MOMENTS)
def test_theft_touches_only_complaint_and_insurer(
    events: list[Event], said: Mapping[str, Any], when: datetime, now: datetime
) -> None:
    before = dues(state_of(events), now)
    after = dues(state_of(added(events, (Kind.THEFT, said), when)), now)
    for name in ("cnil", "patients", "provider"):
        assert after[name] == before[name]


@given(stories(), MOMENTS, CONTRACTS)
def test_reminders_come_in_order_between_the_start_and_the_end(
    events: list[Event], now: datetime, contract: Contract
) -> None:
    for one in clocks(state_of(events), now, contract):
        if one.starts_at is None or one.due_at is None:
            assert one.reminders == ()
            continue
        moments = [one.starts_at, *one.reminders, one.due_at]
        assert len(one.reminders) == 2
        assert all(elapsed(first, second) > timedelta(0) for first, second in pairwise(moments))
        parts = [one.part(moment) for moment in one.reminders]
        assert abs(parts[0] - 0.5) < 1e-6
        assert abs(parts[1] - 0.8) < 1e-6


@given(stories(), MOMENTS, st.lists(MOMENTS, min_size=13, max_size=13))
def test_ranks_count_and_times_do_not(events: list[Event], now: datetime, others: list[datetime]) -> None:
    """Recorded at other times, the same events give the same starts and ends, but for what a decision itself starts."""
    moved = [replace(one, at=when) for one, when in zip(events, others, strict=False)]
    first, second = by_id(clocks(state_of(events), now)), by_id(clocks(state_of(moved), now))
    for name in ("complaint", "cnil", "insurer", "provider"):
        assert first[name].due_at == second[name].due_at
        assert first[name].state == second[name].state


@given(stories(), MOMENTS, CONTRACTS)
def test_a_contract_never_shortens_a_delay(events: list[Event], now: datetime, contract: Contract) -> None:
    state = state_of(events)
    plain, own = dues(state, now, replace(contract, insurer_days=None, theft_days=None)), dues(state, now, contract)
    for name in CLOCKS:
        least, given_ = plain[name], own[name]
        assert (least is None) == (given_ is None)
        assert least is None or given_ is None or given_ >= least


@given(stories(), MOMENTS)
def test_every_rule_has_an_answer_on_any_story(events: list[Event], now: datetime) -> None:
    state = state_of(events)
    assert state.last_rank == len(events)
    found = clocks(state, now)
    assert tuple(one.id for one in found) == CLOCKS
    for one in found:
        assert bool(drafted(one, state)) == late(one)
        if one.state in {ClockState.NOT_APPLICABLE, ClockState.NOT_STARTED}:
            assert (one.due_at, one.starts_at) == (None, None)
    assert len(chronology(events)) == len(chronology(events, quoted_only=False)) == len(events)
    assert len(places(state, now)) == len(steps_of(state.playbook))
    assert recommended(None, state).register.verdict == "yes"


@given(stories(), MOMENTS)
def test_the_step_offered_is_open_unlocked_and_of_the_playbook(events: list[Event], now: datetime) -> None:
    state = state_of(events)
    here = next_step(state, now)
    statuses = [place.status for place in places(state, now)]
    if here is None:
        assert state.closed_at is not None or not {"later", "tried", "unknown", "here"} & {*statuses}
        return
    assert not missing_for(here, state)
    assert not state.settled(here.id)
    assert statuses.count("here") == 1
    assert check_answer(state, here.id, Reply.DONE, receipt="1") == here


@given(stories(), MOMENTS)
@FEWER
def test_from_any_story_answering_what_is_offered_leads_to_the_end(events: list[Event], now: datetime) -> None:
    events = [one for one in events if one.kind is not Kind.CLOSED]
    events = [replace(one, rank=rank) for rank, one in enumerate(events, 1)]
    for _ in range(len(steps()) + 1):
        state = state_of(events)
        here = next_step(state, now)
        if here is None:
            break
        check_answer(state, here.id, Reply.DONE, receipt="1")
        events = added(events, (Kind.STEP, {"step": here.id, "reply": "fait", "receipt": "1"}), now)
    assert next_step(state_of(events), now) is None
    check_close(state_of(events), clocks(state_of(events), now))


@given(stories())
def test_facts_survive_their_canonical_text_and_every_event_has_its_own_seal(events: list[Event]) -> None:
    seals, previous = [], GENESIS
    for one in events:
        assert facts_of(canonical(one.facts)) == one.facts
        previous = seal("2026-1", previous, one)
        assert (
            seal("2026-1", GENESIS if one.rank == 1 else seals[-1], replace(one, facts=facts_of(canonical(one.facts))))
            == previous
        )
        seals.append(previous)
    assert len(set(seals)) == len(seals)


class TheGate(RuleBasedStateMachine):
    """Whatever people do, in whatever order: nothing is reinstalled before evidence and complaint are settled."""

    @initialize(playbook=st.sampled_from(IDS))
    def open(self, playbook: str) -> None:
        self.now = datetime(2026, 11, 24, 8, 20, tzinfo=PARIS)
        self.events = [
            Event(1, Kind.OPENED, self.now, "u", "N", {"playbook": playbook, "known_at": self.now.isoformat()})
        ]

    def _add(self, kind: Kind, facts: Mapping[str, Any]) -> None:
        self.events = added(self.events, (kind, facts), self.now)

    @property
    def state(self) -> State:
        return state_of(self.events)

    @rule(name=st.sampled_from(sorted(steps())), reply=st.sampled_from([*Reply]), receipt=st.sampled_from(["", "PV 1"]))
    def answer(self, name: str, reply: Reply, receipt: str) -> None:
        self._answer(name, reply, receipt)

    @rule(
        name=st.sampled_from(["evidence", "complaint", "reinstall"]), reply=st.sampled_from([*Reply]),
        receipt=st.sampled_from(["", "PV 1"]),
    )  # fmt: skip
    def answer_around_the_gate(self, name: str, reply: Reply, receipt: str) -> None:
        self._answer(name, reply, receipt)

    def _answer(self, name: str, reply: Reply, receipt: str) -> None:
        state = self.state
        if name not in {one.id for one in steps_of(state.playbook)}:
            return
        try:
            check_answer(state, name, reply, receipt=receipt, reason="raison")
        except Refused:
            return
        if name == "reinstall" and reply is Reply.DONE:
            assert state.settled("evidence")
            assert state.settled("complaint")
        self._add(Kind.STEP, {"step": name, "reply": str(reply), "receipt": receipt})

    @rule(said=ANYTHING.filter(lambda said: said[0] not in {Kind.STEP, Kind.CLOSED}))
    def something_else(self, said: Said) -> None:
        self._add(*said)

    @rule(minutes=st.integers(-90, 600))
    def time_goes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def what_is_offered_can_be_done(self) -> None:
        here = next_step(self.state, self.now)
        if here is not None:
            assert check_answer(self.state, here.id, Reply.DONE, receipt="1") == here

    @invariant()
    def a_complaint_done_has_its_number(self) -> None:
        answer = self.state.steps.get("complaint")
        assert answer is None or answer.reply is not Reply.DONE or answer.receipt


TheGate.TestCase.settings = settings(max_examples=FEWER.max_examples, stateful_step_count=40, deadline=None)
test_the_gate_never_opens_early = TheGate.TestCase
