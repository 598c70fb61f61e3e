"""Files beside the database: proofs, sealed under random names, and the answers that `hygie bilan` reads."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from hygie.checkup.answers import AnswerFile, Exception_
from hygie.core.errors import Refused
from hygie.web.crypto.keys import write_private
from hygie.web.crypto.seal import seal, unseal

MOST_BYTES = 20_000_000
TYPES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "text/plain": ".txt"}


class NotAProof(Refused):
    """The file is of a kind that is not kept, or too big."""

    code = "not_a_proof"


def media_type(content: bytes) -> str:
    """The type told by the content itself, whatever its name says. NotAProof for anything but PDF, PNG, JPEG, text."""
    if len(content) > MOST_BYTES:
        raise NotAProof("Ce fichier dépasse 20 Mo.", "Donnez une capture d’écran ou quelques pages seulement.")
    for magic, found in TYPES.items():
        if content.startswith(magic):
            return found
    if content and _is_text(content):
        return "text/plain"
    raise NotAProof("Ce genre de fichier n’est pas gardé.", "Donnez un PDF, une image PNG ou JPEG, ou un texte simple.")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\r\n\t" for character in text)


def _path(name: UUID) -> Path:
    return Path(settings.HYGIE_FOLDER) / "proofs" / f"{name}.sealed"


def write(name: UUID, content: bytes) -> None:
    """Seal a proof on the disk, whole, before its row is committed."""
    path = _path(name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(path, seal(settings.HYGIE_KEYS.ring, content, f"proof:{name}"))


def read(name: UUID) -> bytes:
    """Open a proof; SealBroken when it was altered, FileNotFoundError when it is gone."""
    return unseal(settings.HYGIE_KEYS.ring, _path(name).read_text("ascii"), f"proof:{name}")


def remove(name: UUID) -> None:
    """Throw a proof's content away."""
    _path(name).unlink(missing_ok=True)


def export_answers(practice: Any) -> None:
    """Leave the answers where `hygie bilan` finds them on this machine; never those of the demonstration."""
    if practice.demo:
        return
    from hygie.web.dashboard.selectors import answers_of

    given = answers_of(practice)
    content = AnswerFile(
        schema="hygie.answers/1",
        practice=given.practice,
        insurer_contract="",  # sealed in the database: not written in clear beside it
        phones={label[:80]: phone[:40] for label, phone in given.phones.items()},
        answers=tuple(given.by_check.values()),
        exceptions=tuple(Exception_(name, waiver.reason, waiver.until) for name, waiver in given.waivers.items()),
    )
    write_private(Path(settings.HYGIE_FOLDER) / "answers.json", msgspec.json.encode(content).decode())
