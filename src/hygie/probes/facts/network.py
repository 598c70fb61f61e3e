"""The network: what others can reach, and what an attacker likes to change."""

from dataclasses import dataclass
from datetime import datetime


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
