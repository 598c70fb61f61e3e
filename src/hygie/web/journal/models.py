"""The journal's table as the pages read it; it is written by `flows.record` through hygie.journal, never by Django."""

from typing import ClassVar

from django.db import models


class JournalEntry(models.Model):
    """One line of the journal. Unmanaged: the table and its triggers are made by hygie.journal."""

    number = models.BigAutoField(primary_key=True)
    practice = models.CharField(max_length=36)
    seq = models.BigIntegerField()
    entry_id = models.CharField(max_length=36)
    recorded_at = models.TextField()
    occurred_at = models.TextField()
    kind = models.TextField()
    actor = models.TextField()
    actor_name = models.TextField()
    subject = models.TextField()
    summary = models.TextField()
    data = models.TextField()
    previous = models.TextField()
    hash = models.TextField()

    class Meta:
        managed = False
        db_table = "journal_entry"
        ordering: ClassVar = ("-seq",)
