"""Django's handle on this app."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """practice."""

    name = "hygie.web.practice"
    label = "practice"
