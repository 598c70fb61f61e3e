"""Disks and sticks: what BitLocker protects, where memory is written, what is plugged in, what was plugged in.

`Get-BitLockerVolume` needs an administrator; for anybody else the Explorer's own property
`System.Volume.BitLockerProtection` is read, and only its values 1 (on), 2 (off), 3 and 4 (in progress) and 6 (locked)
are believed. A disk encrypted by another program (VeraCrypt) is not recognised and counts as not encrypted.
"""

from collections.abc import Mapping

from hygie.probes.collect import Probe
from hygie.probes.facts import (
    Autorun,
    Medium,
    RemovableHistory,
    RemovableMedia,
    SwapAreas,
    SystemVolumes,
    Volume,
)
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.windows.answers import Row, only
from hygie.probes.windows.powershell import Answers, Theme

FIXED, REMOVABLE = 3, 2
_EXPLORER = {1: True, 2: False, 3: False, 4: False, 6: True}
_AUTORUN_REMOVABLE = 0x04

THEME = Theme(
    "disks",
    {
        "bitlocker": r"""
Get-BitLockerVolume | Select-Object MountPoint,
  @{ n = 'VolumeType'; e = { [string]$_.VolumeType } }, @{ n = 'VolumeStatus'; e = { [string]$_.VolumeStatus } },
  @{ n = 'ProtectionStatus'; e = { [string]$_.ProtectionStatus } },
  @{ n = 'LockStatus'; e = { [string]$_.LockStatus } }
""",
        "drives": r"""
$shell = New-Object -ComObject Shell.Application
Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=2 or DriveType=3' |
  Where-Object { $_.Size -or $_.DriveType -eq 3 } |
  ForEach-Object {
    $root = $_.DeviceID + '\'
    $folder = $shell.NameSpace($root)
    [pscustomobject]@{ DeviceID = $_.DeviceID; DriveType = [int]$_.DriveType
      BitLockerProtection = if ($folder) { $folder.Self.ExtendedProperty('System.Volume.BitLockerProtection') }
      HoldsBackup = (Test-Path ($root + 'WindowsImageBackup')) -or (Test-Path ($root + 'FileHistory')) }
  }
""",
        "usb": r"""
Get-Disk | Where-Object { [string]$_.BusType -eq 'USB' } | Get-Partition | Where-Object { $_.DriveLetter } |
  ForEach-Object { [pscustomobject]@{ DriveLetter = [string]$_.DriveLetter } }
""",
        "pagefiles": "Get-CimInstance Win32_PageFileUsage | Select-Object Name",
        "history": r"""
$key = 'HKLM:\SYSTEM\CurrentControlSet\Enum\USBSTOR'
if (Test-Path $key) {
  foreach ($device in Get-ChildItem $key) {
    foreach ($instance in Get-ChildItem $device.PSPath) {
      [pscustomobject]@{ Device = $device.PSChildName; Instance = $instance.PSChildName } } }
}
""",
        "autorun": r"""
$policy = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\Explorer'
$handlers = 'HKCU:\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\AutoplayHandlers'
[pscustomobject]@{ Machine = Read-Value ('HKLM:\' + $policy) 'NoDriveTypeAutoRun'
  User = Read-Value ('HKCU:\' + $policy) 'NoDriveTypeAutoRun'
  DisableAutoplay = Read-Value $handlers 'DisableAutoplay' }
""",
    },
)


def encryption(drives: list[Row], bitlocker: list[Row] | None) -> dict[str, bool | None]:
    """Drive letter → protected by BitLocker, not protected, or None when Windows does not say."""
    told = {row.needed("DeviceID"): _EXPLORER.get(row.whole("BitLockerProtection") or 0) for row in drives}
    return told | {row.needed("MountPoint").rstrip("\\"): is_protected(row) for row in bitlocker or []}


def is_protected(row: Row) -> bool:
    """Encrypted and protected. A suspended protection leaves the key in clear; a locked volume is protected."""
    if row.text("LockStatus") == "Locked":
        return True
    return row.needed("VolumeStatus") == "FullyEncrypted" and row.needed("ProtectionStatus") == "On"


def is_plugged(row: Row, usb: list[Row] | None) -> bool:
    """A removable volume, or a fixed one on a USB disk."""
    letters = {f"{found.needed('DriveLetter')}:" for found in usb or []}
    return row.count("DriveType") == REMOVABLE or row.needed("DeviceID") in letters


def system_volumes(drives: list[Row], usb: list[Row] | None, bitlocker: list[Row] | None) -> SystemVolumes:
    """The fixed volumes that are not on a USB disk."""
    known = encryption(drives, bitlocker)
    letters = [row.needed("DeviceID") for row in drives if not is_plugged(row, usb)]
    if not letters:
        raise CannotTell("Windows n'a donné aucun disque interne.")
    return SystemVolumes(tuple(Volume(letter, _known(known, letter)) for letter in letters))


def swap_areas(pagefiles: list[Row], drives: list[Row], bitlocker: list[Row] | None) -> SwapAreas:
    """Page files, protected when their volume is."""
    if not pagefiles:
        raise NotThere("Windows n'écrit pas sa mémoire sur le disque (aucun fichier d'échange).")
    known = encryption(drives, bitlocker)
    names = [row.needed("Name") for row in pagefiles]
    return SwapAreas(tuple(Volume(name, _known(known, name[:2].upper())) for name in names))


def _known(known: Mapping[str, bool | None], letter: str) -> bool:
    if (encrypted := known.get(letter)) is None:
        raise CannotTell(f"Windows ne dit pas si le disque {letter} est chiffré : il faut les droits d'administrateur.")
    return encrypted


def removable_media(drives: list[Row], usb: list[Row] | None, bitlocker: list[Row] | None) -> RemovableMedia:
    """What is plugged in now."""
    known = encryption(drives, bitlocker)
    plugged = [row for row in drives if is_plugged(row, usb)]
    return RemovableMedia(tuple(_medium(row, known) for row in plugged))


def _medium(row: Row, known: Mapping[str, bool | None]) -> Medium:
    letter = row.needed("DeviceID")
    return Medium(letter, known.get(letter), row.flag("HoldsBackup"))


def removable_history(rows: list[Row]) -> RemovableHistory:
    """Different disks and sticks that the registry remembers; it does not say since when it remembers."""
    found = {(row.needed("Device"), row.needed("Instance")) for row in rows}
    return RemovableHistory(sum(1 for device, _ in found if device.startswith("Disk")), None)


def autorun(rows: list[Row]) -> Autorun:
    """Off when AutoPlay is, or when the machine's policy (before the person's) excludes removable drives."""
    row = only(rows)
    policy = _first_byte(row, "Machine")
    if policy is None:
        policy = _first_byte(row, "User")
    off = row.whole("DisableAutoplay") == 1 or bool((policy or 0) & _AUTORUN_REMOVABLE)
    return Autorun(not off)


def _first_byte(row: Row, name: str) -> int | None:
    value = row.get(name)
    if isinstance(value, list) and value:
        return Row({name: value[0]}).whole(name)
    return None if value == [] else row.whole(name)


def _volumes(machine: Machine) -> tuple[Answers, list[Row], list[Row] | None]:
    told = THEME.ask(machine)
    return told, told.rows("drives"), told.rows_or_none("bitlocker")


def probe_system_volumes(machine: Machine) -> SystemVolumes:
    """Whether internal disks are encrypted."""
    told, drives, bitlocker = _volumes(machine)
    return system_volumes(drives, told.rows_or_none("usb"), bitlocker)


def probe_swap_areas(machine: Machine) -> SwapAreas:
    """Whether the page file is on an encrypted disk."""
    told, drives, bitlocker = _volumes(machine)
    return swap_areas(told.rows("pagefiles"), drives, bitlocker)


def probe_removable_media(machine: Machine) -> RemovableMedia:
    """What is plugged in."""
    told, drives, bitlocker = _volumes(machine)
    return removable_media(drives, told.rows_or_none("usb"), bitlocker)


def probe_removable_history(machine: Machine) -> RemovableHistory:
    """What was plugged in."""
    return removable_history(THEME.ask(machine).rows("history"))


def probe_autorun(machine: Machine) -> Autorun:
    """Whether a stick may start something."""
    return autorun(THEME.ask(machine).rows("autorun"))


PROBES: dict[type, Probe] = {
    SystemVolumes: probe_system_volumes,
    SwapAreas: probe_swap_areas,
    RemovableMedia: probe_removable_media,
    RemovableHistory: probe_removable_history,
    Autorun: probe_autorun,
}
