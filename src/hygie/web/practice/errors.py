"""What the practice's pages may refuse.

Refused (5)
├─ NothingLeavesAnExample   the fictitious practice sends nothing
├─ MailNotReady             the reminders have no server, sender or recipient yet
└─ NotAnExample             only a fictitious practice is removed in one gesture
"""

from hygie.core.errors import Refused


class NothingLeavesAnExample(Refused):
    """The fictitious practice never sends anything."""

    code = "example_sends_nothing"

    def __init__(self) -> None:
        """Nothing to carry."""
        super().__init__("Rien ne part du cabinet d’exemple.", "Revenez à votre cabinet pour régler les envois.")


class MailNotReady(Refused):
    """Reminders cannot leave without a server, a sender and a recipient."""

    code = "mail_not_ready"

    def __init__(self) -> None:
        """Nothing to carry."""
        super().__init__("Les rappels par e-mail ne sont pas encore réglés.", "Remplissez d’abord le formulaire.")


class NotAnExample(Refused):
    """A real practice is never removed whole."""

    code = "not_an_example"

    def __init__(self) -> None:
        """Nothing to carry."""
        super().__init__("Ce cabinet n’est pas un exemple : il ne s’efface pas.", "Revenez à la page Aujourd’hui.")
