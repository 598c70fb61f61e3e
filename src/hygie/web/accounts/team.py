"""Arrivals, changes and departures of people: each verb in one transaction with its line of the journal.

A departure removes access at once; what is left to do is fixed then as a list, ticked whenever somebody has done it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hygie.core.french import typeset
from hygie.web.accounts import rules
from hygie.web.accounts.access import Role
from hygie.web.accounts.errors import LastHolder, NotYourself
from hygie.web.accounts.flows import close_account, end_sessions, open_account
from hygie.web.accounts.models import Arrival, Departure, Member, User
from hygie.web.errors import Outdated
from hygie.web.inventory.models import Card, Device, OnlineAccount
from hygie.web.inventory.selectors import held_by
from hygie.web.journal.flows import Actor, record
from hygie.web.practice.models import Practice


@dataclass(frozen=True, slots=True)
class Person:
    """What a page says of somebody. `account` and `username` count at the arrival only."""

    name: str
    role: Role
    phone: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    account: bool = True
    username: str = ""


@transaction.atomic
def add_person(actor: Actor, practice: Practice, person: Person, key: UUID) -> Member:
    """Somebody arrives: the person, an account when wanted, the steps to go through. Sent twice, done once."""
    Practice.objects.select_for_update().get(pk=practice.pk)
    known: Member | None = Member.objects.for_practice(practice).filter(creation_key=key).first()
    if known is not None:
        return known
    user = open_account(person.username or free_username(person.name)) if person.account else None
    member = Member.objects.create(
        practice=practice, user=user, name=person.name, role=person.role, phone=person.phone,
        starts_on=person.starts_on, ends_on=person.ends_on, creation_key=key,
    )  # fmt: skip
    steps = rules.arrival_steps(person.role, account=person.account)
    Arrival.objects.create(practice=practice, member=member, done=rules.stored(steps))
    text = f"Arrivée de {member.name} ({person.role.label.lower()})."
    record(actor, "team.added", typeset(text), subject=f"member:{member.pk}", data={"role": person.role.value})
    return member


def free_username(name: str) -> str:
    """An identifier that nobody has."""
    base = rules.username_for(name, ())
    return rules.username_for(name, User.objects.filter(username__startswith=base).values_list("username", flat=True))


@transaction.atomic
def change_person(actor: Actor, member: Member, person: Person, seen: int) -> Member:
    """Name, role, dates. A change of role or of dates ends the person's sessions.

    Outdated when somebody changed it meanwhile; LastHolder; NotYourself for one's own role.
    """
    member = _locked(member)
    if member.version != seen:
        raise Outdated
    rights = (member.role, member.starts_on, member.ends_on)
    if actor.id == Actor.of(member).id and (person.role, person.starts_on, person.ends_on) != rights:
        raise NotYourself
    changed = [name for name in ("name", "role", "phone", "starts_on", "ends_on") if _set(member, name, person)]
    if not changed:
        return member
    if rights[0] == Role.HOLDER and (member.role != Role.HOLDER or member.ends_on is not None):
        _keep_a_holder(member)
    member.save_version(seen)
    if {"role", "starts_on", "ends_on"} & set(changed) and member.user is not None:
        end_sessions(member.user)
    data = {"fields": changed, **({"role": person.role.value} if "role" in changed else {})}
    record(actor, "team.changed", f"Fiche de {member.name} modifiée.", subject=f"member:{member.pk}", data=data)
    return member


def _set(member: Member, name: str, person: Person) -> bool:
    value = getattr(person, name)
    if getattr(member, name) == value:
        return False
    setattr(member, name, value)
    return True


def _locked(member: Member) -> Member:
    """The person as they are now, nobody else changing the practice's people meanwhile."""
    Practice.objects.select_for_update().get(pk=member.practice_id)
    found: Member = Member.objects.select_related("user", "practice").get(pk=member.pk)
    return found


def _keep_a_holder(member: Member) -> None:
    others = Member.objects.for_practice(member.practice_id).filter(user__is_active=True).select_related("user")
    if not rules.keeps_a_holder((one for one in others if one.user.has_usable_password()), member.pk):
        raise LastHolder


@transaction.atomic
def begin_departure(actor: Actor, member: Member, *, now: datetime, today: date) -> Departure:
    """Access is removed at once, and the rest becomes a list. Begun twice, begun once.

    LastHolder; NotYourself.
    """
    member = _locked(member)
    departure: Departure | None = Departure.objects.filter(member=member).first()
    if departure is not None:
        return departure
    if actor.id == Actor.of(member).id:
        raise NotYourself
    if member.role == Role.HOLDER:
        _keep_a_holder(member)
    if member.user is not None:
        close_account(member.user)
    member.left_on = today
    member.save_version(member.version)
    steps = rules.stored(rules.departure_steps(_held(member)))
    departure = Departure.objects.create(practice=member.practice, member=member, done=steps)
    Arrival.objects.filter(member=member, closed_at=None).update(closed_at=now)
    text = f"Départ de {member.name} : accès retiré, {rules.left(steps)} gestes à faire."
    record(actor, "team.left", typeset(text), subject=f"member:{member.pk}", data={"steps": rules.left(steps)})
    return departure


def _held(member: Member) -> Mapping[str, list[tuple[Any, str]]]:
    held = held_by(member)
    return {
        "cards": [(card.pk, card.get_kind_display()) for card in held.cards],
        "accounts": [(account.pk, account.name) for account in held.accounts],
        "devices": [(device.pk, device.name) for device in held.devices],
    }


@transaction.atomic
def tick(actor: Actor, flow: Arrival | Departure, key: str, *, on: bool, now: datetime) -> bool:
    """Tick one step, or take the tick back, with what it changes in the inventory. Whether anything changed.

    The last tick closes the flow. An unknown step, or one already so, changes nothing.
    """
    row = type(flow).objects.select_for_update(of=("self",)).select_related("member").get(pk=flow.pk)
    step = next((step for step in row.done["steps"] if step["key"] == key), None)
    if step is None or (key in row.done["ticks"]) is on:
        return False
    if on:
        row.done["ticks"][key] = {"by": actor.name, "at": now.isoformat()}
    else:
        del row.done["ticks"][key]
    row.closed_at = now if rules.left(row.done) == 0 else None
    row.save_version(row.version)
    if isinstance(row, Departure):
        _apply(row.member, key, on=on, today=now.date())
    flow_name = "departure" if isinstance(row, Departure) else "arrival"
    words = "Fait" if on else "Pas encore fait"
    text = f"{words}, pour {row.member.name} : {step['text']}."
    record(actor, f"team.{flow_name}_step", typeset(text), subject=f"member:{row.member_id}", data={"on": on})
    return True


def _apply(member: Member, key: str, *, on: bool, today: date) -> None:
    """What the step says of a card, a device or an account is true in the inventory too."""
    kind, _, pk = key.partition(":")
    if kind == "card":
        for card in _owned(Card, member, pk):
            card.state, card.returned_on = ("returned", today) if on else ("held", None)
            card.save_version(card.version)
    elif kind == "device":
        for device in _owned(Device, member, pk):
            device.holder = None if on else member
            device.save_version(device.version)
    elif kind == "account":
        for account in _owned(OnlineAccount, member, pk):
            (account.users.remove if on else account.users.add)(member)


def _owned(model: Any, member: Member, pk: str) -> Iterable[Any]:
    return model.objects.for_practice(member.practice_id).filter(pk=int(pk))
