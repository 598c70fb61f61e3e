"""`hygie docteur`: is Hygie itself in good health? Content, extras, programs, rights, data folder, clock, the app.

It reads, and never writes: what it advises is for a person to do.
"""

import importlib.util
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from hygie import __version__
from hygie.cli.diagnosis import Diagnosis, State
from hygie.cli.french import FrenchCommand
from hygie.cli.practice import practice_option
from hygie.core.clock import SystemClock
from hygie.core.errors import HygieError
from hygie.core.folder import data_folder
from hygie.core.french import typeset

SIGNS: dict[State, str] = {"good": "✓ En ordre", "note": "– À savoir", "trouble": "→ À faire"}
APP = ("django", "allauth", "cheroot", "whitenoise", "keyring", "icalendar", "vobject", "openpyxl", "defusedxml")
EXTRAS = {
    "pdf": (("typst",), "les PDF", "les PDF ne se font pas"),
    "web": (APP, "l’application du cabinet", "l’application du cabinet ne s’ouvre pas"),
}
PROGRAMS = {
    "linux": {
        "nft": "lire les règles du pare-feu",
        "openssl": "lire la date des certificats",
        "dconf": "lire le verrouillage de GNOME",
    },
    "win32": {"powershell": "toutes les mesures de Windows"},
    "darwin": {"system_profiler": "les mesures de macOS", "defaults": "les réglages de macOS"},
}


@click.command(cls=FrenchCommand)
@practice_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", metavar="FORME", help="text ou json."
)
@click.option("--strict", is_flag=True, help="Finit par le code 1 quand quelque chose demande de l’attention.")
def docteur(practice: Path | None, form: str, strict: bool) -> int:  # noqa: FBT001
    """Vérifie Hygie elle-même : contenu, extras, programmes, droits, dossier de données."""
    found = [_dressed(point) for point in examine(practice or data_folder())]
    if form == "json":
        report = {"schema": "hygie.doctor/1", "version": __version__, "points": [asdict(point) for point in found]}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(found)))
    return 1 if strict and any(point.state == "trouble" for point in found) else 0


def _dressed(point: Diagnosis) -> Diagnosis:
    """In printed French."""
    return replace(point, sentence=typeset(point.sentence), next_step=typeset(point.next_step))


def _lines(found: list[Diagnosis]) -> Iterator[str]:
    yield f"Hygie {__version__}"
    for point in found:
        yield f"  {SIGNS[point.state]:<11} {point.sentence}"
        if point.next_step:
            yield f"  {'':<11} {point.next_step}"


def examine(practice: Path) -> Iterator[Diagnosis]:
    """Every point, one after the other."""
    yield _python()
    yield _content()
    yield from _extras()
    yield from _programs()
    yield _rights()
    yield _folder(practice)
    yield _clock()
    yield from _app(practice)


def _python() -> Diagnosis:
    version = ".".join(map(str, sys.version_info[:3]))
    return Diagnosis("python", "good", f"Python {version}.")


def _content() -> Diagnosis:
    from hygie.reference.catalogue import catalogue

    try:
        content = catalogue()
    except HygieError as error:
        return Diagnosis("content", "trouble", error.sentence, error.next_step)
    return Diagnosis("content", "good", f"{len(content.checks)} vérifications, règles du {content.version}.")


def _extras() -> Iterator[Diagnosis]:
    for name, (modules, use, without) in EXTRAS.items():
        if all(importlib.util.find_spec(module) for module in modules):
            yield Diagnosis(f"extra-{name}", "good", f"L’extra « {name} » est là : {use}.")
        else:
            step = "Depuis la copie du projet : pip install --require-hashes -r requirements/all.lock"
            yield Diagnosis(f"extra-{name}", "note", f"L’extra « {name} » manque : {without}.", step)


def _programs() -> Iterator[Diagnosis]:
    for name, use in PROGRAMS.get(sys.platform, {}).items():
        if shutil.which(name, path=os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/sbin"):
            yield Diagnosis(f"program-{name}", "good", f"Le programme {name} est là : {use}.")
        else:
            yield Diagnosis(f"program-{name}", "note", f"Le programme {name} manque : il sert à {use}.")


def _rights() -> Diagnosis:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Diagnosis("rights", "good", "Hygie a les droits d’administrateur : elle voit tout ce qu’elle sait voir.")
    return Diagnosis("rights", "note", "Sans les droits d’administrateur, certaines mesures restent inconnues.")


def _folder(practice: Path) -> Diagnosis:
    try:
        status = practice.stat()
    except FileNotFoundError:
        return Diagnosis("folder", "note", "Aucun dossier de données : le bilan n’en a pas besoin.")
    except OSError:
        return Diagnosis("folder", "trouble", "Le dossier de données ne s’ouvre pas.", "Vérifiez ses droits.")
    if not stat.S_ISDIR(status.st_mode):
        return Diagnosis(
            "folder", "trouble", "Le dossier de données n’est pas un dossier.", "Donnez-en un avec --practice."
        )
    if os.name == "posix" and status.st_mode & 0o077:
        step = "Fermez-le aux autres comptes : chmod 700 sur ce dossier."
        return Diagnosis("folder", "trouble", "Le dossier de données se lit depuis d’autres comptes.", step)
    return Diagnosis("folder", "good", "Le dossier de données est fermé aux autres comptes.")


def _app(practice: Path) -> Iterator[Diagnosis]:
    """The practice's app in this folder; a trouble nobody foresaw is one more thing to tell, and hides no other."""
    from hygie.cli.app_health import examine_app

    try:
        yield from examine_app(practice, SystemClock().now())
    except OSError:
        yield Diagnosis("app", "trouble", "Le dossier de données ne se lit pas en entier.", "Vérifiez ses droits.")


def _clock() -> Diagnosis:
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if SystemClock().now() + timedelta(days=1) < built:
        step = "Réglez sa date et son heure."
        return Diagnosis("clock", "trouble", "L’ordinateur retarde : sa date précède l’installation d’Hygie.", step)
    return Diagnosis("clock", "good", "La date de l’ordinateur est plausible.")
