"""Django's handle on this app."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """inventory."""

    name = "hygie.web.inventory"
    label = "inventory"
