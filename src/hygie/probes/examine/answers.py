"""What the local examination alone asks, besides the check-up's own facts. No type holds a file's or a person's name.

Folders are said as the person knows them (« Documents », « ~/.config/autostart »). `partial` says what could not be
looked at, "" when everything was.
"""

from dataclasses import dataclass
from typing import Literal

StartupKind = Literal["systemd", "cron", "autostart", "script", "profile"]


@dataclass(frozen=True, slots=True)
class StartupGroup:
    """How many new or changed items of a kind lie in a folder."""

    kind: StartupKind
    folder: str
    count: int


@dataclass(frozen=True, slots=True)
class NewStartup:
    """Items run at start-up, at log-in or by the clock that appeared or changed in the last `days` days."""

    groups: tuple[StartupGroup, ...]
    examined: int
    days: int
    partial: str = ""


@dataclass(frozen=True, slots=True)
class RemoteActivity:
    """Remote-maintenance products in memory now, and those that came in the last `days` days."""

    running: tuple[str, ...]
    recent: tuple[str, ...]
    days: int
    partial: str = ""


@dataclass(frozen=True, slots=True)
class NewAccounts:
    """Accounts created, and accounts made administrators, in the last `days` days."""

    created: int
    administrators: int
    days: int
    partial: str = ""


@dataclass(frozen=True, slots=True)
class DamagedFiles:
    """Names of ransom notes, one unknown ending added to many documents, documents whose content is noise."""

    notes: int
    renamed: int
    unreadable: int
    folders: tuple[str, ...]
    examined: int
    partial: str = ""


@dataclass(frozen=True, slots=True)
class DiskTrouble:
    """Volumes nearly full, volumes that became read-only, errors told by the kernel, disks that announce their end."""

    full: int
    read_only: int
    errors: int
    failing: int
    days: int
    partial: str = ""


@dataclass(frozen=True, slots=True)
class UpdateRunning:
    """Whether programs are being installed or replaced at this moment."""

    running: bool


@dataclass(frozen=True, slots=True)
class OwnProxies:
    """Intermediaries set in people's desktops and browsers, or in the session's environment."""

    configured: int
    partial: str = ""
