from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from hygie.checkup.answers import read_answers
from hygie.core.finding import Outcome
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Role
from hygie.web.dashboard import flows, rules, selectors
from hygie.web.dashboard.flows import Reply
from hygie.web.dashboard.models import Answer, Proof, Question, Snapshot
from hygie.web.dashboard.store import NotAProof
from hygie.web.errors import Outdated
from hygie.web.journal.flows import Actor
from hygie.web.journal.models import JournalEntry
from tests.web.conftest import make_member

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHECK = "backup-offline"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def actor(practice: Any) -> Actor:
    return Actor.of(make_member(practice, Role.HOLDER))


def outcome(practice: Any, check_id: str, now: datetime = NOW) -> Outcome:
    found = selectors.current_checkup(practice, now).findings
    return next(finding.outcome for finding in found if finding.check_id == check_id)


def lines(practice: Any) -> list[str]:
    return list(JournalEntry.objects.filter(practice=str(practice.pk)).order_by("seq").values_list("kind", flat=True))


def test_an_answer_changes_the_finding_the_journal_and_the_history(practice: Any, actor: Actor) -> None:
    assert outcome(practice, CHECK) is Outcome.UNKNOWN
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    assert outcome(practice, CHECK) is Outcome.FAILED
    assert lines(practice) == ["answer.given"]
    assert Snapshot.objects.get().outcomes[CHECK] == "failed"


def test_answering_again_replaces_and_the_journal_keeps_both(practice: Any, actor: Actor) -> None:
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    flows.give_answer(actor, practice, CHECK, Reply("yes"), now=NOW, seen=1)
    assert Answer.objects.get().answer == "yes"
    assert lines(practice) == ["answer.given", "answer.given"]


def test_an_answer_over_somebody_elses_is_refused(practice: Any, actor: Actor) -> None:
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    flows.give_answer(actor, practice, CHECK, Reply("yes"), now=NOW, seen=1)
    with pytest.raises(Outdated):
        flows.give_answer(actor, practice, CHECK, Reply("unknown"), now=NOW, seen=1)
    assert Answer.objects.get().answer == "yes"
    assert len(lines(practice)) == 2


def test_an_action_that_fails_leaves_no_line(practice: Any, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(flows, "take_snapshot", broken)
    with pytest.raises(RuntimeError):
        flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    assert lines(practice) == []
    assert not Answer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_a_transaction_is_refused(practice: Any) -> None:
    from hygie.web.journal.flows import record

    with pytest.raises(transaction.TransactionManagementError):
        record(Actor.system(practice.pk), "test.line", "Rien.")


def test_an_exception_ends_by_itself(practice: Any, actor: Actor) -> None:
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    until = (NOW + timedelta(days=30)).date()
    flows.decide_exception(actor, practice, CHECK, reason="Le disque arrive", until=until, now=NOW)
    finding = next(f for f in selectors.current_checkup(practice, NOW).findings if f.check_id == CHECK)
    assert finding.exception is not None
    later = NOW + timedelta(days=31)
    finding = next(f for f in selectors.current_checkup(practice, later).findings if f.check_id == CHECK)
    assert finding.exception is None


def test_an_exception_taken_back_counts_again(practice: Any, actor: Actor) -> None:
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    waiver = flows.decide_exception(actor, practice, CHECK, reason="Plus tard", until=NOW.date(), now=NOW)
    flows.end_exception(actor, waiver, now=NOW)
    assert lines(practice)[-2:] == ["exception.decided", "exception.ended"]


def test_a_proof_is_sealed_on_the_disk_and_opens_again(practice: Any, actor: Actor) -> None:
    proof = flows.add_proof(
        actor, practice=practice, check_id=CHECK, name="Photo du coffre", taken_on=NOW.date(), content=PNG, now=NOW
    )
    path = Path(settings.HYGIE_FOLDER) / "proofs" / f"{proof.stored_as}.sealed"
    assert b"PNG" not in path.read_bytes()
    assert flows.store.read(proof.stored_as) == PNG
    assert (proof.size, proof.media_type) == (len(PNG), "image/png")


def test_a_proof_sent_twice_is_kept_once(practice: Any, actor: Actor) -> None:
    key = flows.uuid4()
    for _ in range(2):
        flows.add_proof(actor, practice=practice, name="x", taken_on=NOW.date(), content=PNG, now=NOW, creation_key=key)
    assert Proof.objects.count() == 1
    assert lines(practice) == ["proof.added"]


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html><script>\x00", b"PK\x03\x04", b"\x00" * 10])
def test_what_is_no_proof_is_refused(practice: Any, actor: Actor, content: bytes) -> None:
    with pytest.raises(NotAProof):
        flows.add_proof(actor, practice=practice, name="x", taken_on=NOW.date(), content=content, now=NOW)
    assert not Proof.objects.exists()


def test_a_proved_check_asks_for_its_proof(practice: Any, actor: Actor) -> None:
    check_id = next(check.id for check in catalogue().checks.values() if check.answer == "proved")
    flows.give_answer(actor, practice, check_id, Reply("yes"), now=NOW)
    assert outcome(practice, check_id) is Outcome.UNKNOWN
    proof = flows.add_proof(
        actor, practice=practice, check_id=check_id, name="Attestation", taken_on=NOW.date(), content=PNG, now=NOW
    )
    assert outcome(practice, check_id) is Outcome.PASSED
    flows.remove_proof(actor, proof, now=NOW)
    assert outcome(practice, check_id) is Outcome.UNKNOWN


def test_a_question_is_answered_once_through_its_link(practice: Any, actor: Actor) -> None:
    question, token = flows.ask(actor, practice, check_id=CHECK, asked_to="Perrin Informatique", now=NOW)
    assert Question.objects.get(digest=flows.digest(token)) == question
    flows.answer_question(question, Reply("yes"), name="Lionel Perrin", now=NOW)
    assert outcome(practice, CHECK) is Outcome.PASSED
    assert Answer.objects.get().answered_by == "Lionel Perrin, par le lien"
    with pytest.raises(Outdated):
        flows.answer_question(question, Reply("no"), name="Un autre", now=NOW)
    assert not Question.objects.filter(digest=flows.digest(token)).exists()


def test_a_renewed_link_kills_the_old_one(practice: Any, actor: Actor) -> None:
    question, old = flows.ask(actor, practice, check_id=CHECK, asked_to="Perrin", now=NOW)
    new = flows.renew_link(actor, question, now=NOW)
    assert not Question.objects.filter(digest=flows.digest(old)).exists()
    assert Question.objects.filter(digest=flows.digest(new)).exists()


def test_no_secret_of_a_link_is_kept(practice: Any, actor: Actor) -> None:
    question, token = flows.ask(actor, practice, check_id=CHECK, asked_to="Perrin", now=NOW)
    assert token not in str(vars(question))
    assert all(token not in str(vars(entry)) for entry in JournalEntry.objects.all())


def test_a_quiet_day_writes_one_snapshot_and_a_change_writes_at_once(practice: Any, actor: Actor) -> None:
    assert flows.take_snapshot(practice, NOW) is not None
    assert flows.take_snapshot(practice, NOW + timedelta(hours=1)) is None
    assert flows.take_snapshot(practice, NOW + timedelta(days=1)) is not None
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW + timedelta(days=1, hours=1))
    assert Snapshot.objects.count() == 3


def test_the_first_day_of_a_state_is_kept_from_snapshot_to_snapshot(practice: Any, actor: Actor) -> None:
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    flows.take_snapshot(practice, NOW + timedelta(days=3))
    last = selectors.snapshot_before(practice, NOW + timedelta(days=3))
    assert last is not None
    assert datetime.fromisoformat(last.firsts[CHECK]) == NOW
    checkup = selectors.current_checkup(practice, NOW + timedelta(days=5))
    dated = rules.with_firsts(checkup, last.firsts, last.outcomes)
    assert next(f.first_seen_at for f in dated.findings if f.check_id == CHECK) == NOW


def test_since_last_time_is_counted_from_the_visit_before(practice: Any) -> None:
    member = make_member(practice, Role.HOLDER)
    actor = Actor.of(member)
    flows.take_snapshot(practice, NOW)
    assert flows.note_visit(member, NOW) is None
    flows.give_answer(actor, practice, CHECK, Reply("yes"), now=NOW + timedelta(days=1))
    before = flows.note_visit(member, NOW + timedelta(days=2))
    assert before == NOW
    since = selectors.snapshot_before(practice, before)
    checkup = selectors.current_checkup(practice, NOW + timedelta(days=2), since=since)
    assert checkup.since_last is not None
    assert checkup.since_last.better == (CHECK,)
    assert flows.note_visit(member, NOW + timedelta(days=2, minutes=5)) == NOW


def test_a_clock_put_back_does_not_freeze_the_visits(practice: Any) -> None:
    member = make_member(practice, Role.HOLDER)
    flows.note_visit(member, NOW + timedelta(days=3000))
    flows.note_visit(member, NOW)
    assert flows.note_visit(member, NOW + timedelta(days=1)) == NOW


@pytest.mark.django_db(transaction=True)
def test_hygie_bilan_finds_the_answers(practice: Any) -> None:
    actor = Actor.of(make_member(practice, Role.HOLDER))
    flows.give_answer(actor, practice, CHECK, Reply("no"), now=NOW)
    given = read_answers(Path(settings.HYGIE_FOLDER) / "answers.json", catalogue().checks)
    assert given.by_check[CHECK].answer == "no"
    assert given.practice == practice.name


@pytest.mark.django_db(transaction=True)
def test_the_demonstration_never_writes_answers_for_hygie_bilan(other_practice: Any) -> None:
    path = Path(settings.HYGIE_FOLDER) / "answers.json"
    path.unlink(missing_ok=True)
    other_practice.demo = True
    other_practice.save()
    flows.give_answer(Actor.system(other_practice.pk), other_practice, CHECK, Reply("no"), now=NOW)
    assert not path.exists()


def test_two_practices_never_mix(practice: Any, other_practice: Any, actor: Actor) -> None:
    flows.give_answer(actor, practice, CHECK, Reply("yes"), now=NOW)
    assert outcome(practice, CHECK) is Outcome.PASSED
    assert outcome(other_practice, CHECK) is Outcome.UNKNOWN


def test_the_inventory_answers_until_somebody_says_otherwise(practice: Any, actor: Actor) -> None:
    from datetime import date

    from hygie.checkup.answers import Answer as Given

    found = {CHECK: Given(CHECK, "no", date(2026, 11, 20))}
    assert rules.newer(found, {}) == found
    assert rules.newer(found, {CHECK: Given(CHECK, "unknown", date(2026, 11, 23))}) == found
    assert rules.newer(found, {CHECK: Given(CHECK, "yes", date(2026, 11, 19))}) == found
    assert rules.newer(found, {CHECK: Given(CHECK, "yes", date(2026, 11, 21))}) == {}


def test_a_card_about_to_end_shows_by_itself(practice: Any, actor: Actor) -> None:
    from django.utils import timezone

    from hygie.web.accounts.models import Member
    from hygie.web.inventory.models import Card

    today = timezone.localdate()
    holder = Member.objects.for_practice(practice).get()
    Card.objects.create(practice=practice, kind="cps", holder=holder, expires_on=today + timedelta(days=10))
    assert outcome(practice, "cps-expiry", timezone.localtime()) is Outcome.FAILED


def test_what_the_inventory_shows_is_said_as_it_is_and_a_note_never_passes_for_it(practice: Any, actor: Actor) -> None:
    from django.utils import timezone

    from hygie.web.accounts.models import Member
    from hygie.web.inventory.models import Card

    now = timezone.localtime()
    holder = Member.objects.for_practice(practice).get()
    Card.objects.create(practice=practice, kind="cps", holder=holder, expires_on=now.date() + timedelta(days=10))
    flows.give_answer(actor, practice, CHECK, Reply("no", note="Inventaire : tout va bien."), now=now)
    said = {f.check_id: f.summary for f in selectors.current_checkup(practice, now).findings}
    assert said["cps-expiry"].startswith("La carte CPS de Dr Hélène Fontaine finit le ")
    assert "tout va bien" not in said[CHECK]
