"""Says an error to the person: one French sentence and the next step, or a JSON object when JSON was asked.

Nothing of what was read is repeated, so that no patient's datum can reach a terminal log through an error.
"""

import json
import os
from collections.abc import Sequence

import click

from hygie.core.errors import HygieError, UsageError


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Print the error on standard error and give its exit code."""
    told = _told(error)
    next_step = told.next_step.replace("hygie bilan", f"{os.environ.get('HYGIE_COMMAND', 'hygie')} bilan")
    if _wants_json(arguments):
        message = {"code": told.code, "message": told.sentence, "next_step": next_step}
        click.echo(json.dumps({"error": message}, ensure_ascii=False), err=True)
    else:
        click.echo(f"{told.sentence}\n{next_step}", err=True)
    return told.exit_code


def _told(error: Exception) -> HygieError:
    if isinstance(error, HygieError):
        return error
    if isinstance(error, click.UsageError):
        return UsageError(usage_sentence(error), "Voyez : hygie --help, ou hygie COMMANDE --help.")
    where = _place(error)
    return HygieError(
        f"Hygie s’est arrêtée sur une erreur qu’elle n’attendait pas ({type(error).__name__}, {where}).",
        "Rien n’a été modifié. Relancez ; si cela recommence, lancez : hygie docteur.",
    )


def usage_sentence(error: click.UsageError) -> str:
    """Click's usage errors in French."""
    if isinstance(error, click.NoSuchOption):
        return f"L’option {error.option_name} n’existe pas."
    if isinstance(error, click.MissingParameter):
        return f"Il manque {_name(error)}."
    if isinstance(error, click.BadParameter):
        return f"La valeur donnée à {_name(error)} ne convient pas{_choices(error)}."
    if isinstance(error, click.BadOptionUsage):
        return f"L’option {error.option_name} est mal utilisée."
    if "No such command" in error.message:
        return f"La commande « {error.message.split(chr(39))[1][:40]} » n’existe pas."
    return "La commande n’a pas été comprise."


def _name(error: click.BadParameter) -> str:
    return error.param.get_error_hint(error.ctx).replace("'", "") if error.param else "une option"


def _choices(error: click.BadParameter) -> str:
    kind = error.param.type if error.param else None
    return f" (au choix : {', '.join(map(str, kind.choices))})" if isinstance(kind, click.Choice) else ""


def _wants_json(arguments: Sequence[str]) -> bool:
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    return any(
        word in ("--format=json", "--format=jsonl") or (word == "--format" and value in ("json", "jsonl"))
        for word, value in pairs
    )


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
