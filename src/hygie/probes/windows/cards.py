"""Cards and certificates: PC/SC readers, the Cryptolib CPS of the ANS, the certificates of this computer's services.

Readers that Windows invents (Windows Hello, virtual cards) hang on ROOT or SWD and are left out.
"""

from hygie.probes.collect import Probe
from hygie.probes.facts import CardMiddleware, CardReader, LocalCertificates
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.windows.answers import Row, only
from hygie.probes.windows.powershell import Theme

SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
_VIRTUAL = ("ROOT\\", "SWD\\")

THEME = Theme(
    "cards",
    {
        "readers": r"""
Get-CimInstance Win32_PnPEntity -Filter 'PNPClass=''SmartCardReader''' | Select-Object PNPDeviceID, Present
""",
        "service": r"""
Get-CimInstance Win32_Service -Filter 'Name=''SCardSvr''' | Select-Object Name, State
""",
        "cryptolib": r"""
$keys = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*',
  'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
$listed = @(foreach ($key in $keys) {
  Get-ItemProperty -Path $key -ErrorAction SilentlyContinue |
    Where-Object { $_.DisplayName -like '*Cryptolib*CPS*' } | ForEach-Object { [string]$_.DisplayVersion } })
$own = 'HKLM:\SOFTWARE\ASIP\Cryptolib CPS', 'HKLM:\SOFTWARE\WOW6432Node\ASIP\Cryptolib CPS'
$noted = @(foreach ($key in $own) { [string](Read-Value $key 'Version') })
[pscustomobject]@{ Versions = @($listed + $noted | Where-Object { $_ })
  IsThere = [bool]@($own | Where-Object { Test-Path -LiteralPath $_ }).Count }
""",
        "certificates": r"""
Get-ChildItem Cert:\LocalMachine\My | ForEach-Object {
  [pscustomobject]@{ NotAfter = Format-Utc $_.NotAfter; HasPrivateKey = $_.HasPrivateKey
    Usages = @($_.EnhancedKeyUsageList | ForEach-Object { $_.ObjectId }) } }
""",
    },
)


def reader(devices: list[Row], service: list[Row] | None) -> CardReader:
    """Readers plugged in now, and the state of SCardSvr."""
    readers = [row for row in devices if row.flag("Present") and not row.needed("PNPDeviceID").startswith(_VIRTUAL)]
    running = only(service).needed("State") == "Running" if service else None
    return CardReader(len(readers), running)


def middleware(rows: list[Row]) -> CardMiddleware:
    """The newest version that Windows or the Cryptolib noted; one without a version is there, but of an unknown age."""
    row = only(rows)
    versions = [version for version in row.texts("Versions") if version]
    if not versions and row.flag("IsThere"):
        raise CannotTell("La Cryptolib CPS est installée, mais Windows n'en donne pas la version.")
    return CardMiddleware(max(versions, key=_order) if versions else None)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isascii() and part.isdecimal() else 0 for part in version.split("."))


def certificates(rows: list[Row]) -> LocalCertificates:
    """End dates of the machine's certificates made to answer as a server."""
    ends = [end for row in rows if _serves(row) and (end := row.moment("NotAfter")) is not None]
    if not ends:
        raise NotThere("Aucun certificat de service n'est installé sur cet ordinateur.")
    return LocalCertificates(tuple(sorted(ends)))


def _serves(row: Row) -> bool:
    return row.flag("HasPrivateKey") and SERVER_AUTHENTICATION in row.texts("Usages")


def probe_reader(machine: Machine) -> CardReader:
    """Card readers."""
    told = THEME.ask(machine)
    return reader(told.rows("readers"), told.rows_or_none("service"))


def probe_middleware(machine: Machine) -> CardMiddleware:
    """The Cryptolib."""
    return middleware(THEME.ask(machine).rows("cryptolib"))


def probe_certificates(machine: Machine) -> LocalCertificates:
    """Certificates of services."""
    return certificates(THEME.ask(machine).rows("certificates"))


PROBES: dict[type, Probe] = {
    CardReader: probe_reader,
    CardMiddleware: probe_middleware,
    LocalCertificates: probe_certificates,
}
