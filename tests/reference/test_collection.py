"""The list of the collection: in order of volatility, every entry sourced, no secret and no shell among them."""

import re
from pathlib import Path

import pytest

from hygie.reference import collection as module
from hygie.reference.collection import collection, load_collection
from hygie.reference.errors import BrokenReference

TEXT = (Path(module.__file__).parent / "collection.toml").read_text()
LINUX, WINDOWS = collection().items("linux"), collection().items("windows")


@pytest.mark.parametrize("items", [LINUX, WINDOWS])
def test_what_vanishes_first_comes_first(items):
    assert [item.rank for item in items] == sorted(item.rank for item in items)
    assert {item.rank for item in items} == set(range(len(collection().rank_names)))


def test_every_entry_has_a_source_that_is_listed_and_used():
    listed = {source.id for source in collection().source}
    assert {item.source for item in collection().item} == listed


def test_windows_is_a_list_of_commands_that_claims_nothing_verified():
    assert {item.kind for item in WINDOWS} == {"command"}
    assert {item.confidence for item in WINDOWS} <= {"secondary", "unverified"}


def test_nothing_that_holds_secrets_or_what_people_typed_is_on_the_list():
    words = " ".join(" ".join((*item.command, item.path, *item.folders)) for item in collection().item)
    assert not re.search(
        r"environ|shadow|history\b(?<!apt/history)|cmdline\b(?<!/proc/cmdline)|\.mozilla|/cups|/mail", words
    )
    ps = next(item for item in LINUX if item.id == "processes")
    assert not re.search(r"\b(?:args|cmd|command|e|f)\b", ps.command[2])
    assert "/v" not in next(item for item in WINDOWS if item.id == "win-processes").command


def test_no_linux_command_writes_or_goes_through_a_shell():
    for item in LINUX:
        assert not {*item.command} & {"sh", "bash", "-c", "--vacuum-time", "--rotate", "flush", "add", "delete", "set"}
        assert not any(re.search(r"[;&|<>`$]", word) for word in item.command)


@pytest.mark.parametrize(("old", "new", "reason"), [
    ('path = "/proc/uptime"', 'command = ["sh", "-c", "x"]', "une seule chose"),
    ('command = ["lastlog"]', 'command = ["sh", "lastlog"]', "interpréteur"),
    ('id = "uptime"', 'id = "date"', "même identifiant"),
    ('id = "uptime"', 'id = "../x"', "valeur inattendue"),
    ('id = "rfc-3227"', 'id = "rfc-0"', "source"),
    ('rank_names = ["état vivant", ', "rank_names = [", "nom"),
    ('summary = "temporary"', 'summary = "environment"', "valeur inattendue"),
])  # fmt: skip
def test_a_broken_file_is_refused(tmp_path, old, new, reason):
    assert old in TEXT
    path = tmp_path / "collection.toml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(BrokenReference, match=reason):
        load_collection(path)


def test_an_order_that_is_not_of_volatility_is_refused(tmp_path):
    path = tmp_path / "collection.toml"
    path.write_text(TEXT.replace("rank = 0", "rank = 6", 1))
    with pytest.raises(BrokenReference, match="volatilité"):
        load_collection(path)
