"""What an incident refuses, always naming what is missing.

Refused (5)
├─ GateClosed       a step waits for others
├─ ReceiptMissing   a step is proved by a number
├─ NotWaivable      (steps) nobody may give it up, or not without a reason
├─ LoweredWithoutReason (severity)
├─ ReasonMissing    a change that counts, without its reason
├─ StillOpen        the incident cannot be closed yet
└─ AlreadyClosed    nothing more is done in a closed incident
UsageError (2)
├─ UnknownStep      the playbook has no such step
├─ UnknownPlaybook
├─ NotAReceipt      a receipt that is no number
├─ UnknownIncident
├─ NotGradable      (severity) inputs that say nothing
└─ NotATime         a time that is too far ahead, or has no offset
UnreadableInput (3)
└─ ManifestUnreadable (manifest)
"""

from collections.abc import Sequence

from hygie.core.errors import Refused, UsageError


class GateClosed(Refused):
    """A step that would destroy evidence or rights waits for others. `missing` are titles of steps."""

    code = "gate_closed"

    def __init__(self, missing: Sequence[str]) -> None:
        """Name what is missing."""
        self.missing = tuple(missing)
        super().__init__(
            f"Pas encore : {' ; '.join(missing)}.",
            "Faites d’abord ces étapes, ou renoncez-y expressément, avec une raison.",
        )


class ReceiptMissing(Refused):
    """The step is closed by a receipt number: it is what proves it to the insurer or to the CNIL."""

    code = "receipt_missing"

    def __init__(self, title: str) -> None:
        """Name the step."""
        super().__init__(
            f"Il manque le numéro du récépissé : {title}.",
            "Recopiez le numéro du récépissé ; sans lui, répondez « personne » ou « inconnu ».",
        )


class StillOpen(Refused):
    """What must be settled before closing. `missing` are sentences without a full stop."""

    code = "still_open"

    def __init__(self, missing: Sequence[str]) -> None:
        """Name what is missing."""
        self.missing = tuple(missing)
        super().__init__(
            f"L’incident ne peut pas être clos. Il reste : {' ; '.join(missing)}.",
            "Faites ces étapes, ou renoncez-y expressément, avec une raison.",
        )


class AlreadyClosed(Refused):
    """The incident is closed; a note can still be added."""

    code = "already_closed"

    def __init__(self) -> None:
        """Say what can still be done."""
        super().__init__("Cet incident est clos.", "Ajoutez une note à son journal, ou ouvrez un nouvel incident.")


class NotAReceipt(UsageError):  # noqa: N818 - named after what happened
    """What was given as a receipt is no number."""

    code = "not_a_receipt"

    def __init__(self) -> None:
        """Say what is accepted, without repeating it."""
        super().__init__(
            "Ce n’est pas un numéro de récépissé.",
            "Recopiez le numéro seul : des chiffres, quatre lettres de suite au plus, jamais un nom.",
        )


class ReasonMissing(Refused):
    """A change that counts needs its reason."""

    code = "reason_missing"

    def __init__(self) -> None:
        """Say how to give it."""
        super().__init__("Il manque la raison de ce changement.", "Écrivez-la en une phrase : elle reste au journal.")


class UnknownStep(UsageError):  # noqa: N818 - named after what happened
    """The playbook has no such step."""

    code = "unknown_step"

    def __init__(self, known: Sequence[str]) -> None:
        """Say which there are."""
        super().__init__("Cette étape n’existe pas dans cet incident.", f"Étapes : {', '.join(known)}.")


class UnknownPlaybook(UsageError):  # noqa: N818 - named after what happened
    """No playbook of that name."""

    code = "unknown_playbook"

    def __init__(self, known: Sequence[str]) -> None:
        """Say which there are."""
        super().__init__("Cette marche à suivre n’existe pas.", f"Choisissez parmi : {', '.join(known)}.")


class UnknownIncident(UsageError):  # noqa: N818 - named after what happened
    """No incident of that name in this practice."""

    code = "unknown_incident"

    def __init__(self) -> None:
        """Say how to open one."""
        super().__init__("Cet incident n’existe pas ici.", "Ouvrez-en un : hygie urgence ouvrir")


class NotATime(UsageError):  # noqa: N818 - named after what happened
    """A time that cannot be one of this incident."""

    code = "not_a_time"

    def __init__(self) -> None:
        """Say what is accepted."""
        super().__init__(
            "Cette heure est à plus d’un jour dans l’avenir, ou illisible.",
            "Écrivez-la comme 2026-11-24T08:20+01:00, et vérifiez l’horloge de cet ordinateur.",
        )
