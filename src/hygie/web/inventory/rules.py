"""What the inventory means on a day: ends of support, reviews, cards, wiping. Pure, without request or database.

A `Pill` is a state of the design (ok, afaire, attente, inconnu, nc, urgent) and its word, four words at most.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from hygie.core.french import day_in_words, plural

SUPPORT_DAYS = 90
REVIEW_DAYS = 365
CARD_FAR, CARD_NEAR = 90, 30
SILENCE = timedelta(days=7)
REVIEWED = frozenset({"phone", "tablet"})
"""The devices that answer six questions a year: they are not measured."""
MEASURED = frozenset({"desktop", "laptop", "server"})
HOLDING_DATA = frozenset({"desktop", "laptop", "server", "phone", "tablet", "printer", "medical"})


class Life(StrEnum):
    """Where something that ends on a day stands."""

    UNKNOWN = "unknown"
    FINE = "fine"
    SOON = "soon"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Pill:
    """A state, its word, and a line that says more when there is one."""

    state: str
    word: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a person holds of the practice, to give back or to close the day they leave."""

    cards: tuple[Any, ...] = ()
    accounts: tuple[Any, ...] = ()
    devices: tuple[Any, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self.cards or self.accounts or self.devices)


def support_life(ends_on: date | None, today: date) -> Life:
    """Whether updates still come: SOON within 90 days of the end, OVER the day after it."""
    if ends_on is None:
        return Life.UNKNOWN
    if ends_on < today:
        return Life.OVER
    return Life.SOON if (ends_on - today).days <= SUPPORT_DAYS else Life.FINE


def support_pill(ends_on: date | None, today: date) -> Pill:
    """The same, to be shown."""
    until = day_in_words(ends_on) if ends_on else ""
    return {
        Life.UNKNOWN: Pill("inconnu", "Inconnu"),
        Life.FINE: Pill("ok", "À jour", f"jusqu'au {until}"),
        Life.SOON: Pill("afaire", "Bientôt fini", f"le {until}"),
        Life.OVER: Pill("afaire", "À remplacer", f"fini depuis le {until}"),
    }[support_life(ends_on, today)]


def card_life(expires_on: date | None, today: date) -> Life:
    """Whether a card is still valid: SOON within 90 days, NEAR within 30, OVER the day after its last one."""
    if expires_on is None:
        return Life.UNKNOWN
    left = (expires_on - today).days
    if left < 0:
        return Life.OVER
    if left <= CARD_NEAR:
        return Life.NEAR
    return Life.SOON if left <= CARD_FAR else Life.FINE


_CARD_STATES = {
    "lost": Pill("urgent", "Perdue ou volée"),
    "returned": Pill("nc", "Rendue"),
    "revoked": Pill("nc", "Annulée"),
}


def card_pill(state: str, expires_on: date | None, today: date) -> Pill:
    """A card's state; a card held is judged by its date."""
    if state in _CARD_STATES:
        return _CARD_STATES[state]
    left = plural((expires_on - today).days, "jour") if expires_on else ""
    return {
        Life.UNKNOWN: Pill("inconnu", "Date inconnue"),
        Life.FINE: Pill("ok", "Valable"),
        Life.SOON: Pill("attente", f"Reste {left}"),
        Life.NEAR: Pill("afaire", f"Reste {left}"),
        Life.OVER: Pill("afaire", "À renouveler"),
    }[card_life(expires_on, today)]


def review_due(kind: str, last: date | None, today: date) -> bool:
    """Whether the six answers of a phone or a tablet are to be given, or given again."""
    return kind in REVIEWED and (last is None or (today - last).days > REVIEW_DAYS or last > today)


def review_pill(kind: str, last: date | None, today: date) -> Pill | None:
    """The same, to be shown; None for what answers no questions."""
    if kind not in REVIEWED:
        return None
    if last is None:
        return Pill("inconnu", "Jamais vérifié")
    when = f"répondu le {day_in_words(last)}"
    return Pill("afaire", "À relire", when) if review_due(kind, last, today) else Pill("ok", "Relu", when)


def encryption_pill(value: str) -> Pill:
    """Whether the disk is unreadable for a thief."""
    words = {"yes": Pill("ok", "Oui"), "no": Pill("afaire", "À chiffrer")}
    return words.get(value, Pill("inconnu", "Inconnu"))


def seen_pill(kind: str, last: datetime | None, now: datetime) -> Pill | None:
    """Whether a computer still gives news; None for what never does."""
    if last is None or kind not in MEASURED:
        return None
    return Pill("inconnu", "Plus de nouvelles") if now - last > SILENCE else Pill("ok", "Vu")


def wiping_pill(wiped: str, *, proved: bool) -> Pill:
    """What is known of the data of a device that left."""
    if wiped == "yes":
        return Pill("ok", "Effacé, prouvé") if proved else Pill("afaire", "Preuve à joindre")
    return Pill("afaire", "Non effacé") if wiped == "no" else Pill("inconnu", "Inconnu")


def factor_pill(second_factor: str, method: str) -> Pill:
    """Whether an account asks for something more than a password."""
    if second_factor == "yes":
        return Pill("ok", {"ecps": "Oui, e-CPS", "sms": "Oui, SMS", "email": "Oui, e-mail"}.get(method, "Oui"))
    return Pill("afaire", "À ajouter") if second_factor == "no" else Pill("inconnu", "Inconnu")


def worst(pills: Iterable[Pill | None]) -> str:
    """The state that counts when several do: what is to be done, then what is unknown."""
    order = ("urgent", "afaire", "inconnu", "attente", "ok", "nc")
    shown = {pill.state for pill in pills if pill is not None}
    return next((state for state in order if state in shown), "nc")
