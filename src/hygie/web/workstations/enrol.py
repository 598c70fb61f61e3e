"""How a computer joins the practice, and how it leaves: the code, the two proofs, the key, the revocation."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from hygie.fleetlink import enrolment
from hygie.fleetlink.errors import CodeRefused
from hygie.fleetlink.messages import EnrolAnswer, EnrolHello, EnrolOffer, EnrolRequest, clean_name, decode
from hygie.web.inventory.models import Device
from hygie.web.journal.flows import Actor, record
from hygie.web.workstations.models import JoinCode, Workstation


@transaction.atomic
def new_join_code(actor: Actor, practice: Any, *, now: datetime) -> str:
    """A code to type on the other computer: shown once, fifteen minutes, one use. It replaces the one before."""
    JoinCode.objects.for_practice(practice).delete()
    code, kept = enrolment.new_code(now)
    JoinCode.objects.create(practice=practice, created_by=actor.name, **asdict(kept))
    record(actor, "workstation.code", "Code demandé pour relier un ordinateur.")
    return code


@transaction.atomic
def hello(raw: bytes, *, now: datetime) -> EnrolOffer:
    """The server's proof, first. CodeRefused when no code lives."""
    asked = decode(EnrolHello, raw)
    row, code = _living()
    kept, answer = enrolment.offer(code, asked, settings.HYGIE_FINGERPRINT, now)
    _keep(row, kept)
    return answer


def enrol(raw: bytes, *, now: datetime) -> EnrolAnswer:
    """Let a computer in. A proof that does not fit is counted even though nothing else is kept."""
    asked = decode(EnrolRequest, raw)
    try:
        return _enrol(asked, now)
    except CodeRefused:
        _count_failure(asked.server_nonce)
        raise


@transaction.atomic
def _enrol(asked: EnrolRequest, now: datetime) -> EnrolAnswer:
    row, code = _living()
    kept = enrolment.accept(code, asked, settings.HYGIE_FINGERPRINT, now)
    _keep(row, kept)
    known = Workstation.objects.filter(public_key=asked.public_key).select_related("practice").first()
    if known is not None and known.revoked_at is not None:
        raise CodeRefused
    workstation = known or _welcome(row, asked, now)
    return EnrolAnswer(workstation.id, workstation.practice.name[:200])


def _welcome(row: Any, asked: EnrolRequest, now: datetime) -> Workstation:
    """A new workstation, and its line in the inventory."""
    name = _free_name(row.practice, clean_name(asked.name) or "Ordinateur")
    device = Device.objects.create(practice=row.practice, name=name, kind="desktop", system=asked.system)
    workstation = Workstation.objects.create(
        practice=row.practice, device=device, public_key=asked.public_key, enrolled_at=now
    )
    actor = Actor(row.practice_id, f"device:{workstation.pk}", f"Ordinateur « {name} »")
    record(actor, "workstation.joined", f"L’ordinateur « {name} » est relié.", subject=f"device:{device.pk}")
    return workstation


def _free_name(practice: Any, name: str) -> str:
    """Two computers are never shown under one name."""
    taken = set(Device.objects.for_practice(practice).values_list("name", flat=True))
    numbered = (f"{name[:54]} ({rank})" for rank in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)


@transaction.atomic
def revoke(actor: Actor, workstation: Workstation, *, now: datetime) -> None:
    """Nothing more is accepted from this computer; its past stays."""
    workstation.revoked_at, workstation.revoked_by = now, actor.name
    workstation.save(update_fields=["revoked_at", "revoked_by"])
    name = workstation.device.name
    subject = f"device:{workstation.device_id}"
    record(actor, "workstation.revoked", f"L’ordinateur « {name} » n’est plus relié.", subject=subject)


def _living() -> tuple[Any, enrolment.JoinCode | None]:
    row = JoinCode.objects.select_for_update().select_related("practice").order_by("-created_at").first()
    if row is None:
        return None, None
    code = enrolment.JoinCode(row.verifier, row.salt, row.expires_at, row.used_by, row.attempts, row.nonces)
    return row, code


def _keep(row: Any, kept: enrolment.JoinCode) -> None:
    row.used_by, row.attempts, row.nonces = kept.used_by, kept.attempts, dict(kept.nonces)
    row.save(update_fields=["used_by", "attempts", "nonces"])


@transaction.atomic
def _count_failure(server_nonce: str) -> None:
    """A try counts when it answers an offer of ours: a stranger who never asked for one burns nobody's code."""
    row, code = _living()
    if code is not None and server_nonce in code.nonces:
        _keep(row, enrolment.failed_attempt(code))
