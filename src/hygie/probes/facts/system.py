"""The system: its release, its updates, its clock, its logs, its free space."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SystemRelease:
    """`product` is a key of reference/support/systems.toml (« debian », « windows-11 », « macos »)."""

    product: str
    version: str
    label: str


@dataclass(frozen=True, slots=True)
class SecurityUpdates:
    """Security updates published and not installed; `titles` are package names."""

    pending: int
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateLists:
    """When the computer last asked its maker what is new."""

    refreshed_at: datetime


@dataclass(frozen=True, slots=True)
class AutomaticUpdates:
    """Whether security updates install by themselves."""

    enabled: bool
    mechanism: str


@dataclass(frozen=True, slots=True)
class PendingReboot:
    """Whether an update waits for a restart."""

    required: bool


@dataclass(frozen=True, slots=True)
class PackageSources:
    """Places programs are installed from; `unverified` of them skip the signature."""

    total: int
    unverified: int


@dataclass(frozen=True, slots=True)
class InstalledSoftware:
    """Program key → version, as the package manager or the registry names them."""

    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SecureBoot:
    """Whether the firmware checks what it starts."""

    enabled: bool


@dataclass(frozen=True, slots=True)
class TimeSync:
    """Whether the clock is kept right by a server."""

    active: bool
    mechanism: str


@dataclass(frozen=True, slots=True)
class LogRetention:
    """How many days of system logs are kept; None when only the size is bounded."""

    days: int | None
    survives_restart: bool


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The fullest local volume: its free share, from 0 to 1."""

    smallest_free_share: float
    volumes: int


@dataclass(frozen=True, slots=True)
class StartupRights:
    """Programs or folders run at start-up that any account can change."""

    writable_by_all: int
    examined: int
