"""Rights on files: the password hives, people's folders, the programs started with Windows.

Access rules are printed with SIDs and the number of their rights, so nothing depends on the language.
A rule that only serves children (inherit only) is left out; a refusal is not weighed against a permission.
"""

from hygie.probes.collect import Probe
from hygie.probes.facts import HomeRights, SecretFilesRights, StartupRights
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.windows.answers import Row
from hygie.probes.windows.powershell import Theme

EVERYBODY = ("S-1-1-0", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546", "S-1-5-7")
_ALL, _READ_ALL, _WRITE_ALL = 0x10000000, 0x80000000, 0x40000000
READ = 0x1 | _ALL | _READ_ALL
WRITE = 0x2 | 0x10000 | 0x40000 | 0x80000 | _ALL | _WRITE_ALL
_INHERIT_ONLY = 2

_RULES = r"""
function Read-Rules($path) {
  $rules = (Get-Acl -LiteralPath $path).GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier])
  [pscustomobject]@{ Path = $path; Denied = $false; Rules = @(foreach ($rule in $rules) {
    [pscustomobject]@{ SID = $rule.IdentityReference.Value; Rights = [int]$rule.FileSystemRights
      Kind = [string]$rule.AccessControlType; Propagation = [int]$rule.PropagationFlags } }) }
}
"""
THEME = Theme(
    "rights",
    {
        "hives": _RULES
        + r"""
foreach ($name in 'SAM', 'SECURITY', 'SYSTEM') { Read-Rules ($env:SystemRoot + '\System32\config\' + $name) }
""",
        "homes": _RULES
        + r"""
foreach ($person in Get-CimInstance Win32_UserProfile -Filter 'Special=FALSE') {
  if (-not (Test-Path -LiteralPath $person.LocalPath)) { continue }
  try { Read-Rules $person.LocalPath }
  catch [UnauthorizedAccessException] { [pscustomobject]@{ Path = $person.LocalPath; Denied = $true; Rules = @() } }
}
""",
        "startup": _RULES
        + r"""
$found = @([Environment]::GetFolderPath('CommonStartup'))
foreach ($entry in Get-CimInstance Win32_StartupCommand) {
  $line = [Environment]::ExpandEnvironmentVariables([string]$entry.Command).TrimStart([char]34)
  $match = [regex]::Match($line, '^([a-zA-Z]:\\.+?\.(exe|com|bat|cmd|vbs|js|ps1))', 'IgnoreCase')
  if ($match.Success) { $found += $match.Groups[1].Value }
}
$found | Select-Object -Unique | Where-Object { $_ -and (Test-Path -LiteralPath $_) } | ForEach-Object {
  try { Read-Rules $_ } catch [UnauthorizedAccessException] { } }
""",
    },
)


def allows_everybody(row: Row, rights: int) -> bool:
    """Whether any account of this computer gets one of these rights on the file."""
    return any(
        rule.needed("SID") in EVERYBODY and rule.needed("Kind") == "Allow" and _rights(rule) & rights
        for rule in row.rows("Rules")
        if not rule.count("Propagation") & _INHERIT_ONLY
    )


def _rights(rule: Row) -> int:
    return rule.count("Rights") & 0xFFFFFFFF


def secret_files(rows: list[Row]) -> SecretFilesRights:
    """Hives that any account may read (CVE-2021-36934)."""
    if not rows:
        raise CannotTell("Windows n'a pas donné les droits des fichiers de mots de passe.")
    return SecretFilesRights(sum(allows_everybody(row, READ) for row in rows), len(rows))


def homes(rows: list[Row]) -> HomeRights:
    """People's folders open to any account; one whose rights are refused to us is closed to others too."""
    if not rows:
        raise CannotTell("Windows n'a donné le dossier d'aucune personne.")
    return HomeRights(sum(not row.flag("Denied") and allows_everybody(row, READ) for row in rows), len(rows))


def startup(rows: list[Row]) -> StartupRights:
    """Programs of the start-up, and the common start-up folder, that any account may change."""
    if not rows:
        raise CannotTell("Windows n'a donné les droits d'aucun programme de démarrage.")
    return StartupRights(sum(allows_everybody(row, WRITE) for row in rows), len(rows))


def probe_secret_files(machine: Machine) -> SecretFilesRights:
    """Who reads the password hives."""
    return secret_files(THEME.ask(machine).rows("hives"))


def probe_homes(machine: Machine) -> HomeRights:
    """Who reads people's folders."""
    return homes(THEME.ask(machine).rows("homes"))


def probe_startup(machine: Machine) -> StartupRights:
    """Who changes what starts with Windows."""
    return startup(THEME.ask(machine).rows("startup"))


PROBES: dict[type, Probe] = {
    SecretFilesRights: probe_secret_files,
    HomeRights: probe_homes,
    StartupRights: probe_startup,
}
