"""Thunderbird's settings, which have the same form on every system (prefs.js, msgFilterRules.dat).

Addresses are read to be classed (consumer, MSSanté, other) and are not kept.
"""

import re
from collections import defaultdict

from hygie.probes.facts import MailAccount, MailHost
from hygie.reference.lists import names

_PREF = re.compile(
    r'^user_pref\("((?:[^"\\]|\\.){1,200})",\s*(?:"((?:[^"\\]|\\.){0,400})"|(-?\d+|true|false))\);', re.MULTILINE
)
_SERVER = re.compile(r"mail\.server\.(server\d+)\.(hostname|type|socketType|userName)")
_SMTP = re.compile(r"mail\.smtpserver\.(\w+)\.(hostname|try_ssl)")
_RULE = re.compile(r'^name="', re.MULTILINE)
_FORWARD = re.compile(r'^action="Forward"\s*\r?\nactionValue="([^"]+)"', re.MULTILINE)
_PLAIN = ("0", "1", "")  # 1: « encrypted if the server can », which an attacker turns off


def parse_prefs(text: str) -> dict[str, str]:
    """Setting → value of a prefs.js; what does not fit is left out."""
    return {found[1]: found[2] if found[2] is not None else found[3] for found in _PREF.finditer(text)}


def host_of(address: str) -> MailHost:
    """Who carries the mail of an address: its domain, on a label boundary."""
    domain = address.rpartition("@")[2].casefold().rstrip(".")
    if domain == "mssante.fr" or domain.endswith(".mssante.fr"):
        return MailHost.MSSANTE
    return MailHost.CONSUMER if domain in names().consumer_mail else MailHost.OTHER


def accounts_of(text: str) -> list[MailAccount]:
    """The accounts of a prefs.js that fetch mail, each with its encryption (the sending servers' counts for all)."""
    servers: dict[str, dict[str, str]] = defaultdict(dict)
    sending: dict[str, dict[str, str]] = defaultdict(dict)
    for key, value in parse_prefs(text).items():
        for pattern, target in ((_SERVER, servers), (_SMTP, sending)):
            if found := pattern.fullmatch(key):
                target[found[1]][found[2]] = value
    sends_encrypted = all(keys.get("try_ssl", "0") not in _PLAIN for keys in sending.values() if keys.get("hostname"))
    fetching = [keys for keys in servers.values() if keys.get("type") in ("imap", "pop3")]
    return [_account(keys, sends_encrypted=sends_encrypted) for keys in fetching]


def _account(keys: dict[str, str], *, sends_encrypted: bool) -> MailAccount:
    user, host = keys.get("userName", ""), keys.get("hostname", "")
    address = user if "@" in user else f"{user}@{domain_of(host)}"
    encrypted = keys.get("socketType", "0") not in _PLAIN and sends_encrypted
    return MailAccount(host_of(address), encrypted)


def domain_of(server: str) -> str:
    """« orange.fr » for « imap.orange.fr »."""
    labels = server.rsplit(".", 2)
    return server if server.endswith("mssante.fr") else ".".join(labels[-2:])


def own_domains(text: str) -> set[str]:
    """Addresses of the identities of a prefs.js, and their domains when not everybody may have an address there."""
    values = {value.casefold() for key, value in parse_prefs(text).items() if key.endswith(".useremail")}
    return values | {value.rpartition("@")[2] for value in values if host_of(value) is not MailHost.CONSUMER}


def forwards_outside(filters: str, own: set[str]) -> int:
    """Active rules of a msgFilterRules.dat that forward to an address that is not ours."""
    rules = [rule for rule in _RULE.split(filters) if '\nenabled="no"' not in rule]
    chosen = [
        address.strip().casefold() for rule in rules for many in _FORWARD.findall(rule) for address in many.split(",")
    ]
    return sum(1 for address in chosen if not own & {address, address.rpartition("@")[2]})


def fetches_images(text: str) -> bool:
    """Whether remote images are fetched without asking."""
    return parse_prefs(text).get("mailnews.message_display.disable_remote_image") == "false"
