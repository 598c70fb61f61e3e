"""What happens to the practice's computers: this one is measured, others send what they measured."""

import socket
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from hygie.checkup.answers import Answers
from hygie.checkup.combine import Report as Measured
from hygie.checkup.combine import Told
from hygie.checkup.run import Checkup, Context, judge
from hygie.core.finding import Outcome
from hygie.documents.words import shown_evidence
from hygie.probes.collect import collect
from hygie.probes.machine import Machine
from hygie.reference.catalogue import catalogue
from hygie.web.inventory.models import Device
from hygie.web.journal.flows import Actor, record
from hygie.web.workstations.models import Report
from hygie.web.workstations.reports import KEPT_DAYS, packed

ENCRYPTED = {Outcome.PASSED: "yes", Outcome.FAILED: "no"}


def measure_this_machine(actor: Actor, practice: Any, *, now: datetime) -> Report:
    """Look at the computer the app runs on, and keep what was measured. The look is outside the transaction."""
    context = Context(catalogue(), Answers(), settings.HYGIE_SYSTEM, now)
    checkup = judge(collect(Machine(now)), context, host=socket.gethostname())
    return keep_own_report(actor, practice, checkup, now=now)


@transaction.atomic
def keep_own_report(actor: Actor, practice: Any, checkup: Checkup, *, now: datetime) -> Report:
    """Keep this machine's check-up, its device being made at the first one."""
    from hygie.web.dashboard.flows import take_snapshot

    device = this_device(practice, checkup.host)
    report = keep_report(device, measured_part(checkup), message_id=uuid4(), now=now)
    count = sum(1 for told in measured_part(checkup).told if told.outcome.value != "unknown")
    text = f"Bilan de « {device.name} » : {count} points mesurés."
    record(actor, "checkup.measured", text, subject=f"device:{device.pk}", data={"measured": count})
    take_snapshot(practice, now)
    return report


def this_device(practice: Any, host: str) -> Device:
    """The device of the machine that runs the app."""
    device = Device.objects.for_practice(practice).filter(this_machine=True).first()
    if device is None:
        name = host[:60] or "Ordinateur d’Hygie"
        device = Device.objects.create(
            practice=practice, name=name, kind="desktop", this_machine=True, system=settings.HYGIE_SYSTEM
        )
    return device


def measured_part(checkup: Checkup) -> Measured:
    """What a check-up measured, in the form that is kept and combined."""
    content = catalogue()
    told = tuple(
        Told(finding.check_id, finding.outcome, finding.summary, shown_evidence(finding))
        for finding in checkup.findings
        if content.checks[finding.check_id].answer == "measured"
    )  # fmt: skip
    return Measured(checkup.catalogue_version, checkup.started_at, checkup.system, told)


def keep_report(device: Device, measured: Measured, *, message_id: UUID, now: datetime) -> Report:
    """Store one report; the newest by its own hour is the one that counts. Inside the caller's transaction.

    `now` is the server's hour. A report dated after it came from a wrong clock: it counts until the next one only.
    """
    newest = Report.objects.filter(device=device, latest=True).first()
    latest = newest is None or newest.taken_at <= measured.taken_at or newest.taken_at > now
    if latest:
        Report.objects.filter(device=device, latest=True).update(latest=False)
        _note_encryption(device, measured)
        Device.objects.filter(pk=device.pk).update(last_seen_at=min(measured.taken_at, now))
    _forget_old(device, now)
    return Report.objects.create(
        practice=device.practice, device=device, message_id=message_id, taken_at=measured.taken_at, received_at=now,
        catalogue_version=measured.catalogue_version, body=packed(measured), latest=latest,
    )  # fmt: skip


def _note_encryption(device: Device, measured: Measured) -> None:
    """What the computer says of its own disk is better than what somebody believes."""
    words = {told.check_id: ENCRYPTED.get(told.outcome) for told in measured.told}
    if word := words.get("access-disk-encryption"):
        Device.objects.filter(pk=device.pk).update(encrypted=word, encrypted_origin="measured")


def _forget_old(device: Device, now: datetime) -> None:
    """A year and a month of reports is enough: what was concluded stays in the snapshots.

    The last KEPT_DAYS ones stay whatever the clock says: put ten years ahead, it would throw everything away.
    """
    reports = Report.objects.filter(device=device).order_by("-pk").values_list("pk", flat=True)
    oldest_kept = next(iter(reports[KEPT_DAYS - 1 : KEPT_DAYS]), None)
    if oldest_kept is not None:
        too_old = now - timedelta(days=KEPT_DAYS)
        Report.objects.filter(device=device, latest=False, pk__lt=oldest_kept, taken_at__lt=too_old).delete()
