"""Codes that a person reads and types: Crockford's base 32 in groups of four, kept as a slow digest only. Pure."""

import re
import secrets
from typing import Final

from django.contrib.auth.hashers import check_password, make_password

from hygie.fleetlink.enrolment import ALPHABET

GROUP: Final = 4
SETUP_LENGTH: Final = 8
INVITATION_LENGTH: Final = 12
MOST_ATTEMPTS: Final = 10
_LONGEST_TYPED: Final = 60
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def draw(length: int) -> str:
    """A code of `length` characters, five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def shown(code: str) -> str:
    """« K7QD-3M9T »."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str, length: int) -> str:
    """The code as it was drawn, however it is typed; empty when it is none."""
    code = re.sub(r"[\s\-\u2010-\u2015.]", "", typed[:_LONGEST_TYPED]).upper().translate(_MISREAD)
    return code if re.fullmatch(f"[{ALPHABET}]{{{length}}}", code) else ""


def digest(code: str) -> str:
    """A slow digest (scrypt), salted."""
    kept: str = make_password(code)
    return kept


def matches(code: str, kept: str) -> bool:
    """Whether this code has that digest. Takes as long for an empty code as for a wrong one."""
    return bool(check_password(code, kept))
