"""Django's handle on this app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """incidents."""

    name = "hygie.web.incidents"
    label = "incidents"
