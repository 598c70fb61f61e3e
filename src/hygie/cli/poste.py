"""`hygie poste`: this computer joins its practice's own server, sends it its check-up, says where it stands, leaves.

Only the practice's server is ever talked to, and only by `rejoindre` and `envoyer`.
"""

import json
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hygie import __version__
from hygie.cli.bilan import SYSTEMS, examine
from hygie.cli.french import FrenchCommand, FrenchGroup
from hygie.cli.output import shown
from hygie.cli.practice import practice_option
from hygie.core.clock import SystemClock
from hygie.core.errors import UsageError
from hygie.core.folder import data_folder
from hygie.core.french import day_in_words, hour_in_words, plural, typeset

if TYPE_CHECKING:
    from hygie.fleetlink.client import Standing
    from hygie.fleetlink.courier import Sent
    from hygie.fleetlink.messages import Kind, System

STATUS_ID = "hygie.workstation/1"
_LONGEST_CODE = 200
_HELPS = {
    "rejoindre": "Rattache ce poste au cabinet, avec le code du serveur.",
    "envoyer": "Fait un bilan de ce poste et l’envoie au cabinet.",
    "etat": "Dit à quel cabinet ce poste est rattaché, et ce qui attend.",
    "quitter": "Détache ce poste : oublie le serveur et la clé.",
}
_KINDS: dict["Kind", str] = {"checkup": "bilan", "event": "événement", "heartbeat": "signe de vie"}


class _PosteGroup(FrenchGroup):
    def short_helps(self) -> dict[str, str]:
        """Verb → one line."""
        return _HELPS


def _format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    kind = click.Choice(["text", "json"])
    return click.option("--format", "form", type=kind, default="text", metavar="FORME", help="text ou json.")(command)


@click.group(cls=_PosteGroup, subcommand_metavar="COMMANDE [OPTIONS]")
def poste() -> None:
    """Relie ce poste au serveur du cabinet, et à lui seul.

    Ce qui part : le bilan de ce poste, ses événements et l’écart de son horloge. Aucun nom de fichier, aucun contenu.
    """


@poste.command(cls=FrenchCommand)
@click.argument("url", metavar="ADRESSE")
@click.argument("code", metavar="[CODE]", default="")
@click.option("--name", metavar="NOM", help="Le nom de ce poste au cabinet ; sinon, celui de l’ordinateur.")
@practice_option
@_format_option
def rejoindre(url: str, code: str, name: str | None, practice: Path | None, form: str) -> int:
    """Rattache ce poste au cabinet, avec l’adresse et le code que montre la page des postes.

    Le code sert une fois, quinze minutes. Sans code, ou avec « - », il est demandé.
    """
    from hygie.fleetlink.client import Computer, World, join

    computer = Computer(name or socket.gethostname(), _system())
    link = join(_folder(practice), url, code if code not in ("", "-") else _asked(code), computer, world=World())
    told = {
        "event": "joined",
        "practice": link.practice,
        "device": str(link.device),
        "name": link.name,
        "url": link.url,
    }
    text = (
        f"Ce poste, « {link.name} », est rattaché à « {link.practice} ».\nPour un premier bilan : hygie poste envoyer"
    )
    _say(text, told, form)
    return 0


@poste.command(cls=FrenchCommand)
@click.option("--file-only", is_flag=True, help="Garde le bilan dans la file, sans rien envoyer.")
@click.option("--no-files", is_flag=True, help="Ne regarde pas les noms des fichiers exposés.")
@click.option("--strict", is_flag=True, help="Finit par le code 1 quand tout n’est pas parti.")
@practice_option
@_format_option
def envoyer(file_only: bool, no_files: bool, strict: bool, practice: Path | None, form: str) -> int:  # noqa: FBT001
    """Fait un bilan de ce poste, le garde, puis l’envoie au cabinet avec ce qui attendait.

    Si le serveur est absent, rien n’est perdu : tout part la fois suivante.
    """
    from hygie.fleetlink.client import World
    from hygie.fleetlink.courier import Sent, flush
    from hygie.fleetlink.outbox import Outbox

    folder = _folder(practice)
    _refuse_when_not_joined(folder)
    with Outbox(folder) as outbox:
        _queue(outbox, look_at_files=not no_files)
        waiting = sum(outbox.count().values())
        sent = Sent("later", 0, 0, waiting) if file_only else flush(folder, outbox, world=World())
    _say(_sent_in_words(sent, file_only=file_only), {"event": "sent", **_fields(sent, file_only=file_only)}, form)
    return 1 if strict and (sent.pending or sent.refused) and not file_only else 0


@poste.command(cls=FrenchCommand)
@click.option("--strict", is_flag=True, help="Finit par le code 1 quand quelque chose demande de l’attention.")
@practice_option
@_format_option
def etat(strict: bool, practice: Path | None, form: str) -> int:  # noqa: FBT001
    """Dit à quel cabinet ce poste est rattaché, ce qui attend, et quand un envoi a réussi."""
    from hygie.fleetlink.client import standing
    from hygie.fleetlink.offset import NOTICEABLE

    found = standing(_folder(practice))
    _say(_standing_in_words(found), _standing_fields(found), form)
    worry = found.refused or found.dropped or found.link.revoked_at or abs(found.clock_offset) >= NOTICEABLE
    return 1 if strict and worry else 0


@poste.command(cls=FrenchCommand)
@click.option("--discard", is_flag=True, help="Abandonne ce qui n’est pas encore parti.")
@practice_option
@_format_option
def quitter(discard: bool, practice: Path | None, form: str) -> int:  # noqa: FBT001
    """Détache ce poste : oublie le serveur, la clé, et ce qui attendait."""
    from hygie.fleetlink.client import leave

    leave(_folder(practice), discard=discard)
    _say(
        "Ce poste n’est plus rattaché. Sur le serveur, retirez-le aussi de la page des postes.", {"event": "left"}, form
    )
    return 0


def _folder(practice: Path | None) -> Path:
    return practice or data_folder()


def _system() -> "System":
    system: Any = SYSTEMS.get(sys.platform, "linux")
    return system  # type: ignore[no-any-return]


def _asked(code: str) -> str:
    """The code from standard input (« - »), or typed at a terminal; nothing prompts without one."""
    if code == "-":
        return sys.stdin.readline(_LONGEST_CODE)
    if not sys.stdin.isatty():
        raise UsageError(
            "Il manque le code.", "Donnez-le après l’adresse, ou « - » pour le lire sur l’entrée standard."
        )
    return str(click.prompt("Code affiché par le serveur", err=True))


def _refuse_when_not_joined(folder: Path) -> None:
    """Said before the check-up rather than after it."""
    from hygie.fleetlink.errors import DeviceRevoked
    from hygie.fleetlink.link import read_link

    if read_link(folder).revoked_at is not None:
        raise DeviceRevoked


def _queue(outbox: Any, *, look_at_files: bool) -> None:
    """A check-up of this machine alone: the practice's answers are the server's business."""
    from hygie.checkup.answers import Answers
    from hygie.checkup.run import Context
    from hygie.documents.checkup_json import render_json
    from hygie.fleetlink.client import heartbeat, new_message
    from hygie.reference.catalogue import catalogue

    now = SystemClock().now()
    checkup = examine(Context(catalogue(), Answers(), _system(), now), [], look_at_files=look_at_files)
    outbox.add(new_message("checkup", render_json(checkup), now))
    outbox.add(heartbeat(outbox, __version__, _system(), now))


def _sent_in_words(sent: "Sent", *, file_only: bool) -> str:
    waiting = plural(sent.pending, "message attend", "messages attendent")
    if file_only:
        return f"Le bilan est gardé : {waiting}. Pour envoyer : hygie poste envoyer"
    lines = {
        "done": f"Le cabinet a reçu {plural(sent.stored, 'message')}.",
        "unreachable": f"Le serveur du cabinet ne répond pas : {waiting}, rien n’est perdu. Réessayez plus tard.",
        "later": f"Le serveur du cabinet demande d’attendre : {waiting}, rien n’est perdu. Réessayez plus tard.",
    }
    refused = f"\nLe serveur a refusé {plural(sent.refused, 'message')} : mettez Hygie à jour." if sent.refused else ""
    return lines[sent.state] + refused


def _fields(sent: "Sent", *, file_only: bool) -> dict[str, Any]:
    state = "queued" if file_only else sent.state
    return {"state": state, "stored": sent.stored, "refused": sent.refused, "pending": sent.pending}


def _standing_in_words(found: "Standing") -> str:
    from hygie.fleetlink.offset import offset_in_words

    link = found.link
    lines = [
        f"Ce poste, « {link.name} », est rattaché à « {link.practice} » ({link.url}).",
        f"En attente : {_counted(found.pending) or 'rien'}.",
        f"Dernier envoi réussi : {_moment(found.last_success)}.",
        offset_in_words(found.clock_offset),
    ]
    if link.revoked_at:
        lines.insert(1, "Le cabinet a retiré ce poste : il n’envoie plus rien. Pour le détacher : hygie poste quitter")
    if found.refused:
        lines.append(f"Le serveur a refusé {plural(found.refused, 'message')} : mettez Hygie à jour.")
    if given_up := sum(found.dropped.values()):
        lines.append(f"Faute de place ou de nouvelles du serveur, {plural(given_up, 'message abandonné')}.")
    return "\n".join(lines)


def _counted(pending: dict["Kind", int]) -> str:
    return ", ".join(_several(count, _KINDS[kind]) for kind, count in sorted(pending.items()))


def _several(count: int, noun: str) -> str:
    return plural(count, noun, "signes de vie" if noun == "signe de vie" else None)


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return "jamais"
    local = moment.astimezone()
    return f"le {day_in_words(local.date())} à {hour_in_words(local)}"


def _standing_fields(found: "Standing") -> dict[str, Any]:
    link = found.link
    return {
        "schema": STATUS_ID,
        "practice": link.practice,
        "url": link.url,
        "device": str(link.device),
        "name": link.name,
        "joined_at": link.joined_at.isoformat(),
        "revoked_at": link.revoked_at and link.revoked_at.isoformat(),
        "pending": found.pending,
        "refused": found.refused,
        "dropped": found.dropped,
        "clock_offset": found.clock_offset,
        "last_success_at": found.last_success and found.last_success.isoformat(),
    }


def _say(text: str, fields: dict[str, Any], form: str) -> None:
    click.echo(json.dumps(fields, ensure_ascii=False, indent=2) if form == "json" else shown(typeset(text)))
