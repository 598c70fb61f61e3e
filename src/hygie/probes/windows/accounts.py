"""Accounts and sessions: who is administrator, who comes no more, who opens without a password, what locks.

Groups and built-in accounts are recognised by their SID, never by their name, which Windows translates.
The rules of passwords are read on the asking account by ADSI, whose property names do not depend on the language.
"""

from datetime import datetime, timedelta

from hygie.probes.collect import Probe
from hygie.probes.facts import (
    Administrators,
    AutoLogin,
    DailyAccount,
    DormantAccounts,
    ElevationWithoutPassword,
    GuestAccount,
    Lockout,
    PasswordPolicy,
    ScreenLock,
)
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.windows.answers import Row, only
from hygie.probes.windows.powershell import Theme

DORMANT_DAYS = 90
CNIL_SHORTEST = 12
_GUEST, _NOBODY = "-501", ("-501", "-503", "-504")
_DOMAIN_ADMINISTRATORS = ("-512", "-519")

THEME = Theme(
    "accounts",
    {
        "users": r"""
Get-LocalUser | Select-Object Enabled, PasswordRequired, @{ n = 'SID'; e = { $_.SID.Value } },
  @{ n = 'PrincipalSource'; e = { [string]$_.PrincipalSource } },
  @{ n = 'LastLogon'; e = { Format-Utc $_.LastLogon } },
  @{ n = 'PasswordLastSet'; e = { Format-Utc $_.PasswordLastSet } }
""",
        "administrators": r"""
Get-LocalGroupMember -SID S-1-5-32-544 | Select-Object @{ n = 'SID'; e = { $_.SID.Value } },
  @{ n = 'PrincipalSource'; e = { [string]$_.PrincipalSource } }
""",
        "me": r"""
$me = [Security.Principal.WindowsIdentity]::GetCurrent()
$role = [Security.Principal.WindowsBuiltInRole]::Administrator
[pscustomobject]@{ SID = $me.User.Value; Elevated = ([Security.Principal.WindowsPrincipal]$me).IsInRole($role) }
""",
        "winlogon": r"""
$key = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'
[pscustomobject]@{ AutoAdminLogon = [string](Read-Value $key 'AutoAdminLogon') }
""",
        "elevation": r"""
$key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
[pscustomobject]@{ EnableLUA = Read-Value $key 'EnableLUA'
  ConsentPromptBehaviorAdmin = Read-Value $key 'ConsentPromptBehaviorAdmin' }
""",
        "password_rules": r"""
$user = [ADSI]('WinNT://' + $env:COMPUTERNAME + '/' + $env:USERNAME + ',user')
[pscustomobject]@{ MinPasswordLength = $user.MinPasswordLength.Value
  MaxBadPasswordsAllowed = $user.MaxBadPasswordsAllowed.Value }
""",
        "lock": r"""
function Read-Power($group, $setting) {
  $found = [regex]::Matches((powercfg /query SCHEME_CURRENT $group $setting | Out-String), '0x[0-9a-fA-F]{8}')
  if ($found.Count -ge 2) { [Convert]::ToInt64($found[$found.Count - 2].Value, 16) }
}
$own = 'HKCU:\Control Panel\Desktop'
$policy = 'HKCU:\SOFTWARE\Policies\Microsoft\Windows\Control Panel\Desktop'
function Read-Saver($name) {
  $value = Read-Value $policy $name
  if ($null -eq $value) { Read-Value $own $name } else { $value }
}
$system = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
[pscustomobject]@{
  InactivityTimeoutSecs = Read-Value $system 'InactivityTimeoutSecs'
  ScreenSaveActive = Read-Saver 'ScreenSaveActive'; ScreenSaverIsSecure = Read-Saver 'ScreenSaverIsSecure'
  ScreenSaveTimeOut = Read-Saver 'ScreenSaveTimeOut'; Program = Read-Saver 'SCRNSAVE.EXE'
  SleepAfter = Read-Power 'SUB_SLEEP' 'STANDBYIDLE'; ConsoleLock = Read-Power 'SUB_NONE' 'CONSOLELOCK' }
""",
    },
)


def is_person(row: Row) -> bool:
    """An account that can be opened and is not one that Windows keeps for itself."""
    return row.flag("Enabled") and not row.needed("SID").endswith(_NOBODY)


def guest(users: list[Row]) -> GuestAccount:
    """The built-in guest, relative identifier 501."""
    return GuestAccount(only(row for row in users if row.needed("SID").endswith(_GUEST)).flag("Enabled"))


def administrators(users: list[Row], members: list[Row]) -> Administrators:
    """People's local accounts in the group S-1-5-32-544. Windows has no twin of root."""
    _refuse_foreigners(users, members)
    people = {row.needed("SID") for row in users if is_person(row)}
    return Administrators(len(people), len(people & {row.needed("SID") for row in members}), 0)


def _refuse_foreigners(users: list[Row], members: list[Row]) -> None:
    local = {row.needed("SID") for row in users}
    foreign = {row.needed("SID") for row in members} - local
    if any(not sid.endswith(_DOMAIN_ADMINISTRATORS) for sid in foreign):
        raise CannotTell(
            "Des comptes d'un domaine ou de Microsoft 365 sont administrateurs : Hygie ne peut les compter."
        )


def daily_account(identity: list[Row], members: list[Row] | None) -> DailyAccount:
    """Whether the asking account is a member, or already runs with an administrator's rights."""
    me = only(identity)
    if me.flag("Elevated"):
        return DailyAccount(True)
    if members is None:
        raise CannotTell("Windows n'a pas donné la liste des administrateurs.")
    return DailyAccount(me.needed("SID") in {row.needed("SID") for row in members})


def dormant(users: list[Row], identity: list[Row], now: datetime) -> DormantAccounts:
    """Accounts not opened for 90 days, the asking one left out."""
    me = only(identity).needed("SID")
    people = [row for row in users if is_person(row)]
    asleep = [row for row in people if row.needed("SID") != me and _sleeps(row, now)]
    return DormantAccounts(len(asleep), len(people), DORMANT_DAYS)


def _sleeps(row: Row, now: datetime) -> bool:
    seen = row.moment("LastLogon") or row.moment("PasswordLastSet")
    local = row.text("PrincipalSource") != "MicrosoftAccount"
    return local and seen is not None and now - seen > timedelta(days=DORMANT_DAYS)


def auto_login(rows: list[Row]) -> AutoLogin:
    """The documented switch: the string « 1 »."""
    return AutoLogin(only(rows).text("AutoAdminLogon") == "1")


def elevation(rows: list[Row]) -> ElevationWithoutPassword:
    """User account control off, or raising administrators without a word."""
    row = only(rows)
    if (control := row.whole("EnableLUA")) is None:
        raise CannotTell("Windows ne dit pas si le contrôle de compte d'utilisateur est actif.")
    return ElevationWithoutPassword(int(control == 0) + int(row.whole("ConsentPromptBehaviorAdmin") == 0))


def lockout(rows: list[Row]) -> Lockout:
    """The number of wrong passwords before a pause; 0 means never."""
    return Lockout(only(rows).count("MaxBadPasswordsAllowed") or None)


def password_policy(rows: list[Row]) -> PasswordPolicy:
    """The shortest password accepted. Its complexity cannot be read without writing a file, so it is never claimed.

    Below 12 characters no complexity satisfies the CNIL, so the answer stands; above, nobody can tell.
    """
    shortest = only(rows).count("MinPasswordLength")
    if shortest >= CNIL_SHORTEST:
        raise CannotTell(
            f"Windows exige {shortest} caractères, mais ne dit pas lesquels à un programme qui n'écrit rien."
        )
    return PasswordPolicy(shortest, 0)


def screen_lock(rows: list[Row]) -> ScreenLock:
    """The first of: the machine's inactivity limit, a screen saver that asks the password, sleep that asks it."""
    row = only(rows)
    delays = [delay for delay in (row.whole("InactivityTimeoutSecs"), _saver(row), _sleep(row)) if delay]
    return ScreenLock(bool(delays), min(delays, default=None), 1)


def _saver(row: Row) -> int | None:
    secure = row.whole("ScreenSaveActive") == 1 and row.whole("ScreenSaverIsSecure") == 1
    return row.whole("ScreenSaveTimeOut") if secure and row.text("Program") else None


def _sleep(row: Row) -> int | None:
    return row.whole("SleepAfter") if row.whole("ConsoleLock") == 1 else None


def probe_guest(machine: Machine) -> GuestAccount:
    """Whether the guest account is open."""
    return guest(THEME.ask(machine).rows("users"))


def probe_administrators(machine: Machine) -> Administrators:
    """How many people are administrators."""
    told = THEME.ask(machine)
    return administrators(told.rows("users"), told.rows("administrators"))


def probe_daily_account(machine: Machine) -> DailyAccount:
    """Whether the asking account is administrator."""
    told = THEME.ask(machine)
    return daily_account(told.rows("me"), told.rows_or_none("administrators"))


def probe_dormant(machine: Machine) -> DormantAccounts:
    """Accounts nobody opens."""
    told = THEME.ask(machine)
    return dormant(told.rows("users"), told.rows("me"), machine.now)


def probe_auto_login(machine: Machine) -> AutoLogin:
    """Whether a session opens alone."""
    return auto_login(THEME.ask(machine).rows("winlogon"))


def probe_elevation(machine: Machine) -> ElevationWithoutPassword:
    """Whether user account control is off."""
    return elevation(THEME.ask(machine).rows("elevation"))


def probe_lockout(machine: Machine) -> Lockout:
    """Whether wrong passwords make wait."""
    return lockout(THEME.ask(machine).rows("password_rules"))


def probe_password_policy(machine: Machine) -> PasswordPolicy:
    """What a new password must be."""
    return password_policy(THEME.ask(machine).rows("password_rules"))


def probe_screen_lock(machine: Machine) -> ScreenLock:
    """Whether the session locks alone."""
    return screen_lock(THEME.ask(machine).rows("lock"))


PROBES: dict[type, Probe] = {
    GuestAccount: probe_guest,
    Administrators: probe_administrators,
    DailyAccount: probe_daily_account,
    DormantAccounts: probe_dormant,
    AutoLogin: probe_auto_login,
    ElevationWithoutPassword: probe_elevation,
    Lockout: probe_lockout,
    PasswordPolicy: probe_password_policy,
    ScreenLock: probe_screen_lock,
}
