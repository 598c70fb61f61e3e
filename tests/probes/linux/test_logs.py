"""System logs: who tried to enter, how long traces are kept, when an account last opened a session."""

import struct
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.probes.facts import FailedLogons, LogRetention, Unknown
from hygie.probes.linux import logs

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
UTMP = struct.Struct("<h2xi32s4s32s256shhiii16s20x")
LASTLOG = struct.Struct("<i32s256s")
DAY = 86_400


def record(days_ago: float, user: str = "root", kind: int = 6) -> bytes:
    """A record as utmp(5) describes it: 384 bytes."""
    seconds = int(NOW.timestamp() - days_ago * DAY)
    return UTMP.pack(kind, 4242, b"ssh:notty", b"", user.encode(), b"192.0.2.7", 0, 0, 0, seconds, 0, b"")


def test_a_record_has_the_size_of_glibc() -> None:
    assert UTMP.size == 384
    assert LASTLOG.size == 292


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("2026-11-20T10:00:00+01:00 poste x", datetime(2026, 11, 20, 9, 0, tzinfo=UTC)),
        ("2026-11-20T10:00:00.123456+01:00 poste x", datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T10:00:00Z poste x", datetime(2026, 11, 20, 10, 0, tzinfo=UTC)),
        ("Nov 20 10:00:00 poste x", datetime(2026, 11, 20, 10, 0, tzinfo=UTC)),
        ("Nov  2 10:00:00 poste x", datetime(2026, 11, 2, 10, 0, tzinfo=UTC)),
        ("Dec 31 23:59:59 poste x", datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Feb 29 10:00:00 poste x", datetime(2024, 2, 29, 10, 0, tzinfo=UTC)),
        ("2026-13-45T10:00:00+01:00 x", None),
        ("Nov 31 10:00:00 poste x", None),
        ("Abc 20 10:00:00 poste x", None),
        ("2026-11-20 10:00:00 x", None),
        ("", None),
    ],
)
def test_a_line_says_when_it_was_written(line: str, moment: datetime | None) -> None:
    assert logs.moment_of(line, NOW) == moment


def test_the_year_of_an_old_line_is_that_of_the_offset_of_the_computer() -> None:
    paris = timezone(timedelta(hours=1))
    assert logs.moment_of("Jan  1 00:10:00 x", datetime(2026, 1, 1, 0, 20, tzinfo=paris)) == datetime(
        2026, 1, 1, 0, 10, tzinfo=paris
    )


@given(
    st.text(max_size=60)
    | st.from_regex(r"\d{4}-\d\d-\d\dT[\d:.]{1,15}(?:[+-]\d\d:\d\d|Z)")
    | st.from_regex(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"),
    st.integers(86_400, 10**11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_whatever_the_line_it_has_a_moment_or_none(line: str, now: datetime) -> None:
    found = logs.moment_of(line, now)
    assert found is None or found.tzinfo is not None


# ------------------------------------------------------------------ refused passwords


def test_refused_passwords_of_the_week_are_counted_in_btmp(box) -> None:
    box.write("/var/log/btmp", record(8) + record(6) * 3 + record(0.1))
    box.write("/var/log/btmp.1", record(6.5) + record(30) * 50)
    assert box.ask(logs.failed_logons) == FailedLogons(5, 7)


def test_a_torn_record_does_not_count(box) -> None:
    box.write("/var/log/btmp", record(1) + record(1)[:200])
    assert box.ask(logs.failed_logons) == FailedLogons(1, 7)


def test_an_attack_at_the_end_of_a_huge_btmp_is_seen(box) -> None:
    old = record(60) * (logs.MAX_LOG // UTMP.size + 100)
    box.write("/var/log/btmp", old + record(1) * 500 + b"torn")
    assert box.ask(logs.failed_logons) == FailedLogons(500, 7)


def test_without_btmp_the_authentication_log_is_read(box) -> None:
    line = "{} poste sshd[12]: {}\n"
    box.write(
        "/var/log/auth.log",
        line.format("2026-11-23T10:00:00+01:00", "Failed password for root from 192.0.2.7 port 22 ssh2")
        + line.format("Nov 23 10:00:00", "pam_unix(sudo:auth): authentication failure; logname=helene")
        + line.format("2026-11-01T10:00:00+01:00", "Failed password for root")
        + line.format("2026-11-23T10:00:00+01:00", "Accepted publickey for helene"),
    )
    assert box.ask(logs.failed_logons) == FailedLogons(2, 7)


def test_an_attack_at_the_end_of_a_huge_log_is_seen(box) -> None:
    quiet = b"2026-11-10T10:00:00+01:00 poste cron[1]: rien\n" * (logs.MAX_LOG // 46 + 1000)
    box.write("/var/log/auth.log", quiet + b"2026-11-23T10:00:00+01:00 poste sshd[1]: Failed password for x\n" * 30)
    assert box.ask(logs.failed_logons) == FailedLogons(30, 7)


def test_without_any_log_nobody_knows(box) -> None:
    assert isinstance(box.ask(logs.failed_logons), Unknown)


def test_a_log_closed_to_us_is_unknown(box, as_nobody) -> None:
    box.write("/var/log/btmp", record(1), 0o660)
    box.root.chmod(0o755)
    code = "from hygie.probes.linux import logs\nprint(ask(logs.failed_logons, machine))"
    assert as_nobody(box.root, code).startswith("Unknown")


@given(raw=st.binary(max_size=2000))
def test_whatever_the_bytes_they_are_records_or_nothing(raw: bytes) -> None:
    rows = logs.parse_utmp(raw)
    assert len(rows) == len(raw) // UTMP.size
    logs.last_logon(raw, 3)


# ------------------------------------------------------------------ last sessions


def test_the_last_session_of_each_is_the_latest_of_both_files(box) -> None:
    box.write("/var/log/wtmp.1", record(40, "helene", 7) + record(50, "karim", 7))
    box.write("/var/log/wtmp", record(2, "helene", 7) + record(1, "helene", 8) + record(3, "reboot", 2))
    found = logs.sessions_of(box.machine())
    assert {user: (NOW - at).days for user, at in found.items()} == {"helene": 2, "karim": 50}


def test_lastlog_has_one_place_for_each_number() -> None:
    raw = LASTLOG.pack(0, b"", b"") + LASTLOG.pack(1_700_000_000, b"tty1", b"")
    assert logs.last_logon(raw, 1) == datetime.fromtimestamp(1_700_000_000, UTC)
    assert logs.last_logon(raw, 0) is None
    assert logs.last_logon(raw, 2) is None
    assert logs.last_logon(raw[:-290], 1) is None


# ------------------------------------------------------------------ how long logs are kept


RSYSLOG = """/var/log/syslog
/var/log/mail.log
{
\trotate 4
\tweekly
\tmissingok
\tpostrotate
\t\t/usr/lib/rsyslog/rsyslog-rotate ${1}
\tendscript
}
"""


def retention(box, rsyslog: str = RSYSLOG, general: str = "weekly\nrotate 4\ncreate\n") -> LogRetention:
    box.write("/etc/rsyslog.conf", "")
    box.write("/etc/logrotate.d/rsyslog", rsyslog)
    box.write("/etc/logrotate.conf", general)
    return box.ask(logs.log_retention)


def test_debian_keeps_its_logs_four_weeks(box) -> None:
    assert retention(box) == LogRetention(28, survives_restart=True)


@pytest.mark.parametrize(
    ("lines", "days"),
    [("weekly\nrotate 52", 364), ("monthly\nrotate 6", 180), ("daily\nrotate 7", 7), ("rotate 30", 210), ("", 28),
     ("# rotate 99\n", 28),
     ("rotate=26", 182), ("weekly\nrotate 52\nmaxage 30", 30), ("rotate 52\nsize 10M", None),
     ("rotate 52\nmaxsize 10M", None),
     ("size 10M\nmonthly\nrotate 12", 360), ("size 10M\nmaxage 200", 200), ("hourly\nrotate 24", 1),
     ("rotate 0", 0), ("yearly\nrotate 1", 365)],
)  # fmt: skip
def test_days_are_those_of_logrotate(box, lines: str, days: int | None) -> None:
    assert retention(box, "/var/log/syslog {\n" + lines + "\n}\n").days == days


def test_the_log_kept_the_shortest_is_the_one_told(box) -> None:
    text = "/var/log/syslog {\nrotate 7\ndaily\n}\n/var/log/auth.log {\nrotate 52\nweekly\n}\n"
    assert retention(box, text).days == 7
    assert retention(box, text[::1].replace("7\ndaily", "52\nweekly", 1)).days == 364


def test_the_rotation_of_other_logs_does_not_count(box) -> None:
    general = "weekly\nrotate 52\n/var/log/wtmp {\n  monthly\n  rotate 1\n}\n"
    assert retention(box, "/var/log/syslog {\n}\n", general).days == 364


def test_logs_that_nothing_rotates_have_no_limit_of_time(box) -> None:
    assert retention(box, "", "weekly\nrotate 4\n").days is None


@given(st.text(max_size=300))
def test_whatever_the_directives_they_give_days_or_nothing(text: str) -> None:
    found = logs.rotation_days(text)
    assert found is None or found >= 0


# ------------------------------------------------------------------ journald


def journal(box, text: str, *, folder: bool = True, **more: str) -> LogRetention:
    box.write("/etc/systemd/journald.conf", text)
    if folder:
        box.folder("/var/log/journal")
    for name, content in more.items():
        box.write(f"/etc/systemd/journald.conf.d/{name}.conf", content)
    return box.ask(logs.log_retention)


@pytest.mark.parametrize(
    ("span", "days"),
    [("6month", 182), ("1year", 365), ("26week", 182), ("26 weeks", 182), ("1y 2w", 379), ("180day", 180),
     ("15552000", 180), ("15552000s", 180),
     ("86400", 1), ("4320h", 180), ("0", None), ("", None), ("beaucoup", None), ("6 fortnights", None),
     ("6M", 182), ("90m", 0)],
)  # fmt: skip
def test_spans_are_those_of_systemd(box, span: str, days: int | None) -> None:
    assert journal(box, f"[Journal]\nMaxRetentionSec={span}\n") == LogRetention(days, survives_restart=True)


@pytest.mark.parametrize(
    ("storage", "folder", "survives"),
    [
        ("auto", True, True),
        ("auto", False, False),
        ("persistent", True, True),
        ("volatile", True, False),
        ("none", True, False),
    ],
)
def test_a_journal_survives_a_restart_only_on_the_disk(box, storage: str, *, folder: bool, survives: bool) -> None:
    assert journal(box, f"[Journal]\n#Storage=auto\nStorage = {storage}\n", folder=folder).survives_restart is survives


def test_the_additions_of_journald_win(box) -> None:
    assert journal(box, "[Journal]\nMaxRetentionSec=1year\n", a="[Journal]\nMaxRetentionSec=1week\n").days == 7


def test_without_a_known_log_service_nobody_knows(box) -> None:
    assert isinstance(box.ask(logs.log_retention), Unknown)


@given(st.text(max_size=40) | st.from_regex(r"(\d{1,15} ?(day|w|month|y) ?){1,4}", fullmatch=True))
def test_whatever_the_span_it_gives_days_or_nothing(text: str) -> None:
    found = logs._span_days(text)
    assert found is None or found >= 0
