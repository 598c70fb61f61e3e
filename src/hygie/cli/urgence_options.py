"""The options that the verbs of `hygie urgence` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

Decorated = Callable[[Callable[..., Any]], Callable[..., Any]]
FILE: Final = click.Path(path_type=Path)
LONGEST: Final = 4_000
"""Characters of a text that somebody types."""


def form_option(*forms: str) -> Decorated:
    """`--format`, with what this verb can say."""
    help_text = f"{', '.join(forms[:-1])} ou {forms[-1]}."
    return click.option("--format", "form", type=click.Choice(forms), default="text", metavar="FORME", help=help_text)


text_or_json: Final = form_option("text", "json")
incident_argument: Final = click.argument("incident", metavar="INCIDENT")
strict_option: Final = click.option(
    "--strict", is_flag=True, help="Finit par le code 1 quand quelque chose demande de l’attention."
)
