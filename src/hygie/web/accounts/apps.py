"""Django's handle on this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """accounts."""

    name = "hygie.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to who enters."""
        from hygie.web.accounts import signals  # noqa: F401 - its receivers connect
