import json
import stat
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from hygie.web.crypto.keys import Keys, load_keys, renewed, write_private
from hygie.web.errors import KeysLost


class Store(KeyringBackend):
    """The system's store, in memory: there is none in a test."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    monkeypatch.delenv("HYGIE_KEYS", raising=False)
    return store


def test_without_a_store_the_keys_are_a_file_of_this_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYGIE_KEYS", "file")
    keys = load_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert load_keys(tmp_path) == keys
    assert keys.place == "fichier du dossier de données"


def test_the_systems_store_is_preferred(tmp_path: Path, store: Store) -> None:
    keys = load_keys(tmp_path)
    assert keys.place == "coffre du système"
    assert not list(tmp_path.iterdir())
    assert load_keys(tmp_path) == keys


def test_two_folders_have_two_keys(tmp_path: Path, store: Store) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert load_keys(tmp_path / "a").ring != load_keys(tmp_path / "b").ring


def test_a_service_gives_its_keys_as_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYGIE_KEYS", "file")
    keys = load_keys(tmp_path)
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "keys.json").rename(credentials / "hygie-keys")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    found = load_keys(tmp_path)
    assert (found.ring, found.place) == (keys.ring, "secret du service")


def test_lost_keys_are_never_replaced_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYGIE_KEYS", "file")
    (tmp_path / "hygie.sqlite3").touch()
    with pytest.raises(KeysLost):
        load_keys(tmp_path)
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"django": "x", "ring": {}}', '{"django": "x", "ring": {"1": "zz"}}',
     '{"django": "x", "ring": {"1": "00"}}', '{"django": "x", "ring": {"a": "' + "00" * 32 + '"}}', "é"],
)  # fmt: skip
def test_damaged_keys_are_told_without_being_shown(
    tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYGIE_KEYS", "file")
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(KeysLost) as told:
        load_keys(tmp_path)
    assert "00" not in told.value.sentence


def test_a_renewed_ring_still_opens_the_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYGIE_KEYS", "file")
    keys = load_keys(tmp_path)
    more = renewed(keys)
    assert set(more.ring) == {1, 2}
    assert more.ring[1] == keys.ring[1]


def test_keys_do_not_show_when_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYGIE_KEYS", "file")
    keys = load_keys(tmp_path)
    assert keys.django not in repr(keys)
    assert keys.ring[1].hex() not in repr(keys)
    assert isinstance(keys, Keys)


def test_a_private_file_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_private(path, json.dumps({"a": 1}))
    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\ud800")
    assert json.loads(path.read_text()) == {"a": 1}
    assert [child.name for child in tmp_path.iterdir()] == ["x.json"]
