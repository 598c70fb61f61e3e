"""Updates: what waits, when Windows last asked, whether it installs alone, whether it waits for a restart.

The search is made with `Online` false: it reads what the last search of Windows found and asks nothing on the network.
"""

from hygie.probes.collect import Probe
from hygie.probes.facts import AutomaticUpdates, PendingReboot, SecurityUpdates, UpdateLists
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.windows.answers import Row, only
from hygie.probes.windows.powershell import Theme

# SecurityUpdates and CriticalUpdates: https://learn.microsoft.com/en-us/previous-versions/windows/desktop/ff357803(v=vs.85)
SECURITY_CATEGORIES = ("0fa1201d-4330-4fa8-8ae9-b877473b6441", "e6cf1350-c01b-414d-a61f-263d14d133b4")
_INSTALLS_ALONE = (None, 4)

THEME = Theme(
    "updates",
    {
        "last_search": r"""
$found = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results.LastSearchSuccessDate
[pscustomobject]@{
  LastSearchSuccessDate = if ($found) { [datetime]::SpecifyKind([datetime]$found, 'Utc').ToString('o') } }
""",
        "pending": r"""
$searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
$searcher.Online = $false
foreach ($update in $searcher.Search('IsInstalled=0 and IsHidden=0').Updates) {
  [pscustomobject]@{ Title = $update.Title; MsrcSeverity = $update.MsrcSeverity
    CategoryIDs = @(foreach ($category in $update.Categories) { $category.CategoryID }) }
}
""",
        "settings": r"""
$policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'
$service = Get-CimInstance Win32_Service -Filter 'Name=''wuauserv'''
[pscustomobject]@{ NoAutoUpdate = Read-Value $policy 'NoAutoUpdate'; AUOptions = Read-Value $policy 'AUOptions'
  StartMode = $service.StartMode }
""",
        "reboot": r"""
$base = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\'
[pscustomobject]@{ RebootRequired = (New-Object -ComObject Microsoft.Update.SystemInfo).RebootRequired
  WindowsUpdateKey = Test-Path ($base + 'WindowsUpdate\Auto Update\RebootRequired')
  ComponentKey = Test-Path ($base + 'Component Based Servicing\RebootPending') }
""",
    },
    seconds=19.0,
)


def last_search(rows: list[Row]) -> UpdateLists:
    """When Windows last found its maker's list."""
    when = only(rows).moment("LastSearchSuccessDate")
    if when is None:
        raise CannotTell("Windows ne dit pas quand il a cherché ses mises à jour pour la dernière fois.")
    return UpdateLists(when)


def pending(rows: list[Row], searched: list[Row]) -> SecurityUpdates:
    """Updates that Microsoft files under security; without any past search an empty list would mean nothing."""
    last_search(searched)
    titles = tuple(row.needed("Title") for row in rows if is_security(row))
    return SecurityUpdates(len(titles), titles)


def is_security(row: Row) -> bool:
    """Whether the update carries a severity or a security category."""
    categories = {category.lower() for category in row.texts("CategoryIDs")}
    return bool(row.text("MsrcSeverity")) or not categories.isdisjoint(SECURITY_CATEGORIES)


def automatic(rows: list[Row]) -> AutomaticUpdates:
    """Windows 10 and 11 install alone unless a policy (NoAutoUpdate, AUOptions but 4) or a dead service stops them."""
    row = only(rows)
    stopped = row.whole("NoAutoUpdate") == 1 or row.needed("StartMode") == "Disabled"
    return AutomaticUpdates(not stopped and row.whole("AUOptions") in _INSTALLS_ALONE, "Windows Update")


def reboot(rows: list[Row]) -> PendingReboot:
    """Whether any of the three documented marks asks for a restart."""
    row = only(rows)
    return PendingReboot(any([row.flag("RebootRequired"), row.flag("WindowsUpdateKey"), row.flag("ComponentKey")]))


def probe_pending(machine: Machine) -> SecurityUpdates:
    """What waits to be installed."""
    told = THEME.ask(machine)
    return pending(told.rows("pending"), told.rows("last_search"))


def probe_last_search(machine: Machine) -> UpdateLists:
    """When Windows last asked."""
    return last_search(THEME.ask(machine).rows("last_search"))


def probe_automatic(machine: Machine) -> AutomaticUpdates:
    """Whether updates install alone."""
    return automatic(THEME.ask(machine).rows("settings"))


def probe_reboot(machine: Machine) -> PendingReboot:
    """Whether an update waits for a restart."""
    return reboot(THEME.ask(machine).rows("reboot"))


PROBES: dict[type, Probe] = {
    SecurityUpdates: probe_pending,
    UpdateLists: probe_last_search,
    AutomaticUpdates: probe_automatic,
    PendingReboot: probe_reboot,
}
