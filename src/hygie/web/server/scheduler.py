"""The few jobs that the server does by itself, one after the other in one thread.

A job is run at least once per period. The hour of its last success is kept in a file, so that a restart repeats
nothing; a job killed half-way is done again, hence jobs must bear being repeated.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from hygie.core.clock import Clock
from hygie.web.crypto.keys import write_private

RETRY: Final = timedelta(minutes=15)
TICK: Final = 30.0
_LARGEST = 64_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, and how often. `name` is an English identifier: it is what the log says."""

    name: str
    every: timedelta
    run: Callable[[], object]


def is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether a period has passed since the last success.

    A clock put back by less than a period only delays the job; put back by more, the last hour was false: run again.
    """
    return last is None or not -every <= now - last < every


class Scheduler:
    """Runs jobs when they are due. Everything outside is given: clock, state file, monotonic seconds."""

    def __init__(
        self, jobs: Sequence[Job], clock: Clock, state: Path, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`state` is the JSON file of the last successes; a missing or damaged one means that nothing ran yet."""
        self._jobs = tuple(jobs)
        self._clock = clock
        self._state = state
        self._monotonic = monotonic
        self._done = _read(state)
        self._resting: dict[str, float] = {}

    def run_due(self) -> list[str]:
        """Run every job that is due, and give the names of those that succeeded."""
        return [job.name for job in self._jobs if self._ready(job) and self._run(job)]

    def run_until(self, stop: threading.Event, tick: float = TICK) -> None:
        """Look every `tick` seconds until `stop` is set; stops between two jobs, never inside one."""
        while not stop.is_set():
            self.run_due()
            stop.wait(tick)

    def start(self, stop: threading.Event, tick: float = TICK) -> threading.Thread:
        """The same in a daemon thread: a job that never ends does not keep the server from stopping."""
        thread = threading.Thread(target=self.run_until, args=(stop, tick), name="hygie-scheduler", daemon=True)
        thread.start()
        return thread

    def _ready(self, job: Job) -> bool:
        rested = self._monotonic() >= self._resting.get(job.name, float("-inf"))
        return rested and is_due(self._done.get(job.name), self._clock.now(), job.every)

    def _run(self, job: Job) -> bool:
        try:
            job.run()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - one job never stops the others
            # The message of the error may quote data: its kind is enough to look for it.
            _log.warning("job %s failed: %s", job.name, type(error).__name__)
            self._resting[job.name] = self._monotonic() + min(RETRY, job.every).total_seconds()
            return False
        self._resting.pop(job.name, None)
        self._done[job.name] = self._clock.now()
        self._save()
        return True

    def _save(self) -> None:
        try:
            text = json.dumps({name: moment.isoformat() for name, moment in self._done.items()}, sort_keys=True)
            write_private(self._state, text + "\n")
        except OSError as error:
            # On a full disk the jobs go on; only a restart would repeat them.
            _log.warning("last runs not saved: %s", type(error).__name__)


def _read(state: Path) -> dict[str, datetime]:
    try:
        with state.open(encoding="utf-8") as file:
            content = json.loads(file.read(_LARGEST))
        moments = {str(name): datetime.fromisoformat(text) for name, text in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        _log.warning("last runs not read: %s", type(error).__name__)
        return {}
    return {name: moment for name, moment in moments.items() if moment.tzinfo is not None}
