"""The verbs of `hygie urgence` that read: the journal (to which a line may be added), the delays, the list."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hygie.cli.french import FrenchCommand
from hygie.cli.practice import practice_option
from hygie.cli.urgence_options import LONGEST, form_option, incident_argument, strict_option, text_or_json
from hygie.core.errors import UsageError
from hygie.core.french import typeset

if TYPE_CHECKING:
    from hygie.cli.urgence_room import Room
    from hygie.incident.events import Event
    from hygie.incident.state import State
    from hygie.web.incidents.models import Incident

MOST_LISTED: Final = 500
MOST_BYTES: Final = 4 * LONGEST + 8
"""Of a text that is piped in: beyond, it is too long whatever its letters."""
_APP: Final = "http://127.0.0.1:8642/incidents/{}/"
"""Where `hygie servir` shows an incident when nothing else was asked of it."""


@click.command(cls=FrenchCommand)
@incident_argument
@click.option("--add", "text", metavar="TEXTE", help="Ajoute cette ligne ; « - » la lit sur l’entrée standard.")
@click.option("--corrects", type=click.IntRange(1, 100_000), metavar="LIGNE", help="La ligne que celle-ci rectifie.")
@click.option("--quoted", is_flag=True, help="Relue : elle peut figurer dans les documents.")
@practice_option
@text_or_json
def journal(  # noqa: PLR0913, PLR0917 - one parameter an option
    incident: str,
    text: str | None,
    corrects: int | None,
    quoted: bool,  # noqa: FBT001
    practice: Path | None,
    form: str,
) -> int:
    """Lit le journal d’un incident, ou y ajoute une ligne. Une ligne ne s’efface pas : elle se rectifie."""
    from hygie.cli.urgence_room import room, typed

    words = None if text is None else typed(_piped() if text == "-" else text, LONGEST)
    if words is None and (corrects or quoted):
        raise UsageError("Il manque le texte de la ligne.", "Ajoutez --add TEXTE.")
    with room(practice) as here:
        found = here.incident(incident)
        if words is not None:
            _note(here, found, words, corrects, quoted=quoted)
        _say_journal(here, found, form)
    return 0


def _piped() -> str:
    """The text of the standard input, bounded before it is decoded."""
    from hygie.cli.urgence_room import TextUnreadable

    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        text = raw[:MOST_BYTES].decode("utf-8-sig", "strict" if len(raw) <= MOST_BYTES else "replace")
    except (UnicodeDecodeError, OSError) as error:
        raise TextUnreadable from error
    return text


def _note(here: "Room", incident: "Incident", text: str, corrects: int | None, *, quoted: bool) -> None:
    from hygie.web.incidents import flows, selectors

    last = selectors.state_of_incident(incident).last_rank
    if corrects is not None and corrects > last:
        raise UsageError("Cette ligne n’existe pas dans le journal.", f"Les lignes vont de 1 à {last}.")
    flows.add_note(here.actor, incident, text, now=here.now, corrects=corrects, quoted=quoted)


def _say_journal(here: "Room", incident: "Incident", form: str) -> None:
    from hygie.cli.urgence_output import JOURNAL_SCHEMA, say
    from hygie.incident.chronology import chronology
    from hygie.web.incidents import selectors

    events = selectors.events_of(incident)
    lines = list(zip(events, (line.text for line in chronology(events, quoted_only=False)), strict=True))
    told = {
        "schema": JOURNAL_SCHEMA,
        "incident": incident.reference,
        "entries": [_entry(event, text) for event, text in lines],
        "altered": selectors.altered(incident),
    }
    say(_journal_in_words(lines, told["altered"], here.now), told, form)


def _entry(event: "Event", text: str) -> dict[str, Any]:
    from hygie.cli.urgence_output import stamp

    return {
        "rank": event.rank, "at": stamp(event.at), "kind": event.kind.value, "author": event.author_name, "text": text,
        "corrects": event.facts.get("corrects"), "quoted": bool(event.facts.get("quoted")),
    }  # fmt: skip


def _journal_in_words(lines: list[tuple["Event", str]], altered: list[int], now: datetime) -> Iterator[str]:
    from hygie.documents.checkup_terminal import Pen
    from hygie.web.incidents.hours import short

    pen = Pen(colour=False)
    if altered:
        yield typeset(
            "Attention : des lignes ne sont plus celles qui ont été écrites. Ne changez rien, appelez de l'aide."
        )
    for event, text in lines:
        mark = "! " if event.rank in altered else ""
        yield from pen.wrap(f"{mark}{short(event.at, now)}, {event.author_name} : {text}", 6, f"{event.rank:>4}.")


@click.command(cls=FrenchCommand)
@incident_argument
@strict_option
@practice_option
@form_option("text", "json", "ics")
def echeances(incident: str, strict: bool, practice: Path | None, form: str) -> int:  # noqa: FBT001
    """Donne les délais de l’incident. Avec --format ics, un fichier à ouvrir dans l’agenda."""
    from hygie.cli.urgence_output import clock_lines, fields, say, standing
    from hygie.cli.urgence_room import room
    from hygie.incident.clocks import ClockState

    with room(practice) as here:
        found = here.incident(incident)
        now = standing(here, found)
        if form == "ics":
            from hygie.web.incidents.calendar import calendar_file

            click.echo(calendar_file(found, now.clocks, here.now, _APP.format(found.pk)), nl=False)
        else:
            say(clock_lines(now), fields(now), form)
        return 1 if strict and any(clock.state is ClockState.LATE for clock in now.clocks) else 0


@click.command(cls=FrenchCommand)
@practice_option
@text_or_json
def liste(practice: Path | None, form: str) -> int:
    """Donne les incidents du cabinet, le plus récent d’abord."""
    from hygie.cli.urgence_output import LIST_SCHEMA, say, stamp
    from hygie.cli.urgence_room import room

    with room(practice) as here:
        rows = [(row, state) for row, state in _incidents(here)]
        told = [
            {
                "incident": row.reference, "playbook": state.playbook, "opened_at": stamp(row.opened_at),
                "closed_at": stamp(row.closed_at), "false_alarm": state.false_alarm,
            }
            for row, state in rows
        ]  # fmt: skip
        say(_list_in_words(rows), {"schema": LIST_SCHEMA, "incidents": told}, form)
    return 0


def _incidents(here: "Room") -> list[tuple["Incident", "State"]]:
    from hygie.web.incidents.models import Incident
    from hygie.web.incidents.selectors import state_of_incident

    rows = Incident.objects.for_practice(here.practice).order_by("-opened_at", "-reference")[:MOST_LISTED]
    return [(row, state_of_incident(row)) for row in rows]


def _list_in_words(rows: Sequence[tuple["Incident", "State"]]) -> Iterator[str]:
    from hygie.cli.urgence_output import moment_in_words
    from hygie.reference.playbooks import playbooks

    if not rows:
        yield "Aucun incident. Pour en ouvrir un : hygie urgence ouvrir"
    for row, state in rows:
        end = "en cours" if row.closed_at is None else "fausse alerte" if state.false_alarm else "clos"
        title = playbooks()[state.playbook].title
        yield typeset(f"{row.reference} : {title}. Ouvert le {moment_in_words(row.opened_at)}, {end}.")
