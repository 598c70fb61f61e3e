"""Backups and mail as this computer has them set up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class BackupPrograms:
    """Backup programs installed (names of products)."""

    installed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackupTrace:
    """The last success a backup program left a trace of; None when it never succeeded."""

    program: str
    last_success_at: datetime | None


@dataclass(frozen=True, slots=True)
class PermanentBackupMounts:
    """Backup volumes attached at every start (fstab, mapped drive), hence reachable by ransomware."""

    mounts: int


@dataclass(frozen=True, slots=True)
class SyncFolders:
    """Synchronised folders (names of products): a deletion is copied too."""

    clients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackupTargets:
    """Local backup repositories; `writable_by_people` can be changed by the daily account."""

    repositories: int
    writable_by_people: int


class MailHost(StrEnum):
    """Who carries the mail of an account."""

    CONSUMER = "consumer"
    MSSANTE = "mssante"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mail account set up on this computer; `encrypted` covers reading and sending."""

    host: MailHost
    encrypted: bool


@dataclass(frozen=True, slots=True)
class MailAccounts:
    """Accounts set up in the mail programs of this computer."""

    accounts: tuple[MailAccount, ...]


@dataclass(frozen=True, slots=True)
class MailForwarding:
    """Rules that send a copy of the mail elsewhere by themselves."""

    outside: int
    examined: int


@dataclass(frozen=True, slots=True)
class MailRemoteContent:
    """Mail programs' profiles that fetch remote images without asking."""

    fetching: int
    profiles: int
