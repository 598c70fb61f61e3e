"""What is installed: the package manager's own list, read once, and known programs by their names."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from hygie.probes.facts import (
    Antivirus,
    InstalledSoftware,
    PackageSources,
    PasswordManagers,
    RemoteTools,
    SyncFolders,
)
from hygie.probes.linux import apt
from hygie.probes.linux.homes import whole_homes
from hygie.probes.machine import CannotTell, Machine
from hygie.reference.lists import ProductKind, products

DPKG_STATUS = "/var/lib/dpkg/status"
_COMM = 15
_LOOSE_OPTION = re.compile(r"\b(?:trusted|allow-insecure)\s*=\s*(?:yes|true|1|on|with|enable)\b", re.IGNORECASE)
_LOOSE_KEYS = ("trusted", "allow-insecure")
_CARELESS = (
    "APT::Get::AllowUnauthenticated", "Acquire::AllowInsecureRepositories", "Acquire::AllowWeakRepositories",
)  # fmt: skip
MAX_STATUS = 64 * 1024 * 1024
_PACKAGE = re.compile(rb"^Package: (\S+)$", re.MULTILINE)
_INSTALLED = re.compile(rb"^Status: \S+ \S+ installed$", re.MULTILINE)
_VERSION = re.compile(rb"^Version: (\S+)$", re.MULTILINE)
_PROGRAM_FOLDERS = (
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/opt",
    "/snap",
    "/var/lib/flatpak/app",
)
_SYNC_FOLDERS = ("Dropbox", "OneDrive", "Google Drive", "Nextcloud", "ownCloud", "kDrive", "pCloudDrive", "MEGA")


def packages(machine: Machine) -> Mapping[str, str]:
    """Package name → version, from dpkg or rpm. CannotTell when neither is there."""
    return machine.once("packages", _read_packages)


def _read_packages(machine: Machine) -> Mapping[str, str]:
    try:
        return parse_dpkg(machine.read_bytes(DPKG_STATUS, MAX_STATUS))
    except FileNotFoundError:
        return _read_rpm(machine)


def _read_rpm(machine: Machine) -> Mapping[str, str]:
    output = machine.run(["rpm", "-qa", "--qf", r"%{NAME} %{VERSION}-%{RELEASE}\n"])
    found = dict(line.split(" ", 1) for line in output.text.splitlines() if " " in line)
    if output.code or not found:
        raise CannotTell("La liste des programmes installés n'a pas été trouvée.")
    return found


def parse_dpkg(raw: bytes) -> dict[str, str]:
    """Installed packages of a dpkg status file (deb822 paragraphs)."""
    found: dict[str, str] = {}
    for paragraph in raw.split(b"\n\n"):
        name, version = _PACKAGE.search(paragraph), _VERSION.search(paragraph)
        if name and version and _INSTALLED.search(paragraph):
            found[name[1].decode("ascii", "replace")] = version[1].decode("ascii", "replace")
    return found


def products_installed(machine: Machine, kind: ProductKind) -> tuple[str, ...]:
    """Names of the known products of a kind found among packages and programs, in the order of the list."""
    present = machine.once("program names", _program_names)
    wanted = products(kind, "linux")
    return tuple(name for name, fragments in wanted.items() if any(fragment in present for fragment in fragments))


def _program_names(machine: Machine) -> frozenset[str]:
    names = {name.casefold() for name in packages(machine)}
    for folder in _PROGRAM_FOLDERS:
        names.update(name.casefold() for name in machine.names(folder, limit=20_000))
    return frozenset(names)


def installed_software(machine: Machine) -> InstalledSoftware:
    """Every package with its version."""
    return InstalledSoftware(packages(machine))


def remote_tools(machine: Machine) -> RemoteTools:
    """Remote-maintenance programs."""
    return RemoteTools(products_installed(machine, "remote_tools"))


def password_managers(machine: Machine) -> PasswordManagers:
    """Password managers."""
    return PasswordManagers(products_installed(machine, "password_managers"))


def sync_folders(machine: Machine) -> SyncFolders:
    """Programs that synchronise, and their folders in people's homes."""
    programs = products_installed(machine, "sync_clients")
    folders = [
        name for home in whole_homes(machine) for name in _SYNC_FOLDERS if machine.exists(f"{home.place}/{name}")
    ]
    return SyncFolders(tuple(dict.fromkeys((*programs, *folders))))


def antivirus(machine: Machine) -> Antivirus:
    """Protection programs, whether one of their services runs, and the age of ClamAV's signatures."""
    found = products_installed(machine, "antivirus")
    databases = [machine.status(f"/var/lib/clamav/daily.{suffix}") for suffix in ("cld", "cvd")]
    moments = [datetime.fromtimestamp(status.st_mtime, UTC) for status in databases if status]
    names = {fragment for product in found for fragment in products("antivirus", "linux")[product]}
    running = (
        bool(processes(machine) & {name[:_COMM] for name in (*names, "clamd")}) if found and machine.live else None
    )
    return Antivirus(found, running, max(moments, default=None))


def processes(machine: Machine) -> frozenset[str]:
    """Names of the running programs (comm, cut by the kernel at 15 characters)."""
    return machine.once("processes", _read_processes)


def _read_processes(machine: Machine) -> frozenset[str]:
    if not machine.live or not machine.exists("/proc/self"):
        raise CannotTell("Les programmes en marche ne se voient pas d'ici.")
    numbers = [name for name in os.listdir(machine.path("/proc")) if name.isdigit()]  # noqa: PTH208 - names only
    return frozenset(program_name(machine, number) for number in numbers)


def program_name(machine: Machine, number: str) -> str:
    """The name of a running program, or nothing when it has just ended."""
    try:
        return machine.read_or(f"/proc/{number}/comm").strip()
    except CannotTell:
        return ""


def package_sources(machine: Machine) -> PackageSources:
    """Places packages come from (sources.list(5)), and those whose signature is not checked."""
    if not machine.exists("/etc/apt"):
        raise CannotTell("Hygie ne lit les sources de programmes que de Debian et d'Ubuntu.")
    lists = ["/etc/apt/sources.list", *machine.files("/etc/apt/sources.list.d", ".list")]
    one_line = [line for name in lists for line in parse_list(machine.read_or(name))]
    blocks = [
        block
        for name in machine.files("/etc/apt/sources.list.d", ".sources")
        for block in parse_sources(machine.read_or(name))
    ]
    loose = sum(1 for line in one_line if _LOOSE_OPTION.search(line))
    loose += sum(1 for block in blocks if any(block.get(key, "no").casefold() in apt.TRUE for key in _LOOSE_KEYS))
    return PackageSources(len(one_line) + len(blocks), loose + _careless_settings(machine))


def parse_list(text: str) -> list[str]:
    """The sources of a one-line list, comments left out."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if re.match(r"deb(?:-src)?[\s\[]", line)]


def parse_sources(text: str) -> list[dict[str, str]]:
    """The enabled sources of a deb822 file: field in lower case → value (its first line)."""
    kept = "\n".join(line.rstrip() for line in text.splitlines() if not line.startswith("#"))
    rows = [
        [line.partition(":") for line in block.splitlines() if line[:1].strip()] for block in re.split(r"\n\n+", kept)
    ]
    blocks = [{key.casefold(): value.strip() for key, _, value in row} for row in rows]
    return [block for block in blocks if "uris" in block and block.get("enabled", "yes").casefold() in apt.TRUE]


def _careless_settings(machine: Machine) -> int:
    """Settings of apt that let unsigned programs in."""
    text = apt.settings(machine)
    return sum(1 for key in _CARELESS if (apt.value(text, key) or "no").casefold() in apt.TRUE)
