"""The steps as the room shows them: the present one in the middle, all of them in a list, and whom they call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hygie.core.french import listed, plural, typeset
from hygie.incident.state import Reply, StepAnswer
from hygie.incident.steps import Place, next_step, places
from hygie.reference.opening import recalled
from hygie.reference.playbooks import Step, steps_of
from hygie.web.incidents.acting import weighty
from hygie.web.incidents.hours import here, short, short_day
from hygie.web.incidents.phones import Entry, where
from hygie.web.incidents.room import Room

NUMBERS: Final = (
    "Aucune étape", "L’étape", "Les deux étapes", "Les trois étapes", "Les quatre étapes", "Les cinq étapes",
    "Les six étapes", "Les sept étapes", "Les huit étapes", "Les neuf étapes", "Les dix étapes", "Les onze étapes",
    "Les douze étapes", "Les treize étapes", "Les quatorze étapes", "Les quinze étapes", "Les seize étapes",
    "Les dix-sept étapes", "Les dix-huit étapes", "Les dix-neuf étapes", "Les vingt étapes",
)  # fmt: skip
ABOUT_THE_COMPUTER: Final = ("connected", "disk")
"""Questions whose answers the first gesture takes up again."""


@dataclass(frozen=True, slots=True)
class PresentStep:
    """The step in the middle of the room. `locked` names what it waits for; `tried` says who did not answer."""

    step: Step
    number: int
    total: int
    who: str
    call: Entry | None
    where: str
    after: str
    seen: int
    locked: str = ""
    tried: str = ""
    settled: str = ""
    weighty: bool = False
    how: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()


def present_step(room: Room, asked: str = "") -> PresentStep | None:
    """The step asked for, or the next one; None when nothing is left, or when the incident is closed."""
    if room.state.closed_at is not None:
        return None
    found = places(room.state, room.now)
    place = next((one for one in found if one.step.id == asked), None) or _next_place(room, found)
    return _present(room, place, found) if place else None


def _next_place(room: Room, found: tuple[Place, ...]) -> Place | None:
    coming = next_step(room.state, room.now)
    return next((one for one in found if coming is not None and one.step.id == coming.id), None)


def _present(room: Room, place: Place, found: tuple[Place, ...]) -> PresentStep:
    step, answer = place.step, room.state.steps.get(place.step.id)
    call = room.book.entry(step.call) if step.call else None
    missing = bool(step.call) and (call is None or not (call.number or call.url))
    return PresentStep(
        step, place.number, len(found), room.book.who(step.who), call, where(step.call) if missing else "",
        _after(place, found), answer.rank if answer else 0, listed(place.missing, 9), _tried(answer, room.now),
        _settled(answer, room.now), weighty(step), tuple(map(typeset, step.how)), tuple(map(typeset, step.avoid)),
        tuple(map(typeset, recalled(room.state.answers, ABOUT_THE_COMPUTER))) if step.id == "isolate" else (),
    )  # fmt: skip


def _tried(answer: StepAnswer | None, now: datetime) -> str:
    if answer is None or answer.reply.settled:
        return ""
    if answer.reply is Reply.UNKNOWN:
        return f"On ne savait pas à {short(answer.at, now)} ({answer.by})."
    return f"Personne n’a répondu à {short(answer.at, now)}, {plural(answer.tries, 'essai')}."


def _settled(answer: StepAnswer | None, now: datetime) -> str:
    if answer is None or not answer.reply.settled:
        return ""
    word = "C’est fait" if answer.reply is Reply.DONE else "On y a renoncé"
    receipt = f" Récépissé n° {answer.receipt}." if answer.receipt else ""
    return typeset(f"{word} : {answer.by}, {short(answer.at, now)}.{receipt}")


def _after(place: Place, found: tuple[Place, ...]) -> str:
    """« Ensuite : … »: what comes once this step is answered."""
    open_ones = [one for one in found if one.status in {"here", "later", "tried", "unknown"}]
    rest = [one for one in open_ones if one.step.id != place.step.id]
    later = [one for one in rest if one.number > place.number] or rest
    return f"{later[0].step.doing[:1].lower()}{later[0].step.doing[1:]}" if later else ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A line of the list of steps."""

    number: int
    step: Step
    kind: str
    word: str
    detail: str
    hour: str
    iso: str
    locked: str = ""
    open: bool = False


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "done": ("fait", "Fait"), "waived": ("renonce", "Renoncé"), "here": ("ici", "En cours"),
    "tried": ("attente", "Sans réponse"), "unknown": ("attente", "On ne sait pas"), "later": ("", "À venir"),
    "locked": ("", "Fermée"), "not_needed": ("renonce", "Non concerné"),
}  # fmt: skip


def step_rows(room: Room) -> list[StepRow]:
    """Every step with where it stands."""
    return [_row(room, place) for place in places(room.state, room.now)]


def _row(room: Room, place: Place) -> StepRow:
    kind, word = _KINDS[place.status]
    answer = room.state.steps.get(place.step.id)
    hour, iso = _hour(room, place, answer)
    locked = f"Fermée tant qu’il reste : {listed(place.missing, 9)}" if place.status == "locked" else ""
    openable = place.status in {"later", "tried", "unknown", "locked"} and room.state.closed_at is None
    return StepRow(
        place.number, place.step, kind, word, _detail(room, place, answer), hour, iso, typeset(locked), openable
    )  # fmt: skip


def _detail(room: Room, place: Place, answer: StepAnswer | None) -> str:
    if answer is None:
        return room.book.who(place.step.who)
    words = {Reply.NOBODY: "personne n’a répondu", Reply.UNKNOWN: "on ne sait pas", Reply.WAIVED: "renoncé"}
    receipt = f"récépissé n° {answer.receipt}" if answer.receipt else ""
    return " · ".join(filter(None, (answer.by, words.get(answer.reply, ""), receipt)))


def _hour(room: Room, place: Place, answer: StepAnswer | None) -> tuple[str, str]:
    """When it was answered, else its deadline."""
    if answer is not None:
        return short(answer.at, room.now), answer.at.isoformat(timespec="minutes")
    clock = next((one for one in room.clocks if one.id == place.step.clock), None)
    if clock is None or clock.due_at is None or not clock.running:
        return "", ""
    days = clock.law.working_days is not None
    words = short_day(here(clock.due_at).date()) if days else short(clock.due_at, room.now)
    return words, clock.due_at.isoformat(timespec="minutes")


def steps_note(room: Room) -> str:
    """« 2 faites · une seule à la fois »."""
    done = sum(room.state.settled(step.id) for step in steps_of(room.state.playbook))
    return f"{plural(done, 'faite')} · une seule à la fois" if done else "Une seule à la fois"


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Somebody to call, and whether they were reached."""

    entry: Entry
    context: str


def contact_rows(room: Room) -> list[ContactRow]:
    """The practice's own numbers, the service that the present step calls, 17Cyber."""
    entries = room.book.listed()
    step = next_step(room.state, room.now)
    called = room.book.entry(step.call) if step is not None and step.call else None
    if called is not None and called not in entries and (called.number or called.url):
        entries = [called, *entries]
    return [ContactRow(one, " · ".join(filter(None, (_reached(room, one.call), one.detail)))) for one in entries]


def _reached(room: Room, call: str) -> str:
    """« joint à 9 h 10 », of the last step that called this number."""
    if not call:
        return ""
    answers = [room.state.steps[one.id] for one in steps_of(room.state.playbook)
               if one.call == call and one.id in room.state.steps]  # fmt: skip
    told = [one for one in answers if one.reply in {Reply.DONE, Reply.NOBODY}]
    if not told:
        return ""
    last = max(told, key=lambda one: one.rank)
    return f"{'joint' if last.reply is Reply.DONE else 'sans réponse'} à {short(last.at, room.now)}"


def steps_title(room: Room) -> str:
    """« Les douze étapes »."""
    return NUMBERS[min(len(steps_of(room.state.playbook)), len(NUMBERS) - 1)]
