from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.journal.chain import GENESIS, Entry
from hygie.journal.errors import EntryRefused, JournalBroken, JournalError, JournalUnwritable, NotHeld
from hygie.journal.rows import COLUMNS, row_of
from hygie.journal.schema import SHELF
from hygie.journal.store import Journal
from tests.journal.bench import NOW, OTHER, PRACTICE, Bench, Session, words

HOLD = {"practice": PRACTICE, "actor": "user:7", "actor_name": "Dr Hélène Fontaine"}


def test_lines_come_back_as_they_were_written_and_follow_each_other(session: Session) -> None:
    written = [session.append(number) for number in range(5)]
    assert session.journal.entries(PRACTICE) == written
    assert [entry.seq for entry in written] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in written] == [GENESIS, *(entry.hash for entry in written[:-1])]
    verdict = session.journal.verify(PRACTICE)
    assert (verdict.ok, verdict.count, verdict.head, verdict.guarded) == (True, 5, written[-1].hash, True)
    assert verdict.reason == ""


def test_the_stored_columns_are_those_the_web_reads(session: Session) -> None:
    entry = session.append()
    ((number, *values),) = session.run(f"SELECT number, {', '.join(COLUMNS)} FROM journal_entry")
    assert number == 1
    assert tuple(values) == row_of(entry)
    assert values[COLUMNS.index("recorded_at")] == "2026-11-24T09:30:00.000000+00:00"
    assert values[COLUMNS.index("data")] == '{"answer":"yes","number":0}'


def test_each_practice_has_its_own_chain(session: Session) -> None:
    for number in range(3):
        session.append(number)
        session.append(number, practice=OTHER)
    assert [(head.practice, head.seq) for head in session.journal.heads()] == [(PRACTICE, 3), (OTHER, 3)]
    assert {row[0] for row in session.rows()} == {1, 2, 3, SHELF + 1, SHELF + 2, SHELF + 3}
    assert session.journal.verify(PRACTICE).ok
    assert session.journal.verify(OTHER).ok
    assert session.journal.head("nobody") is None
    assert session.journal.verify("nobody").count == 0


def test_pages_go_on_after_a_number_and_are_bounded(session: Session) -> None:
    written = [session.append(number) for number in range(7)]
    assert session.journal.entries(PRACTICE, after=2, limit=3) == written[2:5]
    assert session.journal.entries(PRACTICE, after=7) == []
    for limit in (0, -1, 10_001):
        with pytest.raises(EntryRefused):
            session.journal.entries(PRACTICE, limit=limit)


def test_a_long_chain_is_verified_over_its_pages(session: Session) -> None:
    with session.write() as journal:
        for number in range(2_005):
            journal.append(**words(number))
    assert session.journal.verify(PRACTICE).count == 2_005
    session.drop_guards()
    session.run("UPDATE journal_entry SET summary = 'autre' WHERE seq = 1001")
    verdict = session.journal.verify(PRACTICE)
    assert (verdict.ok, verdict.broken_seq, verdict.count) == (False, 1001, 1000)


def test_an_action_given_up_takes_its_line_with_it(session: Session) -> None:
    first = session.append()
    with suppress(ZeroDivisionError), session.write() as journal:
        journal.append(**words(1))
        raise ZeroDivisionError
    assert session.journal.entries(PRACTICE) == [first]
    assert session.append(2).previous == first.hash
    assert session.journal.verify(PRACTICE).ok


def test_one_transaction_may_hold_several_lines_of_several_practices(session: Session) -> None:
    with session.write() as journal:
        for number in range(4):
            journal.append(**words(number, practice=(PRACTICE, OTHER)[number % 2]))
    assert [session.journal.verify(practice).count for practice in (PRACTICE, OTHER)] == [2, 2]


def test_making_the_schema_again_changes_nothing(session: Session) -> None:
    session.append()
    before = session.rows()
    for _ in range(2):
        with session.write() as journal:
            journal.create_schema()
    assert session.rows() == before
    assert session.journal.verify(PRACTICE) == session.journal.verify(PRACTICE)
    assert session.append(1).seq == 2


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40), st.integers()), min_size=1, max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_a_person_types_is_kept_or_refused_never_broken(
    session: Session, lines: list[tuple[str, str, int]]
) -> None:
    for summary, name, number in lines:
        with suppress(EntryRefused):
            session.append(summary=summary, actor_name=name, data={summary: name, "n": number})
    assert session.journal.verify(PRACTICE).ok


# ── the database itself refuses what is not the next line ──

CHANGES = [
    "UPDATE journal_entry SET summary = 'autre' WHERE seq = 2",
    "UPDATE journal_entry SET number = number + 100",
    "DELETE FROM journal_entry WHERE seq = 3",
    "DELETE FROM journal_entry",
    "UPDATE journal_head SET seq = 2",
    "UPDATE journal_head SET seq = seq + 1",
    "UPDATE journal_head SET hash = 'x'",
    "UPDATE journal_head SET practice = 'x'",
    "UPDATE journal_head SET shelf = 9",
    "DELETE FROM journal_head",
    "INSERT INTO journal_head (practice, shelf, seq, hash) VALUES ('x', 5, 3, 'y')",
    f"INSERT INTO journal_head (practice, shelf, seq, hash) VALUES ('{PRACTICE}', 5, 0, '{GENESIS}')",
]
WORDS = "entry_id, recorded_at, occurred_at, kind, actor, actor_name, subject, summary, data"
THIRD = "FROM journal_entry WHERE seq = 3"
SQLITE_CHANGES = [
    "UPDATE OR REPLACE journal_entry SET seq = 1 WHERE seq = 2",
    "DELETE FROM journal_hold",
    "UPDATE journal_hold SET reason = 'x'",
    f"INSERT OR REPLACE INTO journal_head (practice, shelf, seq, hash) VALUES ('{PRACTICE}', 0, 0, '{GENESIS}')",
    f"INSERT OR REPLACE INTO journal_head (practice, shelf, seq, hash) VALUES ('x', 0, 0, '{GENESIS}')",
    "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry WHERE seq = 3",
    f"INSERT OR IGNORE INTO journal_entry SELECT 9, practice, 9, {WORDS}, previous, hash {THIRD}",
    f"INSERT OR REPLACE INTO journal_entry SELECT 1, practice, 4, {WORDS}, hash, hash {THIRD}",
]
POSTGRESQL_CHANGES = ["TRUNCATE journal_entry", "TRUNCATE journal_head", "DELETE FROM journal_hold"]


def _refused(session: Session, statement: str, *params: Any) -> None:
    before = session.rows(), session.rows("journal_head")
    with pytest.raises(Exception, match=r"append only|cannot (modify|delete from|update)"):
        session.run(statement, *params)
    assert (session.rows(), session.rows("journal_head")) == before
    assert session.journal.verify(PRACTICE).ok


@pytest.mark.parametrize("statement", CHANGES)
def test_no_statement_changes_or_removes_what_is_written(session: Session, statement: str) -> None:
    for number in range(3):
        session.append(number)
    _refused(session, statement)
    assert session.append(3).seq == 4


@pytest.mark.parametrize(
    ("bench", "statement"),
    [("sqlite", statement) for statement in SQLITE_CHANGES] + [("postgresql", each) for each in POSTGRESQL_CHANGES],
    indirect=["bench"],
)
def test_no_statement_of_this_database_does_either(session: Session, statement: str) -> None:
    for number in range(3):
        session.append(number)
    _refused(session, statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [("seq", 2), ("seq", 5), ("seq", 0), ("previous", GENESIS), ("previous", "x"), ("practice", OTHER), ("number", 77)],
)
def test_a_row_that_is_not_the_next_is_refused(session: Session, column: str, value: Any) -> None:
    last = [session.append(number) for number in range(3)][-1]
    row = dict(zip(COLUMNS, row_of(last), strict=True)) | {"number": 4, "seq": 4, "previous": last.hash}
    row[column] = value
    _refused(
        session, f"INSERT INTO journal_entry ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values()
    )


def test_a_refusal_of_the_database_is_told_in_french_and_leaves_nothing(session: Session) -> None:
    session.append()
    with pytest.raises(JournalUnwritable) as caught, session.write() as journal:
        _append_then_change(journal)
    assert "refusé" in caught.value.sentence
    assert "autre" not in caught.value.sentence
    assert session.journal.verify(PRACTICE).count == 1


def test_a_missing_schema_is_told_and_is_no_empty_journal(session: Session) -> None:
    for name in ("VIEW journal_hold", "TABLE journal_entry"):
        session.run(f"DROP {name}")
    with pytest.raises(JournalError), session.write() as journal:
        journal.append(**words())
    verdict = session.journal.verify(PRACTICE)
    assert not verdict.ok
    assert not verdict.guarded
    with pytest.raises(JournalError):
        session.journal.entries(PRACTICE)


def test_lost_guards_are_told_although_no_line_is_broken(session: Session) -> None:
    session.append()
    session.drop_guards()
    verdict = session.journal.verify(PRACTICE)
    assert (verdict.ok, verdict.guarded) == (True, False)


def test_errors_that_are_not_the_databases_go_through(session: Session) -> None:
    def broken(sql: str, params: Any) -> list[tuple[Any, ...]]:
        raise KeyError(sql, params)

    session.journal._execute = broken
    with pytest.raises(KeyError):
        session.journal.heads()


def test_a_line_that_does_not_read_stops_reading_and_says_which(session: Session) -> None:
    for number in range(3):
        session.append(number)
    session.drop_guards()
    session.run("UPDATE journal_entry SET recorded_at = 'hier' WHERE seq = 2")
    with pytest.raises(JournalBroken) as caught:
        session.journal.entries(PRACTICE)
    assert caught.value.seq == 2
    verdict = session.journal.verify(PRACTICE)
    assert (verdict.ok, verdict.broken_seq, verdict.count) == (False, 2, 1)
    assert verdict.reason


def _append_then_change(journal: Journal) -> None:
    journal.append(**words(1))
    journal._run("UPDATE journal_entry SET summary = 'autre'")


# ── holds ──


def test_a_hold_lasts_until_it_is_released_and_both_are_lines(session: Session) -> None:
    with session.write() as journal:
        journal.hold("freeze_backups", reason="Rançongiciel soupçonné", at=NOW, **HOLD)
    (hold,) = session.journal.held(PRACTICE)
    assert (hold.name, hold.practice, hold.reason) == ("freeze_backups", PRACTICE, "Rançongiciel soupçonné")
    assert (hold.set_at, hold.set_by, hold.released_at, hold.released_by) == (NOW, "user:7", None, None)
    later = NOW + timedelta(hours=2)
    with session.write() as journal:
        journal.release("freeze_backups", reason="Fausse alerte", at=later, **HOLD | {"actor": "user:8"})
    assert session.journal.held(PRACTICE) == []
    (hold,) = session.journal.holds(PRACTICE)
    assert (hold.released_at, hold.released_by) == (later, "user:8")
    assert [entry.kind for entry in session.journal.entries(PRACTICE)] == ["hold.set", "hold.released"]
    assert session.journal.verify(PRACTICE).ok


def test_a_hold_set_twice_is_lifted_once_and_may_be_set_again(session: Session) -> None:
    with session.write() as journal:
        for reason in ("un", "deux"):
            journal.hold("freeze_backups", reason=reason, at=NOW, **HOLD)
        journal.hold("other_hold", reason="autre", at=NOW, **HOLD)
        assert [hold.reason for hold in journal.held(PRACTICE)] == ["un", "deux", "autre"]
        journal.release("freeze_backups", reason="", at=NOW, **HOLD)
        assert [hold.name for hold in journal.held(PRACTICE)] == ["other_hold"]
        journal.hold("freeze_backups", reason="trois", at=NOW, **HOLD)
        assert [hold.reason for hold in journal.held(PRACTICE)] == ["autre", "trois"]
    assert [hold.reason for hold in session.journal.holds(PRACTICE)] == ["un", "deux", "autre", "trois"]


def test_a_hold_of_another_practice_is_not_ours(session: Session) -> None:
    with session.write() as journal:
        journal.hold("freeze_backups", reason="x", at=NOW, **HOLD | {"practice": OTHER})
    assert session.journal.held(PRACTICE) == []
    with pytest.raises(NotHeld), session.write() as journal:
        journal.release("freeze_backups", reason="x", at=NOW, **HOLD)
    assert len(session.journal.held(OTHER)) == 1


@pytest.mark.parametrize("name", ["", "Freeze", "a b", "x" * 65, "é"])
def test_a_hold_has_a_plain_name(session: Session, name: str) -> None:
    with pytest.raises(EntryRefused), session.write() as journal:
        journal.hold(name, reason="x", at=NOW, **HOLD)


def test_lines_written_during_a_verification_are_no_fault(bench: Bench) -> None:
    """The walk is stopped after its first page; another connection writes; the walk goes on."""
    with bench.session() as reader, bench.session() as writer:
        written = [writer.append(number) for number in range(3)]
        asked: list[str] = []

        def slow(sql: str, params: Any) -> list[tuple[Any, ...]]:
            rows = reader.execute(sql, params)
            if "FROM journal_head" in sql and len(asked) < 3:
                asked.append(sql)
                written.append(writer.append(len(written)))
            return rows

        verdict = type(reader.journal)(slow, bench.dialect).verify(PRACTICE)
        assert verdict.ok, verdict
        assert len(asked) == 2
        assert verdict.count == 4


def test_the_first_line_written_during_a_verification_is_no_fault(bench: Bench) -> None:
    with bench.session() as reader, bench.session() as writer:
        writer.append(practice=OTHER)
        late: list[Entry] = []

        def slow(sql: str, params: Any) -> list[tuple[Any, ...]]:
            rows = reader.execute(sql, params)
            if not late:
                late.append(writer.append())
            return rows

        verdict = type(reader.journal)(slow, bench.dialect).verify(PRACTICE)
        assert (verdict.ok, verdict.count) == (True, 1)
