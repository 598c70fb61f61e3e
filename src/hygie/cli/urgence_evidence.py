"""The verbs of `hygie urgence` that gather evidence: given files, the traces of this computer, its examination.

A file's name stays out of every message: it may hold a patient's.
"""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hygie.cli.french import FrenchCommand
from hygie.cli.output import shown
from hygie.cli.practice import practice_option
from hygie.cli.urgence_options import FILE, incident_argument, strict_option, text_or_json
from hygie.core.clock import SystemClock
from hygie.core.errors import HygieError, UsageError
from hygie.core.french import typeset
from hygie.documents.checkup_terminal import Pen

if TYPE_CHECKING:
    from hygie.cli.urgence_room import Room
    from hygie.incident.examination import Conclusion
    from hygie.incident.state import Piece
    from hygie.probes.collection import Collected, Collection
    from hygie.web.incidents.models import Incident

EXAMINATION: Final = "hygie.examination/1"
COLLECTING: Final = "collecting"
MOST_FILES: Final = 1_000
FEW: Final = 5
INTERRUPTED: Final = 130
_MILLION: Final = 1_000_000


@dataclass(slots=True)
class Taken:
    """What became of several files: the pieces added, and by rank those that were refused."""

    pieces: list["Piece"] = field(default_factory=list)
    refused: list[tuple[int, HygieError]] = field(default_factory=list)
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """130 when the person stopped it, else the gravest refusal's, else 0."""
        return INTERRUPTED if self.interrupted else max((error.exit_code for _, error in self.refused), default=0)


@click.command(cls=FrenchCommand)
@incident_argument
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FICHIER…")
@click.option("--taken-at", metavar="HEURE", help="Quand la photo a été prise, ou le fichier relevé.")
@click.option("--in-place", is_flag=True, help="Ne copie pas : note l’empreinte, le fichier reste où il est.")
@practice_option
@text_or_json
def piece(  # noqa: PLR0913, PLR0917 - one parameter an option
    incident: str,
    files: tuple[Path, ...],
    taken_at: str | None,
    in_place: bool,  # noqa: FBT001
    practice: Path | None,
    form: str,
) -> int:
    """Ajoute des preuves : photos, mails, fichiers. Chacune est copiée, chiffrée et numérotée, jamais ouverte."""
    from hygie.cli.urgence_room import read_times, room

    (taken,) = read_times(taken_at)
    if len(files) > MOST_FILES:
        raise UsageError(
            f"Plus de {MOST_FILES} fichiers à la fois.", "Donnez-les en plusieurs fois, ou en une archive."
        )
    with room(practice) as here:
        found = here.incident(incident)
        done = _added(here, found, files, taken, in_place=in_place)
        _say_pieces(here, found, done, len(files), form)
    return done.exit_code


def _added(
    here: "Room", incident: "Incident", files: Sequence[Path], taken: datetime | None, *, in_place: bool
) -> Taken:
    """Each file for itself: one that is refused does not stop the others."""
    from hygie.web.incidents.evidence import add_piece, keep_in_place

    add, done = keep_in_place if in_place else add_piece, Taken()
    for rank, path in enumerate(files, 1):
        with progress_line(f"Fichier {rank} sur {len(files)}") as progress:
            try:
                done.pieces.append(
                    add(here.actor, incident, path, name=path.name, taken_at=taken, now=SystemClock().now(),
                        source_kind="cli", progress=progress)
                )  # fmt: skip
            except (HygieError, ValueError) as error:
                done.refused.append((rank, _told(error)))
            except KeyboardInterrupt:
                done.interrupted = True
                break
    return done


def _told(error: Exception) -> HygieError:
    """A name that no file can have (a NUL byte) is a file that does not open."""
    from hygie.web.incidents.evidence.intake import CannotRead

    return error if isinstance(error, HygieError) else CannotRead()


@contextmanager
def progress_line(words: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """A line on a terminal, rewritten; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return

    def tell(done: int, total: int | None) -> None:
        share = f"{100 * done // total} %" if total else f"{done // _MILLION} Mo"
        click.echo(f"\r\033[K{typeset(f'{words} : {share}')}", nl=False, err=True)

    yield tell
    click.echo("\r\033[K", nl=False, err=True)


def _say_pieces(  # noqa: PLR0913 - everything that was done is said
    here: "Room",
    incident: "Incident",
    done: Taken,
    count: int,
    form: str,
    *,
    missed: Sequence[Mapping[str, str]] | None = None,
) -> None:
    """The incident with its new pieces; what was refused is said by its rank, never by its name."""
    from hygie.cli.urgence_output import say_standing, standing

    refused = [
        {"file": rank, "code": error.code, "message": error.sentence, "next_step": error.next_step}
        for rank, error in done.refused
    ]
    more: dict[str, Any] = {"pieces": [_piece_fields(one) for one in done.pieces], "refused": refused}
    lines = _pieces_in_words(done.pieces)
    if missed is not None:
        more["missed"] = list(missed)
        lines += _missed_in_words(missed)
    say_standing(standing(here, incident), form, first=lines, more=more)
    if done.interrupted:
        click.echo("\nInterrompu. Les pièces dites gardées le sont : relancez pour les autres.", err=True)
    for rank, error in done.refused:
        click.echo(shown(typeset(f"Fichier {rank} sur {count} : {error.sentence} {error.next_step}")), err=True)


def _piece_fields(piece: "Piece") -> dict[str, Any]:
    from hygie.cli.urgence_output import stamp

    return {
        "piece": piece.number, "sha256": piece.sha256, "size": piece.size, "media": piece.media,
        "taken_at": stamp(piece.taken_at), "added_at": stamp(piece.added_at), "place": piece.place,
    }  # fmt: skip


def _pieces_in_words(pieces: Sequence["Piece"]) -> list[str]:
    """Each with its digest, or their numbers when they are many: the digests are in the papers and in JSON."""
    if len(pieces) <= FEW:
        return [f"Pièce {one.number} gardée. Empreinte SHA-256 : {one.sha256}" for one in pieces]
    numbers = [one.number for one in pieces]
    return [f"{len(pieces)} pièces gardées avec leur empreinte, de la pièce {min(numbers)} à la pièce {max(numbers)}."]


def _missed_in_words(missed: Sequence[Mapping[str, str]]) -> list[str]:
    """What could not be gathered, by reason."""
    reasons = dict.fromkeys(one["reason"] for one in missed)
    return [
        f"Pas relevé ({reason.rstrip('.')}) : {' ; '.join(one['title'] for one in missed if one['reason'] == reason)}."
        for reason in reasons
    ]


@click.command(cls=FrenchCommand)
@incident_argument
@practice_option
@text_or_json
def collecter(incident: str, practice: Path | None, form: str) -> int:
    """Relève les traces de cet ordinateur, sans rien y changer, et les garde comme preuves.

    Ce qui disparaît le plus vite d’abord. Interrompu, relancez : ce qui est déjà relevé n’est pas refait.
    """
    from hygie.cli.urgence_room import room

    with room(practice) as here:
        found = here.incident(incident)
        _refuse_closed(found)
        place = here.folder / COLLECTING / found.reference
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            outputs = _gathered(place, found.reference)
        except KeyboardInterrupt:
            click.echo("\nInterrompu. Ce qui est relevé est gardé : relancez pour continuer.", err=True)
            return INTERRUPTED
        done = _kept(here, found, outputs.pieces)
        missed = [{"id": one.id, "title": one.title, "reason": one.reason} for one in outputs.missed]
        _say_pieces(here, found, done, len(outputs), form, missed=missed)
        if done.exit_code == 0:
            _remove(place)
    return done.exit_code


def _remove(place: Path) -> None:
    """What is now evidence no longer waits in clear; the folder of another incident stays."""
    shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):
        place.parent.rmdir()


def _gathered(place: Path, reference: str) -> "Collection":
    """The traces of this computer, in a folder of the data folder until they are evidence."""
    from hygie.probes.collection import collect
    from hygie.probes.machine import Machine

    now = SystemClock().now()
    with progress_line("Relevé des traces") as progress:
        return collect(Machine(now), place, incident_ref=reference, now=now, progress=progress)


def _kept(here: "Room", incident: "Incident", outputs: Sequence["Collected"]) -> Taken:
    """One piece an output; added again after an interruption, it is one piece."""
    from hygie.web.incidents.evidence import add_piece

    done = Taken()
    for rank, output in enumerate(outputs, 1):
        try:
            added = add_piece(
                here.actor, incident, output.path, name=output.path.name, taken_at=output.taken_at,
                now=SystemClock().now(), source_kind="collector",
            )  # fmt: skip
            done.pieces.append(added)
        except HygieError as error:
            done.refused.append((rank, error))
        except KeyboardInterrupt:
            done.interrupted = True
            break
    return done


def _refuse_closed(incident: "Incident") -> None:
    """Before a long gathering rather than after it."""
    from hygie.incident.errors import AlreadyClosed
    from hygie.web.incidents.selectors import state_of_incident

    if state_of_incident(incident).closed_at is not None:
        raise AlreadyClosed


@click.command(cls=FrenchCommand)
@strict_option
@practice_option
@text_or_json
def examiner(strict: bool, practice: Path | None, form: str) -> int:  # noqa: FBT001
    """Cet ordinateur se comporte bizarrement : panne ou attaque ? Une minute au plus, sans rien y changer.

    Hygie ne dit jamais que tout va bien : ce qui n’a pas été vu reste inconnu.
    """
    del practice  # nothing is kept of an examination
    from hygie.cli.urgence_output import say
    from hygie.incident.examination import conclusion
    from hygie.probes.examine import examine
    from hygie.probes.machine import Machine

    with progress_line("Hygie regarde cet ordinateur") as progress:
        found = conclusion(examine(Machine(SystemClock().now()), progress=progress))
    say(_conclusion_in_words(found), _conclusion_fields(found), form)
    return 1 if strict and found.verdict != "fault" else 0


def _conclusion_fields(found: "Conclusion") -> dict[str, Any]:
    return {
        "schema": EXAMINATION,
        "verdict": found.verdict,
        "sentence": found.sentence,
        "call": found.call,
        "contacts": [{"id": one.id, "name": one.name, "phone": one.phone or None} for one in found.whom_to_call],
        "playbook": found.playbook,
        "signs": [{"id": one.id, "weight": one.weight, "text": one.sentence} for one in found.signs],
        "faults": [{"id": one.id, "text": one.sentence} for one in found.faults],
        "to_tell": [{"id": one.id, "text": one.sentence} for one in found.to_tell],
        "not_seen": [{"id": one.question, "label": one.label, "reason": one.reason} for one in found.not_seen],
    }


def _conclusion_in_words(found: "Conclusion") -> Iterator[str]:
    pen = Pen(colour=False)
    yield from pen.wrap(found.sentence, 0)
    yield from pen.wrap(found.call, 0)
    for contact in found.whom_to_call:
        doubt = " (à vérifier)" if contact.confidence == "unverified" else ""
        reach = f"{contact.phone}{doubt}" if contact.phone else contact.url
        yield from pen.wrap(typeset(f"{contact.name} : {reach}"), 2)
    if found.playbook:
        yield f"  hygie urgence ouvrir --playbook {found.playbook}"
    for title, lines in (
        ("Signes d'attaque", [one.sentence for one in found.signs]),
        ("Pannes vues", [one.sentence for one in found.faults]),
        ("À dire à votre informaticien", [one.sentence for one in found.to_tell]),
        ("Ce qui n'a pas été vu", [f"{one.label} : {one.reason}" for one in found.not_seen]),
    ):
        yield from _section(pen, title, lines)


def _section(pen: Pen, title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield typeset(title)
        for line in lines:
            yield from pen.wrap(typeset(line), 2, "-")
