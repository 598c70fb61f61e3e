"""What people do with the inventory: each verb in one transaction with its line of the journal.

No serial number, card number, contract number or answer given from a phone ever goes to the journal.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from hygie.web.dashboard.flows import add_proof
from hygie.web.edits import create_once
from hygie.web.errors import Outdated
from hygie.web.inventory.models import Card, Device, DeviceLink, DeviceReview, OnlineAccount, Provider
from hygie.web.journal.flows import Actor, record

LINK_HOURS = 24
CARD_WORDS = {
    "held": "Carte retrouvée",
    "lost": "Carte déclarée perdue ou volée",
    "returned": "Carte rendue",
    "revoked": "Carte annulée",
}


@dataclass(frozen=True, slots=True)
class Disposal:
    """What became of a device; `content` is the proof of wiping, empty when there is none."""

    on: date
    what: str
    wiped: str
    content: bytes = b""
    proof_key: UUID | None = None


@transaction.atomic
def add_device(actor: Actor, practice: Any, values: Mapping[str, Any], key: UUID) -> Device:
    """Write down a device."""
    return _add(actor, practice, Device, values, key, "device", "Matériel ajouté")


@transaction.atomic
def change_device(actor: Actor, device: Device, values: Mapping[str, Any], seen: int) -> None:
    """Correct a device. What a computer measured of its disk is no longer its word once somebody says otherwise."""
    before = Device.objects.values_list("encrypted", flat=True).get(pk=device.pk)
    if values.get("encrypted", before) != before:
        device.encrypted_origin = "declared"
    _change(actor, device, values, seen, "device", "Matériel modifié")


@transaction.atomic
def dispose_device(actor: Actor, device: Device, disposal: Disposal, *, now: datetime, seen: int) -> None:
    """Write down that a device left, with the proof of wiping when there is one."""
    if disposal.content:
        device.wiping_proof = add_proof(
            actor, practice=device.practice, name=f"Effacement : {device.name}"[:120], taken_on=disposal.on,
            content=disposal.content, now=now, creation_key=disposal.proof_key,
        )  # fmt: skip
    device.disposed_on, device.disposal, device.wiped = disposal.on, disposal.what, disposal.wiped
    device.holder = None
    device.links.filter(used_at=None).delete()
    device.save_version(seen)
    data = {"on": str(disposal.on), "wiped": disposal.wiped, "proof": bool(device.wiping_proof_id)}
    record(actor, "device.disposed", f"Matériel sorti du cabinet : {device.name}.", subject=_subject(device), data=data)


@transaction.atomic
def restore_device(actor: Actor, device: Device, seen: int) -> None:
    """The device is still there after all; its proof stays among the proofs."""
    device.disposed_on, device.disposal, device.wiped, device.wiping_proof = None, "", "unknown", None
    device.save_version(seen)
    record(actor, "device.restored", f"Matériel de retour : {device.name}.", subject=_subject(device))


@transaction.atomic
def open_link(actor: Actor, device: Device, *, now: datetime) -> str:
    """A secret address for a day and one use; the earlier ones of the device die. Only its digest is kept."""
    token = secrets.token_urlsafe(24)
    device.links.filter(used_at=None).delete()
    DeviceLink.objects.create(
        practice=device.practice, device=device, digest=digest(token), expires_at=now + timedelta(hours=LINK_HOURS)
    )
    record(actor, "device.link", f"Lien ouvert pour {device.name}.", subject=_subject(device))
    return token


@transaction.atomic
def answer_from_link(link: DeviceLink, answers: Mapping[str, str], *, name: str, now: datetime) -> DeviceReview:
    """The six answers given by whoever holds the phone. Outdated when the link was used meanwhile."""
    locked = DeviceLink.objects.select_for_update().select_related("device").get(pk=link.pk)
    if locked.used_at is not None:
        raise Outdated
    locked.used_at = now
    locked.save()
    actor = Actor(locked.practice_id, "system", f"{name or locked.device.name}, par le lien")
    return review_device(actor, locked.device, answers, name=name, now=now)


@transaction.atomic
def review_device(
    actor: Actor, device: Device, answers: Mapping[str, str], *, name: str, now: datetime
) -> DeviceReview:
    """Keep the six answers of a device, and what they say of its encryption."""
    review = DeviceReview.objects.create(
        practice=device.practice, device=device, answers=dict(answers), answered_by=name, answered_at=now
    )
    if answers.get("encryption") in ("yes", "no"):
        device.encrypted, device.encrypted_origin = answers["encryption"], "declared"
        device.save_version(device.version)
    record(actor, "device.reviewed", f"Réponses données pour {device.name}.", subject=_subject(device))
    return review


@transaction.atomic
def add_card(actor: Actor, practice: Any, values: Mapping[str, Any], key: UUID) -> Card:
    """Write down a card."""
    return _add(actor, practice, Card, values, key, "card", "Carte ajoutée")


@transaction.atomic
def change_card(actor: Actor, card: Card, values: Mapping[str, Any], seen: int) -> None:
    """Correct a card."""
    _change(actor, card, values, seen, "card", "Carte modifiée")


@transaction.atomic
def set_card_state(actor: Actor, card: Card, state: str, *, today: date, seen: int) -> None:
    """Lost, given back, cancelled or found. Said twice, it is written once."""
    if card.state == state:
        return
    card.state = state
    card.returned_on = today if state == "returned" else None
    card.save_version(seen)
    record(actor, f"card.{state}", f"{CARD_WORDS[state]} : {_named(card)}.", subject=_subject(card))


@transaction.atomic
def add_account(actor: Actor, practice: Any, values: Mapping[str, Any], key: UUID) -> OnlineAccount:
    """Write down an online account."""
    plain = {name: value for name, value in values.items() if name != "users"}
    account: OnlineAccount = _add(actor, practice, OnlineAccount, plain, key, "online_account", "Compte ajouté")
    account.users.set(values["users"])
    return account


@transaction.atomic
def change_account(actor: Actor, account: OnlineAccount, values: Mapping[str, Any], seen: int) -> None:
    """Correct an account."""
    plain = {name: value for name, value in values.items() if name != "users"}
    _change(actor, account, plain, seen, "online_account", "Compte modifié")
    account.users.set(values["users"])


@transaction.atomic
def close_account(actor: Actor, account: OnlineAccount, *, today: date, seen: int) -> None:
    """The account no longer exists."""
    if account.closed_on is None:
        account.closed_on = today
        account.save_version(seen)
        record(actor, "online_account.closed", f"Compte fermé : {account.name}.", subject=_subject(account))


@transaction.atomic
def add_provider(actor: Actor, practice: Any, values: Mapping[str, Any], key: UUID) -> Provider:
    """Write down a provider."""
    return _add(actor, practice, Provider, values, key, "provider", "Prestataire ajouté")


@transaction.atomic
def change_provider(actor: Actor, provider: Provider, values: Mapping[str, Any], seen: int) -> None:
    """Correct a provider."""
    _change(actor, provider, values, seen, "provider", "Prestataire modifié")


@transaction.atomic
def end_provider(actor: Actor, provider: Provider, *, today: date, seen: int) -> None:
    """The contract is over."""
    if provider.ended_on is None:
        provider.ended_on = today
        provider.save_version(seen)
        record(actor, "provider.ended", f"Contrat terminé : {provider.name}.", subject=_subject(provider))


@transaction.atomic
def note_export(actor: Actor, table: str, form: str, lines: int) -> None:
    """Remember that a list left as a file."""
    data = {"table": table, "format": form, "lines": lines}
    record(actor, "inventory.exported", f"Liste exportée : {table}.", data=data)


def digest(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def _add(actor: Actor, practice: Any, model: Any, values: Mapping[str, Any], key: UUID, kind: str, words: str) -> Any:
    row, new = create_once(model, practice, key, values)
    if new:
        record(actor, f"{kind}.added", f"{words} : {_named(row)}.", subject=_subject(row))
    return row


def _change(actor: Actor, row: Any, values: Mapping[str, Any], seen: int, kind: str, words: str) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save_version(seen)
    data = {"fields": sorted(values)}
    record(actor, f"{kind}.changed", f"{words} : {_named(row)}.", subject=_subject(row), data=data)


def _named(row: Any) -> str:
    if isinstance(row, Card):
        return f"{row.get_kind_display()}, {row.holder or 'sans titulaire'}"
    return str(row)


def _subject(row: Any) -> str:
    return f"{type(row).__name__.lower()}:{row.pk}"
