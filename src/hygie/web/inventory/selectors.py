"""Reading the inventory of a practice: a constant number of queries, whatever its size."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from hygie.checkup.answers import Answer
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.models import Member
from hygie.web.inventory.answers import Inventory, inventory_answers
from hygie.web.inventory.models import Card, Device, DeviceReview, OnlineAccount, Provider
from hygie.web.inventory.rules import Held

MOST = 2_000


def held_by(member: Member) -> Held:
    """The cards, open accounts and devices in use of a person: three queries."""
    cards = Card.objects.filter(practice=member.practice_id, holder=member, state="held")
    accounts = OnlineAccount.objects.filter(practice=member.practice_id, users=member, closed_on=None)
    devices = Device.objects.filter(practice=member.practice_id, holder=member, disposed_on=None)
    return Held(tuple(cards[:MOST]), tuple(accounts.select_related("provider")[:MOST]), tuple(devices[:MOST]))


def declared_answers(practice: Any, today: date) -> dict[str, Answer]:
    """The checks that the inventory answers (see answers.py), by identifier: six queries."""
    known = Inventory(
        members=list(Member.objects.for_practice(practice)[:MOST]),
        cards=list(Card.objects.for_practice(practice).select_related("holder")[:MOST]),
        accounts=list(accounts_of(practice)[:MOST]),
        devices=list(Device.objects.for_practice(practice)[:MOST]),
        reviews=last_reviews(practice),
    )
    return inventory_answers(known, catalogue().checks, today)


def last_reviews(practice: Any) -> dict[int, tuple[date, Mapping[str, str]]]:
    """The last answers of each phone and tablet, with the day they were given."""
    newest = DeviceReview.objects.filter(device=OuterRef("device")).order_by("-answered_at", "-pk").values("pk")[:1]
    rows = DeviceReview.objects.for_practice(practice).filter(pk=Subquery(newest))[:MOST]
    return {row.device_id: (timezone.localdate(row.answered_at), row.answers) for row in rows}


def devices_of(practice: Any) -> Any:
    """Every device with its holder, and the moment of its last review."""
    newest = DeviceReview.objects.filter(device=OuterRef("pk")).order_by("-answered_at").values("answered_at")[:1]
    return Device.objects.for_practice(practice).select_related("holder").annotate(reviewed_at=Subquery(newest))


def cards_of(practice: Any) -> Any:
    """Every card with its holder."""
    return Card.objects.for_practice(practice).select_related("holder")


def accounts_of(practice: Any) -> Any:
    """Every account with its provider and the people who use it."""
    return OnlineAccount.objects.for_practice(practice).select_related("provider").prefetch_related("users")


def providers_of(practice: Any) -> Any:
    """Every provider."""
    return Provider.objects.for_practice(practice)


def emergency_contacts(practice: Any) -> list[Provider]:
    """Whom to call the day it matters: providers in activity with a number."""
    return list(providers_of(practice).filter(ended_on=None).exclude(phone="")[:MOST])


def people(practice: Any) -> Any:
    """The people still there, to choose a holder among."""
    return everybody(practice).filter(left_on=None)


def everybody(practice: Any) -> Any:
    """The people of the practice, gone or not."""
    return Member.objects.for_practice(practice)
