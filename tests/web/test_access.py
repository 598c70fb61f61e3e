"""The table of rights, read as a table: each action, each role, each kind of object."""

from dataclasses import dataclass
from itertools import product

import pytest

from hygie.core.finding import Owner
from hygie.web.accounts.access import TABLE, Action, Grant, Role, can

H, P, S, L, I, R = "holder", "partner", "secretary", "locum", "it_provider", "auditor"  # noqa: E741
WRITES = {
    "checkup.run": {H, P, S, I},
    "finding.answer": {H, P, S, I},
    "finding.prove": {H, P, S, I},
    "exception.decide": {H, P},
    "question.ask": {H, P, S},
    "first_run.answer": {H, S},
    "practice.change": {H},
    "inventory.change": {H, P, S, I},
    "cards.change": {H, P, S},
    "team.change": {H},
    "sharing.change": {H},
    "workstations.change": {H, I},
    "demonstration.change": {H},
    "incident.open": {H, P, S, L, I},
    "incident.act": {H, P, S, L, I},
    "incident.add": {H, P, S, L, I},
    "incident.decide": {H, P},
    "identity.change": {H, P, S},
}
READS = {
    "today.see": {H, P, S, L, I, R},
    "measure.see": {H, P, S, L, I, R},
    "finding.see": {H, P, S, L, I, R},
    "proof.see": {H, P, S, I, R},
    "practice.see": {H, P, S, R},
    "inventory.see": {H, P, S, I, R},
    "cards.see": {H, P, S, R},
    "inventory.export": {H, P, S, R},
    "team.see": {H, R},
    "account.own": {H, P, S, L, I, R},
    "sharing.see": {H, P, S, R},
    "journal.see": {H, P, R},
    "documents.see": {H, P, S, L, I, R},
    "emergency.see": {H, P, S, L, I, R},
    "reminders.see": {H, P, S, L, R},
    "workstations.see": {H, P, I, R},
    "incident.see": {H, P, S, L, I, R},
    "incident.evidence": {H, P, S, I},
    "incident.papers": {H, P, S},
    "breaches.see": {H, P, S, R},
    "care_kit.see": {H, P, S, L, I, R},
}


@dataclass(frozen=True)
class Somebody:
    role: str
    practice_id: str = "ours"


@dataclass(frozen=True)
class Thing:
    owner: Owner | None = None
    practice_id: str = "ours"


@pytest.mark.parametrize(("action", "role"), list(product(Action, Role)))
def test_the_table_is_the_one_that_was_decided(action: Action, role: Role) -> None:
    decided = (WRITES | READS)[action.value]
    assert can(Somebody(role), action) == (role.value in decided)


def test_every_action_is_decided() -> None:
    assert {action.value for action in Action} == set(WRITES | READS)
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize(("action", "role"), list(product(Action, Role)))
def test_an_object_of_another_practice_is_never_reached(action: Action, role: Role) -> None:
    assert not can(Somebody(role), action, Thing(practice_id="theirs"))
    assert not can(Somebody(role), action, Thing(owner=Owner.SECRETARY, practice_id="theirs"))


@pytest.mark.parametrize("action", Action)
def test_a_stranger_may_do_nothing(action: Action) -> None:
    assert not can(None, action)
    assert not can(None, action, Thing())


@pytest.mark.parametrize(("role", "owner"), list(product((Role.SECRETARY, Role.IT_PROVIDER), (*Owner, None))))
def test_a_share_is_limited_to_its_owner(role: Role, owner: Owner | None) -> None:
    mine = {Role.SECRETARY: Owner.SECRETARY, Role.IT_PROVIDER: Owner.IT_PROVIDER}[role]
    assert can(Somebody(role), Action.ANSWER_FINDING, Thing(owner)) == (owner is mine)


EMERGENCY = {"incident.open", "incident.act", "incident.add"}
"""A locum who is alone at the practice on the day of an attack acts: an auditor does not."""


def test_an_auditor_and_a_locum_change_nothing() -> None:
    for action, role in product(WRITES, (R, L)):
        assert can(Somebody(role), Action(action)) == (role == L and action in EMERGENCY)


def test_whoever_changes_may_see() -> None:
    pairs = {
        Action.CHANGE_INVENTORY: Action.SEE_INVENTORY, Action.CHANGE_CARDS: Action.SEE_CARDS,
        Action.CHANGE_TEAM: Action.SEE_TEAM, Action.CHANGE_SHARING: Action.SEE_SHARING,
        Action.CHANGE_PRACTICE: Action.SEE_PRACTICE, Action.ANSWER_FINDING: Action.SEE_FINDING,
        Action.CHANGE_WORKSTATIONS: Action.SEE_WORKSTATIONS,
    }  # fmt: skip
    for change, see in pairs.items():
        assert set(TABLE[change]) <= set(TABLE[see])


def test_own_is_granted_only_to_those_who_have_a_share() -> None:
    owned = {role for grants in TABLE.values() for role, grant in grants.items() if grant is Grant.OWN}
    assert owned == {Role.SECRETARY, Role.IT_PROVIDER}
