"""`hygie urgence dossier`: every paper of an incident in one folder, with its signed list; whole, or not at all.

The folder is made beside its place and takes it at the end. What was not made by Hygie is never replaced.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hygie.cli.french import FrenchCommand
from hygie.cli.practice import practice_option
from hygie.cli.urgence_options import FILE, incident_argument, text_or_json
from hygie.core.errors import HygieError, Refused, UnreadableInput

if TYPE_CHECKING:
    from hygie.cli.urgence_room import Room
    from hygie.web.incidents.evidence.package import Package
    from hygie.web.incidents.models import Incident

MOST_BYTES_OF_LIST: Final = 5_000_000
SIGNATURE_BYTES = 1_000
NOTED: Final = "dossier"


class FolderTaken(Refused):
    """The folder holds something else than a former edition of these papers."""

    code = "folder_taken"

    def __init__(self) -> None:
        """Nothing was touched."""
        super().__init__(
            "Ce dossier contient autre chose que des documents faits par Hygie, ou un paquet de preuves.",
            "Donnez un dossier vide, ou qui n’existe pas encore.",
        )


class FolderNotWritten(UnreadableInput):
    """The system refused to write there, or the disk is full."""

    code = "folder_not_written"

    def __init__(self) -> None:
        """Nothing is left behind."""
        super().__init__(
            "Ce dossier ne peut pas être écrit à cet endroit.",
            "Choisissez avec -o un endroit où vous pouvez écrire, et qui a de la place.",
        )


@click.command(cls=FrenchCommand)
@incident_argument
@click.option("-o", "--output", type=FILE, required=True, metavar="DOSSIER", help="Où écrire les documents.")
@click.option("--evidence-key", type=FILE, metavar="FICHIER",
              help="Joint le paquet chiffré des preuves ; sa clé va dans ce fichier, ailleurs.")  # fmt: skip
@practice_option
@text_or_json
def dossier(incident: str, output: Path, evidence_key: Path | None, practice: Path | None, form: str) -> int:
    """Écrit les documents de l’incident : CNIL, plainte, assureur, lettres, en PDF et en texte modifiable.

    Aucun ne contient de nom de patient. Le paquet des preuves est chiffré, pour la police ou l’expert seulement.
    """
    from hygie.cli.urgence_output import say_standing, standing
    from hygie.cli.urgence_room import room

    with room(practice) as here:
        found = here.incident(incident)
        names = _written(here, found, output, evidence_key)
        lines = [
            f"{len(names)} fichiers écrits dans {output}, avec leur liste signée.",
            "Relisez chaque document avant de l'envoyer.",
        ]
        if evidence_key is not None:
            lines.append("La clé des preuves est à part : remettez-la par un autre chemin que le paquet.")
        say_standing(standing(here, found), form, first=lines, more={"files": names})
    return 0


def _written(here: "Room", incident: "Incident", output: Path, key: Path | None) -> list[str]:
    """Make the folder; the names of what it holds, in order."""
    from hygie.documents.incident_papers import make_all
    from hygie.web.incidents.dossier import dossier_of
    from hygie.web.incidents.evidence.signing import sign_folder
    from hygie.web.incidents.flows_papers import note_document

    papers = make_all(dossier_of(incident, here.now))
    with _in_place_of(output, incident.reference) as folder:
        _check_key(key, output)
        for name, raw in papers.items():
            _write(folder / name, raw)
        made = _package(here, incident, folder, key)
        try:
            sign_folder(folder, reference=incident.reference, now=here.now)
            names = sorted(path.name for path in folder.iterdir())
        except BaseException:
            _forget(made)
            raise
    note_document(here.actor, incident, NOTED, "folder", now=here.now)
    return names


def _write(path: Path, raw: bytes) -> None:
    with path.open("xb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _check_key(key: Path | None, output: Path) -> None:
    """The key must not travel with what it opens, wherever the folder ends."""
    from hygie.web.incidents.evidence.package import KeyInside

    if key is not None and key.resolve().is_relative_to(output.resolve()):
        raise KeyInside


def _package(here: "Room", incident: "Incident", folder: Path, key: Path | None) -> "Package | None":
    if key is None:
        return None
    from hygie.cli.urgence_evidence import progress_line
    from hygie.web.incidents.evidence.package import build_package

    with progress_line("Preuves") as progress:
        return build_package(here.actor, incident, folder, key_file=key, now=here.now, progress=progress)


def _forget(made: "Package | None") -> None:
    """The key of a package that goes away opens nothing."""
    if made is not None:
        made.key_file.unlink(missing_ok=True)


@contextmanager
def _in_place_of(output: Path, reference: str) -> Iterator[Path]:
    """A new folder beside `output`, which takes its place when the block ends well."""
    try:
        target = output.resolve()
        _check_target(target, reference)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".hygie-"))
        try:
            yield beside
            _swap(beside, target, reference)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise FolderNotWritten from error


def _check_target(target: Path, reference: str) -> None:
    if not os.path.lexists(target):
        return
    if not target.is_dir() or not _is_ours(target, reference):
        raise FolderTaken


def _is_ours(folder: Path, reference: str) -> bool:
    """Empty, or exactly what this practice signed for this incident: a text somebody completed since is theirs."""
    from hygie.web.incidents.evidence.signing import MANIFEST, SIGNATURE, VERIFIER

    names = {path.name for path in folder.iterdir()}
    if not names:
        return True
    listed = _listed(folder / MANIFEST)
    if names != {*listed, MANIFEST, SIGNATURE} or not all((folder / name).is_file() for name in names):
        return False
    same = all(_digest(folder / name) == digest for name, digest in listed.items())
    return same and _signed(folder) and f"Incident {reference}." in (folder / VERIFIER).read_text("utf-8")


def _signed(folder: Path) -> bool:
    """Whether the practice's own key signed the list, not merely a key that lies beside it."""
    from hygie.incident.manifest import public_pem, verify
    from hygie.web.crypto import vault
    from hygie.web.incidents.evidence.signing import MANIFEST, SIGNATURE

    key = public_pem(vault.signing_key())
    return verify(key, (folder / MANIFEST).read_bytes(), (folder / SIGNATURE).read_bytes()[:SIGNATURE_BYTES])


def _listed(path: Path) -> dict[str, str]:
    """Name and digest of a signed list; nothing when there is none, or when it names evidence: its key may be out."""
    from hygie.incident.manifest import parse

    if not path.is_file() or path.stat().st_size > MOST_BYTES_OF_LIST:
        return {}
    try:
        found = parse(path.read_text("utf-8"))
    except (HygieError, UnicodeDecodeError):
        return {}
    return {} if any(name.endswith(".age") for name in found) else found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _swap(beside: Path, target: Path, reference: str) -> None:
    """The new folder in place of the former one, which only goes once the new one is there.

    Looked at again once nobody reaches it by its name: what somebody put there meanwhile is never deleted.
    """
    former = beside.with_name(f"{beside.name}-former")
    there = target.exists()
    if there:
        target.rename(former)
        if not _is_ours(former, reference):
            former.rename(target)
            raise FolderTaken
    try:
        beside.rename(target)
    except OSError:
        if there:
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
