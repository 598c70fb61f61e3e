"""Every rule, on facts built by hand: what passes, what fails, what stays unknown, and the sentence a doctor reads."""

import re
from datetime import UTC, date, datetime

import pytest

from hygie.content.hints import Hint
from hygie.core.finding import Outcome
from hygie.core.french import typeset
from hygie.probes import facts as f
from hygie.probes.facts import Place
from tests.checkup.build import RULES, verdict
from tests.checkup.rule_cases import CASES, FAILED, NA, PASSED, files, reachable, release

NEVER_FAILS = {"access-dns"}
BESIDE = {("backup-sync-only", FAILED), ("cps-middleware", NA)}  # need two facts: tested below


@pytest.mark.parametrize(("check_id", "fact", "outcome", "part"), CASES, ids=lambda value: str(value)[:60])
def test_a_rule_judges_and_says_it(check_id: str, fact: object, outcome: Outcome, part: str) -> None:
    judged = verdict(check_id, fact)
    assert judged.outcome is outcome
    assert part in judged.summary


@pytest.mark.parametrize("check_id", RULES)
def test_every_rule_is_seen_passing_and_failing_and_in_each_of_its_own_outcomes(check_id: str) -> None:
    seen = {outcome for name, _, outcome, _ in CASES if name == check_id}
    seen |= {outcome for name, outcome in BESIDE if name == check_id}
    named = {Outcome(word) for word in RULES[check_id].rule.__code__.co_names if word in [*Outcome]}
    assert named <= seen
    assert PASSED in seen
    assert (FAILED in seen) is (check_id not in NEVER_FAILS)


@pytest.mark.parametrize(("check_id", "fact", "outcome", "part"), CASES, ids=lambda value: str(value)[:60])
def test_a_sentence_is_one_french_sentence_and_keeps_no_file_name(
    check_id: str, fact: object, outcome: Outcome, part: str
) -> None:
    del outcome, part
    judged = verdict(check_id, fact)
    printed = typeset(judged.summary)
    assert printed[-1] in ".?"
    assert printed[0].isupper() or printed[0].isdigit() or check_id in ("access-system-supported", "backup-recent")
    assert "  " not in printed
    assert "secret" not in judged.summary
    assert not re.search(r"\b(?:0|1) \w+s\b", judged.summary)
    assert not re.search(
        r"\b(?:[2-9]|\d\d+) (?:compte|dossier|disque|fichier|jour|service|réseau|règle|document)\b", judged.summary
    )
    visible = {key: value for key, value in judged.evidence.items() if key != "names"}
    assert "secret" not in str(visible)


def test_file_names_are_kept_apart_for_the_person_s_own_terminal() -> None:
    judged = verdict("gdpr-patient-files", files(Hint.PATIENTS, Place.DESKTOP, Place.SYNCED))
    assert judged.evidence == {"files": 1, "places": ["sur le bureau"], "names": ["secret 0.pdf"]}


def test_only_rules_about_people_s_files_have_names_in_their_evidence() -> None:
    named = {check_id for check_id, fact, _, _ in CASES if "names" in verdict(check_id, fact).evidence}
    assert named == {"cps-pin-file", "passwords-list-file", "gdpr-patient-files", "gdpr-patient-files-synced"}


def test_synchronised_folders_alone_are_no_backup() -> None:
    none = f.BackupPrograms(())
    one = verdict("backup-sync-only", none, f.SyncFolders(("OneDrive",)))
    assert one.outcome is FAILED
    assert one.summary.startswith("OneDrive recopie aussi")
    two = verdict("backup-sync-only", none, f.SyncFolders(("OneDrive", "Dropbox")))
    assert two.summary.startswith("OneDrive et Dropbox recopient aussi")


def test_without_a_reader_the_missing_card_software_is_no_fault() -> None:
    no_reader = f.CardReader(0, service_running=None)
    assert verdict("cps-middleware", no_reader, f.CardMiddleware(None)).outcome is NA
    assert verdict("cps-middleware", no_reader, f.CardMiddleware("5.0")).outcome is FAILED


@pytest.mark.parametrize(
    ("today", "outcome", "part"),
    [
        (date(2028, 4, 1), PASSED, "est corrigé jusqu'au 30 juin 2028"),
        (date(2028, 4, 2), FAILED, "ne sera plus corrigé après le 30 juin 2028"),
        (date(2028, 6, 30), FAILED, "ne sera plus corrigé après"),
        (date(2028, 7, 1), FAILED, "n'est plus corrigé depuis le 30 juin 2028"),
    ],
)
def test_the_end_of_support_is_announced_ninety_days_before(today: date, outcome: Outcome, part: str) -> None:
    moment = f.Moment(datetime(today.year, today.month, today.day, 12, tzinfo=UTC))
    judged = verdict("access-system-supported", moment, release("debian", "12"))
    assert (judged.outcome, part in judged.summary) == (outcome, True)


def test_ports_are_evidence_with_their_program_when_it_is_known() -> None:
    assert verdict("access-vnc", reachable(5900, program="x11vnc")).evidence == {"ports": ["5900/tcp x11vnc"]}
    assert verdict("access-vnc", reachable(5900)).evidence == {"ports": ["5900/tcp"]}
