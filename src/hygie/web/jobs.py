"""What the app does by itself: look at this computer each day, write where each practice stands, anchor the journal.

Every job bears being repeated; a job that fails is tried again and stops no other.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import close_old_connections
from django.utils import timezone

from hygie.web.server.scheduler import Job

DAY = timedelta(days=1)
LOOK = timedelta(minutes=5)
"""How often it is asked whether a check-up is due: the first one comes soon after the first account."""


def jobs(folder: Path) -> Sequence[Job]:
    """The jobs of a practice's own server."""
    return (
        Job("checkup", LOOK, _closing(lambda: measure(timezone.localtime()))),
        Job("snapshot", timedelta(hours=6), _closing(snapshot)),
        Job("anchor", DAY, _closing(lambda: anchor(folder))),
        Job("reminders", timedelta(hours=12), _closing(remind)),
        Job("evidence", timedelta(hours=6), _closing(sweep_evidence)),
    )


def _closing(run: Callable[[], object]) -> Callable[[], None]:
    """A job runs in the scheduler's thread: its database connection is closed after it."""

    def job() -> None:
        close_old_connections()
        try:
            run()
        finally:
            close_old_connections()

    return job


def measure(now: datetime) -> None:
    """This computer's check-up once a day, for the practice it belongs to; nothing before the first account."""
    from hygie.web.journal.flows import Actor
    from hygie.web.practice.models import Practice
    from hygie.web.workstations.flows import measure_this_machine

    practice = Practice.objects.filter(demo=False).order_by("created_at").first()
    if practice is not None and _is_due(practice, now):
        measure_this_machine(Actor.system(practice.pk), practice, now=now)


def _is_due(practice: Any, now: datetime) -> bool:
    """Whether a day passed since the last one, whoever asked for it; one dated ahead came from a wrong clock."""
    from hygie.web.workstations.models import Report

    kept = Report.objects.for_practice(practice).filter(device__this_machine=True, latest=True)
    last = kept.values_list("received_at", flat=True).first()
    return last is None or not timedelta(0) <= now - last < DAY


def snapshot() -> None:
    """What became old or late without anybody doing anything shows by itself."""
    from hygie.web.dashboard.flows import take_snapshot
    from hygie.web.practice.models import Practice

    for practice in Practice.objects.filter(demo=False):
        take_snapshot(practice, timezone.localtime())


def anchor(folder: Path) -> None:
    """The day's digest of the journal, beside the database."""
    from hygie.web.journal.flows import anchor_all

    anchor_all(folder, timezone.now())


def sweep_evidence() -> None:
    """What a crash left half-way among the evidence of the incidents."""
    from hygie.web.incidents.evidence import sweep

    sweep()


def remind() -> None:
    """Reminders by e-mail, where somebody switched them on."""
    from hygie.web.practice.mail import send_due_reminders

    send_due_reminders(timezone.localtime())
