"""The network: firewall, open ports, remote desktop, shared folders, Wi-Fi, proxy, resolvers.

Shares' rights are compared by SID. Of a Wi-Fi profile only the kind of protection is read, never its name nor its key.
"""

import ipaddress

from hygie.probes.collect import Probe
from hygie.probes.facts import (
    Firewall,
    Listener,
    ListeningServices,
    Proxy,
    RemoteDesktop,
    Resolvers,
    Share,
    SharedFolders,
    Wifi,
)
from hygie.probes.machine import CannotTell, Machine, NotThere
from hygie.probes.windows.answers import NOT_UNDERSTOOD, Row, only
from hygie.probes.windows.powershell import Theme
from hygie.probes.windows.security_center import is_on

ANONYMOUS, EVERYONE, GUESTS = "S-1-5-7", "S-1-1-0", "S-1-5-32-546"
ANY_ACCOUNT = (ANONYMOUS, EVERYONE, GUESTS, "S-1-5-11", "S-1-5-32-545")
_PLACEHOLDERS = ipaddress.ip_network("fec0::/10")

THEME = Theme(
    "network",
    {
        "firewall": r"""
Get-NetFirewallProfile -PolicyStore ActiveStore | Select-Object Name,
  @{ n = 'Enabled'; e = { [string]$_.Enabled } },
  @{ n = 'DefaultInboundAction'; e = { [string]$_.DefaultInboundAction } }
""",
        "other_firewalls": r"""
Get-CimInstance -Namespace root/SecurityCenter2 -ClassName FirewallProduct | Select-Object displayName, productState
""",
        "listeners": r"""
$names = @{}
foreach ($process in Get-Process) { $names[[string]$process.Id] = $process.ProcessName }
Get-NetTCPConnection -State Listen | Select-Object LocalAddress, LocalPort,
  @{ n = 'ProcessName'; e = { $names[[string]$_.OwningProcess] } }
""",
        "remote_desktop": r"""
$key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server'
$policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
[pscustomobject]@{ fDenyTSConnections = Read-Value $key 'fDenyTSConnections'
  PolicyfDenyTSConnections = Read-Value $policy 'fDenyTSConnections'
  UserAuthentication = Read-Value ($key + '\WinStations\RDP-Tcp') 'UserAuthentication'
  PolicyUserAuthentication = Read-Value $policy 'UserAuthentication' }
""",
        "shares": r"""
foreach ($share in Get-SmbShare -Special $false) {
  if ([string]$share.ShareType -notin 'FileSystemDirectory', '0') { continue }
  [pscustomobject]@{ Rights = @(foreach ($entry in Get-SmbShareAccess -Name $share.Name) {
    $account = [Security.Principal.NTAccount]$entry.AccountName
    $sid = try { $account.Translate([Security.Principal.SecurityIdentifier]).Value } catch { '' }
    [pscustomobject]@{ SID = $sid; AccessControlType = [string]$entry.AccessControlType
      AccessRight = [string]$entry.AccessRight } }) }
}
""",
        "anonymity": r"""
$key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa'
[pscustomobject]@{ EveryoneIncludesAnonymous = Read-Value $key 'everyoneincludesanonymous'
  GuestEnabled = (Get-LocalUser | Where-Object { $_.SID.Value -like '*-501' }).Enabled }
""",
        "wifi": r"""
$folder = $env:ProgramData + '\Microsoft\Wlansvc\Profiles\Interfaces'
$present = Test-Path -LiteralPath $folder
if ($present) {
  foreach ($file in Get-ChildItem -LiteralPath $folder -Recurse -Filter '*.xml') {
    $security = ([xml](Get-Content -LiteralPath $file.FullName -Raw)).WLANProfile.MSM.security.authEncryption
    [pscustomobject]@{ authentication = [string]$security.authentication; encryption = [string]$security.encryption } }
}
""",
        "wifi_service": r"""
$wireless = @(Get-NetAdapter -Physical | Where-Object { [string]$_.NdisPhysicalMedium -in '9', 'Native802_11' })
[pscustomobject]@{ Adapters = $wireless.Count }
""",
        "proxy": r"""
$key = 'HKCU:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings'
[pscustomobject]@{ ProxyEnable = Read-Value $key 'ProxyEnable'
  HasScript = [bool](Read-Value $key 'AutoConfigURL') }
""",
        "resolvers": r"""
$up = @(Get-NetIPInterface -ConnectionState Connected | ForEach-Object { $_.InterfaceIndex })
Get-DnsClientServerAddress | Where-Object { $_.InterfaceIndex -in $up } |
  Select-Object InterfaceAlias, @{ n = 'ServerAddresses'; e = { @($_.ServerAddresses) } }
""",
    },
)


def firewall(profiles: list[Row], others: list[Row] | None) -> Firewall:
    """Another maker's firewall that says it is on, otherwise every profile of Windows on and refusing by default."""
    names = [row.needed("displayName") for row in others or [] if is_on(row)]
    if names:
        return Firewall(True, names[0])
    if not profiles:
        raise CannotTell("Windows n'a pas donné l'état de son pare-feu.")
    return Firewall(all(_refuses(row) for row in profiles), "pare-feu Windows")


def _refuses(row: Row) -> bool:
    return row.flag("Enabled") and row.needed("DefaultInboundAction") not in ("Allow", "2")


def listening(rows: list[Row]) -> ListeningServices:
    """Ports open on another address than the computer's own loop."""
    found = {(row.count("LocalPort"), row.text("ProcessName")) for row in rows if not _is_loopback(row)}
    return ListeningServices(tuple(Listener(port, program) for port, program in sorted(found)))


def _is_loopback(row: Row) -> bool:
    return _address(row.needed("LocalAddress")).is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError as error:
        raise CannotTell(NOT_UNDERSTOOD) from error


def remote_desktop(rows: list[Row]) -> RemoteDesktop:
    """On when fDenyTSConnections is 0; a policy wins over the setting."""
    row = only(rows)
    denied = _first(row, "PolicyfDenyTSConnections", "fDenyTSConnections")
    if denied is None:
        raise CannotTell("Windows ne dit pas si le bureau à distance est ouvert.")
    asked = _first(row, "PolicyUserAuthentication", "UserAuthentication")
    return RemoteDesktop(denied == 0, None if asked is None else asked == 1)


def _first(row: Row, *names: str) -> int | None:
    return next((value for name in names if (value := row.whole(name)) is not None), None)


def shares(rows: list[Row], anonymity: list[Row]) -> SharedFolders:
    """Folders offered; « everyone » holds the nameless only when Windows says so or when the guest account is open."""
    state = only(anonymity)
    nameless = state.whole("EveryoneIncludesAnonymous") == 1 or state.flag("GuestEnabled")
    return SharedFolders(tuple(_share(row.rows("Rights"), nameless=nameless) for row in rows))


def _share(rights: list[Row], *, nameless: bool) -> Share:
    open_to = (ANONYMOUS, EVERYONE, GUESTS) if nameless else (ANONYMOUS,)
    allowed = [right for right in rights if right.needed("AccessControlType") in ("Allow", "0")]
    anonymous = any(right.text("SID") in open_to for right in allowed)
    changed = any(right.text("SID") in ANY_ACCOUNT and _writes(right) for right in allowed)
    return Share(anonymous, changed)


def _writes(right: Row) -> bool:
    return right.needed("AccessRight") in ("Full", "Change")


def wifi(rows: list[Row], adapters: list[Row] | None) -> Wifi:
    """Known networks by the protection written in their profile."""
    if not rows and adapters is not None and only(adapters).count("Adapters") == 0:
        raise NotThere("Cet ordinateur n'a pas de carte Wi-Fi.")
    return Wifi(len(rows), sum(1 for row in rows if is_unprotected(row)))


def is_unprotected(row: Row) -> bool:
    """Open without encryption, or WEP, by the values of the WLAN profile schema."""
    authentication, encryption = row.needed("authentication").lower(), row.needed("encryption").lower()
    return encryption == "wep" or authentication == "shared" or (authentication == "open" and encryption == "none")


def proxy(rows: list[Row]) -> Proxy:
    """The proxy or the automatic script of the person's settings."""
    row = only(rows)
    return Proxy(row.whole("ProxyEnable") == 1 or row.flag("HasScript"))


def resolvers(rows: list[Row]) -> Resolvers:
    """Servers of the connected interfaces, without the addresses Windows lists by itself (fec0::)."""
    found = [text for row in rows for text in row.texts("ServerAddresses")]
    real = dict.fromkeys(text for text in found if _address(text) not in _PLACEHOLDERS)
    if not real:
        raise CannotTell("Aucune carte réseau connectée ne donne de serveur de noms.")
    return Resolvers(tuple(real))


def probe_firewall(machine: Machine) -> Firewall:
    """Whether a firewall is on."""
    told = THEME.ask(machine)
    return firewall(told.rows("firewall"), told.rows_or_none("other_firewalls"))


def probe_listening(machine: Machine) -> ListeningServices:
    """Ports open."""
    return listening(THEME.ask(machine).rows("listeners"))


def probe_remote_desktop(machine: Machine) -> RemoteDesktop:
    """Whether the remote desktop is open."""
    return remote_desktop(THEME.ask(machine).rows("remote_desktop"))


def probe_shares(machine: Machine) -> SharedFolders:
    """Folders offered to the network."""
    told = THEME.ask(machine)
    return shares(told.rows("shares"), told.rows("anonymity"))


def probe_wifi(machine: Machine) -> Wifi:
    """Known wireless networks."""
    told = THEME.ask(machine)
    return wifi(told.rows("wifi"), told.rows_or_none("wifi_service"))


def probe_proxy(machine: Machine) -> Proxy:
    """Whether the traffic passes by somebody."""
    return proxy(THEME.ask(machine).rows("proxy"))


def probe_resolvers(machine: Machine) -> Resolvers:
    """Who turns names into addresses."""
    return resolvers(THEME.ask(machine).rows("resolvers"))


PROBES: dict[type, Probe] = {
    Firewall: probe_firewall,
    ListeningServices: probe_listening,
    RemoteDesktop: probe_remote_desktop,
    SharedFolders: probe_shares,
    Wifi: probe_wifi,
    Proxy: probe_proxy,
    Resolvers: probe_resolvers,
}
