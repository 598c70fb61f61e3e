"""The table register / CNIL / patients (A.4), its reasons, and the exceptions of article 34(3)."""

from typing import Any

import pytest

from hygie.incident.decision import Table, Verdict, recommended, remaining, why
from hygie.incident.events import Kind
from hygie.incident.severity import assessed
from hygie.incident.state import State, state_of
from hygie.reference.cnil_form import cnil_form
from tests.incident.build import CANARY, NOW, after, aware, decide, opened, step, story

KNOWN = {"ease": "maximum", "c": "none", "i": "none", "a": "none", "m": "accident"}
YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNSURE


def state(*more: Any, playbook: str = "data_leak") -> State:
    return state_of(story(opened(playbook), *more))


def table(category: str, what: State | None = None, **inputs: Any) -> Table:
    return recommended(assessed({**KNOWN, "category": category, **inputs}), what or state())


def verdicts(found: Table) -> tuple[Verdict, ...]:
    return tuple(line.verdict for line in found.lines)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("suppliers", (YES, NO, NO)),
        ("agenda_general", (YES, YES, NO)),
        ("agenda_revealing", (YES, YES, YES)),
        ("record", (YES, YES, YES)),
    ],
)
def test_one_row_a_level(category: str, expected: tuple[Verdict, ...]) -> None:
    assert verdicts(table(category)) == expected


@pytest.mark.parametrize("known", [(), (aware("2026-11-24T09:00+01:00"),)])
def test_nothing_graded_is_a_doubt_and_in_doubt_the_cnil_is_told(known: tuple[Any, ...]) -> None:
    found = recommended(None, state(*known))
    assert verdicts(found) == (YES, YES, UNSURE)
    assert "cnil_yes_doubt" in found.cnil.suggested
    assert any("dans le doute" in reason for reason in found.cnil.reasons)
    assert any("cherchez-le" in reason for reason in found.cnil.reasons) is not bool(known)


def test_a_grade_with_unknowns_is_a_doubt_too() -> None:
    assert verdicts(table("record", c="")) == (YES, YES, UNSURE)
    assert verdicts(table("suppliers", ease="negligible", c="")) == (YES, YES, NO)


def test_many_people_at_a_low_level_is_for_a_person_to_weigh() -> None:
    found = table("suppliers", people=5000)
    assert verdicts(found) == (YES, UNSURE, NO)
    assert any("en cas de doute, notifiez" in reason for reason in found.cnil.reasons)


def test_unreadable_data_may_be_the_first_exception_and_are_never_decided_by_hygie() -> None:
    found = table("record", unintelligible=True)
    assert verdicts(found) == (YES, YES, UNSURE)
    assert "point a" in " ".join(found.patients.reasons)
    assert "preuve du chiffrement" in " ".join(found.patients.remaining)


def test_the_patients_are_looked_at_even_when_the_cnil_is_not_told() -> None:
    found = table("record", state(decide("cnil", "no", "cnil_no_public")))
    assert found.patients.verdict is YES
    assert any("se pose quand même" in reason for reason in found.patients.reasons)


def test_a_false_alarm_is_noted_and_told_to_nobody() -> None:
    closed = after(story(opened()), (Kind.CLOSED, {"false_alarm": True, "reason": CANARY}))
    found = table("record", closed)
    assert verdicts(found) == (YES, NO, NO)
    assert CANARY not in str(found)


def test_a_provider_s_notice_and_health_data_add_their_reasons() -> None:
    breach = (Kind.BREACH, {"data_category": ["health"], "provider_notified_on": "2026-11-20"})
    found = table("record", state(breach, playbook="provider_leak"))
    assert "cnil_yes_provider" in found.cnil.suggested
    assert "patients_yes_health" in found.patients.suggested
    told = table("record", state(step("provider_notice"), playbook="provider_leak"))
    assert "cnil_yes_provider" in told.cnil.suggested


def test_a_lowered_nature_is_said_again_where_the_decision_is_taken() -> None:
    found = table("record", adjusted=1, reason=CANARY)
    assert found.cnil.verdict is NO
    assert any("relisez la raison" in reason for reason in found.cnil.reasons)
    assert CANARY not in str(found)


def test_every_line_has_its_reasons_with_an_article() -> None:
    for category in ("suppliers", "agenda_general", "agenda_revealing", "record"):
        for line in table(category).lines:
            text = " ".join(line.reasons)
            assert line.reasons
            assert "article 3" in text.lower()
            assert "'" not in text
            assert "None" not in text
    assert "paragraphe 5" in table("suppliers").register.reasons[0]


def test_what_is_suggested_exists_in_the_form_and_says_the_same() -> None:
    known = {reason.id: reason for reason in cnil_form().reasons}
    tables = [table(name, **more) for name in ("suppliers", "agenda_general", "record") for more in ({}, {"c": ""})]
    tables += [recommended(None, state()), table("record", unintelligible=True), table("suppliers", people=900)]
    for line in (line for found in tables for line in found.lines):
        for name in line.suggested:
            assert known[name].about == line.about
            assert line.verdict is UNSURE or known[name].decision == line.verdict.value


def test_why_writes_the_reasons_out_with_their_articles() -> None:
    facts = state(decide("cnil", "yes", "cnil_yes_risk", "cnil_yes_doubt")).decisions["cnil"]
    told = why(facts)
    assert len(told) == 2
    assert told[0].endswith("(article 33, paragraphe 1, du RGPD).")


@pytest.mark.parametrize(("name", "left"), [("a", "chiffrement"), ("b", "mesures"), ("c", "annonce publique")])
def test_each_exception_says_what_it_leaves_to_do(name: str, left: str) -> None:
    facts = state(decide("patients", "no", "patients_no_exception", exception=name)).decisions["patients"]
    told = why(facts)
    assert f"point {name}" in told[1]
    assert left in told[-1]
    assert remaining(facts) == (told[-1],)


def test_an_exception_without_a_no_leaves_nothing_and_unknown_reasons_are_passed_over() -> None:
    assert remaining({"decision": "yes", "exception": "c"}) == ()
    assert remaining({"decision": "no", "exception": "z"}) == ()
    assert why({"decision": "no", "reasons": ["?", CANARY], "exception": CANARY}) == ()
    assert why({}) == ()


def test_the_date_of_now_is_never_needed() -> None:
    assert recommended(None, State(playbook="paper", opened_at=NOW)).register.verdict is YES
