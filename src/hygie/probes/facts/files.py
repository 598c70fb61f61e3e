"""Cards, passwords and files: what lies about, by name and presence only."""

from dataclasses import dataclass
from enum import StrEnum

from hygie.content.hints import Hint


@dataclass(frozen=True, slots=True)
class CardReader:
    """PC/SC readers plugged in, and whether the service that talks to them runs (None: not told)."""

    readers: int
    service_running: bool | None


@dataclass(frozen=True, slots=True)
class CardMiddleware:
    """The version of Cryptolib CPS; None when it is not installed."""

    version: str | None


class Place(StrEnum):
    """Where it lies: on show, or in a folder copied to a cloud."""

    DESKTOP = "desktop"
    DOWNLOADS = "downloads"
    DOCUMENTS = "documents"
    SHARED = "shared"
    SYNCED = "synced"
    REMOVABLE = "removable"


@dataclass(frozen=True, slots=True)
class SensitiveFile:
    """A file whose name or signature speaks. `name` is for the user's own terminal only."""

    hint: Hint
    place: Place
    name: str


@dataclass(frozen=True, slots=True)
class SensitiveFiles:
    """What the bounded look at exposed places found; `complete` is False when a limit stopped it."""

    found: tuple[SensitiveFile, ...]
    examined: int
    complete: bool


@dataclass(frozen=True, slots=True)
class BrowserPasswords:
    """Browser profiles that keep passwords (presence only: no password is read)."""

    profiles: int


@dataclass(frozen=True, slots=True)
class PasswordManagers:
    """Password managers installed (names of products)."""

    installed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrivateKeys:
    """Private keys in people's folders; `unprotected` have no passphrase."""

    unprotected: int
    examined: int


@dataclass(frozen=True, slots=True)
class StoredCredentials:
    """Settings files where a password stands in clear (kinds of files, no path)."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintSpool:
    """Printed documents kept by the print service."""

    kept: int
