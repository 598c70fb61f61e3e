"""Django's handle on this app."""

from django.apps import AppConfig


class WorkstationsConfig(AppConfig):
    """workstations."""

    name = "hygie.web.workstations"
    label = "workstations"
