"""Programs: those the registry lists for removal, the antivirus, and the folders copied to a cloud.

A product is recognised when a fragment of its name stands as a whole word in the displayed name.
A program that was never installed (a portable AnyDesk, an application of the Microsoft Store) is not seen.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from hygie.probes.collect import Probe
from hygie.probes.facts import (
    Antivirus,
    BackupPrograms,
    InstalledSoftware,
    PasswordManagers,
    RemoteTools,
    SyncFolders,
)
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.windows.answers import Row, only
from hygie.probes.windows.powershell import Theme
from hygie.probes.windows.security_center import is_on
from hygie.reference.lists import products

Names = Mapping[str, tuple[str, ...]]
_ONEDRIVE = "OneDrive"

THEME = Theme(
    "programs",
    {
        "installed": r"""
$tail = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*'
$keys = ('HKLM:\' + $tail), ('HKCU:\' + $tail), ('HKLM:\' + $tail.Replace('SOFTWARE\', 'SOFTWARE\WOW6432Node\'))
foreach ($key in $keys) {
  Get-ItemProperty -Path $key -ErrorAction SilentlyContinue | Where-Object { $_.DisplayName } |
    ForEach-Object {
      [pscustomobject]@{ DisplayName = [string]$_.DisplayName; DisplayVersion = [string]$_.DisplayVersion } }
}
""",
        "onedrive": r"""
Get-ItemProperty -Path 'HKCU:\SOFTWARE\Microsoft\OneDrive\Accounts\*' -ErrorAction SilentlyContinue |
  ForEach-Object { [pscustomobject]@{ HasFolder = [bool]$_.UserFolder } }
""",
        "antivirus": r"""
Get-CimInstance -Namespace root/SecurityCenter2 -ClassName AntiVirusProduct | Select-Object displayName, productState
""",
        "defender": r"""
Get-MpComputerStatus | Select-Object @{ n = 'AMRunningMode'; e = { [string]$_.AMRunningMode } }, AntivirusEnabled,
  RealTimeProtectionEnabled,
  @{ n = 'AntivirusSignatureLastUpdated'; e = { Format-Utc $_.AntivirusSignatureLastUpdated } }
""",
    },
)


def software(rows: list[Row]) -> InstalledSoftware:
    """Displayed name → version."""
    if not rows:
        raise CannotTell("Windows n'a donné la liste d'aucun programme installé.")
    return InstalledSoftware({row.needed("DisplayName"): row.text("DisplayVersion") for row in rows})


def matching(rows: list[Row], names: Names) -> tuple[str, ...]:
    """The products of a list found among displayed names."""
    shown = [row.needed("DisplayName").lower() for row in rows]
    if not shown:
        raise CannotTell("Windows n'a donné la liste d'aucun programme installé.")
    return tuple(product for product, fragments in names.items() if any(_has(name, fragments) for name in shown))


def _has(name: str, fragments: tuple[str, ...]) -> bool:
    return any(re.search(rf"(?<![^\W_]){re.escape(fragment.lower())}(?![^\W_])", name) for fragment in fragments)


def sync_folders(rows: list[Row], onedrive: list[Row], names: Names) -> SyncFolders:
    """Synchronisation programs; OneDrive, which every Windows has, only when it holds a folder."""
    found = matching(rows, {name: fragments for name, fragments in names.items() if name != _ONEDRIVE})
    used = any(row.flag("HasFolder") for row in onedrive)
    return SyncFolders(((_ONEDRIVE,) if used else ()) + found)


def antivirus(center: list[Row] | None, defender: list[Row] | None) -> Antivirus:
    """What the security centre lists; on a server, which has none, what Defender says of itself."""
    if center:
        return Antivirus(_listed(center), any(is_on(row) for row in center), _signatures(center, defender))
    if not defender:
        raise CannotTell("Windows n'a pas donné l'état de sa protection contre les virus.")
    row = only(defender)
    running = row.flag("AntivirusEnabled") and row.flag("RealTimeProtectionEnabled")
    return Antivirus(("Microsoft Defender",), running, row.moment("AntivirusSignatureLastUpdated"))


def _listed(center: list[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.needed("displayName") for row in center))


def _signatures(center: list[Row], defender: list[Row] | None) -> datetime | None:
    others = any(is_on(row) and "defender" not in row.needed("displayName").lower() for row in center)
    if others or not defender:
        return None
    return only(defender).moment("AntivirusSignatureLastUpdated")


def probe_software(machine: Machine) -> InstalledSoftware:
    """Every program."""
    return software(THEME.ask(machine).rows("installed"))


def probe_remote_tools(machine: Machine) -> RemoteTools:
    """Remote-maintenance programs."""
    return RemoteTools(matching(THEME.ask(machine).rows("installed"), products("remote_tools", "windows")))


def probe_backup_programs(machine: Machine) -> BackupPrograms:
    """Backup programs."""
    return BackupPrograms(matching(THEME.ask(machine).rows("installed"), products("backup_programs", "windows")))


def probe_password_managers(machine: Machine) -> PasswordManagers:
    """Password managers."""
    return PasswordManagers(matching(THEME.ask(machine).rows("installed"), products("password_managers", "windows")))


def probe_sync_folders(machine: Machine) -> SyncFolders:
    """Synchronised folders."""
    told = THEME.ask(machine)
    return sync_folders(told.rows("installed"), told.rows("onedrive"), products("sync_clients", "windows"))


def probe_antivirus(machine: Machine) -> Antivirus:
    """The antivirus."""
    told = THEME.ask(machine)
    return antivirus(told.rows_or_none("antivirus"), told.rows_or_none("defender"))


PROBES: dict[type, Probe] = {
    Antivirus: probe_antivirus,
    InstalledSoftware: probe_software,
    RemoteTools: probe_remote_tools,
    BackupPrograms: probe_backup_programs,
    PasswordManagers: probe_password_managers,
    SyncFolders: probe_sync_folders,
}
