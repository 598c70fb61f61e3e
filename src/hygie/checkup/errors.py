"""What can be wrong with the files a person gives to a check-up.

UnreadableInput (3)
├─ UnreadableAnswers   the answers file
└─ UnreadableCheckup   the earlier check-up to compare with
"""

from hygie.core.errors import UnreadableInput


class UnreadableAnswers(UnreadableInput):
    """The answers file could not be read or understood."""

    code = "unreadable_answers"


class UnreadableCheckup(UnreadableInput):
    """The earlier check-up could not be read or understood."""

    code = "unreadable_checkup"
