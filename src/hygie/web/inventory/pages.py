"""What the pages of the inventory show, row by row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from hygie.core.french import agree, plural, typeset
from hygie.web.accounts.access import Action, can
from hygie.web.inventory import rules
from hygie.web.inventory.models import Card, Device, OnlineAccount
from hygie.web.inventory.plan import Plan

TABS = (
    ("inventory:devices", "ecran", "Matériel", Action.SEE_INVENTORY),
    ("inventory:cards", "cps", "Cartes", Action.SEE_CARDS),
    ("inventory:accounts", "clef", "Comptes", Action.SEE_INVENTORY),
    ("inventory:providers", "telephone", "Prestataires", Action.SEE_INVENTORY),
)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device and what is known of it."""

    device: Device
    encryption: rules.Pill
    support: rules.Pill
    seen: rules.Pill | None
    review: rules.Pill | None
    wiping: rules.Pill


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card and its state."""

    card: Card
    pill: rules.Pill


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account, its second factor, who uses it, and how this is known."""

    account: OnlineAccount
    pill: rules.Pill
    users: str
    known: str


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The four lists, those this person may open."""
    member = request.member
    return [
        {"url": reverse(name), "label": label, "current": name == current}
        for name, _icon, label, action in TABS
        if can(member, action)
    ]


def device_row(device: Device, now: datetime) -> DeviceRow:
    """One line; `reviewed_at` comes with the query of selectors.devices_of."""
    today, reviewed = timezone.localdate(now), getattr(device, "reviewed_at", None)
    return DeviceRow(
        device,
        rules.encryption_pill(device.encrypted),
        rules.support_pill(device.support_ends_on, today),
        rules.seen_pill(device.kind, device.last_seen_at, now),
        rules.review_pill(device.kind, timezone.localdate(reviewed) if reviewed else None, today),
        rules.wiping_pill(device.wiped, proved=device.wiping_proof_id is not None),
    )


def card_row(card: Card, today: date) -> CardRow:
    """One line."""
    return CardRow(card, rules.card_pill(card.state, card.expires_on, today))


def account_row(account: OnlineAccount) -> AccountRow:
    """One line of the table of accounts and second factors."""
    users = ", ".join(member.name for member in account.users.all())
    known = "Inconnu" if account.second_factor == "unknown" else "Déclaré"
    return AccountRow(account, rules.factor_pill(account.second_factor, account.method), users or "Inconnu", known)


def devices_sentence(rows: Iterable[DeviceRow]) -> str:
    """The state of the list in one sentence."""
    shown = list(rows)
    if not shown:
        return "Aucun appareil n’est encore dans la liste."
    late = [row for row in shown if _worst(row) == "afaire"]
    unknown = [row for row in shown if _worst(row) == "inconnu"]
    if not late and not unknown:
        return "Tous les appareils sont en ordre."
    parts = [f"{plural(len(late), 'appareil demande', 'appareils demandent')} un geste" if late else ""]
    parts += [f"il manque une réponse pour {plural(len(unknown), 'autre' if late else 'appareil')}" if unknown else ""]
    return typeset(_sentence(parts))


def cards_sentence(rows: Iterable[CardRow]) -> str:
    """The state of the cards in one sentence."""
    shown = list(rows)
    if not shown:
        return "Aucune carte n’est encore dans la liste."
    lost = sum(row.card.state == "lost" for row in shown)
    late = sum(row.pill.state == "afaire" for row in shown)
    unknown = sum(row.pill.state == "inconnu" for row in shown)
    parts = [agree(lost, "1 carte est perdue ou volée", "{} cartes sont perdues ou volées") if lost else ""]
    parts += [agree(late, "1 carte est à renouveler", "{} cartes sont à renouveler") if late else ""]
    parts += [agree(unknown, "la date d'une carte manque", "les dates de {} cartes manquent") if unknown else ""]
    return typeset(_sentence(parts)) if any(parts) else "Aucune carte ne finit dans les trente jours."


def accounts_sentence(rows: Iterable[AccountRow]) -> str:
    """The state of the accounts in one sentence."""
    shown = [row for row in rows if row.account.closed_on is None]
    if not shown:
        return "Aucun compte n’est encore dans la liste."
    without = sum(row.pill.state == "afaire" for row in shown)
    unknown = sum(row.pill.state == "inconnu" for row in shown)
    if not without and not unknown:
        return "Tous les comptes demandent une deuxième vérification."
    parts = [f"{plural(without, 'compte')} sans deuxième vérification" if without else ""]
    parts += [f"{plural(unknown, 'réponse')} à trouver" if unknown else ""]
    return typeset(_sentence(parts))


def import_sentence(plan: Plan) -> str:
    """« 3 ajouts, 2 modifications, 1 ligne refusée. »."""
    counts = (
        (plan.count("add"), "ajout", "ajouts"),
        (plan.count("change"), "modification", "modifications"),
        (plan.count("same"), "ligne inchangée", "lignes inchangées"),
        (plan.count("refused"), "ligne refusée", "lignes refusées"),
    )
    return _sentence([plural(count, one, several) for count, one, several in counts if count] or ["aucune ligne"])


def _sentence(parts: Iterable[str]) -> str:
    joined = ", ".join(part for part in parts if part)
    return f"{joined[:1].upper()}{joined[1:]}."


def _worst(row: DeviceRow) -> str:
    return rules.worst([row.encryption, row.support, row.seen, row.review])
