"""Mail accounts set up on this computer: Thunderbird and Evolution, and rules that send mail elsewhere."""

import configparser
import re

from hygie.probes import thunderbird
from hygie.probes.facts import MailAccount, MailAccounts, MailForwarding, MailRemoteContent
from hygie.probes.linux.homes import whole_homes
from hygie.probes.machine import Machine, NotThere

_PROFILES = (".thunderbird", "snap/thunderbird/common/.thunderbird", ".var/app/org.mozilla.Thunderbird/.thunderbird")
_NONE = "Aucun programme de messagerie n'est réglé sur cet ordinateur."
_SIEVE = re.compile(r"^\s*redirect\s+(?::copy\s+)?\"([^\"]+)\"", re.MULTILINE)
_SIEVE_FILES = (".dovecot.sieve", "sieve/main.sieve", "sieve/managesieve.sieve")


def _prefs(machine: Machine) -> list[tuple[str, str]]:
    """(profile folder, prefs.js) of every Thunderbird profile we may read."""
    folders = [f"{home.place}/{base}" for home in whole_homes(machine) for base in _PROFILES]
    profiles = [profile for folder in folders for profile in machine.files(folder)]
    found = [(profile, machine.read_or(f"{profile}/prefs.js")) for profile in profiles]
    return [(profile, text) for profile, text in found if text]


def _evolution(machine: Machine) -> list[MailAccount]:
    names = [name for home in whole_homes(machine) for name in machine.files(f"{home.place}/.config/evolution/sources", ".source")]
    accounts = [evolution_account(machine.read_or(name)) for name in names]
    return [account for account in accounts if account is not None]


def evolution_account(text: str) -> MailAccount | None:
    """The fetching account of an Evolution source file, or None for any other kind of source."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    backend = parser.get("Mail Account", "BackendName", fallback="")
    if backend not in ("imapx", "imap", "pop"):
        return None
    user, host = parser.get("Authentication", "User", fallback=""), parser.get("Authentication", "Host", fallback="")
    address = user if "@" in user else f"{user}@{'.'.join(host.rsplit('.', 2)[-2:])}"
    method = parser.get("Security", "Method", fallback="none")
    return MailAccount(thunderbird.host_of(address), method != "none")


def mail_accounts(machine: Machine) -> MailAccounts:
    """Accounts of Thunderbird and Evolution."""
    found = [account for _, text in _prefs(machine) for account in thunderbird.accounts_of(text)]
    found += _evolution(machine)
    if not found:
        raise NotThere(_NONE)
    return MailAccounts(tuple(found))


def mail_forwarding(machine: Machine) -> MailForwarding:
    """Rules that send mail elsewhere: .forward, Sieve, Thunderbird's filters."""
    outside, examined = 0, 0
    for home in whole_homes(machine):
        lines = [line.strip() for line in machine.read_or(f"{home.place}/.forward").splitlines()]
        targets = [line for line in lines if "@" in line and not line.startswith("#")]
        targets += [t for name in _SIEVE_FILES for t in _SIEVE.findall(machine.read_or(f"{home.place}/{name}"))]
        outside, examined = outside + len(targets), examined + bool(lines)
    for profile, text in _prefs(machine):
        own = thunderbird.own_domains(text)
        filters = [machine.read_or(f"{account}/msgFilterRules.dat") for folder in ("ImapMail", "Mail") for account in machine.files(f"{profile}/{folder}")]
        outside += sum(thunderbird.forwards_outside(rules, own) for rules in filters)
        examined += 1
    if examined == 0:
        raise NotThere(_NONE)
    return MailForwarding(outside, examined)


def mail_remote_content(machine: Machine) -> MailRemoteContent:
    """Thunderbird profiles that fetch remote images without asking."""
    profiles = _prefs(machine)
    if not profiles:
        raise NotThere(_NONE)
    return MailRemoteContent(sum(1 for _, text in profiles if thunderbird.fetches_images(text)), len(profiles))
