"""The system itself: which Windows, its firmware, its clock, its logs, its free space, its print service.

Days of logs are known only for a log that is full and overwrites itself: its oldest event then says how far it goes.
"""

from datetime import datetime, timedelta

from hygie.probes.collect import Probe
from hygie.probes.facts import DiskSpace, FailedLogons, LogRetention, PrintSpool, SecureBoot, SystemRelease, TimeSync
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.windows.answers import Row, only
from hygie.probes.windows.powershell import Theme

LOGON_DAYS = 7
_PRINTED = 0x80
_CLIENTS = (
    (22000, "windows-11"),
    (10240, "windows-10"),
    (9600, "windows-8.1"),
    (9200, "windows-8"),
    (7600, "windows-7"),
)
_SERVERS = (
    (26100, "windows-server-2025"), (20348, "windows-server-2022"), (17763, "windows-server-2019"),
    (14393, "windows-server-2016"), (9600, "windows-server-2012-r2"), (9200, "windows-server-2012"),
    (7600, "windows-server-2008-r2"),
)  # fmt: skip
_CLOCK_TYPES = ("NTP", "NT5DS", "AllSync")

THEME = Theme(
    "system",
    {
        "release": r"""
$os = Get-CimInstance Win32_OperatingSystem
$key = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
[pscustomobject]@{ Caption = $os.Caption; Version = $os.Version; BuildNumber = $os.BuildNumber
  ProductType = [int]$os.ProductType
  DisplayVersion = Read-Value $key 'DisplayVersion'; ReleaseId = Read-Value $key 'ReleaseId' }
""",
        "secure_boot": "[pscustomobject]@{ SecureBoot = [bool](Confirm-SecureBootUEFI) }",
        "secure_boot_state": r"""
[pscustomobject]@{
  UEFISecureBootEnabled = Read-Value 'HKLM:\SYSTEM\CurrentControlSet\Control\SecureBoot\State' 'UEFISecureBootEnabled' }
""",
        "clock": r"""
$service = Get-CimInstance Win32_Service -Filter 'Name=''W32Time'''
[pscustomobject]@{ Type = Read-Value 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters' 'Type'
  StartMode = $service.StartMode; State = $service.State }
""",
        "space": r"""
Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' | Select-Object DeviceID, DriveType,
  @{ n = 'Size'; e = { [string]$_.Size } }, @{ n = 'FreeSpace'; e = { [string]$_.FreeSpace } }
""",
        "logs": r"""
foreach ($name in 'System', 'Security') {
  try {
    $log = Get-WinEvent -ListLog $name
    $first = Get-WinEvent -LogName $name -Oldest -MaxEvents 1
    [pscustomobject]@{ LogName = $log.LogName; LogMode = [string]$log.LogMode; IsEnabled = $log.IsEnabled
      FileSize = $log.FileSize; MaximumSizeInBytes = $log.MaximumSizeInBytes
      OldestEvent = Format-Utc $first.TimeCreated }
  } catch { }
}
""",
        "failed_logons": r"""
Get-WinEvent -ListLog Security | Out-Null
$since = (Get-Date).AddDays(-7)
$found = @(try { Get-WinEvent -FilterHashtable @{ LogName = 'Security'; Id = 4625; StartTime = $since } -MaxEvents 500 }
  catch { if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw } })
[pscustomobject]@{ Id = 4625; Count = $found.Count }
""",
        "print_jobs": "Get-CimInstance Win32_PrintJob | Select-Object JobId, StatusMask",
    },
)


def release(rows: list[Row]) -> SystemRelease:
    """The product of a build number (a server has another ProductType than 1), and its version as people name it."""
    row = only(rows)
    build = row.count("BuildNumber")
    products = _CLIENTS if row.count("ProductType") == 1 else _SERVERS
    product = next((name for first, name in products if build >= first), None)
    if product is None:
        raise CannotTell("Hygie ne connaît pas cette version de Windows.")
    version = row.text("DisplayVersion") or row.text("ReleaseId") or str(build)
    return SystemRelease(product, version, f"{row.needed('Caption')} {version} (build {build})")


def secure_boot(confirmed: list[Row] | None, state: list[Row]) -> SecureBoot:
    """What the firmware confirmed to an administrator, otherwise what Windows noted when it started."""
    if confirmed is not None:
        return SecureBoot(only(confirmed).flag("SecureBoot"))
    noted = only(state).whole("UEFISecureBootEnabled")
    if noted is None:
        raise CannotTell("Windows ne dit pas si le démarrage est vérifié (droits d'administrateur, ou ancien BIOS).")
    return SecureBoot(noted == 1)


def clock(rows: list[Row]) -> TimeSync:
    """Whether the Windows time service is set to ask a server; « NoSync » or a disabled service do not."""
    row = only(rows)
    kind, start = row.needed("Type"), row.needed("StartMode")
    return TimeSync(kind in _CLOCK_TYPES and start != "Disabled", f"W32Time ({kind})")


def space(rows: list[Row]) -> DiskSpace:
    """The fullest of the fixed disks."""
    shares = [_free_share(row) for row in rows if row.whole("Size")]
    if not shares:
        raise CannotTell("Windows n'a donné la taille d'aucun disque.")
    return DiskSpace(min(shares), len(shares))


def _free_share(row: Row) -> float:
    return min(1.0, max(0, row.count("FreeSpace")) / row.count("Size"))


def logs(rows: list[Row], now: datetime) -> LogRetention:
    """Days kept by the logs that already overwrite themselves; before that only their size bounds them."""
    if not rows:
        raise CannotTell("Il faut les droits d'administrateur pour lire les journaux de Windows.")
    ages = [age for row in rows if (age := _days_before_overwriting(row, now)) is not None]
    return LogRetention(min(ages) if ages else None, all(row.flag("IsEnabled") for row in rows))


def _days_before_overwriting(row: Row, now: datetime) -> int | None:
    oldest = row.moment("OldestEvent")
    full = row.count("FileSize") >= row.count("MaximumSizeInBytes")
    if row.needed("LogMode") != "Circular" or not full or oldest is None:
        return None
    return max(0, (now - oldest) // timedelta(days=1))


def failed_logons(rows: list[Row]) -> FailedLogons:
    """Events 4625. None at all proves nothing: by default a Windows that is not a server does not write them."""
    if (found := only(rows).count("Count")) == 0:
        raise CannotTell("Aucun mot de passe refusé dans le journal, mais Windows ne les note pas toujours.")
    return FailedLogons(found, LOGON_DAYS)


def print_spool(rows: list[Row]) -> PrintSpool:
    """Jobs already printed (documented bit 0x80 of StatusMask) and still there."""
    return PrintSpool(sum(1 for row in rows if row.count("StatusMask") & _PRINTED))


def probe_release(machine: Machine) -> SystemRelease:
    """Which Windows."""
    return release(THEME.ask(machine).rows("release"))


def probe_secure_boot(machine: Machine) -> SecureBoot:
    """Whether the start-up is verified."""
    told = THEME.ask(machine)
    return secure_boot(told.rows_or_none("secure_boot"), told.rows("secure_boot_state"))


def probe_clock(machine: Machine) -> TimeSync:
    """Whether the clock asks a server."""
    return clock(THEME.ask(machine).rows("clock"))


def probe_space(machine: Machine) -> DiskSpace:
    """How full the disks are."""
    return space(THEME.ask(machine).rows("space"))


def probe_logs(machine: Machine) -> LogRetention:
    """How long logs are kept."""
    return logs(THEME.ask(machine).rows("logs"), machine.now)


def probe_failed_logons(machine: Machine) -> FailedLogons:
    """Refused passwords."""
    return failed_logons(THEME.ask(machine).rows("failed_logons"))


def probe_print_spool(machine: Machine) -> PrintSpool:
    """Printed documents kept."""
    told = THEME.ask(machine).rows_or_none("print_jobs")
    if told is None:
        raise NotThere("Le service d'impression de Windows ne répond pas.")
    return print_spool(told)


PROBES: dict[type, Probe] = {
    SystemRelease: probe_release,
    SecureBoot: probe_secure_boot,
    TimeSync: probe_clock,
    DiskSpace: probe_space,
    LogRetention: probe_logs,
    FailedLogons: probe_failed_logons,
    PrintSpool: probe_print_spool,
}
