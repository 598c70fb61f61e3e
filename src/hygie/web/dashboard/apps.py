"""Django's handle on this app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """dashboard."""

    name = "hygie.web.dashboard"
    label = "dashboard"
