"""Every sample says where it comes from and what was changed in it."""

import tomllib
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
ENTRIES = tomllib.loads((SAMPLES / "SOURCES.toml").read_text(encoding="utf-8"))["sample"]


def test_every_sample_has_one_source_and_every_source_its_sample():
    files = sorted(path.name for path in SAMPLES.iterdir() if path.name != "SOURCES.toml")
    assert sorted(entry["file"] for entry in ENTRIES) == files


def test_every_source_says_where_when_and_what_was_changed():
    for entry in ENTRIES:
        assert "url" in entry or ("repository" in entry and "path" in entry) or "index_file" in entry
        assert entry["what"]
        assert entry["changed"]
        assert entry["read_on"].isoformat() == "2026-11-24"
