"""Accounts: who is administrator, who opens without a password, what a new password must be."""

import re
import stat

from hygie.probes.facts import (
    Administrators,
    DailyAccount,
    DormantAccounts,
    ElevationWithoutPassword,
    EmptyPasswords,
    HomeRights,
    Lockout,
    PasswordHashes,
    PasswordPolicy,
    SecretFilesRights,
)
from hygie.probes.linux.homes import Account, accounts, homes, people
from hygie.probes.linux.logs import last_logon
from hygie.probes.machine import CannotTell, Machine, NotThere

_ADMIN_GROUPS = frozenset({"sudo", "wheel", "admin"})
_WEAK_HASH = re.compile(r"\$(?:1|2|2x|md5|sha1)\$|[A-Za-z0-9./]{13}$|_[A-Za-z0-9./]{19}$")
_SECRET_FILES = ("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/security/opasswd")
_DORMANT_DAYS = 90
_MAX_LASTLOG = 292 * 60_000
_PAM = ("/etc/pam.d/common-auth", "/etc/pam.d/system-auth", "/etc/pam.d/password-auth", "/etc/pam.d/login")
_NOPASSWD = re.compile(r"^(?!\s*(?:#|Defaults)).*\bNOPASSWD\s*:", re.MULTILINE)
_NO_AUTH = re.compile(r"^\s*Defaults\s+.*!authenticate", re.MULTILINE)


def shadow(machine: Machine) -> dict[str, str]:
    """Account → stored password of shadow(5); CannotTell without the right to read it."""
    rows = [line.split(":") for line in machine.read("/etc/shadow").splitlines()]
    return {row[0]: row[1] for row in rows if len(row) > 1}


def members(machine: Machine) -> dict[str, set[str]]:
    """Group → its members of group(5), primary groups included."""
    by_number: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    for line in machine.read("/etc/group").splitlines():
        name, _, number, listed = ([*line.split(":"), "", "", ""])[:4]
        by_number[number] = name
        found[name] = {member for member in listed.split(",") if member}
    for account in accounts(machine):
        found.setdefault(by_number.get(str(account.gid), ""), set()).add(account.name)
    return found


def administrators_of(machine: Machine) -> set[str]:
    """Names of the accounts that may become root through a group."""
    groups = members(machine)
    return set().union(*(groups.get(group, set()) for group in _ADMIN_GROUPS))


def administrators(machine: Machine) -> Administrators:
    """People's accounts, those that administer, and those that share root's identity."""
    everyone = people(machine)
    chiefs = administrators_of(machine)
    twins = [account for account in accounts(machine) if account.uid == 0 and account.name != "root"]
    return Administrators(len(everyone), sum(1 for account in everyone if account.name in chiefs), len(twins))


def daily_account(machine: Machine) -> DailyAccount:
    """Whether the account that works every day administers: the only person's, else the last who opened a session."""
    everyone = people(machine)
    if not everyone:
        raise NotThere("Aucune personne n'a de compte sur cet ordinateur.")
    chiefs = administrators_of(machine)
    if len(everyone) == 1:
        return DailyAccount(everyone[0].name in chiefs)
    logons = _logons(machine, everyone)
    if not logons:
        raise CannotTell("Aucune trace ne dit quel compte sert tous les jours.")
    return DailyAccount(max(logons, key=lambda account: logons[account]).name in chiefs)


def _logons(machine: Machine, everyone: list[Account]) -> dict[Account, float]:
    try:
        raw = machine.read_bytes("/var/log/lastlog", _MAX_LASTLOG)
    except FileNotFoundError:
        return {}
    moments = {account: last_logon(raw, account.uid) for account in everyone}
    return {account: at.timestamp() for account, at in moments.items() if at is not None}


def dormant_accounts(machine: Machine) -> DormantAccounts:
    """People's accounts with a usable password whose last session is more than 90 days old."""
    everyone = people(machine)
    if not everyone:
        raise NotThere("Aucune personne n'a de compte sur cet ordinateur.")
    if not machine.exists("/var/log/lastlog"):
        raise CannotTell("Aucune trace ne dit quand les comptes ont servi.")
    stored = shadow(machine)
    logons = _logons(machine, everyone)
    oldest = machine.now.timestamp() - _DORMANT_DAYS * 86_400
    usable = [account for account in everyone if not stored.get(account.name, "!").startswith(("!", "*"))]
    dormant = [account for account in usable if account in logons and logons[account] < oldest]
    return DormantAccounts(len(dormant), len(everyone), _DORMANT_DAYS)


def empty_passwords(machine: Machine) -> EmptyPasswords:
    """Accounts that open a session with nothing to type."""
    stored = shadow(machine)
    open_ones = [account for account in accounts(machine) if account.opens_session and stored.get(account.name) == ""]
    return EmptyPasswords(len(open_ones))


def password_hashes(machine: Machine) -> PasswordHashes:
    """Stored passwords protected by DES, MD5 or another method that is cracked fast (crypt(5))."""
    stored = [value for value in shadow(machine).values() if value and not value.startswith(("!", "*"))]
    if not stored:
        raise NotThere("Aucun compte de cet ordinateur n'a de mot de passe enregistré.")
    return PasswordHashes(sum(1 for value in stored if _WEAK_HASH.match(value)), len(stored))


def secret_files_rights(machine: Machine) -> SecretFilesRights:
    """Files of password prints that any account can read."""
    known = [status for name in _SECRET_FILES if (status := machine.status(name)) is not None]
    if not known:
        raise CannotTell("Les fichiers d'empreintes de mots de passe n'ont pas été trouvés.")
    return SecretFilesRights(sum(1 for status in known if status.st_mode & stat.S_IROTH), len(known))


def elevation_without_password(machine: Machine) -> ElevationWithoutPassword:
    """Lines of sudoers(5) that ask no password."""
    if not machine.exists("/etc/sudoers"):
        raise NotThere("Le programme sudo n'est pas installé.")
    files = ["/etc/sudoers", *(name for name in machine.files("/etc/sudoers.d") if "." not in name.rpartition("/")[2])]
    texts = [machine.read_or(name).replace("\\\n", " ") for name in files]
    return ElevationWithoutPassword(sum(len(_NOPASSWD.findall(text)) + len(_NO_AUTH.findall(text)) for text in texts))


def home_rights(machine: Machine) -> HomeRights:
    """People's folders whose mode lets other accounts in."""
    found = [home for home in homes(machine) if home.account.is_person]
    statuses = [status for home in found if (status := machine.status(home.place)) is not None]
    if not statuses:
        raise NotThere("Aucune personne n'a de dossier sur cet ordinateur.")
    return HomeRights(sum(1 for status in statuses if status.st_mode & (stat.S_IROTH | stat.S_IXOTH)), len(statuses))


def password_policy(machine: Machine) -> PasswordPolicy:
    """What pwquality demands (pwquality.conf(5) and its PAM line), else the length of login.defs or pam_unix."""
    pam = "\n".join(machine.read_or(name) for name in ("/etc/pam.d/common-password", "/etc/pam.d/system-auth"))
    line = _pam_line(pam, "pam_pwquality.so") or _pam_line(pam, "pam_cracklib.so")
    if line is None:
        unix = _pam_line(pam, "pam_unix.so") or ""
        return PasswordPolicy(_number(unix, "minlen", 6), 0)
    names = ["/etc/security/pwquality.conf", *machine.files("/etc/security/pwquality.conf.d", ".conf")]
    lines = [text for name in names for text in machine.read_or(name).splitlines() if not text.lstrip().startswith("#")]
    joined = "\n".join(lines).replace(" ", "") + "\n" + line
    required = sum(1 for credit in ("dcredit", "ucredit", "lcredit", "ocredit") if _number(joined, credit, 0) < 0)
    return PasswordPolicy(_number(joined, "minlen", 8), max(required, _number(joined, "minclass", 0)))


def _pam_line(text: str, module: str) -> str | None:
    lines = [line for line in text.splitlines() if module in line and not line.lstrip().startswith("#")]
    return lines[0] if lines else None


def _number(text: str, key: str, default: int) -> int:
    found = re.findall(rf"\b{key}=(-?\d+)", text)
    return int(found[-1]) if found else default


def lockout(machine: Machine) -> Lockout:
    """After how many failures pam_faillock or pam_tally2 makes the account wait."""
    pam = "\n".join(machine.read_or(name) for name in _PAM)
    if not pam.strip():
        raise CannotTell("Les réglages de connexion (PAM) n'ont pas été trouvés.")
    line = _pam_line(pam, "pam_faillock.so") or _pam_line(pam, "pam_tally2.so")
    if line is None:
        return Lockout(None)
    settings = machine.read_or("/etc/security/faillock.conf").replace(" ", "")
    kept = "\n".join(text for text in settings.splitlines() if not text.startswith("#"))
    return Lockout(_number(kept + "\n" + line, "deny", 3) or None)
