"""The local examination of a computer that behaves oddly: read-only, bounded, and honest on what it did not see.

`examine` asks every probe of the system at once, in threads; one that hangs becomes unknown at the deadline. Windows
and macOS answer what their check-up already knows to read; the rest is said to be not measured there.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from hygie.probes import facts
from hygie.probes.collect import Facts, Progress, collect, probes_of
from hygie.probes.examine.accounts import new_accounts
from hygie.probes.examine.answers import (
    DamagedFiles,
    DiskTrouble,
    NewAccounts,
    NewStartup,
    OwnProxies,
    RemoteActivity,
    UpdateRunning,
)
from hygie.probes.examine.disks import disk_trouble
from hygie.probes.examine.files import damaged_files
from hygie.probes.examine.proxies import own_proxies
from hygie.probes.examine.remote import remote_activity
from hygie.probes.examine.startup import new_startup
from hygie.probes.examine.updates import update_running
from hygie.probes.machine import Machine

DEADLINE_SECONDS = 50.0
"""Leaves ten seconds of the minute for what comes before and after."""
Examination = Facts
SHARED: tuple[type, ...] = (
    facts.HostsFile, facts.RemoteTools, facts.Administrators, facts.ListeningServices, facts.Proxy, facts.Resolvers,
    facts.DiskSpace, facts.PendingReboot,
)  # fmt: skip
LINUX: Mapping[type, Callable[[Machine], Any]] = {
    DamagedFiles: damaged_files,
    NewStartup: new_startup,
    RemoteActivity: remote_activity,
    NewAccounts: new_accounts,
    DiskTrouble: disk_trouble,
    UpdateRunning: update_running,
    OwnProxies: own_proxies,
}


def examine(
    machine: Machine,
    *,
    deadline: float = DEADLINE_SECONDS,
    progress: Progress | None = None,
    platform: str = sys.platform,
) -> Examination:
    """Every fact of the examination within `deadline` seconds; the moment is the machine's `now`."""
    return collect(machine, examination_probes(platform), budget_seconds=deadline, progress=progress)


def examination_probes(platform: str = sys.platform) -> Mapping[type, Callable[[Machine], Any]]:
    """The check-up's probes that the examination shares, and its own where they are written."""
    known = probes_of(platform)
    own = LINUX if platform == "linux" else {}
    return {**own, **{kind: known[kind] for kind in SHARED if kind in known}}
