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
from hygie.probes.linux import sudo
from hygie.probes.linux.homes import IN_SHADOW, Account, accounts, people, people_homes
from hygie.probes.linux.logs import last_logon, sessions_of
from hygie.probes.machine import CannotTell, Machine, NotThere

_ADMIN_GROUPS = frozenset({"sudo", "wheel", "admin"})
_WEAK_HASH = re.compile(r"\$(?:1|2|2x|3|sha1)\$|\$md5[,$]|[A-Za-z0-9./]{13,178}$|_[A-Za-z0-9./]{19}$")
_SECRET_FILES = ("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/security/opasswd")
_DORMANT_DAYS = 90
_MAX_LASTLOG = 292 * 60_000
_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
_UNIX_LENGTH = 6
_PAM_PASSWORDS = ("/etc/pam.d/common-password", "/etc/pam.d/system-auth", "/etc/pam.d/passwd")
_PAM = ("/etc/pam.d/common-auth", "/etc/pam.d/system-auth", "/etc/pam.d/password-auth", "/etc/pam.d/login")


def shadow(machine: Machine) -> dict[str, str]:
    """Stored password by account; CannotTell without the right to read them."""
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
    """Names of the accounts that may become root, through a group or a rule of sudo (when we may read them)."""
    groups = members(machine)
    names = sudo.all_powerful(machine)
    chosen = _ADMIN_GROUPS | {name[1:] for name in names if name.startswith("%")}
    alone = {name for name in names if not name.startswith("%")}
    return alone.union(*(groups.get(group, set()) for group in chosen))


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
    """The last session of each account that left a trace: lastlog for text and SSH, wtmp for graphical ones too."""
    try:
        raw = machine.read_bytes("/var/log/lastlog", _MAX_LASTLOG)
    except FileNotFoundError:
        raw = b""
    sessions = sessions_of(machine)
    traces = {account: (last_logon(raw, account.uid), sessions.get(account.name)) for account in everyone}
    return {account: max(at.timestamp() for at in both if at) for account, both in traces.items() if any(both)}


def dormant_accounts(machine: Machine) -> DormantAccounts:
    """People's accounts with a usable password whose last session is more than 90 days old."""
    everyone = people(machine)
    if not everyone:
        raise NotThere("Aucune personne n'a de compte sur cet ordinateur.")
    stored = shadow(machine)
    usable = [account for account in everyone if not _stored(account, stored, "!").startswith(("!", "*"))]
    logons = _logons(machine, usable)
    oldest = machine.now.timestamp() - _DORMANT_DAYS * 86_400
    dormant = sum(1 for at in logons.values() if at < oldest)
    if dormant == 0 and len(logons) < len(usable):
        raise CannotTell("Aucune trace ne dit quand tous les comptes ont servi.")
    return DormantAccounts(dormant, len(everyone), _DORMANT_DAYS)


def _stored(account: Account, stored: dict[str, str], default: str) -> str:
    """The password kept for an account: in shadow(5), or in passwd(5) itself when it does not say x."""
    return stored.get(account.name, default) if account.stored == IN_SHADOW else account.stored


def empty_passwords(machine: Machine) -> EmptyPasswords:
    """Accounts that open a session with nothing to type."""
    stored = shadow(machine)
    return EmptyPasswords(sum(1 for one in accounts(machine) if one.opens_session and _stored(one, stored, "!") == ""))


def password_hashes(machine: Machine) -> PasswordHashes:
    """Stored passwords protected by DES, MD5 or another method that is cracked fast (crypt(5))."""
    in_passwd = [account.stored for account in accounts(machine) if account.stored != IN_SHADOW]
    stored = [value for value in (*shadow(machine).values(), *in_passwd) if value and not value.startswith(("!", "*"))]
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
    """Rules of sudoers(5) that ask no password."""
    return ElevationWithoutPassword(sudo.rules_without_password(machine))


def home_rights(machine: Machine) -> HomeRights:
    """People's folders whose mode lets other accounts in; a folder reached by a link is not judged on its link."""
    statuses = [status for home in people_homes(machine) if (status := machine.status(home.place)) is not None]
    folders = [status for status in statuses if stat.S_ISDIR(status.st_mode)]
    if not statuses:
        raise NotThere("Aucune personne n'a de dossier sur cet ordinateur.")
    if not folders:
        raise CannotTell("Les dossiers personnels sont rangés ailleurs : leurs droits ne se voient pas d'ici.")
    return HomeRights(sum(1 for status in folders if status.st_mode & (stat.S_IROTH | stat.S_IXOTH)), len(folders))


def password_policy(machine: Machine) -> PasswordPolicy:
    """What pwquality demands (pwquality.conf(5) and its PAM line), else the length that pam_unix demands."""
    pam = "\n".join(machine.read_or(name) for name in _PAM_PASSWORDS)
    if not pam.strip():
        raise CannotTell("Les réglages des mots de passe (PAM) n'ont pas été trouvés.")
    line = _pam_line(pam, "pam_pwquality.so") or _pam_line(pam, "pam_cracklib.so")
    settings = _pwquality(machine) + "\n" + (line or "")
    if line is None or _number(settings, "enforcing", 1) == 0:
        return PasswordPolicy(_number(_pam_line(pam, "pam_unix.so") or "", "minlen", _UNIX_LENGTH), 0)
    required = sum(1 for credit in _CREDITS if _number(settings, credit, 0) < 0)
    length = max(_UNIX_LENGTH, _number(settings, "minlen", 8))
    return PasswordPolicy(length, max(required, _number(settings, "minclass", 0)))


def _pwquality(machine: Machine) -> str:
    """The settings in the order they are read: the folder first, then the file, which wins (pwquality.conf(5))."""
    names = [*machine.files("/etc/security/pwquality.conf.d", ".conf"), "/etc/security/pwquality.conf"]
    return "\n".join(_settled(machine, name) for name in names)


def _settled(machine: Machine, name: str) -> str:
    """The text of a settings file without its comments."""
    return re.sub(r"#.*", "", machine.read_or(name))


def _pam_line(text: str, module: str) -> str | None:
    """The line of a PAM file that calls a module, comments left out."""
    lines = [line.partition("#")[0] for line in text.replace("\\\n", " ").splitlines()]
    return next((line for line in lines if module in line), None)


def _number(text: str, key: str, default: int) -> int:
    found = re.findall(rf"(?<![\w-]){key}[ \t]*=[ \t]*(-?[0-9]{{1,9}})", text)
    return int(found[-1]) if found else default


def lockout(machine: Machine) -> Lockout:
    """After how many failures pam_faillock or pam_tally2 makes the account wait (0 means never)."""
    pam = "\n".join(machine.read_or(name) for name in _PAM)
    if not pam.strip():
        raise CannotTell("Les réglages de connexion (PAM) n'ont pas été trouvés.")
    if line := _pam_line(pam, "pam_faillock.so"):
        settings = _settled(machine, "/etc/security/faillock.conf")
        return Lockout(_number(f"{settings}\n{line}", "deny", 3) or None)
    return Lockout(_number(_pam_line(pam, "pam_tally2.so") or "", "deny", 0) or None)
