"""What a joined computer sends: verified, stored once, and answered only when it is stored for good."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction

from hygie.checkup.combine import Report as Measured
from hygie.checkup.combine import read_report
from hygie.checkup.errors import UnreadableCheckup
from hygie.fleetlink.errors import DeviceRevoked, SignatureRefused, TooManyMessages
from hygie.fleetlink.messages import (
    BATCH_PATH,
    Batch,
    BatchAnswer,
    EventBody,
    Heartbeat,
    Message,
    Refused,
    read_batch,
)
from hygie.fleetlink.signing import Request, corrected, signing_device, verify_request
from hygie.journal.errors import EntryRefused
from hygie.reference.catalogue import catalogue
from hygie.web.inventory.models import Device
from hygie.web.journal.flows import Actor, record
from hygie.web.workstations.budget import MESSAGES_A_DAY, Budget
from hygie.web.workstations.flows import keep_report
from hygie.web.workstations.models import ReceivedMessage, Workstation

REMEMBERED = timedelta(days=800)
"""An outbox keeps check-ups for sixty days and events for as long as it has room: two years and more."""
BUDGET = Budget()
UNUSABLE = "Ce message ne se lit pas."


def receive(headers: Mapping[str, str], body: bytes, *, now: datetime) -> BatchAnswer:
    """Verify, store, answer. The signature is checked before anything of the body is read."""
    workstation = _sender(headers)
    verify_request(workstation.public_key, Request("POST", BATCH_PATH, body), headers, now)
    if workstation.revoked_at is not None:
        raise DeviceRevoked
    return _within_budget(workstation, read_batch(body), now)


def _within_budget(workstation: Workstation, batch: Batch, now: datetime) -> BatchAnswer:
    """Store it, unless this computer has had its share. TooManyMessages: it keeps what it holds, and comes back."""
    today = ReceivedMessage.objects.filter(workstation=workstation, received_at__gt=now - timedelta(days=1)).count()
    if not BUDGET.left(workstation.pk) or today + len(batch.messages) > MESSAGES_A_DAY:
        raise TooManyMessages
    began = monotonic()
    try:
        return _store(workstation, batch, now)
    finally:
        BUDGET.spend(workstation.pk, monotonic() - began)


def _sender(headers: Mapping[str, str]) -> Workstation:
    found = Workstation.objects.filter(pk=signing_device(headers)).first()
    if found is None:
        raise SignatureRefused
    return found


@transaction.atomic
def _store(sender: Workstation, batch: Batch, now: datetime) -> BatchAnswer:
    workstation = Workstation.objects.select_for_update().select_related("device", "practice").get(pk=sender.pk)
    if workstation.revoked_at is not None:
        raise DeviceRevoked
    if batch.device != workstation.pk:
        raise SignatureRefused
    known = set(
        ReceivedMessage.objects.filter(pk__in=[message.id for message in batch.messages]).values_list("pk", flat=True)
    )
    fresh = {message.id: message for message in batch.messages if message.id not in known}
    refused = [told for message in fresh.values() if (told := _take(workstation, message, batch, now))]
    gone = {told.id for told in refused}
    ReceivedMessage.objects.bulk_create(
        ReceivedMessage(id=one, workstation=workstation, received_at=now) for one in fresh if one not in gone
    )
    ReceivedMessage.objects.filter(workstation=workstation, received_at__lt=now - REMEMBERED).delete()
    _heard(workstation, batch, now)
    if any(message.kind == "checkup" for message in fresh.values()):
        _refresh(workstation.practice, now)
    stored = tuple(message.id for message in batch.messages if message.id not in gone)
    return BatchAnswer(stored, now, tuple(refused), settings.HYGIE_NEXT_FINGERPRINT)


def _take(workstation: Workstation, message: Message, batch: Batch, now: datetime) -> Refused | None:
    """Store one message; a Refused when it never can be."""
    takers = {"checkup": _take_checkup, "event": _take_event, "heartbeat": _take_heartbeat}
    try:
        with transaction.atomic():
            occurred_at = min(corrected(message.occurred_at, batch.clock_offset), now)
            takers[message.kind](workstation, message, occurred_at, now)
    except (msgspec.MsgspecError, UnreadableCheckup, EntryRefused, ValueError):
        return Refused(message.id, UNUSABLE)
    return None


def _take_checkup(workstation: Workstation, message: Message, occurred_at: datetime, now: datetime) -> None:
    measured = read_report(bytes(message.body), catalogue(), workstation.device.system)
    dated = Measured(measured.catalogue_version, occurred_at, measured.system, measured.told)
    keep_report(workstation.device, dated, message_id=message.id, now=now)
    text = f"Bilan reçu de « {workstation.device.name} »."
    record(_actor(workstation), "checkup.received", text, subject=_subject(workstation), occurred_at=occurred_at)


def _take_event(workstation: Workstation, message: Message, occurred_at: datetime, now: datetime) -> None:
    del now
    event = msgspec.json.decode(bytes(message.body), type=EventBody)
    data = {"severity": event.severity, **event.data}
    record(
        _actor(workstation), f"device.{event.kind}", event.summary, subject=_subject(workstation), data=data,
        occurred_at=occurred_at,
    )  # fmt: skip


def _take_heartbeat(workstation: Workstation, message: Message, occurred_at: datetime, now: datetime) -> None:
    """What waits and what was given up there, so that the practice sees it."""
    del occurred_at, now
    health = msgspec.json.decode(bytes(message.body), type=Heartbeat)
    workstation.pending, workstation.given_up = health.pending, sum(health.dropped.values())
    workstation.save(update_fields=["pending", "given_up"])


def _heard(workstation: Workstation, batch: Batch, now: datetime) -> None:
    workstation.last_seen_at, workstation.clock_offset = now, batch.clock_offset
    workstation.save(update_fields=["last_seen_at", "clock_offset"])
    Device.objects.filter(pk=workstation.device_id).update(last_seen_at=now)


def _refresh(practice: Any, now: datetime) -> None:
    from hygie.web.dashboard.flows import take_snapshot

    take_snapshot(practice, now)


def _actor(workstation: Workstation) -> Actor:
    return Actor(workstation.practice_id, f"device:{workstation.pk}", f"Ordinateur « {workstation.device.name} »")


def _subject(workstation: Workstation) -> str:
    return f"device:{workstation.device_id}"
