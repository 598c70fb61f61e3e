"""The questions of the catalogue that the inventory answers by itself, and how. Pure.

Where nothing says the same thing exactly there is no answer: an empty or half-filled list proves nothing. « Yes » bears
the date of the oldest fact it rests on, so that it ages like any answer; « no » stays as long as it is true.
"""

# | check                 | yes                                                     | no                              |
# |-----------------------|---------------------------------------------------------|---------------------------------|
# | cps-expiry            | every doctor has a card, every card has over 60 days    | a card ends within 60 days      |
# | cps-own-card          | every secretary holds a CPE                             | never                           |
# | passwords-mfa-mailbox | every mail account asks for a second factor             | one does not                    |
# | passwords-mfa-record  | the same for the record's software and host             | one does not                    |
# | passwords-mfa-booking | the same for the online diary                           | one does not                    |
# | passwords-leavers     | never                                                   | an account lists a person gone  |
# | access-mobile-devices | every phone: code, encryption, remote wiping, this year | one lacks one of them           |
# | access-disposal       | all that left within a year: wiped, with a proof        | one left without                |

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hygie.checkup.answers import Answer
from hygie.core.french import day_in_words
from hygie.reference.catalogue import CheckEntry
from hygie.web.accounts.access import Role
from hygie.web.inventory.rules import HOLDING_DATA, REVIEW_DAYS, REVIEWED

CARD_DAYS = 60
DOCTORS = frozenset({Role.HOLDER.value, Role.PARTNER.value, Role.LOCUM.value})
PAPER_CARDS = frozenset({"cps", "cpf", "cpe"})
BY_PROVIDER = {
    "passwords-mfa-mailbox": frozenset({"messaging"}),
    "passwords-mfa-record": frozenset({"software", "host"}),
    "passwords-mfa-booking": frozenset({"agenda"}),
}
SAFE_PHONE = ("lock", "encryption", "remote_wipe")


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is looked at: rows in use or not, `reviews` the last answers of each device with their day."""

    members: Sequence[Any] = ()
    cards: Sequence[Any] = ()
    accounts: Sequence[Any] = ()
    devices: Sequence[Any] = ()
    reviews: Mapping[int, tuple[date, Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    answer: str
    on: date
    note: str


def inventory_answers(known: Inventory, checks: Mapping[str, CheckEntry], today: date) -> dict[str, Answer]:
    """The answers by check; a check that is absent is not answered by the inventory."""
    found = dict(_found(known, today))
    return {
        check_id: Answer(check_id, one.answer, _dated(one, checks[check_id], today), note=one.note)  # type: ignore[arg-type]
        for check_id, one in found.items()
        if one is not None and check_id in checks
    }


def _dated(found: _Found, check: CheckEntry, today: date) -> date:
    """« No » never grows stale while the fact stands; a person's newer word still outlives its date."""
    if found.answer != "no" or check.validity_days is None:
        return found.on
    return max(found.on, today - timedelta(days=check.validity_days - 1))


def _found(known: Inventory, today: date) -> Iterator[tuple[str, _Found | None]]:
    yield "cps-expiry", _card_expiry(known, today)
    yield "cps-own-card", _own_card(known)
    for check_id, kinds in BY_PROVIDER.items():
        yield check_id, _second_factor([a for a in known.accounts if _open(a) and _kind(a) in kinds])
    yield "passwords-leavers", _leavers(known.accounts, today)
    yield "access-mobile-devices", _phones(known, today)
    yield "access-disposal", _disposal(known.devices, today)


def _card_expiry(known: Inventory, today: date) -> _Found | None:
    cards = [card for card in known.cards if card.state == "held" and card.kind in PAPER_CARDS]
    limit = timedelta(days=CARD_DAYS)
    ending = [c for c in cards if c.expires_on and c.expires_on - today <= limit and not _renewed(c, cards)]
    if ending:
        first = min(ending, key=lambda card: card.expires_on)
        return _Found("no", min(first.expires_on - limit, today), _ending(first))
    owners = {card.holder_id for card in cards}
    doctors = [m.pk for m in known.members if m.left_on is None and m.role in DOCTORS]
    if not cards or not set(doctors) <= owners or any(c.expires_on is None for c in cards):
        return None
    return _Found("yes", _oldest(c.changed_at.date() for c in cards), "D'après la liste des cartes.")


def _ending(card: Any) -> str:
    """« La carte CPS de Dr Fontaine finit le 20 décembre 2026. »: the first one to end."""
    whose = f" de {card.holder.name}" if card.holder_id else ""
    return f"La carte {card.kind.upper()}{whose} finit le {day_in_words(card.expires_on)}."


def _renewed(card: Any, cards: Iterable[Any]) -> bool:
    """The same person holds the same kind of card with a later date."""
    return card.holder_id is not None and any(
        (other.holder_id, other.kind) == (card.holder_id, card.kind)
        and other.expires_on is not None
        and other.expires_on > card.expires_on
        for other in cards
    )


def _own_card(known: Inventory) -> _Found | None:
    secretaries = {m.pk for m in known.members if m.left_on is None and m.role == Role.SECRETARY}
    cards = [c for c in known.cards if c.state == "held" and c.kind == "cpe" and c.holder_id in secretaries]
    if not secretaries or {card.holder_id for card in cards} != secretaries:
        return None
    return _Found("yes", _oldest(c.changed_at.date() for c in cards), "D'après la liste des cartes.")


def _second_factor(accounts: Sequence[Any]) -> _Found | None:
    without = [a for a in accounts if a.second_factor == "no"]
    if without:
        return _Found("no", max(_checked(a) for a in without), f"Sans deuxième vérification : {without[0].name}.")
    if not accounts or any(a.second_factor != "yes" or a.checked_on is None for a in accounts):
        return None
    return _Found("yes", _oldest(a.checked_on for a in accounts), "D'après la liste des comptes.")


def _leavers(accounts: Iterable[Any], today: date) -> _Found | None:
    gone = [m.left_on for a in accounts if _open(a) for m in a.users.all() if m.left_on and m.left_on <= today]
    return _Found("no", max(gone), "Un compte ouvert cite une personne partie.") if gone else None


def _phones(known: Inventory, today: date) -> _Found | None:
    phones = [d for d in known.devices if d.disposed_on is None and d.kind in REVIEWED]
    given = [known.reviews[d.pk] for d in phones if d.pk in known.reviews]
    lacking = [on for on, answers in given if any(answers.get(name) == "no" for name in SAFE_PHONE)]
    if lacking:
        return _Found("no", max(lacking), "Un téléphone ou une tablette reste à protéger.")
    safe = [on for on, answers in given if all(answers.get(name) == "yes" for name in SAFE_PHONE)]
    if not phones or len(safe) < len(phones) or (today - min(safe)).days > REVIEW_DAYS:
        return None
    return _Found("yes", min(safe), "D'après les réponses de chaque appareil.")


def _disposal(devices: Iterable[Any], today: date) -> _Found | None:
    gone = [
        d for d in devices
        if d.disposed_on and d.kind in HOLDING_DATA and 0 <= (today - d.disposed_on).days <= REVIEW_DAYS
    ]  # fmt: skip
    without = [d for d in gone if d.wiped == "no" or (d.wiped == "yes" and d.wiping_proof_id is None)]
    if without:
        return _Found("no", max(d.disposed_on for d in without), f"Sans preuve d'effacement : {without[0].name}.")
    if not gone or any(d.wiped != "yes" for d in gone):
        return None
    return _Found("yes", _oldest(d.disposed_on for d in gone), "D'après la liste du matériel.")


def _open(account: Any) -> bool:
    return account.closed_on is None


def _kind(account: Any) -> str:
    return account.provider.kind if account.provider else ""


def _checked(account: Any) -> date:
    return account.checked_on or account.changed_at.date()


def _oldest(days: Iterable[date]) -> date:
    return min(days)
