"""Mail programs: classic Outlook (its profile in the registry) and Thunderbird (its files).

The new Outlook and the Mail application keep their accounts elsewhere, where Hygie cannot see them.
Of an Outlook account PowerShell prints the domain of the address and the security settings, nothing else.
"""

from hygie.probes import thunderbird
from hygie.probes.collect import Probe
from hygie.probes.facts import MailAccount, MailAccounts, MailForwarding, MailRemoteContent
from hygie.probes.machine import Machine, NotThere
from hygie.probes.windows.answers import Row
from hygie.probes.windows.folders import folder
from hygie.probes.windows.powershell import Theme

_NOTHING = "Aucun compte dans Outlook classique ni dans Thunderbird (le nouvel Outlook ne se lit pas)."

THEME = Theme(
    "mail",
    {
        "outlook": r"""
function Read-Text($value) {
  if ($value -is [byte[]]) { [Text.Encoding]::Unicode.GetString($value).Trim([char]0) } else { [string]$value }
}
$profiles = 'HKCU:\SOFTWARE\Microsoft\Office\16.0\Outlook\Profiles',
  'HKCU:\SOFTWARE\Microsoft\Office\15.0\Outlook\Profiles',
  'HKCU:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles'
foreach ($base in $profiles) {
  $keys = $base + '\*\9375CFF0413111d3B88A00104B2A6676\*'
  foreach ($account in Get-ItemProperty -Path $keys -ErrorAction SilentlyContinue) {
    $address = Read-Text $account.Email
    if ($address -notlike '*@*') { $address = Read-Text $account.'Account Name' }
    if ($address -notlike '*@*') { continue }
    [pscustomobject]@{ Domain = $address.Split('@')[-1]
      HasServer = [bool]($account.'IMAP Server' -or $account.'POP3 Server')
      ReadSsl = if ($account.'IMAP Server') { $account.'IMAP Use SSL' } else { $account.'POP3 Use SSL' }
      SendSsl = $account.'SMTP Use SSL'; SendSecure = $account.'SMTP Secure Connection' }
  }
}
""",
        "outlook_images": r"""
foreach ($version in '16.0', '15.0') {
  if (Test-Path ('HKCU:\SOFTWARE\Microsoft\Office\' + $version + '\Outlook\Profiles\*')) {
    $tail = 'Microsoft\Office\' + $version + '\Outlook\Options\Mail'
    $policy = Read-Value ('HKCU:\SOFTWARE\Policies\' + $tail) 'BlockExtContent'
    $value = if ($null -eq $policy) { Read-Value ('HKCU:\SOFTWARE\' + $tail) 'BlockExtContent' } else { $policy }
    [pscustomobject]@{ BlockExtContent = $value }
  }
}
""",
    },
)


def outlook_account(row: Row) -> MailAccount:
    """An account with no IMAP or POP server is an Exchange one, whose link is always encrypted."""
    encrypted = not row.flag("HasServer") or (row.whole("ReadSsl") == 1 and _sends_protected(row))
    return MailAccount(thunderbird.host_of(row.needed("Domain")), encrypted)


def _sends_protected(row: Row) -> bool:
    return row.whole("SendSsl") == 1 or row.whole("SendSecure") in (1, 2)


def outlook_accounts(rows: list[Row]) -> list[MailAccount]:
    """The accounts of classic Outlook."""
    return [outlook_account(row) for row in rows]


def outlook_fetching(rows: list[Row]) -> int:
    """How many Outlook versions show remote images: BlockExtContent set to 0."""
    return sum(1 for row in rows if row.whole("BlockExtContent") == 0)


def _profiles(machine: Machine) -> list[tuple[str, str]]:
    """(folder, prefs.js) of the session's Thunderbird profiles."""
    folders = machine.files(f"{folder(machine, 'APPDATA')}/Thunderbird/Profiles")
    found = [(profile, machine.read_or(f"{profile}/prefs.js")) for profile in folders]
    return [(profile, text) for profile, text in found if text]


def _rules(machine: Machine, profile: str) -> list[str]:
    servers = [server for kind in ("ImapMail", "Mail") for server in machine.files(f"{profile}/{kind}")]
    return [machine.read_or(f"{server}/msgFilterRules.dat") for server in servers]


def probe_accounts(machine: Machine) -> MailAccounts:
    """Accounts of the mail programs."""
    found = outlook_accounts(THEME.ask(machine).rows("outlook"))
    found += [account for _, text in _profiles(machine) for account in thunderbird.accounts_of(text)]
    if not found:
        raise NotThere(_NOTHING)
    return MailAccounts(tuple(found))


def probe_forwarding(machine: Machine) -> MailForwarding:
    """Thunderbird's rules that send mail on; Outlook's live on its server."""
    profiles = _profiles(machine)
    if not profiles:
        raise NotThere("Aucun profil Thunderbird (les règles d'Outlook sont sur son serveur).")
    outside = sum(_forwarded(machine, profile, text) for profile, text in profiles)
    return MailForwarding(outside, len(profiles))


def _forwarded(machine: Machine, profile: str, text: str) -> int:
    own = thunderbird.own_domains(text)
    return sum(thunderbird.forwards_outside(rules, own) for rules in _rules(machine, profile))


def probe_remote_content(machine: Machine) -> MailRemoteContent:
    """Profiles that show remote images."""
    outlook = THEME.ask(machine).rows("outlook_images")
    texts = [text for _, text in _profiles(machine)]
    if not outlook and not texts:
        raise NotThere(_NOTHING)
    return MailRemoteContent(
        outlook_fetching(outlook) + sum(map(thunderbird.fetches_images, texts)), len(outlook) + len(texts)
    )


PROBES: dict[type, Probe] = {
    MailAccounts: probe_accounts,
    MailForwarding: probe_forwarding,
    MailRemoteContent: probe_remote_content,
}
