"""How long a door stays shut after refused tries: a wait that grows to a quarter of an hour, and never a lock. Pure.

Three counts: one place with one account (5 tries, then waits), one place, one account from anywhere (20 tries each).
On the server's own machine no wait exceeds 30 s and the account's count does not apply; nor does it where the person
entered within 30 days: so a stranger on the network who tries names all day never keeps the practice out.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=15)
LONGEST_LOCAL_WAIT: Final = timedelta(seconds=30)
FORGOTTEN_AFTER: Final = timedelta(hours=24)
FAMILIAR_FOR: Final = timedelta(days=30)
NOTE_EVERY: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 12


class Count(StrEnum):
    """What is counted together."""

    PAIR = "pair"
    PLACE = "place"
    ACCOUNT = "account"

    @property
    def free(self) -> int:
        """How many tries cost no wait."""
        return 5 if self is Count.PAIR else 20


@dataclass(frozen=True, slots=True)
class Try:
    """One try at a door (« password », « factor », « code »), for an account as typed, from an address."""

    door: str
    account: str
    address: str

    @property
    def local(self) -> bool:
        """Whether it comes from the server's own machine."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return False
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback

    def parts(self) -> dict[Count, str]:
        """What each count is about. An account is not counted on the server's own machine."""
        account = self.account.strip().casefold()
        counted = {Count.PAIR: f"{account}\0{self.address}", Count.PLACE: self.address, Count.ACCOUNT: account}
        if self.local:
            del counted[Count.ACCOUNT]
        return counted


def wait_after(failures: int, count: Count, *, local: bool) -> timedelta:
    """The wait once `failures` tries were refused: 5 s, 10 s, 20 s… up to the longest."""
    beyond = failures - count.free
    if beyond < 0:
        return timedelta(0)
    longest = LONGEST_LOCAL_WAIT if local else LONGEST_WAIT
    return min(FIRST_WAIT * 2 ** min(beyond, _MOST_DOUBLINGS), longest)


def forgotten(last_at: datetime, now: datetime) -> bool:
    """Whether old failures no longer count. A clock set back forgets nothing."""
    return now - last_at > FORGOTTEN_AFTER


def familiar(succeeded_at: datetime | None, now: datetime) -> bool:
    """Whether the person entered from this very place lately."""
    return succeeded_at is not None and now - succeeded_at < FAMILIAR_FOR


def remaining(blocked_until: datetime | None, now: datetime) -> timedelta:
    """What is left of a wait. One longer than the longest was written by a clock that has been set back since: over."""
    left = blocked_until - now if blocked_until else timedelta(0)
    return left if timedelta(0) < left <= LONGEST_WAIT else timedelta(0)


def to_note(failures: int, noted_at: datetime | None, now: datetime) -> bool:
    """Whether the journal gets a line: when waits begin, then once an hour while it lasts."""
    return failures >= Count.PAIR.free and (noted_at is None or now - noted_at >= NOTE_EVERY)


def in_words(wait: timedelta) -> str:
    """« 10 secondes », « 4 minutes »: rounded up."""
    seconds = max(1, -(-int(wait.total_seconds() * 1000) // 1000))
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
