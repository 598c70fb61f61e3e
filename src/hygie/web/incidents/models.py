"""An incident is its events, only ever added; the rows here are those events, what the papers need, and the care kit.

What an event says is sealed in the database; its digest stands in the practice's journal, so that a change shows.
"""

import uuid
from typing import Any, ClassVar

from django.db import models

from hygie.web.crypto.fields import SealedTextField
from hygie.web.tenancy import Editable, Owned


class Incident(Editable):
    """One incident of a practice; `reference` is « 2026-1 ». Everything else is told by its events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-opened_at",)
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["practice", "reference"], name="one_incident_a_reference")
        ]


class IncidentEvent(Owned):
    """One event: `facts` is JSON, sealed; `digest` chains it to the one before (incident.events.seal)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="events")
    rank = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    author = models.CharField(max_length=80)
    author_name = models.CharField(max_length=120)
    facts = SealedTextField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("incident", "rank")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["incident", "rank"], name="one_event_a_rank")
        ]


class Identity(Editable):
    """Who declares, as the CNIL, the police and the insurer ask. One row a practice; empty is a blank on paper."""

    legal_name = models.CharField("dénomination officielle", max_length=120, blank=True)
    siren = models.CharField("numéro SIREN", max_length=9, blank=True)
    rpps = models.CharField("numéro RPPS", max_length=11, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    contact = models.CharField("personne à contacter", max_length=80, blank=True)
    contact_role = models.CharField("sa fonction", max_length=80, blank=True)
    data_officer = models.BooleanField("cette personne est déléguée à la protection des données", default=False)
    insurer_days = models.PositiveSmallIntegerField("jours ouvrés pour déclarer", null=True, blank=True)
    theft_days = models.PositiveSmallIntegerField("jours ouvrés après un vol", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["practice"], name="one_identity_a_practice")
        ]


class PrintedKit(Owned):
    """That the care kit or the first-hour sheet was printed, and what it then said: a later change makes it stale."""

    document = models.CharField(max_length=20)
    printed_at = models.DateTimeField()
    printed_by = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
