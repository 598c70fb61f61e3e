"""Django's handle on this app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """journal."""

    name = "hygie.web.journal"
    label = "journal"
