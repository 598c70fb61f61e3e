"""Disks and media: what is encrypted, what is plugged in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Volume:
    """A place where files rest: its mount point or letter."""

    place: str
    encrypted: bool


@dataclass(frozen=True, slots=True)
class SystemVolumes:
    """Local volumes that hold the system or people's files."""

    volumes: tuple[Volume, ...]


@dataclass(frozen=True, slots=True)
class SwapAreas:
    """Areas of disk where memory is written (swap, hibernation)."""

    areas: tuple[Volume, ...]


@dataclass(frozen=True, slots=True)
class Medium:
    """A removable volume plugged in now. `encrypted` is None when it cannot be told."""

    place: str
    encrypted: bool | None
    holds_backup: bool


@dataclass(frozen=True, slots=True)
class RemovableMedia:
    """Removable volumes mounted at this moment."""

    media: tuple[Medium, ...]


@dataclass(frozen=True, slots=True)
class RemovableHistory:
    """How many different removable disks or sticks the computer remembers, and since when."""

    devices: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Autorun:
    """Whether what is on a medium may start by itself when it is plugged in."""

    enabled: bool
