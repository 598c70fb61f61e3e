"""What the incident room shows, from the events: the present step, the clocks, the steps, whom to call, what was kept.

Read once a page (`Room`): the views and the templates only choose among it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from hygie.core.french import plural, typeset
from hygie.incident.clocks import ClockState, Contract, applies, clocks
from hygie.incident.events import Event
from hygie.incident.state import Piece, State, state_of
from hygie.incident.steps import next_step
from hygie.reference.playbooks import playbooks
from hygie.web.accounts.access import Action
from hygie.web.incidents import selectors
from hygie.web.incidents.clock_pages import ask_again, clock_views, reminder, title_of
from hygie.web.incidents.hours import here, incident_day, short
from hygie.web.incidents.lines import lines_of
from hygie.web.incidents.models import Incident
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.step_pages import contact_rows, present_step, step_rows, steps_note, steps_title

JOURNAL_SHOWN: Final = 8
PIECES_SHOWN: Final = 4
PAPERS: Final = (
    ("complaint", "balance", "Exposé pour la plainte", "Faits, heures, dégâts. Aucun nom de patient.", "complaint"),
    ("cnil", "doc", "Notification à la CNIL, première version", "Les quatorze rubriques, dans leur ordre.", "cnil"),
    ("host", "doc", "Messages à l’hébergeur et au fournisseur d’accès", "Demande de conservation des traces.", ""),
    ("claim", "assurance", "Déclaration à l’assureur", "Faits, pièces et récépissé de la plainte.", "insurer"),
    ("patients_letter", "courrier", "Lettre aux patients", "Attend la décision sur le risque.", "patients"),
)
"""Document, icon, name, what it holds, and the clock it answers."""


def whole_room(room: Room, asked: str = "") -> dict[str, Any]:
    """The room. `asked` is the step that the person chose to look at; the next one otherwise."""
    shown = present_step(room, asked)
    waiver = Action.DECIDE_IN_INCIDENT if shown is not None and shown.weighty else Action.ACT_IN_INCIDENT
    return {
        **head(room),
        "playbook": room.playbook,
        "here": shown,
        "may_waive": room.may(waiver),
        **clocks_block(room),
        "rows": step_rows(room),
        "steps_title": steps_title(room),
        "steps_note": steps_note(room),
        "contacts": contact_rows(room),
        "lines": lines_of(room.events, room.now, files=room.may(Action.SEE_EVIDENCE))[:JOURNAL_SHOWN],
        "more_lines": max(0, len(room.events) - JOURNAL_SHOWN),
        "pieces": [piece_row(piece, room.now) for piece in room.state.pieces[::-1][:PIECES_SHOWN]],
        "pieces_count": len(room.state.pieces),
        "papers": paper_rows(room),
        **paper_links(room),
        "last_rank": room.state.last_rank,
    }


def clocks_block(room: Room) -> dict[str, Any]:
    """The clocks and whether to ask if patients' data are touched."""
    views = clock_views(room.clocks, room.now, room.contract)
    return {
        "clocks": views,
        "clocks_title": title_of(len(views)),
        "ask_aware": ask_again(room.events, room.clocks, room.now) and room.state.closed_at is None,
        "incident": room.incident,
        "may_act": room.may(Action.ACT_IN_INCIDENT) and room.state.closed_at is None,
    }


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A piece of evidence on the page."""

    piece: Piece
    icon: str
    times: str
    fingerprint: str
    kept: bool


def piece_row(piece: Piece, now: datetime) -> PieceRow:
    """Its name, the date of the fact, the date it was added, a short fingerprint."""
    taken = f"prise {_at(piece.taken_at, now)} · " if piece.taken_at else "date du fait inconnue · "
    icon = "photo" if piece.media.startswith("image/") else "courrier" if "rfc822" in piece.media else "doc"
    return PieceRow(
        piece, icon, f"{taken}ajoutée {_at(piece.added_at, now)} par {piece.added_by}",
        f"{piece.sha256[:4]}…{piece.sha256[-4:]}", piece.place == "kept",
    )  # fmt: skip


def _at(moment: datetime, now: datetime) -> str:
    words = short(moment, now)
    return f"à {words}" if here(moment).date() == here(now).date() else words


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A document that prepares itself."""

    icon: str
    name: str
    detail: str
    state: str
    word: str


def paper_rows(room: Room) -> list[PaperRow]:
    """The main papers of this incident; the whole list is on their page."""
    shown = [one for one in PAPERS if _concerned(one[0], one[4], room.state)]
    return [_paper(*one, room) for one in shown]


def _concerned(document: str, clock: str, state: State) -> bool:
    if document == "host":
        return playbooks()[state.playbook].complaint and not playbooks()[state.playbook].theft
    return applies(clock, state)


def _paper(document: str, icon: str, name: str, detail: str, clock: str, room: Room) -> PaperRow:  # noqa: PLR0913, PLR0917
    found = next((one for one in room.clocks if one.id == clock), None)
    if document in room.state.documents:
        return PaperRow(icon, name, f"Préparé {_at(room.state.documents[document], room.now)}.", "ok", "Préparé")
    if found is not None and found.state is ClockState.NOT_STARTED:
        return PaperRow(icon, name, detail, "attente", "Plus tard")
    return PaperRow(icon, name, detail, "afaire", "À relire")


def paper_links(room: Room) -> dict[str, str]:
    """The pages of the documents, for who may open them."""
    wanted = {"papers": Action.SEE_INCIDENT_PAPERS, "breach": Action.SEE_INCIDENT_PAPERS,
              "severity": Action.SEE_INCIDENT_PAPERS}  # fmt: skip
    return {
        f"{name}_url": reverse(f"incidents:{name}", args=[room.incident.pk]) if room.may(action) else ""
        for name, action in wanted.items()
    }


@dataclass(frozen=True, slots=True)
class Notice:
    """What every page of the app says of an open incident. `kind` is one of the banners'."""

    kind: str
    title: str
    text: str
    url: str
    button: str = "Reprendre"


def notices(practice: Any, now: datetime) -> list[Notice]:
    """One notice an open incident: its next step, the delays that are half gone or more, the question to ask again."""
    incidents = selectors.open_incidents(practice)
    if not incidents:
        return []
    events, contract = selectors.events_of_all(incidents), selectors.contract_of(practice)
    return [_notice(incident, events[incident.pk], contract, now) for incident in incidents]


def _notice(incident: Incident, events: list[Event], contract: Contract, now: datetime) -> Notice:
    state = state_of(events)
    found = clocks(state, now, contract)
    due = [text for text in (reminder(clock, now) for clock in found) if text]
    asked = (
        ["Savez-vous maintenant si des données de patients sont touchées ?"] if ask_again(events, found, now) else []
    )
    step = next_step(state, now)
    coming = [f"Étape à faire : {step.doing}."] if step and not due else []
    late = any(clock.state is ClockState.LATE for clock in found)
    title = f"Incident du {incident_day(incident.opened_at, now)} en cours"
    url = reverse("incidents:room", args=[incident.pk])
    return Notice("urgent" if late else "afaire" if due else "attente", title, " ".join(due + coming + asked), url)


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident in the list."""

    incident: Incident
    title: str
    playbook: str
    detail: str
    state: str
    word: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Open, closed, and false alarms."""

    open: list[Listed] = field(default_factory=list)
    closed: list[Listed] = field(default_factory=list)
    false_alarms: list[Listed] = field(default_factory=list)


def lists_of(incidents: Sequence[Incident], now: datetime) -> Lists:
    """Each in its list, the latest first."""
    found = Lists()
    for incident in incidents:
        state = selectors.state_of_incident(incident)
        if state.closed_at is None:
            found.open.append(_listed(incident, state, now, "urgent", "En cours"))
        elif state.false_alarm:
            found.false_alarms.append(_listed(incident, state, now, "nc", "Fausse alerte"))
        else:
            found.closed.append(_listed(incident, state, now, "ok", "Clos"))
    return found


def _listed(incident: Incident, state: State, now: datetime, kind: str, word: str) -> Listed:
    one = playbooks()[state.playbook]
    done = sum(state.settled(step) for step in one.steps)
    detail = f"n° {incident.reference} · {plural(done, 'étape faite', 'étapes faites')} sur {len(one.steps)}"
    if state.closed_at is not None:
        detail += f" · clos {_at(state.closed_at, now)}"
    title = f"Incident du {incident_day(incident.opened_at, now)}"
    return Listed(incident, title, typeset(one.title), typeset(detail), kind, word)
