"""Django's handle on this app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, components and files of style; no table."""

    name = "hygie.web.ui"
    label = "ui"
