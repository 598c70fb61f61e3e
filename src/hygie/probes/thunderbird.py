"""Thunderbird's settings, which have the same form on every system (prefs.js, msgFilterRules.dat).

Addresses are read to be classed (consumer, MSSanté, other) and are not kept.
"""

import re
from collections import defaultdict

from hygie.probes.facts import MailAccount, MailHost
from hygie.reference.lists import names

_PREF = re.compile(r'^user_pref\("((?:[^"\\]|\\.){1,200})",\s*(?:"((?:[^"\\]|\\.){0,400})"|(-?\d+|true|false))\);', re.MULTILINE)
_SERVER = re.compile(r"mail\.server\.(server\d+)\.(hostname|type|socketType|userName)")
_SMTP = re.compile(r"mail\.smtpserver\.(\w+)\.(hostname|try_ssl)")
_FORWARD = re.compile(r'^action="Forward"\s*\r?\nactionValue="([^"]+)"', re.MULTILINE)
_PLAIN = ("0", "")


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
    address = user if "@" in user else f"{user}@{_domain(host)}"
    encrypted = keys.get("socketType", "0") not in _PLAIN and sends_encrypted
    return MailAccount(host_of(address), encrypted)


def _domain(server: str) -> str:
    """« orange.fr » for « imap.orange.fr »."""
    labels = server.rsplit(".", 2)
    return server if server.endswith("mssante.fr") else ".".join(labels[-2:])


def own_domains(text: str) -> set[str]:
    """Domains of the identities of a prefs.js."""
    values = [value for key, value in parse_prefs(text).items() if key.endswith(".useremail")]
    return {value.rpartition("@")[2].casefold() for value in values}


def forwards_outside(filters: str, own: set[str]) -> int:
    """Rules of a msgFilterRules.dat that forward to a domain that is not ours."""
    return sum(1 for address in _FORWARD.findall(filters) if address.rpartition("@")[2].casefold() not in own)


def fetches_images(text: str) -> bool:
    """Whether remote images are fetched without asking."""
    return parse_prefs(text).get("mailnews.message_display.disable_remote_image") == "false"
