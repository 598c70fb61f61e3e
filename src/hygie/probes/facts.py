"""What can be known of a computer, one small type per question.

A fact is the type itself, `Unknown` (nobody could look: why) or `Absent` (there is nothing to look at: why).
Reasons are French sentences a doctor may read. No type holds the name of a user's file except
`SensitiveFile.name`, which is shown only on the user's own terminal. Sizes are bytes, delays are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hygie.content.hints import Hint


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody could look: no right, no tool, no answer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """There is nothing to look at on this computer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When the facts were gathered, with its offset."""

    now: datetime


# ------------------------------------------------------------------ the system


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


# ------------------------------------------------------------------ disks and media


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


# ------------------------------------------------------------------ sessions and accounts


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


# ------------------------------------------------------------------ network


@dataclass(frozen=True, slots=True)
class Firewall:
    """Whether incoming connections are refused unless asked for."""

    active: bool
    mechanism: str


@dataclass(frozen=True, slots=True)
class Antivirus:
    """Protection programs; `running` and `signatures_at` are None when they cannot be told."""

    products: tuple[str, ...]
    running: bool | None
    signatures_at: datetime | None


@dataclass(frozen=True, slots=True)
class SshServer:
    """What the remote-terminal server accepts. `root_login` is yes, keys or no."""

    password_login: bool
    root_login: str
    empty_passwords: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP port open beyond this computer, with the program when it can be told."""

    port: int
    program: str


@dataclass(frozen=True, slots=True)
class ListeningServices:
    """Ports that other machines can reach (loopback left out)."""

    reachable: tuple[Listener, ...]


@dataclass(frozen=True, slots=True)
class RemoteDesktop:
    """Windows or xrdp remote desktop: on or not, and whether the password is asked before the screen shows (NLA)."""

    enabled: bool
    network_level_authentication: bool | None


@dataclass(frozen=True, slots=True)
class RemoteTools:
    """Remote-maintenance programs installed (names of products)."""

    installed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A folder offered to the network."""

    anonymous: bool
    writable_by_all: bool


@dataclass(frozen=True, slots=True)
class SharedFolders:
    """Folders offered to the network by this computer."""

    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Wifi:
    """Known wireless networks; `unprotected` are open or WEP."""

    known: int
    unprotected: int


@dataclass(frozen=True, slots=True)
class Proxy:
    """Whether the traffic is sent through an intermediary, by the system's settings."""

    configured: bool


@dataclass(frozen=True, slots=True)
class Resolvers:
    """Addresses of the servers that turn names into addresses."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HostsFile:
    """Public names that the computer's own table diverts."""

    diverted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddedRoots:
    """Certificate authorities added by hand to those of the system."""

    added: int


@dataclass(frozen=True, slots=True)
class LocalCertificates:
    """End dates of the certificates installed for this computer's own services."""

    ends: tuple[datetime, ...]


# ------------------------------------------------------------------ cards, passwords, files


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


# ------------------------------------------------------------------ backup and mail


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
