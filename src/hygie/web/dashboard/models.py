"""What people add to what is measured: answers, exceptions, proofs, questions to others; and what was seen when."""

import uuid
from typing import Any, ClassVar

from django.db import models

from hygie.web.accounts.models import Member
from hygie.web.tenancy import Editable, Owned


def one_a_check(name: str) -> list[Any]:
    """The rule « one row a practice and a check »."""
    return [models.UniqueConstraint(fields=["practice", "check_id"], name=name)]


class Answer(Editable):
    """The answer in force to a declared or proved check; the journal keeps the earlier ones."""

    CHOICES: ClassVar = [
        ("yes", "Oui"), ("no", "Non"), ("unknown", "Je ne sais pas"), ("waiting", "C’est demandé, j’attends"),
        ("not_applicable", "Cela ne nous concerne pas"),
    ]  # fmt: skip
    check_id = models.CharField(max_length=80)
    answer = models.CharField(max_length=16, choices=CHOICES)
    answered_on = models.DateField()
    answered_by = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True)
    waiting_for = models.CharField(max_length=120, blank=True)
    expected_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = one_a_check("one_answer_a_check")


class Waiver(Editable):
    """A motivated exception to a check, until a date, decided by a doctor."""

    check_id = models.CharField(max_length=80)
    reason = models.CharField(max_length=500)
    until = models.DateField()
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = one_a_check("one_waiver_a_check")


class Proof(Editable):
    """A file that proves an answer, kept sealed under a random name; `taken_on` is the date of the fact."""

    check_id = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=120)
    taken_on = models.DateField()
    added_by = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=40)
    stored_as = models.UUIDField(default=uuid.uuid4, unique=True)
    removed_at = models.DateTimeField(null=True)


class Question(Editable):
    """A question put to somebody who may have no account: printed, or answered through a link valid for a time."""

    check_id = models.CharField(max_length=80, blank=True)
    topic = models.CharField(max_length=40, blank=True)
    asked_to = models.CharField(max_length=120)
    owner = models.CharField(max_length=12)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    expected_on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True, null=True)
    expires_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=16, blank=True)
    reply_note = models.CharField(max_length=500, blank=True)
    replied_by = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["practice", "closed_at"])]


class Snapshot(Owned):
    """Where the practice stood: written when something changed, at most one a day otherwise. The history is these."""

    taken_at = models.DateTimeField()
    day = models.DateField()
    catalogue_version = models.CharField(max_length=10)
    good = models.PositiveSmallIntegerField()
    possible = models.PositiveSmallIntegerField()
    statuses = models.JSONField(default=dict)
    outcomes = models.JSONField(default=dict)
    firsts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["practice", "-taken_at"])]


class Visit(Owned):
    """When a person last looked at Today, and the time before: « depuis la dernière fois » is counted from there."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="visit")
    last_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)
