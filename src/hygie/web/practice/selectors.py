"""Reading what the practice's pages show: a constant number of queries, whatever the history."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from hygie.core.errors import HygieError
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.models import Member
from hygie.web.dashboard.models import Answer, Question, Waiver
from hygie.web.incidents.due import due_of
from hygie.web.inventory.models import Card, Device, DeviceLink, DeviceReview, Provider
from hygie.web.practice import rules
from hygie.web.practice.models import FirstAnswer, Mail, Practice
from hygie.web.workstations.models import Workstation

MOST = 2000


def known(practice: Any, certificate_ends_on: date | None = None) -> rules.Known:
    """What the reminders of a practice are worked out of: eight queries."""
    incidents = due_of(practice, timezone.localtime())
    devices = list(Device.objects.for_practice(practice).filter(disposed_on=None)[:MOST])
    return rules.Known(
        cards=Card.objects.for_practice(practice).filter(state="held").select_related("holder")[:MOST],
        waivers=Waiver.objects.for_practice(practice)[:MOST],
        answers=Answer.objects.for_practice(practice)[:MOST],
        questions=Question.objects.for_practice(practice).filter(closed_at=None)[:MOST],
        devices=devices,
        reviewed=_reviewed(practice),
        members=Member.objects.for_practice(practice).filter(left_on=None, ends_on__isnull=False)[:MOST],
        certificate_ends_on=certificate_ends_on,
        clocks=incidents.clocks,
        lessons=incidents.lessons,
    )


def _reviewed(practice: Any) -> dict[int, date]:
    rows = DeviceReview.objects.for_practice(practice).order_by().values_list("device_id").annotate(Max("answered_at"))
    return {device: timezone.localdate(last) for device, last in rows}


def reminders_of(practice: Any, today: date) -> list[rules.Reminder]:
    """The reminders of a practice, soonest first."""
    return rules.reminders(known(practice, certificate_end()), catalogue().checks, today)


def certificate_end() -> date | None:
    """The last day of the certificate that Hygie made and serves with; None without one, or when it does not read."""
    if not settings.HYGIE_TLS:
        return None
    from hygie.web.server.certificate import expires_at, made_certificate

    made = made_certificate(settings.HYGIE_FOLDER)
    try:
        return timezone.localdate(expires_at(made)) if made else None
    except HygieError:
        return None


def first_answers(practice: Any) -> dict[str, FirstAnswer]:
    """The answers of the first visit by question."""
    return {row.question: row for row in FirstAnswer.objects.for_practice(practice)}


def first_providers(practice: Any) -> dict[str, Provider]:
    """The provider of each kind that the first visit would fill: the oldest one in activity."""
    rows = Provider.objects.for_practice(practice).filter(ended_on=None).order_by("-id")
    return {row.kind: row for row in rows}


def open_questions(practice: Any) -> list[Question]:
    """What was asked to somebody and is not closed, soonest expected first."""
    return list(Question.objects.for_practice(practice).filter(closed_at=None).order_by("expected_on", "id")[:MOST])


def outflow_counts(practice: Any, now: datetime) -> dict[str, dict[str, Any]]:
    """For each way out that depends on the practice: whether it is open, since when, to whom. Four queries."""
    mail = Mail.objects.for_practice(practice).first()
    links = Question.objects.for_practice(practice).filter(digest__isnull=False, expires_at__gt=now)
    phones = DeviceLink.objects.for_practice(practice).filter(used_at=None, expires_at__gt=now).select_related("device")
    computers = Workstation.objects.for_practice(practice).filter(revoked_at=None).select_related("device")
    return {
        "mail": {"on": bool(mail and mail.enabled), "mail": mail},
        "question_links": {"rows": [(row.asked_to, row.expires_at) for row in links[:MOST]]},
        "device_links": {"rows": [(row.device.name, row.expires_at) for row in phones[:MOST]]},
        "workstations": {"rows": [(row.device.name, row.enrolled_at) for row in computers[:MOST]]},
    }


def only_practice() -> Practice | None:
    """The real practice of this machine; None when there is none, or several (a hub): nobody's numbers are shown."""
    found = list(Practice.objects.filter(demo=False)[:2])
    return found[0] if len(found) == 1 else None
