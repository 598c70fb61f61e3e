"""What people do about findings, one verb an action: each in one transaction with its line of the journal.

Every change ends with a snapshot, so that the history and « depuis la dernière fois » miss nothing.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from hygie.checkup.run import Checkup
from hygie.reference.catalogue import catalogue
from hygie.web.dashboard import rules, store
from hygie.web.dashboard.models import Answer, Proof, Question, Snapshot, Visit, Waiver
from hygie.web.dashboard.selectors import current_checkup, snapshot_before
from hygie.web.errors import Outdated
from hygie.web.journal.flows import Actor, record

NEW_VISIT = timedelta(minutes=30)
LINK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a check, as a form gives it."""

    answer: str
    note: str = ""
    waiting_for: str = ""
    expected_on: date | None = None


@transaction.atomic
def give_answer(
    actor: Actor, practice: Any, check_id: str, reply: Reply, *, now: datetime, seen: int | None = None, by: str = ""
) -> Answer:
    """Answer a check. `seen` is the version shown, None when it does not matter; Outdated when it changed meanwhile.

    `by` is who declares it, when it is not the actor.
    """
    row = _answer_row(replace(actor, name=by or actor.name), practice, check_id, reply, now, seen)
    title = catalogue().checks[check_id].title
    word = dict(Answer.CHOICES)[reply.answer]
    data = {"check": check_id, "answer": reply.answer, "expected_on": str(reply.expected_on or "")}
    record(actor, "answer.given", f"{title} : {word}.", subject=f"check:{check_id}", data=data)
    take_snapshot(practice, now)
    return row


def _answer_row(actor: Actor, practice: Any, check_id: str, reply: Reply, now: datetime, seen: int | None) -> Answer:
    fields = {**asdict(reply), "answered_on": now.date(), "answered_by": actor.name}
    row = Answer.objects.for_practice(practice).filter(check_id=check_id).first()
    if row is None:
        return Answer.objects.create(practice=practice, check_id=check_id, **fields)
    if seen is not None and row.version != seen:
        raise Outdated
    for name, value in fields.items():
        setattr(row, name, value)
    row.save_version(row.version)
    return row


@transaction.atomic
def decide_exception(
    actor: Actor, practice: Any, check_id: str, *, reason: str, until: date, now: datetime, seen: int | None = None
) -> Waiver:
    """Accept a failure for a reason, until a date."""
    row = Waiver.objects.for_practice(practice).filter(check_id=check_id).first()
    fields = {"reason": reason, "until": until, "decided_by": actor.name, "decided_at": now}
    if row is None:
        row = Waiver.objects.create(practice=practice, check_id=check_id, **fields)
    else:
        if seen is not None and row.version != seen:
            raise Outdated
        for name, value in fields.items():
            setattr(row, name, value)
        row.save_version(row.version)
    title = catalogue().checks[check_id].title
    text = f"Exception acceptée jusqu’au {until:%d/%m/%Y} : {title}."
    record(actor, "exception.decided", text, subject=f"check:{check_id}", data={"reason": reason, "until": str(until)})
    take_snapshot(practice, now)
    return row


@transaction.atomic
def end_exception(actor: Actor, waiver: Waiver, *, now: datetime) -> None:
    """Take an exception back."""
    title = catalogue().checks[waiver.check_id].title
    record(actor, "exception.ended", f"Exception retirée : {title}.", subject=f"check:{waiver.check_id}")
    practice = waiver.practice
    waiver.delete()
    take_snapshot(practice, now)


@transaction.atomic
def add_proof(
    actor: Actor,
    *,
    practice: Any,
    name: str,
    taken_on: date,
    content: bytes,
    now: datetime,
    check_id: str = "",
    creation_key: UUID | None = None,
) -> Proof:
    """Keep a file that proves something, sealed under a random name. Sent twice by mistake, it is kept once."""
    key = creation_key or uuid4()
    known = Proof.objects.for_practice(practice).filter(creation_key=key).first()
    if known is not None:
        return known
    media_type = store.media_type(content)
    proof = Proof.objects.create(
        practice=practice, check_id=check_id, name=name, taken_on=taken_on, added_by=actor.name,
        sha256=hashlib.sha256(content).hexdigest(), size=len(content), media_type=media_type, creation_key=key,
    )  # fmt: skip
    store.write(proof.stored_as, content)
    data = {"check": check_id, "sha256": proof.sha256, "size": proof.size, "taken_on": str(taken_on)}
    record(actor, "proof.added", "Preuve ajoutée.", subject=f"proof:{proof.pk}", data=data)
    take_snapshot(practice, now)
    return proof


@transaction.atomic
def remove_proof(actor: Actor, proof: Proof, *, now: datetime) -> None:
    """Take a proof away: its line stays, its content goes once the change is written."""
    proof.removed_at = now
    proof.save_version(proof.version)
    data = {"sha256": proof.sha256}
    record(actor, "proof.removed", "Preuve retirée.", subject=f"proof:{proof.pk}", data=data)
    take_snapshot(proof.practice, now)
    transaction.on_commit(lambda: store.remove(proof.stored_as))


@transaction.atomic
def ask(
    actor: Actor,
    practice: Any,
    *,
    check_id: str,
    asked_to: str,
    now: datetime,
    expected_on: date | None = None,
    topic: str = "",
    owner: str = "",
) -> tuple[Question, str]:
    """Put a question to somebody. Gives the question and the secret of its link, shown once and kept as a digest."""
    token = secrets.token_urlsafe(24)
    owner = owner or (rules.asked_owner(catalogue(), check_id).value if check_id else "doctor")
    question = Question.objects.create(
        practice=practice, check_id=check_id, topic=topic, asked_to=asked_to, owner=owner, asked_by=actor.name,
        asked_at=now, expected_on=expected_on, digest=digest(token), expires_at=now + timedelta(days=LINK_DAYS),
    )  # fmt: skip
    data = {"check": check_id, "topic": topic}
    record(actor, "question.asked", f"Question posée à {asked_to}.", subject=f"question:{question.pk}", data=data)
    return question, token


@transaction.atomic
def renew_link(actor: Actor, question: Question, *, now: datetime) -> str:
    """A new link for a question still open; the old one no longer opens."""
    token = secrets.token_urlsafe(24)
    question.digest, question.expires_at = digest(token), now + timedelta(days=LINK_DAYS)
    question.save_version(question.version)
    record(actor, "question.link", "Nouveau lien pour une question.", subject=f"question:{question.pk}")
    return token


@transaction.atomic
def answer_question(question: Question, reply: Reply, *, name: str, now: datetime) -> None:
    """The answer of somebody who received a link: declared by that person, once."""
    locked = Question.objects.select_for_update().get(pk=question.pk)
    if locked.answered_at is not None:
        raise Outdated
    who = name or locked.asked_to
    locked.answered_at, locked.closed_at, locked.digest = now, now, None
    locked.reply, locked.reply_note, locked.replied_by = reply.answer, reply.note, who[:80]
    locked.save_version(locked.version)
    actor = Actor(locked.practice_id, "system", f"{who}, par le lien")  # nobody verified that name
    record(actor, "question.answered", "Réponse reçue par le lien d’une question.", subject=f"question:{locked.pk}")
    if locked.check_id and _worth_keeping(locked.check_id, reply):
        give_answer(actor, locked.practice, locked.check_id, reply, now=now, by=f"{who[:60]}, par le lien")


def _worth_keeping(check_id: str, reply: Reply) -> bool:
    """Of what a machine measures, only « I am on it » is an answer: the rest is read, then measured again."""
    return catalogue().checks[check_id].answer != "measured" or reply.answer == "waiting"


@transaction.atomic
def close_question(actor: Actor, question: Question, *, now: datetime) -> None:
    """No longer ask."""
    question.closed_at, question.digest = now, None
    question.save_version(question.version)
    record(actor, "question.closed", "Question retirée.", subject=f"question:{question.pk}")


@transaction.atomic
def take_snapshot(practice: Any, now: datetime) -> Snapshot | None:
    """Write where the practice stands when it changed, or once a day; None when there was nothing to write."""
    checkup = current_checkup(practice, now)
    transaction.on_commit(lambda: store.export_answers(practice))
    return keep_snapshot(practice, checkup, now)


def keep_snapshot(practice: Any, checkup: Checkup, now: datetime) -> Snapshot | None:
    """The same from a check-up at hand: what the inventory or the calendar changed shows at the next look."""
    before = snapshot_before(practice, now)
    if before is not None and not _worth_writing(checkup, before, now):
        return None
    if before is not None:
        checkup = rules.with_firsts(checkup, before.firsts, before.outcomes)
    kept = rules.frozen(checkup)
    return Snapshot.objects.create(
        practice=practice, taken_at=now, day=now.date(), catalogue_version=checkup.catalogue_version, **asdict(kept)
    )


def _worth_writing(checkup: Checkup, before: Snapshot, now: datetime) -> bool:
    changed = rules.frozen(checkup).outcomes != before.outcomes
    return changed or checkup.catalogue_version != before.catalogue_version or before.day != now.date()


def note_visit(member: Any, now: datetime) -> datetime | None:
    """Remember that this person looked, and give when they looked before; a glance within half an hour is the same.

    Most glances write nothing, and so never wait for another program that writes.
    """
    visit = Visit.objects.filter(member=member).first()
    if visit is not None and visit.last_at <= now < visit.last_at + NEW_VISIT:
        return visit.before_at
    return _noted(member, now)


@transaction.atomic
def _noted(member: Any, now: datetime) -> datetime | None:
    visit, new = Visit.objects.get_or_create(member=member, defaults={"practice": member.practice, "last_at": now})
    if not new and now - visit.last_at >= NEW_VISIT:
        visit.before_at, visit.last_at = visit.last_at, now
        visit.save()
    elif not new and now < visit.last_at:
        visit.last_at = now
        visit.save()
    return visit.before_at


def digest(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()
