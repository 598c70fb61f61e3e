"""Do browsers keep passwords? Counted on real stores, without reading any password."""

import contextlib
import json
import os
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.browsers import profiles_with_passwords
from hygie.probes.machine import CannotTell

TABLE = (
    "CREATE TABLE logins (origin_url VARCHAR NOT NULL, username_value VARCHAR, password_value BLOB, "
    "blacklisted_by_user INTEGER NOT NULL)"
)


def chromium(folder: Path, profile: str = "Default", rows: tuple[int, ...] = (0,), store: str = "Login Data") -> Path:
    """A Chromium profile; each row says whether the person refused to keep that password."""
    path = folder / profile / store
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as base:
        base.execute(TABLE)
        base.executemany("INSERT INTO logins VALUES ('https://x', 'u', x'00', ?)", [(row,) for row in rows])
    base.close()
    return path


def firefox(folder: Path, logins: list[dict[str, str]], profile: str = "ab.default") -> Path:
    path = folder / profile / "logins.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"nextId": 2, "logins": logins, "version": 3}))
    return path


def test_a_profile_with_a_password_counts(tmp_path: Path) -> None:
    chromium(tmp_path / "c")
    firefox(tmp_path / "f", [{"hostname": "https://x"}])
    assert profiles_with_passwords([tmp_path / "c"], [tmp_path / "f"]) == 2


def test_a_profile_without_password_does_not_count(tmp_path: Path) -> None:
    chromium(tmp_path / "c", rows=())
    chromium(tmp_path / "c", "Profile 1", rows=(1, 1))
    firefox(tmp_path / "f", [])
    assert profiles_with_passwords([tmp_path / "c"], [tmp_path / "f"]) == 0


def test_a_profile_with_two_stores_counts_once(tmp_path: Path) -> None:
    chromium(tmp_path)
    chromium(tmp_path, store="Login Data For Account")
    assert profiles_with_passwords([tmp_path], []) == 1


def test_the_account_store_alone_counts(tmp_path: Path) -> None:
    chromium(tmp_path, rows=())
    chromium(tmp_path, store="Login Data For Account")
    assert profiles_with_passwords([tmp_path], []) == 1


def test_a_browser_with_its_only_profile_at_the_top_counts(tmp_path: Path) -> None:
    chromium(tmp_path / ".config", "opera")
    assert profiles_with_passwords([tmp_path / ".config/opera"], []) == 1


def test_no_browser_no_profile(tmp_path: Path) -> None:
    assert profiles_with_passwords([tmp_path / "absent"], [tmp_path / "absent"]) == 0


def test_a_store_in_use_by_the_browser_can_be_asked(tmp_path: Path) -> None:
    path = chromium(tmp_path)
    using = sqlite3.connect(path, isolation_level=None)
    using.execute("BEGIN EXCLUSIVE")
    assert profiles_with_passwords([tmp_path], []) == 1
    using.execute("ROLLBACK")
    using.close()


def test_asking_leaves_no_trace_beside_the_store(tmp_path: Path) -> None:
    path = chromium(tmp_path)
    before = path.stat().st_mtime_ns
    profiles_with_passwords([tmp_path], [])
    assert [p.name for p in path.parent.iterdir()] == ["Login Data"]
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("profile", ["Profil n° 1 ?mode=rwc#", "caf\udce9", "a%20b"])
def test_odd_profile_names_are_asked_too(tmp_path: Path, profile: str) -> None:
    try:
        chromium(tmp_path, profile)
    except UnicodeEncodeError:
        chromium(tmp_path, "plain")
        (tmp_path / "plain").rename(tmp_path / profile)
    assert profiles_with_passwords([tmp_path], []) == 1


def test_a_store_that_does_not_open_is_never_taken_for_empty(tmp_path: Path) -> None:
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default/Login Data").write_bytes(b"not a database" * 100)
    with pytest.raises(CannotTell):
        profiles_with_passwords([tmp_path], [])


def test_a_store_without_its_table_is_never_taken_for_empty(tmp_path: Path) -> None:
    (tmp_path / "Default").mkdir()
    sqlite3.connect(tmp_path / "Default/Login Data").execute("CREATE TABLE other (x)").connection.close()
    with pytest.raises(CannotTell):
        profiles_with_passwords([tmp_path], [])


def test_a_pipe_or_a_folder_named_like_a_store_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "Default/Login Data").mkdir(parents=True)
    (tmp_path / "P1").mkdir()
    os.mkfifo(tmp_path / "P1/Login Data")
    (tmp_path / "f/x").mkdir(parents=True)
    os.mkfifo(tmp_path / "f/x/logins.json")
    (tmp_path / "P2").mkdir()
    (tmp_path / "P2/Login Data").symlink_to("Login Data")
    assert profiles_with_passwords([tmp_path], [tmp_path / "f"]) == 0


@given(raw=st.binary(max_size=3000))
def test_whatever_a_store_holds_the_answer_is_a_number_or_unknown(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("noise")
    (folder / "p").mkdir()
    (folder / "p/Login Data").write_bytes(raw)
    (folder / "p/logins.json").write_bytes(raw)
    assert profiles_with_passwords([], [folder]) in (0, 1)
    with contextlib.suppress(CannotTell):
        assert profiles_with_passwords([folder], []) == 0
