"""The root of every error a person may read.

HygieError                 70  something Hygie did not foresee
├─ UsageError               2  the command was not understood
├─ UnreadableInput          3  a file or a folder could not be read
├─ MissingPart              4  a program, an extra or a device is missing
└─ Refused                  5  refused for safety
"""

from typing import ClassVar


class HygieError(Exception):
    """One French sentence for the person, and the next step to take."""

    exit_code: ClassVar[int] = 70
    code: ClassVar[str] = "internal"

    def __init__(self, sentence: str, next_step: str) -> None:
        """Keep the sentence and the next step, both in French and free of patient data."""
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


class UsageError(HygieError):
    """The command, an option or a value was not understood."""

    exit_code = 2
    code = "usage"


class UnreadableInput(HygieError):  # noqa: N818 - named after what happened to the person
    """A file or a folder given by the person could not be read or understood."""

    exit_code = 3
    code = "unreadable_input"


class MissingPart(HygieError):  # noqa: N818 - named after what happened to the person
    """A program, an extra or a device that the command needs is not there."""

    exit_code = 4
    code = "missing_part"


class Refused(HygieError):  # noqa: N818 - named after what happened to the person
    """Hygie will not do it, because it would put the practice at risk."""

    exit_code = 5
    code = "refused"
