"""Facts, answers and findings for the tests of the check-up: a practice in order, and how to spoil it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hygie.checkup.answers import Answer, Answers
from hygie.checkup.registry import measured_checks
from hygie.checkup.run import Checkup, Context, judge
from hygie.core.finding import Finding, Measure, Origin, Outcome, Owner, Verdict, Waiver
from hygie.core.severity import Severity
from hygie.probes import facts as f
from hygie.probes.collect import Facts
from hygie.reference.catalogue import CheckEntry, catalogue

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
TODAY = NOW.date()
CHECKS = catalogue().checks
ASKED = [check for check in CHECKS.values() if check.answer != "measured"]
RULES = measured_checks()
YESTERDAY = NOW - timedelta(days=1)

IN_ORDER: tuple[object, ...] = (
    f.SystemRelease("debian", "13", "Debian GNU/Linux 13 (trixie)"),
    f.SecurityUpdates(0),
    f.UpdateLists(YESTERDAY),
    f.AutomaticUpdates(enabled=True, mechanism="unattended-upgrades"),
    f.PendingReboot(required=False),
    f.PackageSources(3, 0),
    f.InstalledSoftware({"firefox-esr": "140.5"}),
    f.SecureBoot(enabled=True),
    f.TimeSync(active=True, mechanism="chronyd"),
    f.LogRetention(365, survives_restart=True),
    f.DiskSpace(0.6, 2),
    f.StartupRights(0, 200),
    f.SystemVolumes((f.Volume("/", encrypted=True),)),
    f.SwapAreas((f.Volume("/swap", encrypted=True),)),
    f.RemovableMedia((f.Medium("/media/cle", encrypted=True, holds_backup=False),)),
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
    f.Firewall(active=True, mechanism="nftables"),
    f.Antivirus(("ClamAV",), running=True, signatures_at=YESTERDAY),
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
    f.LocalCertificates((NOW + timedelta(days=200),)),
    f.CardReader(1, service_running=True),
    f.CardMiddleware("5.2.2"),
    f.SensitiveFiles((), 120, complete=True),
    f.BrowserPasswords(0),
    f.PasswordManagers(("KeePassXC",)),
    f.PrivateKeys(0, 1),
    f.StoredCredentials(()),
    f.PrintSpool(0),
    f.BackupPrograms(("restic",)),
    f.BackupTrace("restic", YESTERDAY),
    f.PermanentBackupMounts(0),
    f.SyncFolders(("Nextcloud",)),
    f.BackupTargets(1, 0),
    f.MailAccounts((f.MailAccount(f.MailHost.MSSANTE, encrypted=True),)),
    f.MailForwarding(0, 1),
    f.MailRemoteContent(0, 1),
)
"""Every fact type, each in a state that all its rules accept."""


def facts(*changed: object) -> Facts:
    """A computer in order, with some facts changed. `Unknown` and `Absent` are set with `Facts.without` or `absent`."""
    return Facts({f.Moment: f.Moment(NOW), **{type(fact): fact for fact in (*IN_ORDER, *changed)}})


def only(*known: object) -> Facts:
    """A computer of which nothing else is known."""
    return Facts({f.Moment: f.Moment(NOW), **{type(fact): fact for fact in known}})


def absent(whole: Facts, kind: type, reason: str = "Rien de tel ici.") -> Facts:
    """The same facts, one of them having nothing to look at."""
    return Facts({**whole.by_type, kind: f.Absent(reason)})


def verdict(check_id: str, *known: object) -> Verdict:
    """One rule's verdict on a computer in order where `known` was changed."""
    return RULES[check_id].judge(facts(*known))


def yes(check: CheckEntry, **changes: Any) -> Answer:
    """The good answer, fresh and proved."""
    plain = {"check_id": check.id, "answer": "yes", "answered_on": TODAY, "proof": "Attestation du 3 novembre 2026"}
    return Answer(**{**plain, **changes})


def answers(changed: dict[str, str] | None = None, **more: Any) -> Answers:
    """Every question answered yes, some of them otherwise."""
    told = {check.id: yes(check) for check in ASKED}
    told |= {check_id: Answer(check_id, answer, TODAY) for check_id, answer in (changed or {}).items()}  # type: ignore[arg-type]
    return Answers(told, **more)


def context(told: Answers | None = None, now: datetime = NOW) -> Context:
    """The shipped catalogue, on Linux."""
    return Context(catalogue(), answers() if told is None else told, "linux", now)


def checkup(whole: Facts | None = None, told: Answers | None = None, **more: Any) -> Checkup:
    """The check-up of a practice in order, or of the given one."""
    return judge(facts() if whole is None else whole, context(told), **more)


def of(result: Checkup, check_id: str) -> Finding:
    """One finding of a check-up."""
    return next(finding for finding in result.findings if finding.check_id == check_id)


def finding(
    outcome: Outcome = Outcome.FAILED,
    severity: Severity = Severity.NOTABLE,
    measure: Measure = Measure.ACCESS,
    **changes: Any,
) -> Finding:
    """A finding of any check."""
    origin = Origin.UNKNOWN if outcome is Outcome.UNKNOWN else Origin.MEASURED
    plain = Finding(
        "access-firewall", measure, outcome, origin, "Une raison.", severity, Owner.IT_PROVIDER, "Un titre",
        "Une phrase.", "Pourquoi.", ("Un geste.",), ("Un retour.",), 5, {}, (), NOW, NOW, None,
    )  # fmt: skip
    return replace(plain, **changes)


def waiver(until: date = TODAY + timedelta(days=60)) -> Waiver:
    """A running exception."""
    return Waiver("Le scanner ne fonctionne qu'ainsi.", until)
