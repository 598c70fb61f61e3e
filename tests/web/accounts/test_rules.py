"""Decisions about people: second factor due, who may go, names, steps."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.accounts import rules
from hygie.web.accounts.access import Role

OPENED = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("role", "due"),
    [
        (Role.HOLDER, date(2026, 11, 8)),
        (Role.IT_PROVIDER, OPENED),
        (Role.AUDITOR, OPENED),
        (Role.PARTNER, None),
        (Role.SECRETARY, None),
        (Role.LOCUM, None),
    ],
)
def test_a_second_factor_is_due_on_the_network(role, due):
    assert rules.due_on(role, OPENED, on_network=True) == due
    assert rules.due_on(role, OPENED, on_network=False) is None


def person(pk, role=Role.HOLDER, left_on=None, ends_on=None):
    return SimpleNamespace(pk=pk, role=role.value, left_on=left_on, ends_on=ends_on)


@pytest.mark.parametrize(
    ("others", "kept"),
    [
        ([], False),
        ([person(2)], True),
        ([person(2, left_on=OPENED)], False),
        ([person(2, ends_on=date(2027, 1, 1))], False),
        ([person(2, Role.PARTNER)], False),
    ],
)
def test_a_practice_keeps_a_holder(others, kept):
    assert rules.keeps_a_holder([person(1), *others], 1) is kept


@pytest.mark.parametrize(
    ("name", "taken", "username"),
    [
        ("Dr Hélène Fontaine", [], "helene.fontaine"),
        ("Nadia Lemoine", ["nadia.lemoine"], "nadia.lemoine2"),
        ("Nadia Lemoine", ["nadia.lemoine", "nadia.lemoine2"], "nadia.lemoine3"),
        ("李", [], "personne"),
        ("", ["personne"], "personne2"),
    ],
)
def test_identifiers_come_from_names(name, taken, username):
    assert rules.username_for(name, taken) == username


@given(st.text(max_size=80), st.sets(st.text(max_size=10)))
def test_any_name_gives_a_free_identifier_that_can_be_typed(name, taken):
    username = rules.username_for(name, taken)
    assert username not in taken
    assert username.isascii()
    assert 3 <= len(username) <= 60


def test_who_comes_from_outside_gets_no_card_nor_mailbox():
    assert [step.key for step in rules.arrival_steps(Role.IT_PROVIDER, account=True)] == ["account", "rules"]
    assert "card" in [step.key for step in rules.arrival_steps(Role.SECRETARY, account=True)]
    assert "account" not in [step.key for step in rules.arrival_steps(Role.SECRETARY, account=False)]


def test_a_departure_lists_what_the_person_held():
    held = {"cards": [(1, "CPE")], "accounts": [(2, "Agenda")], "devices": [(3, "Portable")]}
    keys = [step.key for step in rules.departure_steps(held)]
    assert keys[:3] == ["card:1", "device:3", "account:2"]
    assert {"session", "software", "mailbox", "shared", "keys"} <= set(keys)


def test_steps_are_counted_and_shown_with_who_ticked():
    done = rules.stored(rules.arrival_steps(Role.AUDITOR, account=True))
    assert rules.left(done) == 2
    done["ticks"]["rules"] = {"by": "Dr Fontaine", "at": "2026-11-24T10:00:00+01:00"}
    assert rules.left(done) == 1
    assert [step["tick"] for step in rules.shown(done)] == [None, done["ticks"]["rules"]]
    assert rules.left({}) == 0
