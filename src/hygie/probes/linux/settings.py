"""Settings an attacker likes to change: proxy, name servers, the hosts table, authorities, programs at start-up."""

import re
import stat
from datetime import datetime

from hygie.probes.facts import (
    AddedRoots,
    HostsFile,
    LocalCertificates,
    Proxy,
    Resolvers,
    SecureBoot,
    StartupRights,
    SystemRelease,
    TimeSync,
)
from hygie.probes.hosts import diverted_names
from hygie.probes.linux import apt
from hygie.probes.linux.packages import processes
from hygie.probes.machine import CannotTell, Machine, NotThere

_SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_TIME_PROGRAMS = ("chronyd", "ntpd", "systemd-timesyn", "openntpd", "ntpsec")
_STARTUP = (
    "/etc/init.d", "/etc/rc.local", "/etc/profile", "/etc/profile.d", "/etc/crontab", "/etc/cron.d", "/etc/cron.hourly",
    "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly", "/etc/systemd/system", "/etc/xdg/autostart",
    "/usr/local/bin", "/usr/local/sbin", "/etc/ld.so.preload", "/usr/lib/systemd/system",
)  # fmt: skip
_PROXY = re.compile(r"^\s*(?:export\s+)?(?:https?|all)_proxy[ \t]*=[ \t]*[\"']?[^\"'\s#]", re.MULTILINE | re.IGNORECASE)
_CERTIFICATE_FOLDERS = (
    "/etc/ssl/private",
    "/etc/nginx/ssl",
    "/etc/apache2/ssl",
    "/etc/orthanc",
    "/etc/letsencrypt/live",
)
_MAX_CERTIFICATES = 64
_RESOLVED = {"127.0.0.53", "127.0.0.54"}


def system_release(machine: Machine) -> SystemRelease:
    """The distribution and its version, from os-release(5)."""
    text = machine.read_or("/etc/os-release") or machine.read("/usr/lib/os-release")
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    values = {key: value.strip().strip("\"'") for key, value in pairs.items()}
    return SystemRelease(values.get("ID", ""), values.get("VERSION_ID", ""), values.get("PRETTY_NAME", "Linux"))


def secure_boot(machine: Machine) -> SecureBoot:
    """The firmware's SecureBoot variable: four bytes of attributes, then 1 or 0."""
    if not machine.exists("/sys/firmware/efi"):
        raise NotThere("Cet ordinateur démarre sans UEFI : le démarrage sécurisé n'existe pas.")
    return SecureBoot(machine.read_bytes(_SECURE_BOOT)[4:5] == b"\x01")


def time_sync(machine: Machine) -> TimeSync:
    """Whether a program that keeps the hour runs."""
    running = processes(machine)
    found = next((name for name in _TIME_PROGRAMS if name in running), "")
    return TimeSync(bool(found), found or "aucun")


def startup_rights(machine: Machine) -> StartupRights:
    """Files run at start-up or by everybody, and those any account can change (links and sticky folders left out)."""
    names = [name for place in _STARTUP for name in (place, *machine.files(place))]
    statuses = [status for name in names if (status := machine.status(name)) is not None]
    kept = [status for status in statuses if not stat.S_ISLNK(status.st_mode)]
    loose = [status for status in kept if status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX]
    if not kept:
        raise CannotTell("Aucun programme lancé au démarrage n'a été trouvé.")
    return StartupRights(len(loose), len(kept))


def proxy(machine: Machine) -> Proxy:
    """Whether an intermediary is set for the whole system or for programs' updates."""
    places = ("/etc/environment", "/etc/profile", *machine.files("/etc/profile.d", ".sh"))
    found = any(_PROXY.search(machine.read_or(name)) for name in places)
    text = apt.settings(machine)
    through = [apt.value(text, f"Acquire::{kind}::Proxy") or "" for kind in ("http", "https")]
    return Proxy(found or any(one.casefold() not in ("", "direct", "false") for one in through))


def resolvers(machine: Machine) -> Resolvers:
    """Name servers of resolv.conf(5); behind systemd-resolved, those it uses itself."""
    found = _nameservers(machine.read_or("/etc/resolv.conf"))
    if set(found) <= _RESOLVED:
        found = _nameservers(machine.read_or("/run/systemd/resolve/resolv.conf")) or found
    if not found:
        raise CannotTell("Aucun serveur de noms n'est réglé.")
    return Resolvers(tuple(found))


def _nameservers(text: str) -> list[str]:
    return re.findall(r"^[ \t]*nameserver[ \t]+(\S+)", text, re.MULTILINE)


def hosts_file(machine: Machine) -> HostsFile:
    """Public names that hosts(5) diverts."""
    return HostsFile(diverted_names(machine.read_or("/etc/hosts")))


def added_roots(machine: Machine) -> AddedRoots:
    """Authorities added by hand in the folders of Debian and of Fedora."""
    folders = ("/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors")
    if not any(machine.exists(folder) for folder in (*folders, "/etc/ssl/certs")):
        raise CannotTell("Le dossier des autorités de certification n'a pas été trouvé.")
    tops = [name for folder in folders for name in machine.files(folder)]
    names = [*tops, *(name for top in tops for name in machine.files(top))]
    return AddedRoots(sum(1 for name in names if name.casefold().endswith((".crt", ".pem", ".cer"))))


def local_certificates(machine: Machine) -> LocalCertificates:
    """End dates of the certificates of this computer's own services."""
    names = [name for folder in _CERTIFICATE_FOLDERS for name in _certificates(machine, folder)]
    if not names:
        raise NotThere("Cet ordinateur n'a pas de certificat à lui.")
    ends = [_end(machine, name) for name in names[:_MAX_CERTIFICATES]]
    known = tuple(end for end in ends if end is not None)
    if not known:
        raise CannotTell("Les certificats de cet ordinateur ne se lisent pas.")
    return LocalCertificates(known)


def _certificates(machine: Machine, folder: str) -> list[str]:
    inner = [name for below in machine.files(folder) for name in machine.files(below, ".pem")]
    return [
        name
        for name in (*machine.files(folder), *inner)
        if name.endswith((".crt", ".pem", ".cer")) and _is_certificate(machine, name)
    ]


def _is_certificate(machine: Machine, name: str) -> bool:
    try:
        return "BEGIN CERTIFICATE" in machine.read(name, limit=65_536)
    except (CannotTell, FileNotFoundError):
        return False


def _end(machine: Machine, name: str) -> datetime | None:
    """The notAfter date, as openssl prints it (« notAfter=Nov 24 05:24:38 2026 GMT »)."""
    output = machine.run(["openssl", "x509", "-noout", "-enddate", "-in", str(machine.path(name))])
    text = output.text.strip().removeprefix("notAfter=").removesuffix(" GMT")
    try:
        return datetime.strptime(f"{text} +0000", "%b %d %H:%M:%S %Y %z")
    except ValueError:
        return None
