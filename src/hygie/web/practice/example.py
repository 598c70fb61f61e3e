"""The fictitious practice as data: its file, what its computers measure, and how it stood month after month.

Pure: facts written by hand are judged by the real check-up, so that the demonstration never says what Hygie would not.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from hygie.checkup.answers import Answer, Answers
from hygie.checkup.combine import Report, read_report
from hygie.checkup.run import Checkup, Context, judge
from hygie.core.finding import Measure, Owner, Waiver
from hygie.documents.checkup_json import render_json
from hygie.probes import facts as f
from hygie.probes.collect import Facts
from hygie.reference.catalogue import Catalogue
from hygie.reference.toml import load, once

HERE = Path(__file__).parent
MONTHS = 9
A_MONTH = timedelta(days=30)
LAST_TOLD = timedelta(days=12)
Given = Literal["yes", "no", "unknown", "waiting", "not_applicable"]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that is not « oui »; `expected` in days from the visit."""

    check: str
    answer: Given
    waiting_for: str = ""
    expected: int | None = None


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of the practice."""

    key: str
    name: str
    role: str
    ends: int | None = None


class Supplier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider, in the fields of its row."""

    kind: str
    name: str
    contact: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device; one that is `measured` has a report."""

    name: str
    kind: str
    place: str = ""
    holder: str = ""
    system: str = ""
    encrypted: str = "unknown"
    measured: bool = False
    disk_plugged: bool = False
    support_ends: int | None = None
    reviewed: int | None = None


class HeldCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card and its end."""

    kind: str
    holder: str
    expires: int


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An online account and who uses it."""

    name: str
    second_factor: str
    users: tuple[str, ...]
    method: str = ""


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exception."""

    check: str
    reason: str
    until: int


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question put to somebody."""

    check: str
    asked_to: str
    owner: Owner
    asked: int
    expected: int


class Piece(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proof, as a short text."""

    check: str
    name: str
    taken: int
    text: str


class Trouble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that was wrong on the computers until so many months ago."""

    fact: Literal["antivirus", "updates", "lock", "encryption", "backup", "browser"]
    mended: int


class Past(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the journal, told as having happened so many days ago."""

    ago: int
    who: str
    kind: str
    text: str


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """demonstration.toml."""

    name: str
    people: int
    contract: str
    member: tuple[Person, ...]
    provider: tuple[Supplier, ...]
    device: tuple[Machine, ...]
    card: tuple[HeldCard, ...]
    account: tuple[Account, ...]
    learned: Mapping[Measure, int]
    answer: tuple[Told, ...]
    exception: tuple[Accepted, ...]
    question: tuple[Asked, ...]
    proof: tuple[Piece, ...]
    trouble: tuple[Trouble, ...]
    event: tuple[Past, ...]
    first: Mapping[str, str]


@once
def example() -> Example:
    """The one shipped with Hygie."""
    return load(HERE / "demonstration.toml", Example)


def day(now: datetime, offset: int) -> date:
    """A day counted from the visit."""
    return now.date() + timedelta(days=offset)


def told_answers(content: Catalogue, now: datetime) -> dict[str, Answer]:
    """Every question as this practice answered it, LAST_TOLD before the visit."""
    other = {told.check: told for told in example().answer}
    proofs = {piece.check: piece.name for piece in example().proof}
    asked = [check.id for check in content.checks.values() if check.answer != "measured"]
    on = (now - LAST_TOLD).date()
    return {check_id: _answer(check_id, other.get(check_id), proofs, on, now) for check_id in asked}


def _answer(check_id: str, told: Told | None, proofs: Mapping[str, str], on: date, now: datetime) -> Answer:
    if told is None:
        return Answer(check_id, "yes", on, proofs.get(check_id, ""))
    expected = None if told.expected is None else day(now, told.expected)
    return Answer(check_id, told.answer, on, "", "", told.waiting_for, expected)


def computer(now: datetime, troubles: frozenset[str], *, disk_plugged: bool) -> Facts:
    """What a computer of the practice says of itself, with what is still wrong on it."""
    facts = {type(fact): fact for fact in (*_tidy(now), f.Moment(now))}
    wrong = {name: fact for name, fact in _wrong(now).items() if name in troubles}
    facts |= {type(fact): fact for fact in wrong.values()}
    if disk_plugged:
        facts[f.RemovableMedia] = f.RemovableMedia((f.Medium("/media/disque-b", encrypted=True, holds_backup=True),))
    return Facts(facts)


def report(now: datetime, machine: Machine, content: Catalogue) -> Report:
    """The machine's report of this morning, made and read as any other."""
    context = Context(content, Answers(), "windows", now)
    facts = computer(now, frozenset(), disk_plugged=machine.disk_plugged)
    return read_report(render_json(judge(facts, context)).encode(), content, "windows")


def history(content: Catalogue, now: datetime) -> Iterator[Checkup]:
    """One check-up a month, oldest first, until last month: what was measured and answered then."""
    for ago in range(MONTHS, 0, -1):
        moment = now - ago * A_MONTH
        troubles = frozenset(trouble.fact for trouble in example().trouble if ago > trouble.mended)
        context = Context(content, _answers_then(content, moment, ago), "windows", moment)
        yield judge(computer(moment, troubles, disk_plugged=False), context)


def _answers_then(content: Catalogue, moment: datetime, ago: int) -> Answers:
    learned = example().learned
    given = told_answers(content, moment)
    known = {name: one for name, one in given.items() if ago <= learned[content.measure_of(name)]}
    waivers = {one.check: Waiver(one.reason, day(moment, one.until)) for one in example().exception}
    return Answers(known, waivers)


def _wrong(now: datetime) -> dict[str, object]:
    return {
        "antivirus": f.Antivirus((), running=False, signatures_at=None),
        "updates": f.SecurityUpdates(14),
        "lock": f.ScreenLock(locks=False, after_seconds=None, sessions=1),
        "encryption": f.SystemVolumes((f.Volume("C:", encrypted=False),)),
        "backup": f.BackupTrace("Copie de sauvegarde", now - timedelta(days=21)),
        "browser": f.BrowserPasswords(3),
    }


def _tidy(now: datetime) -> tuple[object, ...]:
    """Every fact in a state that its rules accept."""
    return (*_tidy_machine(now), *_tidy_network(now), *_tidy_files(now))


def _tidy_machine(now: datetime) -> tuple[object, ...]:
    yesterday = now - timedelta(days=1)
    return (
        f.SystemRelease("windows-11", "25H2", "Windows 11 Professionnel 25H2"),
        f.SecurityUpdates(0),
        f.UpdateLists(yesterday),
        f.AutomaticUpdates(enabled=True, mechanism="Windows Update"),
        f.PendingReboot(required=False),
        f.PackageSources(1, 0),
        f.InstalledSoftware({"firefox": "145.0"}),
        f.SecureBoot(enabled=True),
        f.TimeSync(active=True, mechanism="W32Time"),
        f.LogRetention(365, survives_restart=True),
        f.DiskSpace(0.6, 2),
        f.StartupRights(0, 200),
        f.SystemVolumes((f.Volume("C:", encrypted=True),)),
        f.SwapAreas((f.Volume("pagefile.sys", encrypted=True),)),
        f.RemovableMedia(()),
        f.RemovableHistory(2, None),
        f.Autorun(enabled=False),
        f.ScreenLock(locks=True, after_seconds=300, sessions=1),
        f.AutoLogin(enabled=False),
        f.GuestAccount(enabled=False),
        f.Administrators(3, 1, 0),
        f.DailyAccount(administrator=False),
        f.DormantAccounts(0, 3, 90),
        f.EmptyPasswords(0),
        f.PasswordHashes(0, 4),
        f.PasswordPolicy(12, 4),
        f.Lockout(5),
        f.FailedLogons(1, 7),
        f.SecretFilesRights(0, 4),
        f.ElevationWithoutPassword(0),
        f.HomeRights(0, 3),
    )


def _tidy_network(now: datetime) -> tuple[object, ...]:
    yesterday = now - timedelta(days=1)
    return (
        f.Firewall(active=True, mechanism="Pare-feu Windows"),
        f.Antivirus(("Microsoft Defender",), running=True, signatures_at=yesterday),
        f.SshServer(password_login=False, root_login="no", empty_passwords=False),
        f.ListeningServices(()),
        f.RemoteDesktop(enabled=False, network_level_authentication=None),
        f.RemoteTools(()),
        f.SharedFolders((f.Share(anonymous=False, writable_by_all=False),)),
        f.Wifi(2, 0),
        f.Proxy(configured=False),
        f.Resolvers(("192.168.1.1",)),
        f.HostsFile(()),
        f.AddedRoots(0),
        f.LocalCertificates((now + timedelta(days=200),)),
    )


def _tidy_files(now: datetime) -> tuple[object, ...]:
    yesterday = now - timedelta(days=1)
    return (
        f.CardReader(1, service_running=True),
        f.CardMiddleware("5.2.2"),
        f.SensitiveFiles((), 120, complete=True),
        f.BrowserPasswords(0),
        f.PasswordManagers(("KeePassXC",)),
        f.PrivateKeys(0, 1),
        f.StoredCredentials(()),
        f.PrintSpool(0),
        f.BackupPrograms(("Copie de sauvegarde",)),
        f.BackupTrace("Copie de sauvegarde", yesterday),
        f.PermanentBackupMounts(0),
        f.SyncFolders(()),
        f.BackupTargets(1, 0),
        f.MailAccounts((f.MailAccount(f.MailHost.MSSANTE, encrypted=True),)),
        f.MailForwarding(0, 1),
        f.MailRemoteContent(0, 1),
    )
