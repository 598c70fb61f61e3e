import json
import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.web.server.scheduler import RETRY, Job, Scheduler, is_due
from tests.web.server.running import wait_until

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Hands:
    """A clock whose hands a test moves; `seconds` is the monotonic one, which nobody sets."""

    moment: datetime = START
    seconds: float = 0.0
    ran: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    def pass_(self, time: timedelta) -> None:
        self.moment += time
        self.seconds += time.total_seconds()

    def job(self, name: str, every: timedelta, error: BaseException | None = None) -> Job:
        def run() -> None:
            self.ran.append(name)
            if error is not None:
                raise error

        return Job(name, every, run)


@pytest.fixture
def hands() -> Hands:
    return Hands()


def scheduler(hands: Hands, folder: Path, *jobs: Job) -> Scheduler:
    return Scheduler(jobs, hands, folder / "jobs.json", hands.monotonic)


def test_each_job_runs_at_its_own_pace(hands: Hands, tmp_path: Path) -> None:
    jobs = scheduler(hands, tmp_path, hands.job("hourly", HOUR), hands.job("daily", DAY))
    for _ in range(48):
        jobs.run_due()
        hands.pass_(HOUR)
    assert (hands.ran.count("hourly"), hands.ran.count("daily")) == (48, 2)


def test_a_restart_does_not_run_a_daily_job_twice(hands: Hands, tmp_path: Path) -> None:
    assert scheduler(hands, tmp_path, hands.job("daily", DAY)).run_due() == ["daily"]
    hands.pass_(23 * HOUR)
    assert scheduler(hands, tmp_path, hands.job("daily", DAY)).run_due() == []
    hands.pass_(HOUR)
    assert scheduler(hands, tmp_path, hands.job("daily", DAY)).run_due() == ["daily"]


@pytest.mark.parametrize("error", [ValueError("M. Dupont, NIR 1"), SystemExit("M. Dupont"), MemoryError("M. Dupont")])
def test_a_failing_job_stops_no_other_and_its_data_are_not_logged(
    error: BaseException, hands: Hands, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = scheduler(hands, tmp_path, hands.job("bad", DAY, error), hands.job("good", DAY))
    with caplog.at_level(logging.DEBUG):
        assert jobs.run_due() == ["good"]
    assert type(error).__name__ in caplog.text
    assert "Dupont" not in caplog.text


def test_a_failed_job_is_tried_again_before_its_next_day_but_not_at_once(hands: Hands, tmp_path: Path) -> None:
    jobs = scheduler(hands, tmp_path, hands.job("bad", DAY, OSError()))
    jobs.run_due()
    jobs.run_due()
    assert hands.ran == ["bad"]
    hands.pass_(RETRY)
    jobs.run_due()
    assert hands.ran == ["bad", "bad"]


def test_a_job_that_recovers_goes_back_to_its_pace(hands: Hands, tmp_path: Path) -> None:
    broken = [True]

    def run() -> None:
        hands.ran.append("job")
        if broken.pop():
            broken.append(False)
            raise OSError

    jobs = scheduler(hands, tmp_path, Job("job", DAY, run))
    assert jobs.run_due() == []
    hands.pass_(RETRY)
    assert jobs.run_due() == ["job"]
    hands.pass_(HOUR)
    assert jobs.run_due() == []


@pytest.mark.parametrize("jump", [timedelta(seconds=1), HOUR, DAY - timedelta(seconds=1)])
def test_a_clock_put_back_a_little_repeats_nothing(jump: timedelta, hands: Hands, tmp_path: Path) -> None:
    jobs = scheduler(hands, tmp_path, hands.job("daily", DAY))
    jobs.run_due()
    hands.moment -= jump
    assert jobs.run_due() == []
    hands.pass_(2 * DAY)
    assert jobs.run_due() == ["daily"]


def test_a_clock_that_was_years_ahead_holds_nothing_back(hands: Hands, tmp_path: Path) -> None:
    hands.moment += 3650 * DAY
    jobs = scheduler(hands, tmp_path, hands.job("daily", DAY))
    jobs.run_due()
    hands.moment -= 3650 * DAY
    assert jobs.run_due() == ["daily"]
    assert jobs.run_due() == []
    hands.pass_(DAY)
    assert jobs.run_due() == ["daily"]


def test_a_clock_that_jumps_ahead_runs_each_job_once(hands: Hands, tmp_path: Path) -> None:
    jobs = scheduler(hands, tmp_path, hands.job("hourly", HOUR))
    jobs.run_due()
    hands.moment += 3650 * DAY
    assert jobs.run_due() == ["hourly"]
    assert jobs.run_due() == []


@given(
    st.lists(st.integers(-4000, 4000), max_size=40),
    st.sampled_from([1, 24]),
)
def test_whatever_the_clock_does_two_periods_on_the_job_runs(jumps: list[int], hours: int) -> None:
    every, now, last = timedelta(hours=hours), START, START
    for jump in jumps:
        now += timedelta(hours=jump)
        if is_due(last, now, every):
            last = now
    assert is_due(last, now + 2 * every, every)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"a"', b'{"daily": 3}', b'{"daily": "hier"}', b"\xff\xfe", b"[" * 60_000, b"{" + b" " * 99_000,
     b'{"daily": "2026-11-24T08:00:00"}'],
)  # fmt: skip
def test_a_damaged_file_means_that_nothing_ran_yet(content: bytes, hands: Hands, tmp_path: Path) -> None:
    (tmp_path / "jobs.json").write_bytes(content)
    assert scheduler(hands, tmp_path, hands.job("daily", DAY)).run_due() == ["daily"]
    assert json.loads((tmp_path / "jobs.json").read_text()) == {"daily": START.isoformat()}


def test_jobs_go_on_when_their_hours_cannot_be_written(hands: Hands, tmp_path: Path) -> None:
    jobs = Scheduler([hands.job("daily", DAY)], hands, tmp_path / "no" / "such" / "folder.json", hands.monotonic)
    assert jobs.run_due() == ["daily"]
    assert jobs.run_due() == []


def test_the_thread_runs_jobs_and_stops_when_asked(hands: Hands, tmp_path: Path) -> None:
    stop = threading.Event()
    thread = scheduler(hands, tmp_path, hands.job("daily", DAY)).start(stop, tick=0.01)
    wait_until(lambda: hands.ran)
    hands.pass_(DAY)
    wait_until(lambda: len(hands.ran) == 2)
    stop.set()
    thread.join(2)
    assert not thread.is_alive()


def test_a_job_that_hangs_does_not_keep_the_process(hands: Hands, tmp_path: Path) -> None:
    job = Job("hung", DAY, lambda: time.sleep(5))
    assert scheduler(hands, tmp_path, job).start(threading.Event()).daemon
