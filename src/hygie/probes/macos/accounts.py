"""Accounts: who may change this Mac, who may open it without a password, what a new password must be.

Answers come from dscl, id, pwpolicy and sysadminctl; the login window's settings are a property list everybody reads.
"""

import re
import stat
from collections.abc import Iterable
from typing import Any

from hygie.probes.facts import (
    Administrators,
    AutoLogin,
    DailyAccount,
    GuestAccount,
    HomeRights,
    Lockout,
    PasswordPolicy,
    SecretFilesRights,
)
from hygie.probes.machine import NEEDS_ADMINISTRATOR, CannotTell, Machine
from hygie.probes.macos.people import STAFF, homes, person
from hygie.probes.macos.reading import Plist, parse_plist, preferences, spoken

FIRST_PERSON = 501
_USER = re.compile(r"^(\S+)\s+(-?\d{1,10})$", re.MULTILINE)
_NO_POLICY = "no account policies"
_LENGTH = re.compile(r"\.\{(\d{1,4}),")
_CLASSES = {"[a-z]": "lower", "[A-Z]": "upper", "[0-9]": "digit", "[^a-zA-Z0-9]": "other", "[a-zA-Z]": "letter"}
_PRINTS = ("/private/etc/master.passwd", "/private/var/db/dslocal/nodes/Default")
_PRIVATE_FOLDERS = ("Desktop", "Documents", "Downloads")


def parse_auto_login(settings: Plist) -> AutoLogin:
    """com.apple.loginwindow names the account that opens alone."""
    if not settings:
        raise CannotTell("Les réglages de la fenêtre d'ouverture de session n'ont pas été trouvés.")
    return AutoLogin(enabled=bool(settings.get("autoLoginUser")))


def auto_login(machine: Machine) -> AutoLogin:
    """Whether a session opens without a password."""
    return parse_auto_login(preferences(machine, "com.apple.loginwindow"))


def parse_guest(text: str) -> GuestAccount:
    """`sysadminctl -guestAccount status`."""
    found = re.search(r"guest account (enabled|disabled)", text, re.IGNORECASE)
    if found is None:
        raise CannotTell("L'état du compte invité n'a pas été compris.")
    return GuestAccount(enabled=found[1].lower() == "enabled")


def guest_account(machine: Machine) -> GuestAccount:
    """Whether anybody may open a guest session."""
    return parse_guest(spoken(machine, "sysadminctl -guestAccount status"))


def parse_administrators(users: str, group: str) -> Administrators:
    """`dscl . -list /Users UniqueID` and `dscl . -read /Groups/admin GroupMembership`."""
    accounts = {name: int(uid) for name, uid in _USER.findall(users)}
    members = re.search(r"^GroupMembership:(.*)$", group, re.MULTILINE)
    if "root" not in accounts or members is None:
        raise CannotTell("La liste des comptes n'a pas été comprise.")
    people = {name for name, uid in accounts.items() if uid >= FIRST_PERSON and not name.startswith("_")}
    twins = sum(1 for name, uid in accounts.items() if uid == 0 and name != "root")
    return Administrators(len(people), len(people & set(members[1].split())), twins)


def administrators(machine: Machine) -> Administrators:
    """How many people may change the whole computer."""
    users = machine.run(["dscl", ".", "-list", "/Users", "UniqueID"]).text
    return parse_administrators(users, machine.run(["dscl", ".", "-read", "/Groups/admin", "GroupMembership"]).text)


def parse_daily(text: str) -> DailyAccount:
    """`id`: the groups of the person."""
    found = re.search(r"^uid=\d+\(.*?\).*\bgroups=(.*)$", text, re.MULTILINE)
    if found is None:
        raise CannotTell("Les droits du compte n'ont pas été compris.")
    return DailyAccount(administrator="80(admin)" in found[1].split(","))


def daily_account(machine: Machine) -> DailyAccount:
    """Whether the person who asks is an administrator."""
    return parse_daily(machine.run(["id", person(machine)]).text)


def _rules(text: str, category: str) -> list[Plist]:
    if _NO_POLICY in text:
        return []
    if "<plist" not in text:
        raise CannotTell(NEEDS_ADMINISTRATOR)
    rules = parse_plist(text).get(category, [])
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _numbers(rule: Plist, *keys: str) -> list[int]:
    given = rule.get("policyParameters")
    values: Iterable[Any] = (given.get(key) for key in keys) if isinstance(given, dict) else ()
    return [value for value in values if isinstance(value, int) and not isinstance(value, bool)]


def parse_password_policy(text: str) -> PasswordPolicy:
    """`pwpolicy -getaccountpolicies`: the longest length and the kinds of characters asked for."""
    rules = _rules(text, "policyCategoryPasswordContent")
    asked = [_asked(rule, str(rule.get("policyContent", ""))) for rule in rules]
    classes = set().union(*(kinds for _, kinds in asked))
    letters = {"letter"} if classes & {"lower", "upper"} else set()
    return PasswordPolicy(max((length for length, _ in asked), default=0), len(classes - letters))


def _asked(rule: Plist, content: str) -> tuple[int, set[str]]:
    lengths = [int(found) for found in _LENGTH.findall(content)] + _numbers(rule, "minimumLength", "minChars")
    kinds = {kind for pattern, kind in _CLASSES.items() if pattern in content}
    if "'^$|" in content:
        return 0, set()
    if "policyAttributePassword matches" in content and ("|" in content or not (kinds or lengths)):
        raise CannotTell("Une règle de mot de passe de ce Mac n'a pas été comprise.")
    return max(lengths, default=0), kinds


def password_policy(machine: Machine) -> PasswordPolicy:
    """What a new password must be."""
    return parse_password_policy(spoken(machine, "pwpolicy -getaccountpolicies"))


def parse_lockout(text: str) -> Lockout:
    """The same answer: after how many wrong passwords the account waits."""
    rules = _rules(text, "policyCategoryAuthentication")
    attempts = [number for rule in rules for number in _numbers(rule, "policyAttributeMaximumFailedAuthentications")]
    if any("FailedAuthentications" in str(rule.get("policyContent", "")) for rule in rules) and not attempts:
        raise CannotTell("La règle de blocage de ce Mac n'a pas été comprise.")
    return Lockout(min(attempts, default=None))


def lockout(machine: Machine) -> Lockout:
    """Whether wrong passwords end up blocking the account."""
    return parse_lockout(spoken(machine, "pwpolicy -getaccountpolicies"))


def secret_files_rights(machine: Machine) -> SecretFilesRights:
    """Whether any account reads the files of password prints."""
    modes = [status.st_mode for name in _PRINTS if (status := machine.status(name)) is not None]
    if not modes:
        raise CannotTell("Les fichiers d'empreintes de mots de passe n'ont pas été trouvés.")
    return SecretFilesRights(sum(1 for mode in modes if mode & stat.S_IROTH), len(modes))


def home_rights(machine: Machine) -> HomeRights:
    """People's folders where another account may enter and read the desktop, documents or downloads."""
    places = homes(machine)
    if not places:
        raise CannotTell("Aucun dossier personnel n'a été trouvé.")
    return HomeRights(sum(1 for place in places if _is_open(machine, place)), len(places))


def _is_open(machine: Machine, place: str) -> bool:
    inside = [f"{place}/{name}" for name in _PRIVATE_FOLDERS]
    return _others_may(machine, place, enter=True) and any(_others_may(machine, name) for name in inside)


def _others_may(machine: Machine, place: str, *, enter: bool = False) -> bool:
    status = machine.status(place)
    if status is None:
        return False
    shared = (stat.S_IXGRP if enter else stat.S_IRGRP) if status.st_gid == STAFF else 0
    return bool(status.st_mode & (shared | (stat.S_IXOTH if enter else stat.S_IROTH)))
