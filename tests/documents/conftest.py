"""Check-ups made by hand for the documents: a calm one, a blank one, a long one, a hostile one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from hygie.checkup.answers import Answer, Answers
from hygie.checkup.run import Checkup, Context, SinceLast, judge
from hygie.checkup.score import Status
from hygie.content.hints import Hint
from hygie.core.finding import Origin, Outcome, Waiver
from hygie.probes.collect import Facts
from hygie.probes.facts import (
    Antivirus,
    AutomaticUpdates,
    BackupPrograms,
    BackupTrace,
    DiskSpace,
    Firewall,
    Medium,
    Moment,
    PasswordManagers,
    Place,
    RemovableMedia,
    ScreenLock,
    SecurityUpdates,
    SensitiveFile,
    SensitiveFiles,
    SystemRelease,
    SystemVolumes,
    Volume,
)
from hygie.reference.catalogue import catalogue
from tests.chromium import chromium

NOW = datetime(2026, 11, 3, 8, 15, tzinfo=timezone(timedelta(hours=1)))
SECRET_NAME = "ordonnance_JEANNE_DUPONTEL.pdf"
PHONES = {
    "Assistance de l'assureur": "01 99 00 12 34",
    "Informatique": "02 61 91 45 10",
    "Hébergeur du dossier": "03 53 01 77 20",
    "Fournisseur d'accès": "04 65 71 30 16",
}
HOSTILE = (
    "\"><script>alert('x')</script>&amp;{{ 7*7 }}#let x = 1 $x$ *gras* _i_ `c` @ref <l> \\u{7}"
    "\u202eRLO\u2066 שלום مرحبا 😀👩‍⚕️\x00\x07\x1b[31m\ud800\ue000 " + "W" * 300
)


def facts(*, disk_in: bool = False, **extra: object) -> Facts:
    """What a tidy computer says of itself, a backup disk plugged in or not."""
    known = [
        Moment(NOW),
        SystemRelease("debian", "12", "Debian GNU/Linux 12 (bookworm)"),
        SecurityUpdates(0),
        AutomaticUpdates(True, "unattended-upgrades"),
        ScreenLock(True, 300, 1),
        Firewall(True, "nftables"),
        Antivirus(("ClamAV",), True, NOW - timedelta(days=1)),
        SystemVolumes((Volume("/", True),)),
        DiskSpace(0.4, 1),
        RemovableMedia((Medium("/media/copie", True, disk_in),) if disk_in else ()),
        BackupPrograms(("restic",)),
        BackupTrace("restic", NOW - timedelta(days=1)),
        PasswordManagers(("KeePassXC",)),
        SensitiveFiles((SensitiveFile(Hint.PATIENTS, Place.DESKTOP, SECRET_NAME),), 812, True),
    ]
    return Facts({type(fact): fact for fact in known} | {type(fact): fact for fact in extra.values()})


def awaited(word: str) -> dict[str, object]:
    return {"waiting_for": "Perrin Informatique", "expected_on": date(2026, 11, 6)} if word == "waiting" else {}


def answers(default: str = "yes", **changes: str) -> Answers:
    """Every question answered in the same way, but for some (`backup_offline="no"`)."""
    asked = [check.id for check in catalogue().checks.values() if check.answer != "measured"]
    given = dict.fromkeys(asked, default) | {name.replace("_", "-"): word for name, word in changes.items()}
    by_check = {
        name: Answer(name, word, date(2026, 10, 29), proof="une pièce" if word == "yes" else "", **awaited(word))
        for name, word in given.items()
        if word != "none"
    }
    return Answers(by_check, {}, "Cabinet du Dr Fontaine, Val-sur-Orne", "MRP-2024-118204", PHONES)


def context(given: Answers) -> Context:
    return Context(catalogue(), given, "linux", NOW)


def all_passed(checkup: Checkup) -> Checkup:
    """The same check-up on the day when every single thing is in order."""
    measures = tuple(
        replace(
            measure,
            status=Status.GOOD,
            sentence="Tout est en ordre ici.",
            findings=tuple(replace(f, outcome=Outcome.PASSED, origin=Origin.MEASURED) for f in measure.findings),
        )
        for measure in checkup.measures
    )
    return replace(
        checkup, measures=measures, actions=(), sentence="Tout est en ordre.", headline="7 en ordre sur 7", unknown=0
    )


def lengthened(checkup: Checkup, text: str, *, practice: str) -> Checkup:
    """The check-up with every free text replaced: what a report must survive."""
    measures = tuple(
        replace(
            measure,
            sentence=text,
            findings=tuple(
                replace(f, title=text, summary=text, why=text, steps=(text, text), undo=(text,),
                        evidence={"places": [text], "names": [SECRET_NAME], "count": 3},
                        exception=Waiver(text, date(2027, 5, 1)) if rank == 1 else f.exception)
                for rank, f in enumerate(measure.findings)
            ),
        )
        for measure in checkup.measures
    )  # fmt: skip
    actions = tuple(replace(action, title=text[:70], why=text) for action in checkup.actions)
    since = SinceLast(NOW - timedelta(days=8), "2026-10-01", (text,) * 5, ("backup-offline",) * 2, ("cps-expiry",) * 3)
    return replace(
        checkup, measures=measures, actions=actions, sentence=text, practice=practice, host=practice,
        insurer_contract=practice, phones={practice: practice, **PHONES, "Voisin": "0600000000"}, since_last=since,
    )  # fmt: skip


@pytest.fixture(scope="session")
def calm() -> Checkup:
    """One urgent thing, one thing to do, one awaited, one unknown, one exception."""
    given = answers(passwords_mfa_mailbox="waiting", gdpr_processor_contracts="none", training_drill="no",
                    messaging_domain_protection="no", cps_expiry="not_applicable")  # fmt: skip
    given.waivers.update({"messaging-domain-protection": Waiver("L'éditeur s'en charge en mai", date(2027, 5, 1))})
    checkup = judge(facts(disk_in=True), context(given), host="PC-ACCUEIL")
    since = SinceLast(
        NOW - timedelta(days=8), "2026-10-01",
        ("Aucun disque de sauvegarde n’est branché : passé d’« en ordre » à « à faire ».",
         "L’antivirus fonctionne : passé d’« à faire » à « en ordre ».",
         "Les mises à jour s’installent seules : passé d’« inconnu » à « en ordre »."),
        ("access-antivirus", "access-updates-automatic"), ("backup-disk-unplugged",),
    )  # fmt: skip
    return replace(checkup, since_last=since)


@pytest.fixture(scope="session")
def blank() -> Checkup:
    """Day one: nothing measured, nothing answered, no number known."""
    return judge(Facts({}), context(Answers()))


@pytest.fixture(scope="session")
def perfect() -> Checkup:
    """Every question answered well, every measured finding passed."""
    return all_passed(judge(facts(), context(answers())))


@pytest.fixture(scope="session")
def long() -> Checkup:
    """Six actions and texts at the limit of what the catalogue allows: the two pages must still hold."""
    text = "Le disque de sauvegarde est resté branché toute la semaine, personne ne l’a rangé dans l’armoire. " * 6
    return lengthened(judge(facts(disk_in=True), context(answers("no"))), text[:600], practice="Cabinet " * 60)


@pytest.fixture(scope="session")
def hostile() -> Checkup:
    """Texts that try to break out of the page, to hide, to reorder, or that no font can draw."""
    return lengthened(judge(facts(disk_in=True), context(answers("no"))), HOSTILE, practice=HOSTILE)


@pytest.fixture(scope="session")
def make() -> Callable[..., Checkup]:
    """`make(default="yes", backup_offline="no")`: a check-up with these answers."""
    return lambda default="yes", **changes: judge(facts(), context(answers(default, **changes)))


__all__ = ["chromium"]
