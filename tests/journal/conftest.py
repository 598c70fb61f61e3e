"""The same tests on both databases: every test that asks for `bench` or `session` runs twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.bench import Bench, Session
from tests.postgres import new_database, postgres_url

__all__ = ["postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "sqlite":
        yield _with_schema(Bench("sqlite", str(tmp_path / "hygie.sqlite3")))
        return
    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield _with_schema(Bench("postgresql", url))


@pytest.fixture
def session(bench: Bench) -> Iterator[Session]:
    with bench.session() as opened:
        yield opened


def _with_schema(bench: Bench) -> Bench:
    with bench.session() as session, session.write() as journal:
        journal.create_schema()
    return bench
