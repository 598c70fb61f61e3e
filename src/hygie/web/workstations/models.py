"""The practice's other computers: the code that lets one in, its key, and the check-ups it sent."""

import uuid
from typing import Any, ClassVar

from django.db import models

from hygie.web.inventory.models import Device
from hygie.web.tenancy import Owned


class JoinCode(Owned):
    """A code shown once to the doctor: only a slow digest (scrypt) is kept, for fifteen minutes and one use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    verifier = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    used_by = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    nonces = models.JSONField(default=dict)


class Workstation(Owned):
    """A computer that joined: its public key, when it was heard, by how much its clock is off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="workstation")
    public_key = models.CharField(max_length=64, unique=True)
    enrolled_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)
    clock_offset = models.BigIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)
    given_up = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=80, blank=True)


class Report(Owned):
    """One check-up of one computer, as `hygie.checkup/1`, compressed; the newest of each is what counts today."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="reports")
    message_id = models.UUIDField(unique=True)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()
    catalogue_version = models.CharField(max_length=10)
    body = models.BinaryField()
    latest = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["practice", "latest"]),
            models.Index(fields=["device", "taken_at"]),
        ]


class ReceivedMessage(models.Model):
    """The identifier of a message already stored: sent again, it changes nothing."""

    id = models.UUIDField(primary_key=True)
    workstation = models.ForeignKey(Workstation, on_delete=models.CASCADE, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
