"""Where a result goes: the screen, or the one file the person chose, written whole or not at all."""

import os
import sys
import tempfile
from pathlib import Path

import click

from hygie.core.errors import UsageError

_PLAIN = str.maketrans({"\u202f": " ", "\u00a0": " ", "’": "'", "œ": "oe", "…": "...", "→": "->", "✓": "v", "–": "-"})


def deliver(content: str | bytes, output: Path | None) -> None:
    """Print the content, or write it to `output` (readable by its owner only)."""
    if output is not None:
        write_whole(content, output)
    elif isinstance(content, bytes):
        if sys.stdout.isatty():
            raise UsageError("Ce format ne se lit pas à l’écran.", "Donnez un fichier : -o bilan.pdf")
        click.echo(content, nl=False)
    else:
        click.echo(shown(content), nl=False)


def shown(text: str) -> str:
    """The text as this terminal can show it."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return text if encoding in ("utf8", "utf16", "cp65001") else text.translate(_PLAIN)


def write_whole(content: str | bytes, output: Path) -> None:
    """Write beside, then put in place: an interruption or a full disk leaves the old file as it was."""
    raw = content.encode() if isinstance(content, str) else content
    try:
        _replace(raw, output)
    except OSError as error:
        raise UsageError(
            "Le fichier demandé ne peut pas être écrit à cet endroit.",
            "Choisissez avec -o un dossier où vous pouvez écrire.",
        ) from error


def _replace(raw: bytes, output: Path) -> None:
    if output.exists() and not output.is_file():
        raise OSError("not a regular file")
    target = output.resolve()
    descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=".hygie-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
            _give_back(stream.fileno())
        os.replace(beside, target)  # noqa: PTH105 - the pair of mkstemp
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _give_back(descriptor: int) -> None:
    """Under sudo the file belongs to the person who asked, who must be able to open it.

    By descriptor: a name could be swapped for a link between two calls, and root would give away another file.
    """
    owner, group = os.environ.get("SUDO_UID", ""), os.environ.get("SUDO_GID", "")
    if owner.isdigit() and group.isdigit() and hasattr(os, "geteuid") and os.geteuid() == 0:
        os.fchown(descriptor, int(owner), int(group))
