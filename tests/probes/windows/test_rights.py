"""Rights of files by SID and number."""

import pytest

from hygie.probes.facts import HomeRights, SecretFilesRights, StartupRights
from hygie.probes.machine import CannotTell
from hygie.probes.windows import rights
from hygie.probes.windows.answers import Row


def rule(**changes):
    return {"SID": "S-1-5-32-545", "Rights": 1179817, "Kind": "Allow", "Propagation": 0, **changes}


def test_hives_kept_to_administrators_are_closed(sample):
    assert rights.secret_files(sample("hives_closed")) == SecretFilesRights(0, 3)


def test_hives_of_a_vulnerable_windows_are_open(sample):
    assert rights.secret_files(sample("hives_open")) == SecretFilesRights(3, 3)


def test_a_home_open_to_users_is_counted_and_a_refused_one_is_closed(sample):
    assert rights.homes(sample("homes")) == HomeRights(1, 3)


def test_a_start_up_program_that_any_account_may_modify_is_counted(sample):
    assert rights.startup(sample("startup")) == StartupRights(1, 3)


@pytest.mark.parametrize("changes", [{"Kind": "Deny"}, {"SID": "S-1-5-32-544"}, {"Propagation": 2}])
def test_a_refusal_an_administrator_and_a_rule_for_children_open_nothing(changes):
    assert not rights.allows_everybody(Row({"Rules": [rule(**changes)]}), rights.READ)


def test_generic_rights_count_as_what_they_stand_for():
    row = Row({"Rules": [rule(Rights=-536805376)]})
    assert rights.allows_everybody(row, rights.WRITE)


def test_reading_is_not_writing():
    row = Row({"Rules": rule()})
    assert rights.allows_everybody(row, rights.READ)
    assert not rights.allows_everybody(row, rights.WRITE)


@pytest.mark.parametrize("parse", [rights.secret_files, rights.homes, rights.startup])
def test_no_answer_is_not_taken_for_closed(parse):
    with pytest.raises(CannotTell):
        parse([])
