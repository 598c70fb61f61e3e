"""The clocks as the room shows them: the deadline first, then what is left, then where it comes from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hygie.core.french import NO_BREAK, listed, plural, typeset
from hygie.incident.clocks import REMINDERS, ClockState, Contract, IncidentClock, elapsed
from hygie.incident.events import Event, Kind
from hygie.incident.lateness import late
from hygie.web.incidents import hours

ASK_AGAIN: Final = timedelta(hours=2)
"""How long « je ne suis pas encore sûr » is enough."""
MINUTE: Final = timedelta(seconds=60)
OCHRE: Final = REMINDERS[1]
STEPS: Final = (0, 2, 4, *range(5, 101, 5))
TITLES: Final[Mapping[str, str]] = {
    "complaint": "Porter plainte", "cnil": "Notifier la CNIL", "insurer": "Écrire à l’assureur",
    "patients": "Prévenir les patients", "provider": "Obtenir l’avis du prestataire",
}  # fmt: skip
_FROM: Final[Mapping[str, str]] = {
    "complaint": "l'attaque connue", "cnil": "que la fuite est connue", "patients": "la décision de prévenir",
    "provider": "l'annonce de la fuite",
}  # fmt: skip
_TAIL: Final[Mapping[str, str]] = {
    "complaint": "Sans plainte, pas d'indemnité",
    "cnil": "Incomplet ? Envoyez quand même, vous compléterez",
    "insurer": "Votre contrat peut donner plus de temps",
    "patients": "Repère de Hygie : la loi dit « dans les meilleurs délais »",
    "provider": "Repère de Hygie : la loi ne donne pas d'heures",
}
_WAITS: Final[Mapping[str, str]] = {
    "cnil": "Il partira quand vous saurez que des données de patients sont touchées.",
    "patients": "Il partira si vous décidez de prévenir les patients.",
}
COUNTS: Final = ("Aucun délai", "Votre délai", "Vos deux délais", "Vos trois délais", "Vos quatre délais",
                 "Vos cinq délais")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock in words. `tone` is "", "afaire" or "urgent"; `gauge` the class of its bar; `status` one of a clock."""

    id: str
    title: str
    status: str
    deadline: str = ""
    iso: str = ""
    left: str = ""
    gauge: int = 0
    tone: str = ""
    since: str = ""
    tail: str = ""
    article: str = ""
    article_short: str = ""
    late: bool = False
    said: str = ""


def clock_views(found: Sequence[IncidentClock], now: datetime, contract: Contract) -> list[ClockView]:
    """Those that concern the incident. The patients' one shows only once it is decided."""
    shown = [clock for clock in found if clock.state is not ClockState.NOT_APPLICABLE and not _quiet(clock)]
    return [_view(clock, now, contract) for clock in shown]


def title_of(count: int) -> str:
    """« Vos trois délais »."""
    return COUNTS[min(count, len(COUNTS) - 1)]


def _quiet(clock: IncidentClock) -> bool:
    return clock.id == "patients" and clock.state is ClockState.NOT_STARTED


def _view(clock: IncidentClock, now: datetime, contract: Contract) -> ClockView:
    article, title = typeset(clock.law.article), TITLES[clock.id]
    if clock.due_at is None or clock.starts_at is None:
        waits = _WAITS.get(clock.id, "") if clock.state is ClockState.NOT_STARTED else ""
        return ClockView(
            clock.id, title, clock.state, since=typeset(waits), article=article, article_short=short_article(article),
            said=_settled(clock, now),
        )  # fmt: skip
    part = clock.part(now) if clock.running else 0.0
    return ClockView(
        clock.id, title, clock.state, hours.deadline(clock.due_at, now, whole_day=_whole_days(clock)),
        hours.here(clock.due_at).isoformat(timespec="minutes"), typeset(_left(clock, now, contract)), gauge(part),
        _tone(clock, part), typeset(_since(clock, now, contract)), typeset(_TAIL[clock.id]), article,
        short_article(article), late(clock), _settled(clock, now),
    )  # fmt: skip


def gauge(part: float) -> int:
    """The class of the bar: the step reached, never more than what is gone, never beyond the end."""
    return max(step for step in STEPS if step <= max(0.0, min(part, 1.0)) * 100)


def short_article(article: str) -> str:
    """« L12-10-1 » of « Article L12-10-1 du code des assurances », « art. 33 » of « Article 33 du RGPD »."""
    found = re.match(r"Articles? ([A-Z]?[\d-]+)", article)
    if not found:
        return article
    return found[1] if found[1][0].isalpha() else f"art.{NO_BREAK}{found[1]}"


def _whole_days(clock: IncidentClock) -> bool:
    return clock.law.working_days is not None


def _tone(clock: IncidentClock, part: float) -> str:
    if clock.state is ClockState.LATE:
        return "urgent"
    return "afaire" if clock.state is ClockState.RUNNING and part >= OCHRE else ""


def _left(clock: IncidentClock, now: datetime, contract: Contract) -> str:
    if clock.due_at is None or not clock.running:
        return ""
    if clock.state is ClockState.LATE:
        return f"Passé depuis {hours.length(elapsed(clock.due_at, now))}. Envoyez quand même, avec la raison."
    if _whole_days(clock):
        return hours.working_days_left(clock.due_at, now, alsace_moselle=contract.alsace_moselle)
    return hours.left(clock.due_at, now)


def _since(clock: IncidentClock, now: datetime, contract: Contract) -> str:
    if clock.starts_at is None or clock.due_at is None:
        return ""
    if not _whole_days(clock):
        return f"{clock.law.hours} h depuis {_FROM[clock.id]}, {hours.on_day(clock.starts_at, now)}."
    first, last = hours.here(clock.starts_at).date(), hours.here(clock.due_at).date()
    count = len(hours.working_days(first, last, alsace_moselle=contract.alsace_moselle))
    own = contract.insurer_days is not None or contract.theft_days is not None
    source = " selon votre contrat" if own else ""
    return f"{plural(count, 'jour ouvré', 'jours ouvrés')}{source}.{_skipped(clock, contract)}"


def _skipped(clock: IncidentClock, contract: Contract) -> str:
    """« Le 11 novembre, férié, ne compte pas »."""
    if clock.starts_at is None or clock.due_at is None:
        return ""
    first, last = hours.here(clock.starts_at).date(), hours.here(clock.due_at).date()
    off = [hours.short_day(day) for day in hours.holidays(first, last, alsace_moselle=contract.alsace_moselle)]
    if not off:
        return ""
    return f" Le {listed(off, 9)}, {'férié, ne compte' if len(off) == 1 else 'fériés, ne comptent'} pas."


def _settled(clock: IncidentClock, now: datetime) -> str:
    if clock.state is ClockState.DONE and clock.done_at is not None:
        return f"Fait {hours.on_day(clock.done_at, now)}"
    return "Renoncé, avec une raison" if clock.state is ClockState.WAIVED else ""


def unsure_since(events: Sequence[Event]) -> datetime | None:
    """When somebody last said « je ne suis pas encore sûr »; None when nobody did, or when it is known since."""
    said = [event for event in events if event.kind is Kind.AWARE]
    return said[-1].at if said and not said[-1].facts["aware_at"] else None


def ask_again(events: Sequence[Event], found: Sequence[IncidentClock], now: datetime) -> bool:
    """Whether to ask if patients' data are touched: nobody is sure yet, and nobody was asked for two hours."""
    cnil = next(clock for clock in found if clock.id == "cnil")
    if cnil.state is not ClockState.NOT_STARTED:
        return False
    since = unsure_since(events)
    return since is None or not timedelta(0) <= elapsed(since, now) < ASK_AGAIN


def announcements(found: Sequence[IncidentClock], now: datetime) -> list[str]:
    """What the last minute brought: half of a delay, 80 % of it, its end."""
    words = []
    for clock in found:
        if not clock.running or clock.due_at is None:
            continue
        moments = zip((*clock.reminders, clock.due_at), ("la moitié", "80 %", "la totalité"), strict=True)
        title = TITLES[clock.id]
        words += [f"{title} : {part} du délai est passée." for at, part in moments if _just(at, now)]
    return [typeset(text) for text in words]


def _just(at: datetime, now: datetime) -> bool:
    return timedelta(0) <= elapsed(at, now) < MINUTE


def reminder(clock: IncidentClock, now: datetime) -> str:
    """The sentence of the reminder that is due: half, 80 %, late; "" before half, or when nothing is expected."""
    if not clock.running or clock.due_at is None:
        return ""
    title, end = TITLES[clock.id], hours.deadline(clock.due_at, now, whole_day=_whole_days(clock))
    if clock.state is ClockState.LATE:
        return typeset(f"{title} : le délai est passé. Faites-le quand même, avec la raison.")
    passed = sum(1 for part in REMINDERS if clock.part(now) >= part)
    share = ("", "la moitié du délai est passée", "80 % du délai sont passés")[passed]
    return typeset(f"{title} : {share}, avant {end[:1].lower()}{end[1:]}.") if share else ""
