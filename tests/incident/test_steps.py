"""One step at a time: what comes, what is locked, what an answer needs, what closing needs."""

import itertools
from datetime import timedelta

import pytest

from hygie.incident.clocks import clocks
from hygie.incident.errors import AlreadyClosed, GateClosed, ReceiptMissing, StillOpen, UnknownStep
from hygie.incident.events import Event, Kind
from hygie.incident.state import Reply, State, state_of
from hygie.incident.steps import TRIES_FIRST, TRY_AGAIN, NotWaivable, check_answer, check_close, next_step, places
from hygie.reference.playbooks import IDS, steps_of
from tests.incident.build import CANARY, NOW, after, decide, event, opened, step, story

WITH_GATE = [name for name in IDS if any(one.id == "reinstall" for one in steps_of(name))]


def names(state: State) -> dict[str, str]:
    return {place.step.id: place.status for place in places(state, NOW)}


def closable(state: State) -> bool:
    try:
        check_close(state, clocks(state, NOW))
    except StillOpen:
        return False
    return True


def walked(playbook: str, replies: itertools.cycle) -> State:
    """Follow the steps as they come, answering with these replies in turn; then everything else is done."""
    events, order = [opened(playbook)], []
    for turn in range(6 * len(steps_of(playbook))):
        state = state_of(events)
        now = events[-1].at + timedelta(minutes=7)
        here = next_step(state, now)
        if here is None:
            break
        order.append(here.id)
        reply = next(replies) if turn < 3 * len(steps_of(playbook)) else "fait"
        kind, facts = step(here.id, reply, "N° 1" if reply == "fait" else "", "raison")
        check_answer(state, here.id, Reply(reply), receipt=facts["receipt"], reason="raison")
        events.append(Event(len(events) + 1, kind, now, "user:1", "Nadia", facts))
    return state_of(events)


@pytest.mark.parametrize("playbook", IDS)
def test_every_playbook_walked_to_its_end_can_be_closed(playbook: str) -> None:
    state = walked(playbook, itertools.cycle(["fait"]))
    assert next_step(state, NOW) is None
    assert closable(state)
    assert {status for _, status in names(state).items()} <= {"done", "not_needed"}


@pytest.mark.parametrize("playbook", IDS)
@pytest.mark.parametrize("replies", list(itertools.product(("fait", "personne", "inconnu"), repeat=3)))
def test_whatever_is_replied_the_list_goes_on_and_ends(playbook: str, replies: tuple[str, ...]) -> None:
    state = walked(playbook, itertools.cycle(replies))
    assert next_step(state, NOW) is None
    assert closable(state)


@pytest.mark.parametrize("playbook", IDS)
@pytest.mark.parametrize("reply", ["personne", "inconnu"])
@pytest.mark.parametrize("pause", [timedelta(minutes=1), TRY_AGAIN, timedelta(hours=5)])
def test_every_open_step_comes_round_even_when_nothing_is_ever_done(
    playbook: str, reply: str, pause: timedelta
) -> None:
    events, seen, now = [opened(playbook)], [], NOW
    unlocked = {place.step.id for place in places(state_of(events), NOW) if place.status in {"here", "later"}}
    for _ in range((TRIES_FIRST + 3) * len(unlocked)):
        now += pause
        here = next_step(state_of(events), now)
        assert here is not None
        seen.append(here.id)
        kind, facts = step(here.id, reply)
        events.append(Event(len(events) + 1, kind, now, "user:1", "Nadia", facts))
    assert set(seen) == unlocked
    assert set(seen[-2 * len(unlocked) :]) == unlocked  # and goes on coming round


@pytest.mark.parametrize("playbook", IDS)
def test_a_locked_step_is_never_offered_and_says_what_it_waits_for(playbook: str) -> None:
    for place in places(state_of([opened(playbook)]), NOW):
        if place.missing:
            assert place.status == "locked"
            with pytest.raises(GateClosed) as caught:
                check_answer(state_of([opened(playbook)]), place.step.id, Reply.DONE, receipt="1")
            assert caught.value.missing == place.missing
            assert caught.value.exit_code == 5
            assert place.missing[0] in caught.value.sentence


def test_three_playbooks_have_the_gate() -> None:
    assert WITH_GATE == ["ransomware", "fake_support", "intrusion"]


@pytest.mark.parametrize("playbook", WITH_GATE)
@pytest.mark.parametrize("evidence", ["", "fait", "personne", "inconnu", "waived"])
@pytest.mark.parametrize("complaint", ["", "fait", "personne", "inconnu", "waived"])
def test_nothing_is_reinstalled_before_evidence_and_complaint_are_settled(
    playbook: str, evidence: str, complaint: str
) -> None:
    more = [step(name, said) for name, said in (("evidence", evidence), ("complaint", complaint)) if said]
    state = state_of(story(opened(playbook), *more))
    free = {evidence, complaint} <= {"fait", "waived"}
    if free:
        assert check_answer(state, "reinstall", Reply.DONE).id == "reinstall"
    else:
        with pytest.raises(GateClosed):
            check_answer(state, "reinstall", Reply.DONE)
    assert (names(state)["reinstall"] == "locked") is not free


def test_a_call_comes_back_half_an_hour_later_then_waits_its_turn() -> None:
    tried = story(opened("ransomware"), step("isolate"), step("photo"), step("call_insurer", "personne"))
    soon, later = tried[-1].at + TRY_AGAIN - timedelta(seconds=1), tried[-1].at + TRY_AGAIN
    assert next_step(state_of(tried), soon).id == "call_providers"
    assert next_step(state_of(tried), later).id == "call_insurer"
    more = tried + [
        event(4 + n, Kind.STEP, later, step="call_insurer", reply="personne") for n in range(1, TRIES_FIRST + 1)
    ]
    assert state_of(more).steps["call_insurer"].tries == TRIES_FIRST + 1
    assert next_step(state_of(more), later + timedelta(days=1)).id == "call_providers"
    assert names(state_of(more))["call_insurer"] == "tried"


def test_a_step_that_no_clock_asks_for_is_not_offered() -> None:
    state = after(story(opened("ransomware")), decide("cnil", "no"), decide("patients", "no"))
    assert names(state)["cnil"] == "not_needed"
    assert names(state)["patients"] == "not_needed"
    lost = after(story(opened("lost_device")), (Kind.THEFT, {"stolen": False}))
    assert names(lost)["complaint"] == "not_needed"


def test_a_complaint_is_closed_by_its_number_only() -> None:
    state = state_of([opened()])
    for receipt in ("", "   "):
        with pytest.raises(ReceiptMissing):
            check_answer(state, "complaint", Reply.DONE, receipt=receipt)
    assert check_answer(state, "complaint", Reply.DONE, receipt="PV 118").id == "complaint"
    assert check_answer(state, "complaint", Reply.NOBODY).id == "complaint"
    assert check_answer(state, "cnil", Reply.DONE).receipt == "optional"


def test_a_waiver_has_a_reason_and_some_steps_cannot_be_waived() -> None:
    state = state_of([opened()])
    assert check_answer(state, "complaint", Reply.WAIVED, reason="pas assuré").id == "complaint"
    assert check_answer(state, "complaint", Reply.WAIVED).id == "complaint"
    with pytest.raises(NotWaivable, match="raison"):
        check_answer(state, "complaint", Reply.WAIVED, reason="  ")
    with pytest.raises(NotWaivable, match="On ne renonce pas") as caught:
        check_answer(state, "reinstall", Reply.WAIVED, reason=CANARY)
    assert caught.value.exit_code == 5
    assert CANARY not in caught.value.sentence


def test_an_unknown_step_names_those_there_are() -> None:
    with pytest.raises(UnknownStep) as caught:
        check_answer(state_of([opened("paper")]), "reinstall", Reply.DONE)
    assert caught.value.exit_code == 2
    assert "secure_paper" in caught.value.next_step


def test_closed_is_closed() -> None:
    state = after(story(opened()), (Kind.CLOSED, {"false_alarm": True, "reason": ""}))
    assert next_step(state, NOW) is None
    with pytest.raises(AlreadyClosed):
        check_answer(state, "isolate", Reply.DONE)
    with pytest.raises(AlreadyClosed):
        check_close(state, clocks(state, NOW))


@pytest.mark.parametrize("playbook", IDS)
def test_closing_names_every_thing_that_is_left(playbook: str) -> None:
    state = state_of([opened(playbook)])
    with pytest.raises(StillOpen) as caught:
        check_close(state, clocks(state, NOW))
    missing = caught.value.missing
    assert "décider s’il faut prévenir la CNIL" in missing
    assert "décider s’il faut prévenir les patients" in missing
    doing = {one.id: one.doing for one in steps_of(playbook)}
    assert doing["evidence"] in missing
    assert doing["declare"] in missing
    assert (doing.get("complaint") in missing) is ("complaint" in doing)


def test_closing_needs_what_was_decided_to_be_done() -> None:
    base = (step("complaint", receipt="1"), step("declare"), step("evidence"))
    neither = after(story(opened(), *base), decide("cnil", "no"), decide("patients", "no"))
    assert closable(neither)
    decided = after(story(opened(), *base), decide("cnil", "yes"), decide("patients", "no"))
    assert not closable(decided)
    assert closable(after(story(opened(), *base, decide("cnil", "yes")), decide("patients", "no"), step("cnil")))
    asked = after(story(opened(), *base, decide("cnil", "yes")), decide("patients", "no"), step("cnil", "personne"))
    assert not closable(asked)
    waived = (
        step("complaint", "waived", reason="x"),
        step("declare", "waived", reason="x"),
        step("evidence", "waived"),
    )
    assert closable(after(story(opened(), *waived), decide("cnil", "no"), decide("patients", "no")))


def test_steps_answered_stay_answered_in_another_playbook() -> None:
    changed = after(
        story(opened("intrusion"), step("photo"), step("isolate")), (Kind.PLAYBOOK, {"playbook": "ransomware"})
    )
    assert {name for name, status in names(changed).items() if status == "done"} == {"photo", "isolate"}


def test_what_a_gate_keeps_comes_after_the_calls_that_nobody_answered() -> None:
    others = [one.id for one in steps_of("ransomware") if one.id not in {"call_insurer", "reinstall"}]
    told = story(
        opened("ransomware"), *(step(name, "fait", "R-1") for name in others), step("call_insurer", "personne")
    )
    assert next_step(state_of(told), told[-1].at).id == "call_insurer"
    again = [event(len(told) + n, Kind.STEP, NOW, step="call_insurer", reply="personne") for n in range(1, TRIES_FIRST)]
    assert next_step(state_of(told + again), NOW).id == "reinstall"
