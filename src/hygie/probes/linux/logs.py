"""System logs, read from their end and bounded: who tried to enter, what was plugged in, how long they are kept."""

import re
import struct
from datetime import UTC, datetime, timedelta

from hygie.probes.facts import FailedLogons, LogRetention
from hygie.probes.machine import CannotTell, Machine

MAX_LOG = 8 * 1024 * 1024
_ISO = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)")
_BSD = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d")
_UTMP_RECORD = struct.Struct("<h2xi32s4s32s256shhiii16s20x")
_FAILED_DAYS = 7
_REFUSED = re.compile(r"Failed password|authentication failure|FAILED LOGIN")
_PERIOD_DAYS = {"daily": 1, "weekly": 7, "monthly": 31, "yearly": 366}


def moment_of(line: str, now: datetime) -> datetime | None:
    """When a syslog line was written, in its ISO or its older form (which has no year)."""
    if iso := _ISO.match(line):
        return datetime.fromisoformat(iso[0].replace("Z", "+00:00"))
    if bsd := _BSD.match(line):
        written = datetime.strptime(f"{now.year} {bsd[0]}", "%Y %b %d %H:%M:%S").replace(tzinfo=now.tzinfo)
        return written if written <= now + timedelta(days=1) else written.replace(year=now.year - 1)
    return None


def lines_since(machine: Machine, logs: tuple[str, ...], days: int) -> tuple[list[str], datetime | None]:
    """Lines of the first log that exists and of its last rotation, and the oldest moment they cover."""
    present = next((log for log in logs if machine.exists(log)), None)
    if present is None:
        raise CannotTell("Aucun journal du système ne garde cette trace.")
    text = machine.read_or(present + ".1") + machine.read(present, MAX_LOG)
    dated = [(moment_of(line, machine.now), line) for line in text.splitlines()]
    oldest = machine.now - timedelta(days=days)
    recent = [(at, line) for at, line in dated if at is not None and at >= oldest]
    return [line for _, line in recent], recent[0][0] if recent else None


def failed_logons(machine: Machine) -> FailedLogons:
    """Refused passwords of the last week: btmp when we may read it (utmp(5)), else the authentication log."""
    if machine.exists("/var/log/btmp"):
        raw = machine.read_bytes("/var/log/btmp", MAX_LOG) + _older(machine)
        return FailedLogons(_recent_records(raw, machine.now), _FAILED_DAYS)
    lines, _ = lines_since(machine, ("/var/log/auth.log", "/var/log/secure"), _FAILED_DAYS)
    return FailedLogons(sum(1 for line in lines if _REFUSED.search(line)), _FAILED_DAYS)


def _older(machine: Machine) -> bytes:
    try:
        return machine.read_bytes("/var/log/btmp.1", MAX_LOG)
    except FileNotFoundError:
        return b""


def _recent_records(raw: bytes, now: datetime) -> int:
    oldest = (now - timedelta(days=_FAILED_DAYS)).timestamp()
    whole = raw[: len(raw) - len(raw) % _UTMP_RECORD.size]
    return sum(1 for record in _UTMP_RECORD.iter_unpack(whole) if record[9] >= oldest)


def log_retention(machine: Machine) -> LogRetention:
    """How long logs are kept: rsyslog with logrotate, else journald."""
    if machine.exists("/etc/rsyslog.conf"):
        return LogRetention(_rotation_days(machine), survives_restart=True)
    settings = _journald(machine)
    persistent = machine.exists("/var/log/journal") and settings.get("Storage") not in ("volatile", "none")
    if not machine.exists("/etc/systemd/journald.conf") and not persistent:
        raise CannotTell("Aucun service de journal connu n'est installé.")
    return LogRetention(_span_days(settings.get("MaxRetentionSec", "")), survives_restart=persistent)


def _rotation_days(machine: Machine) -> int | None:
    text = machine.read_or("/etc/logrotate.d/rsyslog") or machine.read_or("/etc/logrotate.d/syslog")
    whole = machine.read_or("/etc/logrotate.conf") + "\n" + text
    words = [line.split() for line in whole.splitlines() if line.strip() and not line.strip().startswith("#")]
    period = next((_PERIOD_DAYS[word[0]] for word in reversed(words) if word[0] in _PERIOD_DAYS), None)
    kept = next((int(word[1]) for word in reversed(words) if word[0] == "rotate" and word[1:2] and word[1].isdigit()), None)
    return period * kept if period and kept is not None else None


def _journald(machine: Machine) -> dict[str, str]:
    files = ["/etc/systemd/journald.conf", *machine.files("/etc/systemd/journald.conf.d", ".conf")]
    lines = [line.strip() for name in files for line in machine.read_or(name).splitlines()]
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith(("#", ";"))]
    return {key.strip(): value.strip() for key, value in pairs}


def _span_days(text: str) -> int | None:
    """Days of a systemd time span such as « 6month », « 1year » or « 26week » (systemd.time(7))."""
    found = re.fullmatch(r"(\d+)\s*(day|d|week|w|month|M|year|y)s?", text)
    if found is None:
        return None
    unit = {"day": 1, "d": 1, "week": 7, "w": 7, "month": 30, "M": 30, "year": 365, "y": 365}[found[2]]
    return int(found[1]) * unit


def last_logon(raw: bytes, uid: int) -> datetime | None:
    """When the account last opened a session, from lastlog(5): one record of 292 bytes an account."""
    size = struct.calcsize("<i32s256s")
    record = raw[uid * size : uid * size + 4]
    seconds = struct.unpack("<i", record)[0] if len(record) == 4 else 0  # noqa: PLR2004 - an int32
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
