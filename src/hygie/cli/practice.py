"""The option that names a practice's data folder, the folder made ready, and what a command reads there."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hygie.core.errors import UnreadableInput
from hygie.core.folder import data_folder

ANSWERS = "answers.json"


class FolderUnusable(UnreadableInput):
    """The data folder cannot be made, or cannot be written."""

    code = "folder_unusable"

    def __init__(self) -> None:
        """Nothing was made."""
        super().__init__(
            "Le dossier de données ne peut pas servir.",
            "Vérifiez ses droits et la place sur le disque, ou donnez-en un autre avec --practice.",
        )


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


def usable(practice: Path) -> Path:
    """The folder, made when it is missing. FolderUnusable."""
    try:
        folder = practice.resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise FolderUnusable from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise FolderUnusable
    return folder
