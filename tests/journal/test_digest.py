import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.core.french import typeset
from hygie.journal import errors
from hygie.journal.chain import GENESIS
from hygie.journal.digest import (
    Digest,
    anchored,
    check_digest,
    digest_of,
    digests,
    note_anchor,
    note_anchors,
    read_anchors,
)
from hygie.journal.errors import AnchorsUnreadable
from tests.journal.bench import NOW, OTHER, PRACTICE, Session

DAY = date(2026, 11, 24)
SEALED = "0123456789abcdef" * 4


def _note(**changed: object) -> bytes:
    fields = {"day": "2026-11-25", "practice": PRACTICE, "count": 1, "seq": 2, "hash": SEALED} | changed
    return json.dumps(fields).encode() + b"\n"


def test_the_digest_of_a_day_counts_its_lines_and_names_the_last_ever(session: Session) -> None:
    for number, hours in enumerate((-24, -23, 0, 1, 2, 24)):
        session.append(number, recorded_at=NOW + timedelta(hours=hours))
    entries = session.journal.entries(PRACTICE)
    today = digest_of(session.journal, PRACTICE, DAY)
    assert (today.count, today.seq, today.hash) == (3, 5, entries[4].hash)
    assert digest_of(session.journal, PRACTICE, DAY + timedelta(days=9)) == Digest(
        DAY + timedelta(days=9), PRACTICE, 0, 6, entries[5].hash
    )
    assert digest_of(session.journal, PRACTICE, date(2020, 1, 1)) == Digest(date(2020, 1, 1), PRACTICE, 0, 0, GENESIS)


def test_a_day_is_a_day_of_paris(session: Session) -> None:
    session.append(recorded_at=datetime(2026, 11, 23, 22, 59, 59, tzinfo=UTC))
    session.append(recorded_at=datetime(2026, 11, 23, 23, 0, 0, tzinfo=UTC))
    session.append(recorded_at=datetime(2026, 11, 24, 22, 59, 59, 999999, tzinfo=UTC))
    session.append(recorded_at=datetime(2026, 11, 24, 23, 0, 0, tzinfo=UTC))
    assert digest_of(session.journal, PRACTICE, DAY).count == 2


def test_several_days_are_read_at_once_and_say_the_same(session: Session) -> None:
    for number, days in enumerate((0, 0, 1, 3, 3, 3)):
        session.append(number, recorded_at=NOW + timedelta(days=days))
        session.append(number, recorded_at=NOW + timedelta(days=days), practice=OTHER)
    found = digests(session.journal, PRACTICE, DAY, DAY + timedelta(days=3))
    assert [each.day.day for each in found] == [24, 25, 27]
    assert found == [digest_of(session.journal, PRACTICE, each.day) for each in found]


def test_the_line_is_short_and_can_be_read_out() -> None:
    assert Digest(DAY, PRACTICE, 12, 1234, SEALED).line == (
        "24/11/2026, ligne 1234 (12 ce jour) : 0123-4567-89AB-CDEF-0123-4567"
    )


@pytest.mark.parametrize(
    "retyped",
    [
        lambda line: line,
        lambda line: line.lower(),
        typeset,
        lambda line: line.replace("-", " "),
        lambda line: line.replace("-", ""),
        lambda line: f"  {line}\r\n",
        lambda line: line.replace("24/11/2026, ", "").replace(" (5 ce jour)", ""),
    ],
)
def test_a_line_agrees_however_it_is_typed_and_after_more_was_written(session: Session, retyped) -> None:
    for number in range(5):
        session.append(number)
    line = digest_of(session.journal, PRACTICE, DAY).line
    session.append(6)
    found = check_digest(session.journal, PRACTICE, retyped(line))
    assert found.ok, found


def test_a_line_of_another_story_does_not_agree(session: Session) -> None:
    session.append()
    session.append(practice=OTHER)
    digest = digest_of(session.journal, PRACTICE, DAY)
    wrong = f"{digest.line[:-1]}{'0' if digest.line[-1] != '0' else '1'}"
    for practice, printed, said in (
        (PRACTICE, wrong, "changé"),
        (OTHER, digest.line, "changé"),
        (PRACTICE, digest.line.replace("ligne 1 ", "ligne 2 "), "n'a pas de ligne 2"),
        (PRACTICE, digest.line.replace("ligne 1 ", "ligne 0 "), "n'a pas de ligne 0"),
        (PRACTICE, digest.line.replace("ligne 1 ", f"ligne {'9' * 20} "), "n'a pas de ligne"),
        (PRACTICE, digest.line[:-5], "Il manque"),
        (PRACTICE, "", "Recopiez"),
        (PRACTICE, "bonjour", "Recopiez"),
    ):
        found = check_digest(session.journal, practice, printed)
        assert not found.ok
        assert said in found.sentence


@given(st.text(max_size=300))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    journal = _Empty()
    assert not check_digest(journal, PRACTICE, text).ok
    assert not check_digest(journal, PRACTICE, f"ligne 1 : {text}").ok


class _Empty:
    def entries(self, *_: object) -> list[object]:
        return []


# ── anchors.jsonl ──


def test_one_line_a_day_and_a_practice_is_noted_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    noted = [Digest(DAY + timedelta(days=n), PRACTICE, 1, n + 1, SEALED) for n in range(3)]
    assert [note_anchor(file, digest) for digest in noted] == [True] * 3
    assert not note_anchor(file, Digest(DAY, PRACTICE, 5, 9, SEALED))
    assert note_anchor(file, Digest(DAY, OTHER, 5, 9, SEALED))
    assert not note_anchor(file, Digest(DAY, "third", 0, 0, GENESIS))
    assert read_anchors(file, PRACTICE) == noted
    assert len(file.read_text().splitlines()) == 4
    assert file.stat().st_mode & 0o777 == 0o600
    assert anchored(noted) == {1: SEALED, 2: SEALED, 3: SEALED}


def test_many_practices_are_noted_in_one_go_and_only_once(tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    wanted = [Digest(DAY, f"p{number}", 1, number, SEALED) for number in range(5)]  # the first chain is empty
    assert note_anchors(file, wanted) == 4
    assert note_anchors(file, wanted) == 0
    assert read_anchors(file, "p3") == [wanted[3]]


def test_no_file_is_no_anchor(tmp_path: Path) -> None:
    assert read_anchors(tmp_path / "anchors.jsonl", PRACTICE) == []


def test_a_line_cut_short_by_a_crash_is_passed_over_then_replaced(tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    first, second = (Digest(DAY + timedelta(days=n), PRACTICE, 1, n + 1, SEALED) for n in range(2))
    note_anchor(file, first)
    whole = file.read_bytes()
    for length in range(1, len(whole)):
        file.write_bytes(whole + whole[:length])
        assert read_anchors(file, PRACTICE) == [first]
    assert note_anchor(file, second)
    assert read_anchors(file, PRACTICE) == [first, second]


def test_every_changed_byte_of_the_file_is_told_or_contradicts_the_journal(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    for days in range(2):
        session.append(recorded_at=NOW + timedelta(days=days))
        note_anchor(file, digest_of(session.journal, PRACTICE, DAY + timedelta(days=days)))
    raw = file.read_bytes()
    noted = read_anchors(file, PRACTICE)
    unseen = set()
    for place in range(len(raw)):
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        try:
            found = read_anchors(file, PRACTICE)
        except AnchorsUnreadable:
            continue
        if session.journal.verify(PRACTICE, anchored(found)).ok:
            unseen |= {_difference(noted, found)}
    # What is left unseen: a day or a count that is not the hash, and a note made somebody else's or cut at the end.
    assert unseen <= {"day", "count", "fewer"}


@pytest.mark.parametrize(
    "damage",
    [
        b"x\n",
        b"[]\n",
        b"{}\n",
        b"\xff\n",
        b"[" * 5000 + b"\n",
        json.dumps({"day": "2026-11-24", "practice": PRACTICE, "count": 1, "seq": 1, "hash": "z" * 64}).encode()
        + b"\n",
        json.dumps({"day": "2026-11-24", "practice": PRACTICE, "count": 1, "seq": 0, "hash": SEALED}).encode() + b"\n",
        json.dumps({"day": "2026-13-24", "practice": PRACTICE, "count": 1, "seq": 1, "hash": SEALED}).encode() + b"\n",
    ],
)
def test_damage_is_told_with_its_line_and_left_as_it_is(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "anchors.jsonl"
    note_anchor(file, Digest(DAY, PRACTICE, 1, 1, SEALED))
    file.write_bytes(file.read_bytes() + damage)
    before = file.read_bytes()
    with pytest.raises(AnchorsUnreadable, match="ligne 2"):
        read_anchors(file, PRACTICE)
    with pytest.raises(AnchorsUnreadable):
        note_anchor(file, Digest(DAY + timedelta(days=1), PRACTICE, 1, 2, SEALED))
    assert file.read_bytes() == before


def test_a_folder_and_a_file_too_large_are_told(tmp_path: Path) -> None:
    with pytest.raises(AnchorsUnreadable):
        read_anchors(tmp_path, PRACTICE)
    with pytest.raises(AnchorsUnreadable):
        note_anchor(tmp_path / "no" / "anchors.jsonl", Digest(DAY, PRACTICE, 1, 1, SEALED))
    large = tmp_path / "large"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 33 * 1024 * 1024)
    with pytest.raises(AnchorsUnreadable, match="gros"):
        read_anchors(large, PRACTICE)


def test_two_notes_of_one_line_that_disagree_are_told() -> None:
    with pytest.raises(AnchorsUnreadable, match="ligne 1"):
        anchored([Digest(DAY, PRACTICE, 1, 1, SEALED), Digest(DAY, PRACTICE, 1, 1, SEALED[::-1])])


def test_only_the_standard_library_is_needed_to_write_and_to_verify(tmp_path: Path) -> None:
    """Without the site packages: no Django, no msgspec, nothing installed."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom datetime import datetime, UTC\n"
        "from hygie.journal import digest, sqlite\n"
        "with sqlite.open_journal(Path(sys.argv[1])) as j:\n"
        "    said = {'actor': 'system', 'actor_name': '', 'summary': '', 'recorded_at': datetime.now(UTC)}\n"
        "    j.append(practice='p', kind='a.b', **said)\n"
        "    print(j.verify('p').count, sorted(m for m in sys.modules if m.startswith(('django', 'msg', 'psy'))))\n"
    )
    source = Path(errors.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, str(tmp_path / "j.sqlite3")],
        env={"PYTHONPATH": str(source), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1 []\n", "")


def _difference(noted: list[Digest], found: list[Digest]) -> str:
    if len(found) < len(noted):
        return "fewer"
    for one, other in zip(noted, found, strict=True):
        for name in ("seq", "hash", "day", "count"):
            if getattr(one, name) != getattr(other, name):
                return name
    return "nothing"
