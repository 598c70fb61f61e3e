"""Every sample says where it was read, and nothing is claimed that is not there."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"
ENTRIES = tomllib.loads((SAMPLES / "SOURCES.toml").read_text())["sample"]


def test_every_sample_has_a_source_and_every_source_a_sample() -> None:
    assert sorted(entry["file"] for entry in ENTRIES) == sorted(path.name for path in SAMPLES.glob("*.txt"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_a_source_says_what_where_when_and_how_it_was_changed(entry: dict[str, object]) -> None:
    assert entry["what"]
    assert entry["changed"]
    assert entry["read_on"] == date(2026, 11, 24)
    assert "url" in entry or {"repository", "path"} <= entry.keys() or {"index_id", "found_as"} <= entry.keys()


def test_no_two_samples_are_the_same() -> None:
    texts = [path.read_text() for path in SAMPLES.glob("*.txt")]
    assert len(set(texts)) == len(texts)
