"""Sessions and accounts: who may do what, and how passwords are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScreenLock:
    """The weakest setting found among the sessions; `after_seconds` is None when never."""

    locks: bool
    after_seconds: int | None
    sessions: int


@dataclass(frozen=True, slots=True)
class AutoLogin:
    """Whether a session opens without a password when the computer starts."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class GuestAccount:
    """Whether anybody can open a session as a guest."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class Administrators:
    """People's accounts, and how many may change the whole computer."""

    people: int
    administrators: int
    root_twins: int


@dataclass(frozen=True, slots=True)
class DailyAccount:
    """Whether the account that asks is an administrator all day long."""

    administrator: bool


@dataclass(frozen=True, slots=True)
class DormantAccounts:
    """People's accounts that can open a session and have not for `days` days."""

    dormant: int
    people: int
    days: int


@dataclass(frozen=True, slots=True)
class EmptyPasswords:
    """Accounts that open without a password."""

    accounts: int


@dataclass(frozen=True, slots=True)
class PasswordHashes:
    """How stored passwords are protected; `weak` of them by a method that is cracked fast."""

    weak: int
    examined: int


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What the computer demands of a new password; None or 0 when it demands nothing."""

    minimum_length: int
    minimum_classes: int


@dataclass(frozen=True, slots=True)
class Lockout:
    """After how many wrong passwords the account waits; None when never."""

    attempts: int | None


@dataclass(frozen=True, slots=True)
class FailedLogons:
    """Refused passwords during the last `days` days."""

    count: int
    days: int


@dataclass(frozen=True, slots=True)
class SecretFilesRights:
    """System files that hold password prints: how many can be read by any account."""

    readable_by_all: int
    examined: int


@dataclass(frozen=True, slots=True)
class ElevationWithoutPassword:
    """Rules that let an account become administrator without its password (sudoers, UAC off)."""

    rules: int


@dataclass(frozen=True, slots=True)
class HomeRights:
    """People's folders that other accounts can read."""

    open_to_others: int
    homes: int
