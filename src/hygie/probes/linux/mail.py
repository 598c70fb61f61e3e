"""Mail accounts set up on this computer: Thunderbird and Evolution, and rules that send mail elsewhere."""

import configparser
import contextlib
import re

from hygie.probes import thunderbird
from hygie.probes.facts import MailAccount, MailAccounts, MailForwarding, MailHost, MailRemoteContent
from hygie.probes.linux.homes import Home, whole_homes
from hygie.probes.machine import Machine, NotThere

_PROFILES = (".thunderbird", "snap/thunderbird/common/.thunderbird", ".var/app/org.mozilla.Thunderbird/.thunderbird")
_NONE = "Aucun programme de messagerie n'est réglé sur cet ordinateur."
_SIEVE = re.compile(r"\bredirect\s+(?::\w+\s+)*\"([^\"]+)\"", re.IGNORECASE)
_SIEVE_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|#[^\n]*|/\*.*?\*/', re.DOTALL)
_FETCHING = ("imapx", "imap", "pop")
_SIEVE_FILES = (".dovecot.sieve", "sieve/main.sieve", "sieve/managesieve.sieve")


def _prefs(machine: Machine) -> list[tuple[str, str]]:
    """(profile folder, prefs.js) of every Thunderbird profile we may read."""
    folders = [f"{home.place}/{base}" for home in whole_homes(machine) for base in _PROFILES]
    profiles = [profile for folder in folders for profile in machine.files(folder)]
    found = [(profile, machine.read_or(f"{profile}/prefs.js")) for profile in profiles]
    return [(profile, text) for profile, text in found if text]


def _evolution(machine: Machine) -> list[MailAccount]:
    """Evolution's accounts, each person's sending servers counting for all of theirs."""
    return [account for home in whole_homes(machine) for account in _evolution_of(machine, home)]


def _evolution_of(machine: Machine, home: Home) -> list[MailAccount]:
    folder = f"{home.place}/.config/evolution/sources"
    sources = [parse_source(machine.read_or(name)) for name in machine.files(folder, ".source")]
    sending = [source for source in sources if _value(source, "Mail Transport", "BackendName") == "smtp"]
    fetching = [source for source in sources if _value(source, "Mail Account", "BackendName") in _FETCHING]
    sends_encrypted = all(_is_encrypted(source) for source in sending)
    return [MailAccount(_carrier(source), _is_encrypted(source) and sends_encrypted) for source in fetching]


def parse_source(text: str) -> configparser.ConfigParser:
    """The sections of an Evolution source file; none when it is not one."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",))
    with contextlib.suppress(configparser.Error):
        parser.read_string(text)
    return parser


def _value(source: configparser.ConfigParser, section: str, key: str) -> str:
    return source.get(section, key, fallback="")


def _is_encrypted(source: configparser.ConfigParser) -> bool:
    return _value(source, "Security", "Method") not in ("", "none")


def _carrier(source: configparser.ConfigParser) -> MailHost:
    user, host = _value(source, "Authentication", "User"), _value(source, "Authentication", "Host")
    return thunderbird.host_of(user if "@" in user else f"{user}@{thunderbird.domain_of(host)}")


def mail_accounts(machine: Machine) -> MailAccounts:
    """Accounts of Thunderbird and Evolution."""
    found = [account for _, text in _prefs(machine) for account in thunderbird.accounts_of(text)]
    found += _evolution(machine)
    if not found:
        raise NotThere(_NONE)
    return MailAccounts(tuple(found))


def mail_forwarding(machine: Machine) -> MailForwarding:
    """Rules that send mail elsewhere: .forward, Sieve, Thunderbird's filters."""
    rules = [found for home in whole_homes(machine) for found in _rules_of(machine, home)]
    outside = sum(map(len, rules))
    profiles = _prefs(machine)
    for profile, prefs in profiles:
        own = thunderbird.own_domains(prefs)
        folders = [name for folder in ("ImapMail", "Mail") for name in machine.files(f"{profile}/{folder}")]
        filters = [machine.read_or(f"{name}/msgFilterRules.dat") for name in folders]
        outside += sum(thunderbird.forwards_outside(text, own) for text in filters)
    if not rules and not profiles:
        raise NotThere(_NONE)
    return MailForwarding(outside, len(rules) + len(profiles))


def _rules_of(machine: Machine, home: Home) -> list[list[str]]:
    """Addresses named by the .forward and by each Sieve script of a person, those that are there."""
    readers = {".forward": forward_targets, **dict.fromkeys(_SIEVE_FILES, sieve_targets)}
    return [read(text) for name, read in readers.items() if (text := machine.read_or(f"{home.place}/{name}")).strip()]


def forward_targets(text: str) -> list[str]:
    """Addresses of a .forward file; programs and files are not addresses."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    words = [word.strip() for line in lines for word in line.split(",")]
    return [word for word in words if "@" in word and not word.strip('"').startswith(("|", "/"))]


def sieve_targets(text: str) -> list[str]:
    """Addresses a Sieve script (RFC 5228) sends mail to."""
    return _SIEVE.findall(_SIEVE_COMMENT.sub(lambda found: found[1] or "", text))


def mail_remote_content(machine: Machine) -> MailRemoteContent:
    """Thunderbird profiles that fetch remote images without asking."""
    profiles = _prefs(machine)
    if not profiles:
        raise NotThere(_NONE)
    return MailRemoteContent(sum(1 for _, text in profiles if thunderbird.fetches_images(text)), len(profiles))
