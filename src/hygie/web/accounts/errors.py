"""What may be refused about people and accounts.

Refused
├─ AlreadySetUp (5)      the practice has an account: there is no first door any more
├─ LastHolder (5)        the practice would have no holder left
├─ NotYourself (5)       nobody removes their own access or changes their own role
└─ CodeDead (5)          a code is wrong, used, too old or tried too often
"""

from hygie.core.errors import Refused


class AlreadySetUp(Refused):
    """Somebody already opened the first account."""

    code = "already_set_up"

    def __init__(self) -> None:
        """No detail: strangers read it too."""
        super().__init__("Hygie est déjà installé pour ce cabinet.", "Entrez avec votre identifiant.")


class LastHolder(Refused):
    """The change would leave the practice without a holder."""

    code = "last_holder"

    def __init__(self) -> None:
        """Said on the page of the person."""
        super().__init__(
            "Le cabinet n’aurait plus de titulaire.", "Nommez d’abord un autre titulaire, qui entre une première fois."
        )


class NotYourself(Refused):
    """Somebody tried it on their own account."""

    code = "not_yourself"

    def __init__(self) -> None:
        """Said on the page of the person."""
        super().__init__(
            "Vous ne pouvez ni retirer votre accès ni changer votre rôle.", "Demandez-le à un autre titulaire."
        )


class CodeDead(Refused):
    """The code opens nothing."""

    code = "code_dead"

    def __init__(self) -> None:
        """One sentence for every reason: a stranger learns nothing."""
        super().__init__("Ce code n’ouvre rien, ou n’est plus valable.", "Demandez-en un autre.")
