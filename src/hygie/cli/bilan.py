"""`hygie bilan`: measure this computer, judge it with the answers, and say where the practice stands."""

import os
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from hygie.checkup.answers import Answers, questions_form, read_answers
from hygie.checkup.compare import compare, read_earlier
from hygie.checkup.run import Checkup, Context, judge
from hygie.cli.french import FrenchCommand
from hygie.cli.output import deliver
from hygie.cli.practice import kept_answers, practice_option
from hygie.core.clock import SystemClock
from hygie.core.errors import Refused, UsageError
from hygie.core.finding import Measure
from hygie.probes.collect import collect
from hygie.probes.machine import Machine
from hygie.reference.catalogue import catalogue

FORMATS = ("text", "json", "html", "pdf", "csv", "oscal")
SYSTEMS = {"win32": "windows", "darwin": "macos"}
FILE = click.Path(path_type=Path)


@click.command(cls=FrenchCommand)
@click.option(
    "-m", "--measure", "only", multiple=True, type=click.Choice([m.value for m in Measure]), metavar="MESURE",
    help="Une mesure en détail : access, cps, passwords, backup, messaging, gdpr, training.",
)  # fmt: skip
@click.option("--answers", "answers_file", type=FILE, metavar="FICHIER", help="Les réponses du cabinet (TOML ou JSON).")
@click.option("--questions", is_flag=True, help="Donne le fichier de réponses à remplir.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", metavar="FORME",
              help="text, json, html, pdf, csv ou oscal.")  # fmt: skip
@click.option("-o", "--output", type=FILE, metavar="FICHIER", help="Écrit dans ce fichier au lieu de l’écran.")
@click.option("--against", "earlier_file", type=FILE, metavar="FICHIER", help="Compare à un bilan fait en JSON.")
@click.option("--no-files", is_flag=True, help="Ne regarde pas les noms des fichiers exposés.")
@click.option("--show-names", is_flag=True, help="Montre ces noms, à l’écran seulement.")
@practice_option
@click.option("--strict", is_flag=True, help="Finit par le code 1 quand quelque chose demande de l’attention.")
def bilan(  # noqa: PLR0913, PLR0917 - one parameter an option
    only: tuple[str, ...],
    answers_file: Path | None,
    questions: bool,  # noqa: FBT001
    form: str,
    output: Path | None,
    earlier_file: Path | None,
    no_files: bool,  # noqa: FBT001
    show_names: bool,  # noqa: FBT001
    practice: Path | None,
    strict: bool,  # noqa: FBT001
) -> int:
    """Dit où en est ce cabinet : sept mesures, et quoi faire d’abord.

    Rien n’est modifié ni envoyé. Avec les droits d’administrateur, le bilan voit plus de choses.
    """
    content = catalogue()
    now = SystemClock().now()
    if questions:
        _keep_answers(output)
        deliver(questions_form(content.checks, now.date()), output)
        return 0
    _refuse_names_elsewhere(show_names=show_names, form=form, output=output)
    earlier = read_earlier(earlier_file) if earlier_file else None
    given = answers_file or kept_answers(practice)
    answers = read_answers(given, content.checks) if given else Answers()
    context = Context(content, answers, SYSTEMS.get(sys.platform, "linux"), now)
    checkup = examine(context, [Measure(name) for name in only], look_at_files=not no_files)
    checkup = compare(checkup, earlier) if earlier else checkup
    deliver(rendered(checkup, form, detailed=bool(only), show_names=show_names), output)
    return 1 if strict and any(finding.needs_work for finding in checkup.findings) else 0


def _keep_answers(output: Path | None) -> None:
    """An answers file takes time to fill in: a new form never replaces it."""
    if output is not None and os.path.lexists(output):
        raise Refused(
            "Ce fichier existe déjà : il contient peut-être vos réponses.",
            "Donnez un autre nom avec -o, ou déplacez l’ancien fichier.",
        )


def examine(context: Context, only: list[Measure], *, look_at_files: bool) -> Checkup:
    """Ask the machine, then judge."""
    start = time.monotonic()
    progress = _progress if sys.stderr.isatty() else None
    facts = collect(Machine(context.now, look_at_files=look_at_files), progress=progress)
    if progress:
        click.echo("\r\033[K", nl=False, err=True)
    checkup = judge(facts, context, only=only, host=socket.gethostname())
    return replace(checkup, duration=round(time.monotonic() - start, 3))


def _progress(done: int, total: int) -> None:
    click.echo(f"\rHygie regarde cet ordinateur : {done} mesures sur {total}…", nl=False, err=True)


def _refuse_names_elsewhere(*, show_names: bool, form: str, output: Path | None) -> None:
    """File names may hold a patient's name: they are shown on the person's own terminal and nowhere else."""
    if show_names and (form != "text" or output is not None or not sys.stdout.isatty()):
        raise Refused(
            "Les noms de fichiers ne sortent pas de l’écran : ils peuvent contenir un nom de patient.",
            "Relancez avec --show-names à l’écran, sans -o ni redirection.",
        )


def rendered(checkup: Checkup, form: str, *, detailed: bool, show_names: bool) -> str | bytes:
    """The check-up in the form asked for; each form's module is imported only for it."""
    match form:
        case "json":
            from hygie.documents.checkup_json import render_json

            return render_json(checkup)
        case "html":
            from hygie.documents.checkup_html import render_html

            return render_html(checkup)
        case "pdf":
            from hygie.documents.checkup_pdf import render_pdf

            return render_pdf(checkup)
        case "csv":
            from hygie.documents.checkup_csv import render_csv

            return render_csv(checkup)
        case "oscal":
            from hygie.documents.checkup_oscal import render_oscal

            return render_oscal(checkup)
        case "text":
            from hygie.documents.checkup_terminal import render_terminal

            command = os.environ.get("HYGIE_COMMAND", "hygie")
            return render_terminal(checkup, detailed=detailed, show_names=show_names, colour=_colour(), command=command)
        case _:
            raise UsageError("Cette forme n’existe pas.", f"Au choix : {', '.join(FORMATS)}.")


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
