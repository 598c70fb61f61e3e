"""What people do about the practice itself: the first visit, its settings, and what may leave it.

One verb an action, each in one transaction with its line of the journal. The sending itself is in `mail.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hygie.core.finding import Owner
from hygie.reference.catalogue import catalogue
from hygie.reference.first_run import COUNT, Question, first_run
from hygie.web.dashboard.flows import Reply, close_question, give_answer
from hygie.web.dashboard.models import Answer
from hygie.web.dashboard.models import Question as AskedQuestion
from hygie.web.errors import Outdated
from hygie.web.inventory.models import DeviceLink, Provider
from hygie.web.journal.flows import Actor, record
from hygie.web.practice.errors import MailNotReady, NothingLeavesAnExample
from hygie.web.practice.models import FirstAnswer, Mail, Practice

DAYS_TO_ANSWER = 14
ASKED = {
    Owner.DOCTOR: "Le médecin",
    Owner.SECRETARY: "Le secrétariat",
    Owner.IT_PROVIDER: "Le prestataire informatique",
    Owner.HOST: "L’hébergeur ou l’éditeur",
    Owner.INSURER: "L’assureur",
}
KNOWN_AS = {Owner.IT_PROVIDER: ("it",), Owner.HOST: ("host", "software"), Owner.INSURER: ("insurer",)}


@dataclass(frozen=True, slots=True)
class Contact:
    """A provider as it is typed on one screen; an empty name means that nothing was typed."""

    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What was typed beside a choice: providers by kind, the number of people, the insurer's contract."""

    providers: Mapping[str, Contact] = field(default_factory=dict)
    people: int | None = None
    contract: str = ""


@transaction.atomic
def answer_first_question(
    actor: Actor, practice: Practice, question: Question, choice: str, details: Details, *, now: datetime
) -> FirstAnswer:
    """Keep one answer of the first visit with all it tells. Given again unchanged, it changes nothing."""
    practice = Practice.objects.select_for_update().get(pk=practice.pk)
    row = FirstAnswer.objects.for_practice(practice).filter(question=question.id).first()
    before = row.choice if row else ""
    told = _note_providers(practice, question, details) | _note_practice(practice, question, choice, details)
    if row is not None and before == choice and not told:
        return row
    values = {"choice": choice, "details": {}, "answered_by": actor.name, "answered_at": now}
    row, _ = FirstAnswer.objects.update_or_create(practice=practice, question=question.id, defaults=values)
    if before != choice:
        _give_answers(actor, practice, question, before, choice, now)
        _ask_or_close(actor, practice, question, choice, now)
    data = {"question": question.id, "choice": choice, "changed": sorted(told)}
    record(actor, "first_run.answered", _told(question, choice), subject=f"first:{question.id}", data=data)
    return row


def _told(question: Question, choice: str) -> str:
    found = question.chosen(choice)
    return f"Première visite, « {question.question} » : {found.label if found else 'je ne sais pas'}."


def _note_providers(practice: Practice, question: Question, details: Details) -> set[str]:
    """One provider of each kind comes from the first visit: named, then renamed; never erased by an empty line."""
    return {
        kind
        for kind, contact in details.providers.items()
        if kind in question.fields and contact.name and _note_provider(practice, kind, contact)
    }


def _note_provider(practice: Practice, kind: str, contact: Contact) -> bool:
    row = Provider.objects.for_practice(practice).filter(kind=kind, ended_on=None).order_by("id").first()
    if row is None:
        Provider.objects.create(practice=practice, kind=kind, name=contact.name, phone=contact.phone)
        return True
    phone = contact.phone or row.phone
    if (row.name, row.phone) == (contact.name, phone):
        return False
    row.name, row.phone = contact.name, phone
    row.save_version(row.version)
    return True


def _note_practice(practice: Practice, question: Question, choice: str, details: Details) -> set[str]:
    """The head count and the contract, where this question asks for them."""
    found = question.chosen(choice)
    people = (found.people if found else None) or details.people
    changed = set()
    if "people" in question.fields and people and people != practice.people:
        practice.people = people
        changed.add("people")
    if "contract" in question.fields and details.contract and details.contract != practice.insurer_contract:
        practice.insurer_contract = details.contract
        changed.add("contract")
    if changed:
        _save(practice, practice.version)
    return changed


def _give_answers(
    actor: Actor, practice: Practice, question: Question, before: str, choice: str, now: datetime
) -> None:
    """What the new choice says, and what the former one no longer does, unless somebody answered better since."""
    given, former = question.sets(choice), question.sets(before)
    for check_id, answer in given.items():
        give_answer(actor, practice, check_id, Reply(answer), now=now)
    current = {row.check_id: row.answer for row in Answer.objects.for_practice(practice)}
    for check_id, answer in former.items():
        if check_id not in given and current.get(check_id) == answer:
            give_answer(actor, practice, check_id, Reply("unknown"), now=now)


def _ask_or_close(actor: Actor, practice: Practice, question: Question, choice: str, now: datetime) -> None:
    """« Je ne sais pas » puts the question to the one who may know; any other answer takes it back."""
    mine = AskedQuestion.objects.for_practice(practice).filter(topic=question.id, closed_at=None)
    if question.chosen(choice) is not None:
        for asked in mine:
            close_question(actor, asked, now=now)
    elif not mine.exists():
        _ask(actor, practice, question, now)


def _ask(actor: Actor, practice: Practice, question: Question, now: datetime) -> None:
    """Without a link: one is made on the question's page, when somebody wants to send it."""
    who = _whom(practice, question.ask)
    asked = AskedQuestion.objects.create(
        practice=practice, check_id=next(iter(question.checks), ""), topic=question.id, asked_to=who,
        owner=question.ask.value, asked_by=actor.name, asked_at=now,
        expected_on=now.date() + timedelta(days=DAYS_TO_ANSWER),
    )  # fmt: skip
    data = {"topic": question.id, "check": asked.check_id}
    record(actor, "question.asked", f"Question posée à {who}.", subject=f"question:{asked.pk}", data=data)


def _whom(practice: Practice, owner: Owner) -> str:
    known = Provider.objects.for_practice(practice).filter(kind__in=KNOWN_AS.get(owner, ()), ended_on=None)
    provider = known.order_by("kind", "id").first()
    return provider.name if provider else ASKED[owner]


@transaction.atomic
def finish_first_run(actor: Actor, practice: Practice, *, now: datetime) -> int:
    """Close the first visit, once; gives how many of the ten questions are still unanswered."""
    practice = Practice.objects.select_for_update().get(pk=practice.pk)
    left = COUNT - FirstAnswer.objects.for_practice(practice).count()
    if practice.first_run_done_at is None and left == 0:
        practice.first_run_done_at = now
        _save(practice, practice.version)
        record(actor, "first_run.done", "Première visite terminée.", subject="practice")
    return left


def question_at(number: int) -> Question | None:
    """The n-th question, from 1; None beyond."""
    return first_run()[number - 1] if 1 <= number <= COUNT else None


@transaction.atomic
def change_settings(actor: Actor, practice: Practice, values: Mapping[str, Any], *, seen: int) -> Practice:
    """Change name, people, contract, local law. Outdated when somebody did meanwhile; unchanged, it writes nothing."""
    practice = Practice.objects.select_for_update().get(pk=practice.pk)
    if practice.version != seen:
        raise Outdated
    changed = [name for name, value in values.items() if getattr(practice, name) != value]
    for name in changed:
        setattr(practice, name, values[name])
    if changed:
        _save(practice, seen)
        # The contract is sealed and the name is shown everywhere: what changed is told, not its content.
        record(actor, "practice.changed", "Réglages du cabinet modifiés.", subject="practice", data={"fields": changed})
    return practice


def _save(practice: Practice, seen: int) -> None:
    practice.version = seen + 1
    practice.save()


@transaction.atomic
def mail_of(practice: Practice) -> Mail:
    """The row of the practice's e-mail reminders, made switched off at the first use."""
    # The practice's own identifier as key: two first uses at once make one row.
    row, _ = Mail.objects.get_or_create(creation_key=practice.id, defaults={"practice": practice})
    return row


@transaction.atomic
def change_mail(actor: Actor, practice: Practice, values: Mapping[str, Any], *, seen: int) -> Mail:
    """Keep how reminders would be sent. An empty password keeps the former one, unless the server changed."""
    mail = mail_of(practice)
    moved = (mail.host, mail.username) != (values["host"], values["username"])
    password = values["password"] or ("" if moved else mail.password)
    for name, value in {**values, "password": password}.items():
        setattr(mail, name, value)
    mail.last_error = ""
    mail.save_version(seen)
    data = {"host": mail.host, "port": mail.port}
    record(actor, "mail.changed", "Réglages des rappels par e-mail modifiés.", subject="mail", data=data)
    return mail


@transaction.atomic
def switch_mail(actor: Actor, practice: Practice, *, on: bool, now: datetime) -> Mail:
    """Let reminders leave by e-mail, or stop them; already so, nothing changes. Refused for an example."""
    if on and practice.demo:
        raise NothingLeavesAnExample
    mail = mail_of(practice)
    if on and not _ready(mail):
        raise MailNotReady
    if mail.enabled == on:
        return mail
    mail.enabled, mail.enabled_at, mail.enabled_by = on, now if on else None, actor.name if on else ""
    mail.save_version(mail.version)
    words = "Rappels par e-mail mis en marche." if on else "Rappels par e-mail arrêtés."
    record(actor, "sharing.switched", words, subject="mail", data={"outflow": "mail", "on": on})
    return mail


def mail_ready(practice: Practice) -> bool:
    """Whether there is somewhere to send reminders through, and to."""
    return _ready(mail_of(practice))


def _ready(mail: Mail) -> bool:
    return bool(mail.host and mail.sender and mail.recipients)


@transaction.atomic
def close_question_links(actor: Actor, practice: Practice, *, now: datetime) -> int:
    """Close every link that opens a question without an account; the questions stay. Gives how many were open."""
    rows = AskedQuestion.objects.for_practice(practice).filter(digest__isnull=False, expires_at__gt=now)
    closed: int = rows.update(digest=None)
    return _closed(actor, "question_links", "Liens des questions fermés", closed)


@transaction.atomic
def close_device_links(actor: Actor, practice: Practice, *, now: datetime) -> int:
    """Close every address that opens the questions of a phone or a tablet. Gives how many were open."""
    rows = DeviceLink.objects.for_practice(practice).filter(used_at=None, expires_at__gt=now)
    closed: int = rows.update(expires_at=now)
    return _closed(actor, "device_links", "Liens des téléphones fermés", closed)


def _closed(actor: Actor, outflow: str, words: str, count: int) -> int:
    if count:
        data = {"outflow": outflow, "on": False, "count": count}
        record(actor, "sharing.switched", f"{words} : {count}.", subject=outflow, data=data)
    return count


def unanswered_checks(practice: Practice) -> int:
    """How many questions of the catalogue nobody has answered yet: what the end of the first visit says."""
    asked = {check.id for check in catalogue().checks.values() if check.answer != "measured"}
    known = Answer.objects.for_practice(practice).exclude(answer="unknown").values_list("check_id", flat=True)
    return len(asked - set(known))
