"""The reader of reference files says where a file is wrong and why, and never fails in another way."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from hygie.reference.errors import BrokenReference
from hygie.reference.toml import MAX_BYTES, load


class Thing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    size: int
    on: date | None = None

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("une taille ne peut pas être négative")


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    thing: tuple[Thing, ...]


GOOD = '# a comment\n\n[[thing]]\nid = "a"\nsize = 1\n\n[[thing]]\nid = "b"\nsize = 2\non = 2026-11-24\n'


def refusal(folder: Path, content: str | bytes) -> BrokenReference:
    path = folder / "things.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BrokenReference) as caught:
        load(path, Box)
    assert "things.toml" in caught.value.sentence
    assert caught.value.exit_code == 70
    assert caught.value.next_step.endswith(".")
    return caught.value


def test_a_good_file_is_read_into_typed_values(tmp_path: Path) -> None:
    path = tmp_path / "things.toml"
    path.write_text(GOOD)
    assert load(path, Box) == Box((Thing("a", 1), Thing("b", 2, date(2026, 11, 24))))


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (('id = "b"', "id = b"), 8, "ce n'est pas du TOML"),
        (('id = "b"', 'id = "b'), 8, "ce n'est pas du TOML"),
        (("size = 2", "size = 2\nsize = 3"), 10, "ce n'est pas du TOML"),
        (("2026-11-24", "2026-13-45"), 10, "ce n'est pas du TOML"),
        (("size = 2", 'size = "deux"'), 7, "valeur inattendue à $.thing[1].size"),
        (("size = 2", "size = nan"), 7, "valeur inattendue à $.thing[1].size"),
        (("2026-11-24", '"hier"'), 7, "valeur inattendue à $.thing[1].on"),
        (("size = 2\n", ""), 7, "il manque « size »"),
        (("size = 1\n", ""), 3, "il manque « size »"),
        (("size = 2", "size = 2\nsise = 2"), 7, "« sise » n'y a pas de sens"),
        (("size = 2", "size = -2"), 7, "une taille ne peut pas être négative"),
    ],
)
def test_a_fault_is_told_with_its_line_and_its_reason(
    tmp_path: Path, change: tuple[str, str], line: int, reason: str
) -> None:
    error = refusal(tmp_path, GOOD.replace(*change))
    assert (error.line, error.reason) == (line, reason)
    assert error.sentence == f"Le fichier de référence things.toml, ligne {line} est refusé : {reason}."


def test_an_unknown_table_is_refused_by_name(tmp_path: Path) -> None:
    assert refusal(tmp_path, GOOD + "\n[about]\n").reason == "« about » n'y a pas de sens"


def test_a_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path: Path) -> None:
    error = refusal(tmp_path, b'# un commentaire\n# accentu\xe9\n[[thing]]\nid = "a"\n')
    assert (error.line, error.reason) == (2, "il n'est pas écrit en UTF-8")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    refusal(tmp_path, ("# é\n" + GOOD).encode(encoding))


def test_a_file_that_is_too_big_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD + "#" * MAX_BYTES)
    assert error.reason == "il dépasse deux mégaoctets"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name in ("nothing.toml", "folder.toml"):
        with pytest.raises(BrokenReference, match="il ne se lit pas"):
            load(tmp_path / name, Box)


@pytest.mark.parametrize(
    "content",
    [
        "thing = " + "[" * 100_000,
        "thing = " + "{a = " * 20_000 + "1" + "}" * 20_000,
        ".".join("a" * 2_000) + " = 1",
        "thing = " + "9" * 5_000,
        "thing = 1" + "0" * 5_000,
        "\x00",
        '"\x00" = 1',
        "\ufeff" + GOOD,
        "thing = " + "1e" + "9" * 400,
        "[[thing]]\n" * 20_000,
        "",
        "{}",
    ],
    ids=[
        "arrays", "tables", "dotted keys", "long number", "long power", "NUL", "NUL key", "byte order mark", "infinity",
        "many entries", "empty", "JSON",
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    error = refusal(tmp_path, content)
    assert error.sentence.count("\n") == 0
    assert len(error.sentence) < 400
