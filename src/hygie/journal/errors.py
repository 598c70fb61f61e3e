"""What can be wrong with the journal.

JournalError (70)
├─ EntryRefused         what was asked to be written is out of bounds
├─ JournalUnwritable    the line was not written, nothing is half written
│  └─ JournalBusy       another program kept the database too long
├─ JournalUnreadable    the database cannot be read
├─ JournalBroken        a line is not the one that was written
├─ AnchorsUnreadable    the file of daily witnesses cannot be read
└─ NotHeld              the hold to release is not set
"""

from typing import ClassVar

from hygie.core.errors import HygieError

CALL = "Lancez `hygie docteur`, puis appelez votre informatique."


class JournalError(HygieError):
    """The journal could not do what was asked."""

    code = "journal"
    usual_next_step: ClassVar[str] = CALL

    def __init__(self, sentence: str, next_step: str = "") -> None:
        """A French sentence; the next step is the class's own unless one is given."""
        super().__init__(sentence, next_step or self.usual_next_step)


class EntryRefused(JournalError):  # noqa: N818 - named after what happened to the entry
    """A part of the entry is out of bounds: `part` and `reason` are French, the value itself is never repeated."""

    code = "journal_entry"
    usual_next_step = "Signalez ce message aux auteurs d'Hygie : rien n'a été écrit."

    def __init__(self, part: str, reason: str) -> None:
        """Name the part and why."""
        super().__init__(f"Le journal refuse cette ligne : {part} {reason}.")


class JournalUnwritable(JournalError):  # noqa: N818 - named after what happened
    """The line was not written, and the action it tells must not be done either."""

    code = "journal_unwritable"


class JournalBusy(JournalUnwritable):
    """Another program kept the database longer than the patience given."""

    code = "journal_busy"
    usual_next_step = "Attendez une minute, puis recommencez. Si cela dure, redémarrez Hygie."


class JournalUnreadable(JournalError):  # noqa: N818 - named after what happened
    """The database is missing, damaged, or no journal at all."""

    code = "journal_unreadable"
    usual_next_step = "Lancez `hygie docteur` ; si le fichier est abîmé, remettez celui de la dernière sauvegarde."


class JournalBroken(JournalError):  # noqa: N818 - named after what was found
    """A line is not the one that was written; `seq` tells which."""

    code = "journal_broken"
    usual_next_step = "Gardez ce fichier tel qu'il est et appelez votre informatique : il peut servir de preuve."

    def __init__(self, seq: int | None, reason: str) -> None:
        """`seq` is the number of the line when it is known; `reason` is French."""
        super().__init__(f"Ligne {seq} du journal : {reason}." if seq is not None else f"Journal : {reason}.")
        self.seq = seq
        self.reason = reason


class AnchorsUnreadable(JournalError):  # noqa: N818 - named after what happened
    """The file of daily witnesses is damaged or cannot be opened."""

    code = "journal_anchors"

    def __init__(self, reason: str) -> None:
        """`reason` is French."""
        super().__init__(f"Le fichier des empreintes du journal ne se lit pas : {reason}.")


class NotHeld(JournalError):  # noqa: N818 - named after what was found
    """The hold to release is not set."""

    code = "journal_not_held"
    usual_next_step = "Actualisez la page : quelqu'un l'a peut-être déjà levé."

    def __init__(self, name: str) -> None:
        """`name` is the hold's."""
        super().__init__(f"Le verrou « {name} » n'est pas posé.")
