"""What the app does by itself: once a day, soon after the first account, and again whatever was interrupted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from hygie.core.clock import FixedClock
from hygie.web import jobs
from hygie.web.dashboard.models import Snapshot
from hygie.web.journal.models import JournalEntry
from hygie.web.server.scheduler import Scheduler
from hygie.web.workstations.models import Report
from tests.web.conftest import make_practice

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_nothing_is_measured_before_there_is_a_practice(db: None) -> None:
    jobs.measure(NOW)
    assert not Report.objects.exists()


def test_the_demonstration_is_never_measured(db: None) -> None:
    make_practice("Cabinet d'exemple", demo=True)
    jobs.measure(NOW)
    assert not Report.objects.exists()


@pytest.mark.parametrize(("later", "reports"), [(0, 1), (23, 1), (25, 2), (-24 * 3653, 2)])
def test_this_computer_is_looked_at_once_a_day(practice: Any, later: int, reports: int) -> None:
    jobs.measure(NOW)
    jobs.measure(NOW + timedelta(hours=later))
    assert Report.objects.count() == reports
    assert JournalEntry.objects.filter(kind="checkup.measured").count() == reports
    assert Report.objects.filter(latest=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_every_job_of_a_practice_runs_and_bears_being_repeated(
    practice: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HYGIE_FOLDER", tmp_path)
    names = ["checkup", "snapshot", "anchor", "reminders", "evidence"]
    assert Scheduler(jobs.jobs(tmp_path), FixedClock(NOW), tmp_path / "jobs.json").run_due() == names
    (tmp_path / "jobs.json").unlink()
    assert Scheduler(jobs.jobs(tmp_path), FixedClock(NOW), tmp_path / "jobs.json").run_due() == names
    assert Report.objects.count() == 1
    assert Snapshot.objects.count() == 1
