"""A file far too large for a proof: refused in a sentence, the server's memory and disk staying what they were."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.web.faults.serving import Page, Served, Visitor, installed, served

pytestmark = pytest.mark.sqlite
FIFTY = 50_000_000
MOST_GROWTH = 80_000_000
CHECK = "cps-personal"
PATH = f"/constats/{CHECK}/preuve/"
NAME = "Attestation des cartes, novembre"


class Watched:
    """The most memory that a process had since it is watched."""

    def __init__(self, pid: int) -> None:
        self.process, self.stop = psutil.Process(pid), threading.Event()
        self.first = self.most = self.process.memory_info().rss
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while not self.stop.wait(0.01):
            self.most = max(self.most, self.process.memory_info().rss)

    def growth(self) -> int:
        self.stop.set()
        self.thread.join()
        return int(self.most - self.first)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "cabinet") as opened:
        yield opened


def fields_of(visitor: Visitor) -> dict[str, str]:
    page = visitor.get(f"/constats/{CHECK}/")
    names = ("csrfmiddlewaretoken", "creation_key")
    return {**{name: page.hidden(name) for name in names}, "name": NAME, "taken_on": "2026-11-02"}


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.name.startswith("hygie.sqlite3")}


def test_fifty_megabytes_are_refused_in_a_sentence_and_in_bounds(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    fields, before = fields_of(holder), files(tmp_path / "cabinet")
    holder.upload(PATH, fields, b"%PDF-" + b"x" * 25_000_000)  # what a first large upload needs once is needed
    watched = Watched(server.process.pid)
    page = holder.upload(PATH, fields, b"%PDF-" + b"x" * FIFTY)
    growth = watched.growth()
    assert page.status == 422
    assert "Ce fichier dépasse 20 Mo" in page.words
    assert page.typed("name") == NAME
    assert growth < MOST_GROWTH, growth
    assert files(tmp_path / "cabinet") == before


def test_what_no_request_may_weigh_is_refused_before_it_is_read(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    fields, before = fields_of(holder), files(tmp_path / "cabinet")
    watched = Watched(server.process.pid)
    page = holder.upload(PATH, fields, b"%PDF-" + b"x" * 60_000_000)
    assert page.status == 413
    assert "trop gros" in page.words
    assert watched.growth() < MOST_GROWTH
    assert files(tmp_path / "cabinet") == before
    assert holder.get("/").status == 200


def test_four_at_once_stay_in_bounds_and_others_are_answered(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    fields, watched = fields_of(holder), Watched(server.process.pid)
    pages: list[Page] = []
    senders = [
        threading.Thread(target=lambda: pages.append(holder.upload(PATH, fields, b"%PDF-" + b"x" * FIFTY)))
        for _ in range(4)
    ]
    for sender in senders:
        sender.start()
    statuses = []
    while any(sender.is_alive() for sender in senders):
        statuses.append(Visitor(server.url).get("/anormal/").status)
    assert set(statuses) == {200}
    assert {page.status for page in pages} <= {422, 503}
    assert len(pages) == 4
    assert watched.growth() < MOST_GROWTH * 2


def test_a_proof_of_the_right_size_is_kept_sealed(server: Served, tmp_path: Path) -> None:
    holder = installed(server)
    page = holder.upload(PATH, fields_of(holder), b"%PDF-1.7 attestation " + b"y" * 3_000_000)
    assert page.status == 200
    assert NAME in page.words
    kept = list((tmp_path / "cabinet" / "proofs").iterdir())
    assert len(kept) == 1
    assert b"attestation" not in kept[0].read_bytes()
