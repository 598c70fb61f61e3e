"""The entry point: finds the verb, runs it, and turns every error into one French sentence and an exit code.

`--help` imports nothing but click; a verb's module is imported when it is called.
"""

import importlib
import sys
from collections.abc import Sequence

import click

from hygie import __version__
from hygie.cli.errors import report
from hygie.cli.french import FrenchGroup

VERBS = {
    "bilan": "Où en est ce cabinet : sept mesures, et quoi faire d'abord.",
    "servir": "Ouvre l'application du cabinet dans un navigateur.",
    "urgence": "Un incident au cabinet : quoi faire, dans quel ordre, avant quand.",
    "poste": "Relie cet ordinateur à l'application du cabinet.",
    "docteur": "Vérifie Hygie elle-même : programmes, extras, droits.",
}
_INTERRUPTED = 130


class LazyGroup(FrenchGroup):
    """A group that knows its verbs' names and one-line helps, and imports a verb only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of VERBS."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command, from the module of the same name."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command = getattr(importlib.import_module(f"hygie.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def short_helps(self) -> dict[str, str]:
        """Verb → one line, without importing any."""
        return VERBS


@click.group(
    cls=LazyGroup, subcommand_metavar="COMMANDE [OPTIONS]", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="hygie", message="%(prog)s %(version)s", help="Donne la version.")
def hygie() -> None:
    """Hygie protège un cabinet médical des attaques informatiques.

    Tout reste sur cet ordinateur. Rien n'est installé, rien n'est envoyé.
    """


def main(arguments: Sequence[str]) -> int:
    """Run the command line and give its exit code; nothing escapes as a traceback."""
    sys.dont_write_bytecode = True
    _speak_utf8()
    try:
        result = hygie.main(args=list(arguments), prog_name="hygie", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nInterrompu. Rien n’a été écrit.", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a person reads a sentence, not a traceback
        return report(error, arguments)
    return result if isinstance(result, int) else 0


def _speak_utf8() -> None:
    """A terminal that cannot show a character shows « ? » instead of stopping us."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _silence_stdout() -> None:
    """The reader left (`hygie bilan | head`): what is still buffered must not fail at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run() -> None:
    """Console script."""
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # A probe may still hang on a dead disk in its own thread: leave without waiting for it.
    import os

    os._exit(code)
