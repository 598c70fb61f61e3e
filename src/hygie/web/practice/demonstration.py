"""The fictitious practice in the database: made whole, visited, left, removed whole.

It is a practice of its own: nothing of it is in the state, the documents or the journal of the real one. Its journal
lines stay in a chain of their own, since no journal is ever erased.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from hygie.reference.catalogue import catalogue
from hygie.web.accounts.models import Member, User
from hygie.web.dashboard import rules as dashboard_rules
from hygie.web.dashboard import store
from hygie.web.dashboard.flows import take_snapshot
from hygie.web.dashboard.models import Answer, Proof, Question, Snapshot, Visit, Waiver
from hygie.web.inventory.models import Card, Device, DeviceReview, OnlineAccount, Provider
from hygie.web.journal.flows import Actor, record
from hygie.web.practice import example
from hygie.web.practice.errors import NotAnExample
from hygie.web.practice.models import FirstAnswer, Practice
from hygie.web.workstations.models import Report, Workstation
from hygie.web.workstations.reports import packed

SESSION = "hygie-demo"
"""True in the session of somebody who visits the example."""
FRESH = timedelta(days=1)
"""After a day its « ce matin » would lie: it is made again."""
_NAMESPACE = UUID("0d6b0a2e-1b1f-4c0b-9a53-0a54d7c3f0d1")
People = Mapping[str, Member]


def demonstration_id(practice_id: Any) -> UUID:
    """Each real practice has one example, which no other practice can enter."""
    return uuid5(_NAMESPACE, str(practice_id))


def stand_in(member: Any) -> Any:
    """Who the visitor is in the example: its doctor, or None when it was removed. One query."""
    wanted = {"practice_id": demonstration_id(member.practice_id), "role": "holder", "practice__demo": True}
    return Member.objects.select_related("practice").filter(**wanted).order_by("id").first()


@transaction.atomic
def visit_demonstration(member: Any, *, now: datetime) -> Practice:
    """The example of this person's practice, made when there is none, and again when it has grown old."""
    found = Practice.objects.filter(pk=demonstration_id(member.practice_id), demo=True).first()
    if found is not None and timedelta(0) <= now - found.created_at < FRESH:
        return found
    if found is not None:
        _erase(found)
    visited = create_demonstration(demonstration_id(member.practice_id), now=now)
    record(Actor.of(member), "demonstration.visited", "Visite du cabinet d’exemple.", subject="demonstration")
    return visited


@transaction.atomic
def remove_demonstration(member: Any, practice_id: Any) -> None:
    """Erase the example of a real practice, whole. Already gone, nothing changes; NotAnExample for a real one."""
    found = Practice.objects.filter(pk=demonstration_id(practice_id)).first()
    if found is None:
        return
    if not found.demo:
        raise NotAnExample
    _erase(found)
    record(Actor.of(member), "demonstration.removed", "Cabinet d’exemple retiré.", subject="demonstration")


def _erase(practice: Practice) -> None:
    """Rows go with the practice; sealed files go once that is written."""
    files = list(Proof.objects.for_practice(practice).values_list("stored_as", flat=True))
    User.objects.filter(member__practice=practice).delete()
    practice.delete()
    for name in files:
        transaction.on_commit(partial(store.remove, name))


@transaction.atomic
def create_demonstration(key: UUID, *, now: datetime) -> Practice:
    """Make the fictitious practice, with nine months behind it and a report of this morning."""
    data = example.example()
    practice = Practice.objects.create(
        id=key, name=data.name, people=data.people, insurer_contract=data.contract, demo=True, first_run_done_at=now
    )
    Practice.objects.filter(pk=key).update(created_at=now)
    people = _people(practice, now)
    _inventory(practice, people, now)
    _declared(practice, people, now)
    _journal(people, now)
    _history(practice, now)
    take_snapshot(practice, now)
    doctor = Member.objects.for_practice(practice).filter(role="holder").order_by("id").first()
    Visit.objects.create(practice=practice, member=doctor, last_at=now, before_at=example_visit(now))
    practice.refresh_from_db()
    return practice


def example_visit(now: datetime) -> datetime:
    """When the doctor of the example looked before: eight days ago."""
    return now - timedelta(days=8)


def _people(practice: Practice, now: datetime) -> dict[str, Member]:
    """Nobody of the example has an account: it is entered from a real practice only."""
    return {
        one.key: Member.objects.create(
            practice=practice, name=one.name, role=one.role, starts_on=example.day(now, -400),
            ends_on=None if one.ends is None else example.day(now, one.ends),
        )
        for one in example.example().member
    }  # fmt: skip


def _inventory(practice: Practice, people: People, now: datetime) -> None:
    data = example.example()
    providers = {one.kind: Provider.objects.create(practice=practice, **_fields(one)) for one in data.provider}
    for card in data.card:
        ends = example.day(now, card.expires)
        Card.objects.create(practice=practice, kind=card.kind, holder=people[card.holder], expires_on=ends)
    for account in data.account:
        row = OnlineAccount.objects.create(
            practice=practice, name=account.name, second_factor=account.second_factor, method=account.method,
            checked_on=example.day(now, -30), provider=providers.get("agenda") if "Agenda" in account.name else None,
        )  # fmt: skip
        row.users.set([people[user] for user in account.users])
    for rank, machine in enumerate(data.device):
        _device(practice, people, machine, now, first=rank == 0)


def _fields(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _device(practice: Practice, people: People, machine: example.Machine, now: datetime, *, first: bool) -> None:
    ends, reviewed = machine.support_ends, machine.reviewed
    device = Device.objects.create(
        practice=practice, name=machine.name, kind=machine.kind, place=machine.place, system=machine.system,
        holder=people.get(machine.holder), encrypted=machine.encrypted, this_machine=first and machine.measured,
        encrypted_origin="measured" if machine.measured else "declared", bought_on=example.day(now, -600),
        support_ends_on=None if ends is None else example.day(now, ends),
        last_seen_at=now - timedelta(hours=1) if machine.measured else None,
    )  # fmt: skip
    if reviewed is not None:
        moment = now + timedelta(days=reviewed)
        DeviceReview.objects.create(practice=practice, device=device, answers={}, answered_at=moment)
    if machine.measured:
        _report(practice, device, machine, now)
        if not first:
            _workstation(practice, device, now)


def _report(practice: Practice, device: Device, machine: example.Machine, now: datetime) -> None:
    content = catalogue()
    taken = now - timedelta(hours=1)
    Report.objects.create(
        practice=practice, device=device, message_id=uuid4(), taken_at=taken, received_at=taken,
        catalogue_version=content.version, body=packed(example.report(taken, machine, content)), latest=True,
    )  # fmt: skip


def _workstation(practice: Practice, device: Device, now: datetime) -> None:
    """Its key is drawn and thrown away: no computer can speak in its name."""
    Workstation.objects.create(
        practice=practice, device=device, public_key=secrets.token_urlsafe(32),
        enrolled_at=now - timedelta(days=200), last_seen_at=now - timedelta(hours=1),
    )  # fmt: skip


def _declared(practice: Practice, people: People, now: datetime) -> None:
    data, holder = example.example(), people["holder"].name
    told = example.told_answers(catalogue(), now)
    Answer.objects.bulk_create(
        Answer(
            practice=practice, check_id=name, answer=one.answer, answered_on=one.answered_on, answered_by=holder,
            waiting_for=one.waiting_for, expected_on=one.expected_on,
        )
        for name, one in told.items()
    )  # fmt: skip
    for accepted in data.exception:
        Waiver.objects.create(
            practice=practice, check_id=accepted.check, reason=accepted.reason, decided_by=holder,
            until=example.day(now, accepted.until), decided_at=now - timedelta(days=30),
        )  # fmt: skip
    for asked in data.question:
        Question.objects.create(
            practice=practice, check_id=asked.check, asked_to=asked.asked_to, owner=asked.owner.value, asked_by=holder,
            asked_at=now + timedelta(days=asked.asked), expected_on=example.day(now, asked.expected),
        )  # fmt: skip
    for question, choice in data.first.items():
        FirstAnswer.objects.create(
            practice=practice, question=question, choice=choice, answered_by=holder, answered_at=now
        )
    for piece in data.proof:
        _proof(practice, piece, holder, now)


def _proof(practice: Practice, piece: example.Piece, holder: str, now: datetime) -> None:
    content = piece.text.encode()
    proof = Proof.objects.create(
        practice=practice, check_id=piece.check, name=piece.name, taken_on=example.day(now, piece.taken),
        added_by=holder, sha256=hashlib.sha256(content).hexdigest(), size=len(content), media_type="text/plain",
    )  # fmt: skip
    store.write(proof.stored_as, content)


def _journal(people: People, now: datetime) -> None:
    """What happened is told now: the journal shows both days, and hides nothing."""
    for past in example.example().event:
        happened = datetime.combine((now - timedelta(days=past.ago)).date(), time(9, 30), now.tzinfo)
        data = {"example": True}
        record(Actor.of(people[past.who]), past.kind, past.text, data=data, occurred_at=happened)


def _history(practice: Practice, now: datetime) -> None:
    """One snapshot a month, each with the day its states were first seen."""
    firsts: Mapping[str, str] = {}
    outcomes: Mapping[str, str] = {}
    for checkup in example.history(catalogue(), now):
        kept = dashboard_rules.frozen(dashboard_rules.with_firsts(checkup, firsts, outcomes))
        firsts, outcomes = kept.firsts, kept.outcomes
        Snapshot.objects.create(
            practice=practice, taken_at=checkup.started_at, day=checkup.started_at.date(),
            catalogue_version=checkup.catalogue_version, **asdict(kept),
        )  # fmt: skip
