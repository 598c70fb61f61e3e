"""The errors of the practice's app, each with its French sentence and the next step.

HygieError
├─ KeysLost (5)          the keys of this data folder cannot be read
├─ SealBroken (70)       a sealed value does not open
└─ Outdated (5)          somebody changed the object meanwhile
"""

from hygie.core.errors import HygieError, Refused


class KeysLost(Refused):
    """The practice's keys are missing or unreadable: nothing sealed could be opened."""

    code = "keys_lost"

    def __init__(self, where: str) -> None:
        """`where` is the kind of place, never a key."""
        super().__init__(
            f"Les clés d’Hygie ne se lisent pas ({where}).",
            "Remettez la copie de ce dossier faite avec la sauvegarde, puis relancez.",
        )


class SealBroken(HygieError):  # noqa: N818 - named after what happened
    """A sealed value was altered, or its key is gone."""

    code = "seal_broken"

    def __init__(self) -> None:
        """No value, no key in the message."""
        super().__init__(
            "Une valeur protégée ne s’ouvre plus.", "Lancez hygie docteur, puis demandez à votre informatique."
        )


class Outdated(Refused):
    """The object changed since the page was shown: writing would lose somebody's work."""

    code = "outdated"

    def __init__(self) -> None:
        """Said on the page that keeps both texts."""
        super().__init__(
            "Quelqu’un a modifié cette page entre-temps.", "Comparez les deux versions, gardez la bonne, enregistrez."
        )
