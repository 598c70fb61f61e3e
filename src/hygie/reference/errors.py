"""What can be wrong with a reference file.

BrokenReference (70)  a shipped file is broken: Hygie cannot judge with it
"""

from pathlib import Path

from hygie.core.errors import HygieError


class BrokenReference(HygieError):  # noqa: N818 - named after what the person has in hand
    """A reference file is broken: its name, its line and the reason."""

    code = "broken_reference"

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        """Name the file relative to the package, the line when known, and why it was refused."""
        where = f"{path.name}, ligne {line}" if line else path.name
        super().__init__(
            f"Le fichier de référence {where} est refusé : {reason}.",
            "Réinstallez Hygie depuis une copie propre du projet, ou corrigez ce fichier.",
        )
        self.path = path
        self.line = line
        self.reason = reason
