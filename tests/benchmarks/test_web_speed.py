"""What five years of history cost, page by page; and the memory of the service beside a bare Django's.

Nothing is asserted of the clock: only counts of queries, and ratios measured in the same minute.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from hygie.core.clock import SystemClock
from hygie.web.accounts.access import Role
from tests.benchmarks.history import FIVE_YEARS, fill, measured
from tests.conftest import LONG
from tests.e2e.command import REPO
from tests.web.conftest import client_of, make_member, make_practice
from tests.web.faults.serving import PASSWORD, Visitor, environment, installed, served

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]
REQUESTS = 30
SECONDS = 30.0 if LONG else 0.8  # a page that is slow is asked for fewer times, at least FEWEST
FEWEST = 5
SLOWER = 5.0
WIDTHS = (8, 7, 9, 9, 9, 12, 6)
NOISE = 4.0  # milliseconds under which a ratio says nothing
WHOLE = {"/journal/journal.csv", "/journal/imprimer/"}  # as long as what they are asked to give, up to a bound
GLANCED = {"/", "/mesures/", "/mesures/<slug:slug>/", "/constats/<slug:check_id>/", "/questions/", "/journal/"}
LEAVING = ("account_logout", "reply", "phone", "proof")
BARE = """
import sys
from django.conf import settings
settings.configure(SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEBUG=False)
import django
django.setup()
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from cheroot.wsgi import Server
urlpatterns = [path("", lambda request: HttpResponse("ok"))]
server = Server(("127.0.0.1", 0), get_wsgi_application(), numthreads=8)
server.prepare()
print(server.bind_addr[1], flush=True)
server.serve()
"""


@dataclass(frozen=True)
class Cost:
    """Queries of one request; for several, milliseconds of processor and milliseconds by the clock.

    Ratios are of the processor: whatever else the machine does, they stay the same.
    """

    queries: int
    cpu: list[float]
    times: list[float]

    @property
    def work(self) -> float:
        return statistics.median(self.cpu)

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[max(0, round(0.95 * len(self.times)) - 1)]


def routes() -> Iterator[tuple[str, str]]:
    """(name, route) of every address of the app."""

    def walk(patterns: Any, prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield str(pattern.name), route
            else:
                yield from walk(pattern.url_patterns, route)

    yield from walk(get_resolver().url_patterns, "/")


def path_of(route: str, values: dict[str, str]) -> str | None:
    """The address with what this practice has in its place; None when there is nothing to put there."""
    start = next((prefix for prefix in values if route.startswith(prefix) and "<" in route[: len(prefix) + 12]), "")
    for kind in ("slug:slug", "slug:check_id", "int:n", "str:form", "slug:table", "slug:form", "int:pk", "uuid:pk"):
        value = values.get(kind, values.get(start, ""))
        route = route.replace(f"<{kind}>", value) if value else route
    return None if "<" in route else route


def values_of(practice: Any, holder: Any) -> dict[str, str]:
    from hygie.web.dashboard.models import Question
    from hygie.web.dashboard.rules import SLUGS
    from hygie.web.inventory.models import Card, Device, OnlineAccount, Provider

    def first(model: Any) -> str:
        return str(model.objects.for_practice(practice).order_by("pk").values_list("pk", flat=True)[0])

    return {
        "slug:slug": next(iter(SLUGS)), "slug:check_id": "cps-personal", "int:n": "1", "str:form": "csv",
        "slug:table": "devices", "slug:form": "csv", "/materiel/cartes/": first(Card),
        "/materiel/comptes/": first(OnlineAccount), "/materiel/prestataires/": first(Provider),
        "/materiel/": first(Device), "/questions/": first(Question), "/cabinet/equipe/": str(holder.pk),
    }  # fmt: skip


def cost(client: Client, path: str) -> Cost | None:
    """None when it is no page of its own: a form's target, a redirect, what this practice has not."""
    answer = client.get(path)
    if answer.status_code != 200:
        return None
    answer.getvalue()
    with CaptureQueriesContext(connection) as captured:
        client.get(path).getvalue()
        queries = len(captured)
    cpu: list[float] = []
    times: list[float] = []
    while len(times) < FEWEST or (len(times) < REQUESTS and sum(times) < SECONDS * 1000):
        before, worked = time.perf_counter(), time.process_time()
        client.get(path).getvalue()
        cpu.append((time.process_time() - worked) * 1000)
        times.append((time.perf_counter() - before) * 1000)
    return Cost(queries, cpu, times)


def test_five_years_of_history_cost_no_query_and_little_time(capsys: Any) -> None:
    now = SystemClock().now()
    checkup, costs = measured(now), []
    for weeks in (1, FIVE_YEARS):
        practice = make_practice(f"Cabinet de {weeks} semaines", first_run_done_at=now)
        holder = make_member(practice, Role.HOLDER)
        rows = fill(practice, holder, checkup, weeks=weeks, now=now)
        client, values = client_of(holder), values_of(practice, holder)
        paths = {route: path_of(route, values) for name, route in routes() if name not in LEAVING}
        costs.append({route: found for route, path in paths.items() if path and (found := cost(client, path))})
    small, big = costs
    assert set(small) == set(big)
    assert len(big) >= 50, sorted(big)
    assert set(big) >= GLANCED
    with capsys.disabled():
        print(f"\n{rows}\n{table(small, big)}")  # noqa: T201 - the table is the result
    grown = {route: big[route].queries - small[route].queries for route in big}
    assert {route: count for route, count in grown.items() if count > 0} == {}
    slower = [route for route in big if big[route].work > SLOWER * max(small[route].work, NOISE)]
    assert set(slower) <= WHOLE


def table(small: dict[str, Cost], big: dict[str, Cost]) -> str:
    """One line a page, the slowest first."""
    names = ("queries", "growth", "week p50", "5 y p50", "5 y p95", "cpu (ms)", "ratio")
    head = f"{'page':<46} " + " ".join(f"{name:>{width}}" for name, width in zip(names, WIDTHS, strict=True))
    lines = [head]
    for route in sorted(big, key=lambda route: -big[route].median):
        week, years = small[route], big[route]
        counts = f"{years.queries:>8} {years.queries - week.queries:>+7}"
        times = f"{week.median:>6.0f} ms {years.median:>6.0f} ms {years.p95:>6.0f} ms"
        work = f"{week.work:>5.0f} > {years.work:>4.0f}"
        lines.append(f"{route:<46} {counts} {times} {work} {years.work / week.work:>6.2f}")
    return "\n".join(lines)


def resident(pid: int) -> float:
    """Megabytes of memory of one process."""
    return float(psutil.Process(pid).memory_info().rss) / 1_000_000


def test_memory_of_the_service_beside_a_bare_django(tmp_path: Path, capsys: Any) -> None:
    bare = bare_django()
    folder = tmp_path / "cabinet"
    with served(folder) as server:
        installed(server)
    words = [sys.executable, "-B", "-m", "tests.benchmarks.history", str(FIVE_YEARS)]
    subprocess.run(words, check=True, cwd=REPO, env=environment(HYGIE_HOME=str(folder)))
    with served(folder) as server:
        visitor, opened = entered(server.url), resident(server.process.pid)
        paths = [
            "/",
            "/mesures/",
            "/materiel/",
            "/journal/",
            "/questions/",
            "/cabinet/equipe/",
            "/cabinet/ordinateurs/",
        ]
        half = 0.0
        for number in range(200):
            page = visitor.get(paths[number % len(paths)])
            assert page.status == 200, page.words
            half = half or (resident(server.process.pid) if number == 99 else 0.0)
        after = resident(server.process.pid)
    with capsys.disabled():
        told = f"{opened:.0f} MB when open, {half:.0f} MB after 100 requests, {after:.0f} MB after 200"
        print(f"\nmemory: {told}; a bare Django {bare:.0f} MB; ratio {after / bare:.1f}")  # noqa: T201 - as above
    assert after / bare < 8
    assert after / half < 1.25  # nothing is heaped up request after request


def entered(url: str) -> Visitor:
    visitor = Visitor(url)
    page = visitor.post("/entrer/", {"login": "helene.fontaine", "password": PASSWORD})
    assert (page.status, "/entrer/" in page.url) == (200, False), page.words
    return visitor


def bare_django() -> float:
    """The memory of the smallest Django behind the same server, after as many requests."""
    process = subprocess.Popen([sys.executable, "-B", "-c", BARE], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        visitor = Visitor(f"http://127.0.0.1:{process.stdout.readline().strip()}/")
        for _ in range(200):
            assert visitor.get("/").text == "ok"
        return resident(process.pid)
    finally:
        process.kill()
        process.wait()
