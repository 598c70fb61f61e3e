"""The practice, the answers to its first ten questions, and the one thing that may leave by itself: reminders."""

import uuid
from typing import Any, ClassVar

from django.db import models

from hygie.web.crypto.fields import SealedTextField
from hygie.web.tenancy import Editable, Owned


class Practice(models.Model):
    """One practice. `demo` marks the fictitious one, removable whole."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("nom du cabinet", max_length=120)
    people = models.PositiveSmallIntegerField("personnes qui utilisent un ordinateur", null=True, blank=True)
    insurer_contract = SealedTextField("numéro de contrat", blank=True)
    local_law = models.BooleanField("en Alsace ou en Moselle", default=False)
    demo = models.BooleanField(default=False)
    first_run_done_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def practice_id(self) -> Any:
        """So that `can` compares a practice as it compares what belongs to one."""
        return self.id


class FirstAnswer(Owned):
    """The answer to one of the ten first questions: the choice, and what was typed beside it."""

    question = models.CharField(max_length=40)
    choice = models.CharField(max_length=40)
    details = models.JSONField(default=dict, blank=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["practice", "question"], name="one_first_answer_a_question")
        ]


class Mail(Editable):
    """Reminders by e-mail: off unless somebody switches them on. One row a practice."""

    enabled = models.BooleanField("envoyer les rappels par e-mail", default=False)
    host = models.CharField("serveur d’envoi", max_length=120, blank=True)
    port = models.PositiveIntegerField("port", default=465)
    username = models.CharField("identifiant", max_length=120, blank=True)
    password = SealedTextField("mot de passe", blank=True)
    sender = models.EmailField("adresse d’envoi", blank=True)
    recipients = SealedTextField("destinataires", blank=True)
    enabled_at = models.DateTimeField(null=True, blank=True)
    enabled_by = models.CharField(max_length=80, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
