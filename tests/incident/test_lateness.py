"""A delay is past: its reasons are drafted from what the events show."""

from datetime import timedelta

from hygie.incident.events import Kind
from hygie.incident.lateness import drafted, in_words, late
from hygie.incident.state import State, state_of
from tests.incident.build import CANARY, NOW, after, aware, clock, opened, step, story

LATER = NOW + timedelta(days=30)
BREACH = {"provider_notified_on": "2026-11-27", "nature": ["availability"], "certainty": "supposed", "people": None}


def leak(**breach: object) -> State:
    return state_of(
        story(opened("provider_leak"), aware("2026-11-25T09:00+01:00"), (Kind.BREACH, {**BREACH, **breach}))
    )


def suggested(name: str, state: State) -> set[str]:
    return {draft.id for draft in drafted(clock(name, state, LATER), state) if draft.suggested}


def test_in_time_there_is_nothing_to_explain() -> None:
    found = clock("cnil", leak(), NOW)
    assert not late(found)
    assert drafted(found, leak()) == ()
    assert not in_words(found)


def test_a_late_clock_has_its_end_in_words_and_its_likely_reasons_first() -> None:
    found = clock("cnil", leak(), LATER)
    assert "samedi 28 novembre 2026, 9\xa0h" in in_words(found)
    drafts = drafted(found, leak())
    flags = [draft.suggested for draft in drafts]
    assert flags == sorted(flags, reverse=True)
    by_id = {draft.id: draft for draft in drafts}
    assert "que le vendredi 27 novembre 2026." in by_id["late_notice"].sentence
    assert {"late_notice", "systems_down", "investigation", "phases", "scope"} == suggested("cnil", leak())
    assert not by_id["police"].suggested
    assert not by_id["not_understood"].suggested
    assert all("{" not in draft.sentence and "'" not in draft.sentence for draft in drafts)


def test_a_reason_without_its_fact_is_not_offered() -> None:
    for unknown in (None, "", "bientôt", CANARY):
        state = leak(provider_notified_on=unknown)
        offered = {draft.id for draft in drafted(clock("cnil", state, LATER), state)}
        assert "late_notice" not in offered
        assert CANARY not in str(drafted(clock("cnil", state, LATER), state))


def test_facts_and_nothing_else_suggest() -> None:
    state = leak(provider_notified_on=None, nature=[], certainty="established", people=40)
    assert suggested("cnil", state) == {"investigation"}
    at_once = state_of(story(opened("ransomware"), aware(NOW.isoformat()), (Kind.BREACH, {"people": 4})))
    assert suggested("cnil", at_once) == set()
    isolated = state_of(story(opened(), aware(NOW.isoformat()), step("isolate"), step("continuity")))
    assert suggested("cnil", isolated) == {"systems_down", "care_first", "scope"}
    tried = state_of(story(opened(), aware(NOW.isoformat()), step("isolate", "personne"), (Kind.BREACH, {"people": 1})))
    assert suggested("cnil", tried) == set()


def test_the_other_clocks_are_not_told_what_only_the_cnil_asks() -> None:
    state = leak()
    for name in ("complaint", "insurer", "provider"):
        offered = {draft.id for draft in drafted(clock(name, state, LATER), state)}
        assert offered
        assert not offered & {"investigation", "phases", "not_understood"}


def test_done_after_the_end_is_still_late_and_done_before_is_not() -> None:
    events = story(opened(), aware(NOW.isoformat()))
    in_time = after(events, step("cnil"))
    assert not late(clock("cnil", in_time, LATER))
    too_late = state_of(story(opened(), aware(NOW.isoformat()), step("cnil"), every=timedelta(days=2)))
    assert late(clock("cnil", too_late, LATER))
    assert drafted(clock("cnil", too_late, LATER), too_late)
