"""Many at once, each on a connection of its own: one chain, every line, whatever the database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hygie.journal.chain import Entry
from hygie.journal.errors import JournalBusy
from hygie.journal.sqlite import open_journal
from tests.journal.bench import OTHER, PRACTICE, Bench, words

THREADS, EACH = 8, 50


def test_eight_threads_write_one_chain(bench: Bench) -> None:
    def write(thread: int) -> list[Entry]:
        with bench.session() as session:
            return [session.append(number, actor=f"user:{thread}") for number in range(EACH)]

    with ThreadPoolExecutor(THREADS) as pool:
        written = [entry for entries in pool.map(write, range(THREADS)) for entry in entries]
    with bench.session() as session:
        assert session.journal.verify(PRACTICE).ok
        kept = session.journal.entries(PRACTICE, limit=1000)
    assert kept == sorted(written, key=lambda entry: entry.seq)
    assert [entry.seq for entry in kept] == list(range(1, THREADS * EACH + 1))


def test_many_practices_begin_at_once(bench: Bench) -> None:
    def begin(number: int) -> None:
        with bench.session() as session:
            session.append(practice=f"p{number % 12}")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(begin, range(48)))
    with bench.session() as session:
        heads = session.journal.heads()
        assert sorted(head.practice for head in heads) == sorted(f"p{number}" for number in range(12))
        assert sorted(head.shelf for head in heads) == list(range(12))
        assert all(session.journal.verify(head.practice).count == 4 for head in heads)


def test_several_programs_make_the_same_journal_at_once(tmp_path: Path) -> None:
    path = tmp_path / "hygie.sqlite3"

    def write(number: int) -> int:
        with open_journal(path) as journal:
            return journal.append(**words(number)).seq

    with ThreadPoolExecutor(THREADS) as pool:
        assert sorted(pool.map(write, range(40))) == list(range(1, 41))
    with open_journal(path) as journal:
        assert journal.verify(PRACTICE).ok


def test_a_program_waits_for_the_app_and_the_app_for_it(tmp_path: Path) -> None:
    bench = Bench("sqlite", str(tmp_path / "hygie.sqlite3"))
    with open_journal(Path(bench.place)) as program, bench.session() as app, ThreadPoolExecutor(1) as pool:
        with app.write() as journal:
            mine = journal.append(**words(1))
            waiting = pool.submit(_append_elsewhere, Path(bench.place), 30.0)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        assert waiting.result(10).previous == mine.hash
        assert program.verify(PRACTICE).count == 2


def test_patience_has_an_end_and_nothing_is_written(tmp_path: Path) -> None:
    bench = Bench("sqlite", str(tmp_path / "hygie.sqlite3"))
    with open_journal(Path(bench.place), patience=0.05) as program, bench.session() as app:
        with app.write() as journal:
            journal.append(**words(practice=OTHER))
            for action in (
                lambda: program.append(**words()),
                lambda: _hold(program),
            ):
                with pytest.raises(JournalBusy):
                    action()
        assert program.verify(PRACTICE).count == 0
        assert program.append(**words()).seq == 1


def _append_elsewhere(path: Path, patience: float) -> Entry:
    with open_journal(path, patience=patience) as journal:
        return journal.append(**words(2))


def _hold(program: object) -> None:
    said = words()
    program.hold(
        "freeze_backups",
        practice=PRACTICE,
        reason="x",
        actor="system",
        actor_name="Hygie",
        at=said["recorded_at"],
    )
