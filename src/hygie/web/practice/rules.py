"""The practice's reminders, worked out of what it keeps: pure, without request or database.

`on` is the day to act, `due` the day it is late. `title` and `why` name nobody, since they may leave in a calendar;
`about` (a holder's name, a device) stays on the page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hygie.core.french import agree, day_in_words, typeset
from hygie.reference.catalogue import CheckEntry

CARD_DAYS = 60
"""Half of what an order takes at worst; also the delay of the check cps-expiry."""
WEEK, MONTH, YEAR = 7, 30, 365
SUPPORT_DAYS = 90
HORIZON = 400
KEPT = 400
MOBILE = frozenset({"phone", "tablet"})


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to do by a day. `uid` is stable: the same thing moved is the same reminder. `url` names a page."""

    uid: str
    on: date
    due: date
    title: str
    why: str
    url: str
    args: tuple[Any, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A delay of an open incident: half of it, its end, and what is to be done."""

    incident: Any
    reference: str
    clock: str
    title: str
    half: date
    due: date


@dataclass(frozen=True, slots=True)
class Known:
    """What reminders are worked out of; `reviewed` gives the last review of each device."""

    cards: Iterable[Any] = ()
    waivers: Iterable[Any] = ()
    answers: Iterable[Any] = ()
    questions: Iterable[Any] = ()
    devices: Iterable[Any] = ()
    reviewed: Mapping[int, date] | None = None
    members: Iterable[Any] = ()
    certificate_ends_on: date | None = None
    clocks: Iterable[RunningClock] = ()
    lessons: Iterable[Any] = ()
    """Incidents closed with lessons: pk, reference, closed_on."""


def reminders(known: Known, checks: Mapping[str, CheckEntry], today: date) -> list[Reminder]:
    """Everything to come within HORIZON days or already late, soonest first, KEPT at most."""
    found = [
        *_cards(known.cards),
        *_waivers(known.waivers, checks),
        *_answers(known.answers, checks),
        *_questions(known.questions),
        *_support(known.devices),
        *_reviews(known.devices, known.reviewed or {}),
        *_members(known.members, today),
        *_certificate(known.certificate_ends_on),
        *_clocks(known.clocks),
        *_lessons(known.lessons, today),
    ]
    near = [reminder for reminder in found if reminder.on <= today + timedelta(days=HORIZON)]
    return sorted(near, key=lambda reminder: (reminder.on, reminder.due, reminder.uid))[:KEPT]


def due_since(found: Iterable[Reminder], last: date | None, today: date) -> list[Reminder]:
    """Those whose day came after `last` and is not to come: what one message counts."""
    return [one for one in found if one.on <= today and (last is None or one.on > last)]


def message(count: int) -> str:
    """The only sentence that leaves by e-mail: a number, nothing else."""
    return typeset(agree(count, "Un rappel vous attend dans Hygie.", "{} rappels vous attendent dans Hygie."))


def _reminder(
    uid: str, due: date, ahead: int, words: tuple[str, str, str], *args: str | int, about: str = ""
) -> Reminder:
    title, why, url = words
    return Reminder(uid, _earlier(due, ahead), due, typeset(title), typeset(why), url, args, about)


def _earlier(day: date, days: int) -> date:
    """Some days before, without falling off the calendar."""
    return day - timedelta(days=min(days, day.toordinal() - 1))


def _later(day: date, days: int) -> date:
    return day + timedelta(days=min(days, date.max.toordinal() - day.toordinal()))


def _clocks(clocks: Iterable[RunningClock]) -> Iterator[Reminder]:
    """From half of a delay: the room tells the hour, a calendar only the day."""
    for one in clocks:
        title = typeset(f"{one.title} : incident {one.reference}")
        why = typeset(f"Le délai finit le {day_in_words(one.due)}.")
        uid = f"incident-{one.incident}-{one.clock}"
        yield Reminder(uid, one.half, one.due, title, why, "incidents:room", (one.incident,))


def _lessons(closed: Iterable[Any], today: date) -> Iterator[Reminder]:
    """A month after an incident: what was to change, did it? Asked for a quarter, then left alone."""
    for one in closed:
        due = _later(one.closed_on, 2 * MONTH)
        if today <= _later(due, MONTH):
            words = (
                f"Relire les leçons de l'incident {one.reference}",
                "Ce qui devait changer a-t-il changé ?",
                "incidents:room",
            )
            yield _reminder(f"lessons-{one.pk}", due, MONTH, words, one.pk)


def _cards(cards: Iterable[Any]) -> Iterator[Reminder]:
    for card in cards:
        if card.expires_on and card.state == "held":
            kind = card.kind.upper() if card.kind in ("cps", "cpf", "cpe") else "professionnelle"
            words = (
                f"Renouveler une carte {kind}",
                f"Elle n'est plus valable après le {day_in_words(card.expires_on)}.",
                "inventory:cards",
            )
            yield _reminder(f"card-{card.pk}", card.expires_on, CARD_DAYS, words, about=str(card.holder or ""))


def _waivers(waivers: Iterable[Any], checks: Mapping[str, CheckEntry]) -> Iterator[Reminder]:
    for waiver in waivers:
        if check := checks.get(waiver.check_id):
            why = f"L'exception court jusqu'au {day_in_words(waiver.until)}. Après, le point compte à nouveau."
            words = ("Revoir une exception", why, "dashboard:finding")
            uid = f"exception-{waiver.check_id}"
            yield _reminder(uid, waiver.until, WEEK, words, waiver.check_id, about=typeset(check.title))


def _answers(answers: Iterable[Any], checks: Mapping[str, CheckEntry]) -> Iterator[Reminder]:
    """Answers that age, gathered by the day they end: one line a day, not sixty."""
    by_day: dict[date, list[str]] = {}
    for answer in answers:
        check = checks.get(answer.check_id)
        if check and check.validity_days and answer.answer in ("yes", "no", "not_applicable"):
            by_day.setdefault(_later(answer.answered_on, check.validity_days), []).append(check.title)
    for due, titles in sorted(by_day.items()):
        title = agree(len(titles), "Redonner une réponse", "Redonner {} réponses")
        why = f"Après le {day_in_words(due)}, on ne sait plus : une réponse a une durée."
        about = "" if len(titles) > 1 else typeset(titles[0])
        yield _reminder(f"answers-{due.isoformat()}", due, WEEK, (title, why, "dashboard:measures"), about=about)


def _questions(questions: Iterable[Any]) -> Iterator[Reminder]:
    for question in questions:
        if question.expected_on and question.closed_at is None:
            why = f"La réponse est attendue le {day_in_words(question.expected_on)}."
            words = ("Relancer une question", why, "dashboard:question")
            uid = f"question-{question.pk}"
            yield _reminder(uid, question.expected_on, 0, words, question.pk, about=question.asked_to)


def _support(devices: Iterable[Any]) -> Iterator[Reminder]:
    for device in devices:
        if device.support_ends_on and device.disposed_on is None:
            why = f"Plus aucune correction après le {day_in_words(device.support_ends_on)}."
            words = ("Remplacer ou mettre à niveau un appareil", why, "inventory:devices")
            yield _reminder(f"support-{device.pk}", device.support_ends_on, SUPPORT_DAYS, words, about=device.name)


def _reviews(devices: Iterable[Any], reviewed: Mapping[int, date]) -> Iterator[Reminder]:
    for device in devices:
        last = reviewed.get(device.pk)
        if device.kind in MOBILE and device.disposed_on is None and last is not None:
            why = f"Les six réponses datent du {day_in_words(last)}. Elles valent un an."
            words = ("Revoir un téléphone ou une tablette", why, "inventory:devices")
            yield _reminder(f"review-{device.pk}", _later(last, YEAR), WEEK, words, about=device.name)


def _members(members: Iterable[Any], today: date) -> Iterator[Reminder]:
    for member in members:
        if member.ends_on and member.left_on is None:
            past = member.ends_on < today
            why = "Carte rendue, accès retirés, mots de passe changés : la page de départ guide les gestes."
            words = ("Terminer un départ" if past else "Préparer un départ", why, "accounts:team")
            yield _reminder(f"departure-{member.pk}", member.ends_on, 1, words, about=member.name)


def _certificate(ends_on: date | None) -> Iterator[Reminder]:
    if ends_on is not None:
        why = f"Après le {day_in_words(ends_on)}, les autres ordinateurs du cabinet n'ouvriront plus Hygie."
        words = ("Renouveler le certificat d'Hygie", why, "practice:settings")
        yield _reminder("certificate", ends_on, MONTH, words)
