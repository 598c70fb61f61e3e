"""System logs, read from their end and bounded: who tried to enter, what was plugged in, how long they are kept."""

import contextlib
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hygie.probes.facts import FailedLogons, LogRetention
from hygie.probes.machine import CannotTell, Machine

MAX_LOG = 8 * 1024 * 1024
_ISO = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)")
_BSD = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d")
_UTMP_RECORD = struct.Struct("<h2xi32s4s32s256shhiii16s20x")
_FAILED_DAYS = 7
_REFUSED = re.compile(r"Failed password|authentication failure|FAILED LOGIN")
_PERIOD_DAYS = {"hourly": 1 / 24, "daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
_BLOCK = re.compile(r"\{([^}]*)\}")
_SCRIPT = re.compile(
    r"^\s*(?:(?:pre|post)rotate|(?:first|last)action|preremove)\b.*?^\s*endscript", re.MULTILINE | re.DOTALL
)
_NUMBER = re.compile(r"[0-9]{1,9}")
_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86_400, "day": 86_400, "days": 86_400,
    "w": 604_800, "week": 604_800, "weeks": 604_800, "month": 2_629_800, "months": 2_629_800, "M": 2_629_800,
    "y": 31_557_600, "year": 31_557_600, "years": 31_557_600,
}  # fmt: skip
_USER_PROCESS = 7


def moment_of(line: str, now: datetime) -> datetime | None:
    """When a syslog line was written, in its ISO or its older form (which has no year); None when it does not say."""
    try:
        if iso := _ISO.match(line):
            return datetime.fromisoformat(iso[0])
        if bsd := _BSD.match(line):
            return _last(bsd[0], now)
    except (ValueError, OverflowError):
        return None
    return None


def _last(words: str, now: datetime) -> datetime | None:
    """The last moment that « Feb 29 10:00:00 » may be: this year's, else the year before's."""
    years = (now.year, now.year - 1) if not words.startswith("Feb 29") else range(now.year, now.year - 8, -1)
    for year in years:
        with contextlib.suppress(ValueError):
            written = datetime.strptime(f"{year} {words}", "%Y %b %d %H:%M:%S").replace(tzinfo=now.tzinfo)
            if written <= now + timedelta(days=1):
                return written
    return None


def lines_since(machine: Machine, logs: tuple[str, ...], days: int) -> tuple[list[str], datetime | None]:
    """Lines of the first log that exists and of its last rotation, and the oldest moment they cover."""
    present = next((log for log in logs if machine.exists(log)), None)
    if present is None:
        raise CannotTell("Aucun journal du système ne garde cette trace.")
    text = (_end_or_nothing(machine, present + ".1") + machine.read_end(present, MAX_LOG)).decode("utf-8", "replace")
    dated = [(moment_of(line, machine.now), line) for line in text.splitlines()]
    oldest = machine.now - timedelta(days=days)
    recent = [(at, line) for at, line in dated if at is not None and at >= oldest]
    return [line for _, line in recent], recent[0][0] if recent else None


def failed_logons(machine: Machine) -> FailedLogons:
    """Refused passwords of the last week: btmp when we may read it (utmp(5)), else the authentication log."""
    if machine.exists("/var/log/btmp"):
        records = [*_records(machine, "/var/log/btmp"), *_records(machine, "/var/log/btmp.1")]
        oldest = (machine.now - timedelta(days=_FAILED_DAYS)).timestamp()
        return FailedLogons(sum(1 for _, _, seconds in records if seconds >= oldest), _FAILED_DAYS)
    lines, _ = lines_since(machine, ("/var/log/auth.log", "/var/log/secure"), _FAILED_DAYS)
    return FailedLogons(sum(1 for line in lines if _REFUSED.search(line)), _FAILED_DAYS)


def _end_or_nothing(machine: Machine, name: str, step: int = 1) -> bytes:
    try:
        return machine.read_end(name, MAX_LOG, step)
    except FileNotFoundError:
        return b""


def _records(machine: Machine, name: str) -> list[tuple[int, str, int]]:
    return parse_utmp(_end_or_nothing(machine, name, _UTMP_RECORD.size))


def parse_utmp(raw: bytes) -> list[tuple[int, str, int]]:
    """(type, user, seconds) of every whole record of a utmp(5) file: utmp, wtmp or btmp."""
    whole = raw[: len(raw) - len(raw) % _UTMP_RECORD.size]
    rows = _UTMP_RECORD.iter_unpack(whole)
    return [(row[0], row[4].split(b"\0")[0].decode("utf-8", "replace"), row[9]) for row in rows]


def sessions_of(machine: Machine) -> Mapping[str, datetime]:
    """User → start of the last session that wtmp(5) remembers, text or graphical."""
    records = [*_records(machine, "/var/log/wtmp.1"), *_records(machine, "/var/log/wtmp")]
    found: dict[str, int] = {}
    for kind, user, seconds in records:
        if kind == _USER_PROCESS and seconds > 0:
            found[user] = max(seconds, found.get(user, 0))
    return {user: datetime.fromtimestamp(seconds, UTC) for user, seconds in found.items()}


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
    """Days of the log that logrotate keeps the shortest; None when none is bounded by time."""
    text = _directives(machine.read_or("/etc/logrotate.d/rsyslog") or machine.read_or("/etc/logrotate.d/syslog"))
    general = _BLOCK.sub("\n", _directives(machine.read_or("/etc/logrotate.conf")) + "\n" + text)
    spans = [span for block in _BLOCK.findall(text) if (span := rotation_days(f"{general}\n{block}")) is not None]
    return min(spans, default=None)


def _directives(text: str) -> str:
    """A logrotate file without its comments and its scripts."""
    return _SCRIPT.sub("", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))


def rotation_days(directives: str) -> int | None:
    """Days that logrotate(8) directives keep a log, the last one winning; None when only sizes bound it."""
    words = [line.replace("=", " ").split() for line in directives.splitlines() if line.strip()]
    keys = [word[0] for word in words if word]
    numbers = {word[0]: int(word[1]) for word in words if len(word) > 1 and _NUMBER.fullmatch(word[1])}
    rhythm = next((key for key in reversed(keys) if key == "size" or key in _PERIOD_DAYS), "size")
    period = 0 if "maxsize" in keys else _PERIOD_DAYS.get(rhythm, 0)
    spans = [int(period * numbers["rotate"])] if period and "rotate" in numbers else []
    return min(spans + ([numbers["maxage"]] if numbers.get("maxage") else []), default=None)


def _journald(machine: Machine) -> dict[str, str]:
    files = ["/etc/systemd/journald.conf", *machine.files("/etc/systemd/journald.conf.d", ".conf")]
    lines = [line.strip() for name in files for line in machine.read_or(name).splitlines()]
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith(("#", ";"))]
    return {key.strip(): value.strip() for key, value in pairs}


def _span_days(text: str) -> int | None:
    """Days of a systemd.time(7) span such as « 6month », « 1y 2w » or « 15552000 »; None when it bounds nothing."""
    parts = re.findall(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([A-Za-z]*)", text)
    if re.sub(r"[0-9.A-Za-z\s]", "", text) or any(unit and unit not in _SECONDS for _, unit in parts):
        return None
    seconds = sum(float(number) * _SECONDS.get(unit, 1) for number, unit in parts)
    return int(seconds // 86_400) if seconds else None


def last_logon(raw: bytes, uid: int) -> datetime | None:
    """When the account last opened a session, from lastlog(5): one record of 292 bytes an account."""
    size = struct.calcsize("<i32s256s")
    record = raw[uid * size : uid * size + 4]
    seconds = struct.unpack("<i", record)[0] if len(record) == 4 else 0  # noqa: PLR2004 - an int32
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
