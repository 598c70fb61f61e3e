"""A practice with a history, written straight into the database: so many weeks of what a practice leaves behind.

What a practice *is* (computers, people, cards, accounts) does not depend on the weeks: only its past does.
"""

import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from hygie.checkup.answers import Answers
from hygie.checkup.run import Checkup, Context, judge
from hygie.core.clock import SystemClock
from hygie.probes.collect import collect
from hygie.probes.machine import Machine
from hygie.reference.catalogue import catalogue

MACHINES, DEVICES, PEOPLE, CARDS, ACCOUNTS, PROVIDERS = 10, 30, 10, 20, 40, 8
DAYS_KEPT = 400
FIVE_YEARS = 260
LINES_A_WEEK = 77  # 20 000 in five years
CLOSED = 290
OPEN = 10


def measured(now: datetime) -> Checkup:
    """A real check-up of this machine."""
    return judge(collect(Machine(now)), Context(catalogue(), Answers(), "linux", now), host="Accueil")


@transaction.atomic
def fill(practice: Any, holder: Any, checkup: Checkup, *, weeks: int, now: datetime) -> dict[str, int]:
    """Write it; how many rows of each sort."""
    devices = _belongings(practice, holder, now)
    return {
        "reports": _reports(practice, devices[:MACHINES], checkup, weeks=weeks, now=now),
        "snapshots": _snapshots(practice, checkup, weeks=weeks, now=now),
        "questions": _questions(practice, weeks=weeks, now=now),
        "proofs": _proofs(practice, weeks=weeks, now=now),
        "lines": _lines(practice, weeks=weeks, now=now),
    }


def _belongings(practice: Any, holder: Any, now: datetime) -> list[Any]:
    from hygie.web.accounts.models import Member
    from hygie.web.inventory.models import Card, Device, OnlineAccount, Provider

    others = [f"Personne {number}" for number in range(1, PEOPLE)]
    people = [holder, *(Member.objects.create(practice=practice, role="secretary", name=name) for name in others)]
    kinds, today = ["desktop"] * MACHINES + ["phone", "tablet", "printer", "network"] * DEVICES, now.date()
    named = [("insurer", "Assureur"), ("it", "Informatique"), ("host", "Hébergeur"), ("isp", "Internet")]
    for kind, name in [*named, *(("other", f"Société {number}") for number in range(PROVIDERS - len(named)))]:
        Provider.objects.create(practice=practice, kind=kind, name=name, phone="01 00 00 00 00")
    for number in range(CARDS):
        ends, owner = today + timedelta(days=30 * number), people[number % PEOPLE]
        Card.objects.create(practice=practice, kind="cps", holder=owner, number=str(number), expires_on=ends)
    for number in range(ACCOUNTS):
        account = OnlineAccount.objects.create(practice=practice, name=f"Compte {number}")
        account.users.set(people[number % PEOPLE : number % PEOPLE + 2])
    return [
        Device.objects.create(
            practice=practice, name=f"Appareil {number}", kind=kinds[number], holder=people[number % PEOPLE],
            serial=f"S{number}", last_seen_at=now, system="linux", this_machine=number == 0,
        ) for number in range(DEVICES)
    ]  # fmt: skip


def _reports(practice: Any, devices: list[Any], checkup: Checkup, *, weeks: int, now: datetime) -> int:
    from hygie.web.workstations.flows import measured_part
    from hygie.web.workstations.models import Report
    from hygie.web.workstations.reports import packed

    body, days = packed(measured_part(checkup)), min(weeks * 7, DAYS_KEPT)
    rows = [
        Report(
            practice=practice, device=device, message_id=uuid4(), taken_at=now - timedelta(days=day), received_at=now,
            catalogue_version=checkup.catalogue_version, body=body, latest=day == 0,
        ) for device in devices for day in range(days)
    ]  # fmt: skip
    return len(Report.objects.bulk_create(rows, batch_size=500))


def _snapshots(practice: Any, checkup: Checkup, *, weeks: int, now: datetime) -> int:
    from hygie.web.dashboard.models import Snapshot
    from hygie.web.dashboard.rules import frozen

    kept, outcomes = frozen(checkup), ("passed", "failed", "unknown")
    days = [7 * week + 1 for week in range(weeks)] + [7 * week + 3 for week in range(weeks) if week % 3]
    days += [7 * week + 5 for week in range(0, weeks, 2)]
    moments = [now - timedelta(days=day) for day in sorted(days, reverse=True)]
    rows = [
        Snapshot(
            practice=practice, taken_at=at, day=at.date(), catalogue_version=checkup.catalogue_version, good=number % 7,
            possible=7, statuses=kept.statuses, firsts={check: at.isoformat() for check in kept.firsts},
            outcomes={check: outcomes[(number + rank) % 3] for rank, check in enumerate(kept.outcomes)},
        ) for number, at in enumerate(moments)
    ]  # fmt: skip
    return len(Snapshot.objects.bulk_create(rows, batch_size=200))


def _questions(practice: Any, *, weeks: int, now: datetime) -> int:
    from hygie.web.dashboard.models import Question

    checks = [check for check in catalogue().checks.values() if check.answer == "declared"]
    closed = CLOSED * weeks // FIVE_YEARS
    rows = [
        Question(
            practice=practice, check_id=checks[number % len(checks)].id, asked_to="Société 1", owner="doctor",
            asked_by="Dr Fontaine", asked_at=now - timedelta(days=number), closed_at=now if number < closed else None,
        ) for number in range(closed + OPEN)
    ]  # fmt: skip
    return len(Question.objects.bulk_create(rows))


def _proofs(practice: Any, *, weeks: int, now: datetime) -> int:
    from hygie.web.dashboard.models import Proof

    checks = [check.id for check in catalogue().checks.values() if check.answer == "declared"]
    rows = [
        Proof(
            practice=practice, check_id=checks[number % len(checks)], name=f"Attestation {number}", added_by="Nadia",
            taken_on=now.date() - timedelta(days=number), sha256="0" * 64, size=1000, media_type="application/pdf",
        ) for number in range(max(5, 200 * weeks // FIVE_YEARS))
    ]  # fmt: skip
    return len(Proof.objects.bulk_create(rows))


def _lines(practice: Any, *, weeks: int, now: datetime) -> int:
    from hygie.web.journal.flows import journal

    book, moments = journal(), list(_moments(weeks, now))
    for number, at in enumerate(moments):
        book.append(
            practice=str(practice.pk), kind="answer.given", actor="user:1", actor_name="Dr Hélène Fontaine",
            summary=f"Réponse donnée, numéro {number}.", subject="check:cps-personal", recorded_at=at, occurred_at=at,
            data={"number": number},
        )  # fmt: skip
    return len(moments)


def _moments(weeks: int, now: datetime) -> Iterator[datetime]:
    step = timedelta(days=7) / LINES_A_WEEK
    for number in range(weeks * LINES_A_WEEK, 0, -1):
        yield now - step * number


def main() -> None:
    """Give the practice of this data folder (HYGIE_HOME) as many weeks of history as the first argument says."""
    import django

    django.setup()
    from hygie.web.accounts.models import Member
    from hygie.web.practice.models import Practice

    now, practice = SystemClock().now(), Practice.objects.get(demo=False)
    fill(practice, Member.objects.get(practice=practice), measured(now), weeks=int(sys.argv[1]), now=now)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "hygie.web.settings"
    main()
