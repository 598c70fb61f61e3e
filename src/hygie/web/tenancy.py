"""What belongs to a practice: every such object is reached through `for_practice`, changed once, and created once.

`version` refuses a write over somebody else's (Outdated); `creation_key`, drawn with the form, makes a double submit
give the first object back.
"""

import uuid
from typing import Any, ClassVar, Self

from django.db import models

from hygie.web.errors import Outdated


class PracticeQuerySet(models.QuerySet):
    """A query that can be narrowed to one practice."""

    def for_practice(self, practice: Any) -> Self:
        """Only what belongs to this practice."""
        narrowed: Self = self.filter(practice=practice)
        return narrowed


class Owned(models.Model):
    """An object of one practice."""

    practice = models.ForeignKey("practice.Practice", on_delete=models.CASCADE, related_name="+")
    objects: ClassVar[Any] = PracticeQuerySet.as_manager()

    class Meta:
        abstract = True


class Editable(Owned):
    """An object that people create and change on a page."""

    version = models.PositiveIntegerField(default=1)
    creation_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def save_version(self, seen: int) -> None:
        """Save when the object is still the one seen; Outdated otherwise. Inside the caller's transaction."""
        updated = type(self)._base_manager.filter(pk=self.pk, version=seen).update(version=seen + 1)  # noqa: SLF001
        if not updated:
            raise Outdated
        self.version = seen + 1
        self.save()
