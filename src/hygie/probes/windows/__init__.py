"""Windows: a function per fact. Written from published documentation and outputs; never run on a Windows computer.

One PowerShell script answers all the questions of a theme. The slowest themes come first, and facts of different
themes are interleaved, so that the collector's threads start different scripts instead of waiting for the same one.
"""

from collections.abc import Mapping
from itertools import chain, zip_longest

from hygie.probes.collect import Probe
from hygie.probes.windows import accounts, cards, disks, files, mail, network, programs, rights, ssh, system, updates

_THEMES: tuple[Mapping[type, Probe], ...] = (
    updates.PROBES, network.PROBES, system.PROBES, disks.PROBES, programs.PROBES, accounts.PROBES,
    rights.PROBES, cards.PROBES, mail.PROBES, ssh.PROBES, files.PROBES,
)  # fmt: skip

_ROUNDS = zip_longest(*(theme.items() for theme in _THEMES))
PROBES: dict[type, Probe] = dict(pair for pair in chain.from_iterable(_ROUNDS) if pair is not None)
