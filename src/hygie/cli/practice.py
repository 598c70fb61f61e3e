"""The option that names a practice's data folder, and what a command reads there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hygie.core.folder import data_folder

ANSWERS = "answers.json"


def practice_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--practice DOSSIER`, passed on as `practice` (None when not given)."""
    kind = click.Path(path_type=Path)
    return click.option("--practice", type=kind, metavar="DOSSIER", help="Le dossier de données d’Hygie.")(command)


def kept_answers(practice: Path | None) -> Path | None:
    """The answers that this practice keeps in its data folder, when there are any."""
    try:
        path = (practice or data_folder()) / ANSWERS
        return path if path.is_file() else None
    except (OSError, RuntimeError):
        return None
