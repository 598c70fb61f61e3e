"""Where Hygie keeps a practice's data, and the option that names another place."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

ANSWERS = "answers.json"


def data_folder() -> Path:
    """HYGIE_HOME, else the platform's user data folder."""
    if home := os.environ.get("HYGIE_HOME"):
        return Path(home)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "Hygie"
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/Hygie").expanduser()
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "hygie"


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
