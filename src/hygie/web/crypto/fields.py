"""A text column sealed in the database: what Django code reads and writes is plain, what the file holds is not."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from hygie.web.crypto.seal import seal, unseal


class SealedTextField(models.TextField):
    """Text sealed with the practice's keys; it cannot be searched or sorted, which is the point."""

    if TYPE_CHECKING:  # what a row's attribute is, which Django does through its metaclass

        def __get__(self, instance: Any, owner: Any) -> str:
            """Plain text."""

        def __set__(self, instance: Any, value: str) -> None:
            """Plain text."""

    @property
    def context(self) -> str:
        """Table and column: a sealed value copied elsewhere does not open."""
        return f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001 - Django's public name for it

    def get_prep_value(self, value: Any) -> Any:
        """What is written: empty stays empty, so that « no number » needs no key."""
        return seal(settings.HYGIE_KEYS.ring, str(value).encode(), self.context) if value else ""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        """What is read."""
        del expression, connection
        return unseal(settings.HYGIE_KEYS.ring, value, self.context).decode() if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        """A comparison with a sealed value would silently find nothing: refuse it, but for emptiness."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError("un champ scellé ne se cherche pas")
