"""What comes in as evidence: opened without following or waiting for anything, named harmlessly, never unpacked.

Refused (5)                              UnreadableInput (3)
├─ NotAFile     folder, link, device     ├─ CannotRead
├─ NoRoom       the disk is too small    ├─ PieceAltered   no longer what was added
├─ TooMuch      a bound of the room      └─ PieceGone      its file is no longer there
└─ StayedInPlace  only its digest is here
UsageError (2): UnknownPiece             HygieError (70): NotKept
"""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from hygie.core.errors import HygieError, Refused, UnreadableInput, UsageError

LONGEST_NAME: Final = 200
LARGEST: Final = 64 << 30
"""Bytes of one piece: three times the disk image that a practice may have to keep."""
LARGEST_IN_PLACE: Final = 16 << 40
"""Bytes of one piece that is read without being copied: a whole server's disk."""
FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
HEAD: Final = 8_192
"""Bytes that tell the type."""
MEDIA: Final = {
    "image/jpeg": (".jpg", "image"),
    "image/png": (".png", "image"),
    "image/heic": (".heic", "image"),
    "application/pdf": (".pdf", "document PDF"),
    "message/rfc822": (".eml", "e-mail avec ses en-têtes"),
    "text/plain": (".txt", "texte"),
    "application/zip": (".zip", "archive, laissée fermée"),
    "application/octet-stream": (".bin", "autre fichier"),
}
"""Type → the suffix in a package, and its French word."""
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
)
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
_MAIL: Final = re.compile(
    rb"^(?:Return-Path|Received|Delivered-To|From|To|Date|Subject|Message-ID|MIME-Version):",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_FIELDS: Final = 3
_OTHER: Final = "application/octet-stream"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class NotAFile(Refused):
    """Only a plain file is evidence that can be copied: the rest could wait for ever, or lead elsewhere."""

    code = "not_a_file"

    def __init__(self, kind: str) -> None:
        """`kind` is « un dossier », « un lien », and so on."""
        hint = "Donnez le fichier lui-même."
        if kind == "un dossier":
            hint = "Donnez les fichiers qu’il contient, ou une archive de ce dossier."
        super().__init__(f"C’est {kind}, pas un fichier.", hint)


class NoRoom(Refused):
    """The disk would be full: nothing was kept of the piece."""

    code = "no_room"

    def __init__(self, needed: int | None, free: int) -> None:
        """Bytes; `needed` is None when the size was not known beforehand."""
        size = f"cette pièce fait {size_in_words(needed)}, " if needed is not None else ""
        super().__init__(
            f"La place manque pour copier cette pièce : {size}il reste {size_in_words(free)}.",
            "Libérez de la place, ou laissez la pièce où elle est et notez son empreinte (option --in-place).",
        )


class TooMuch(Refused):
    """One of the bounds of the incident room."""

    code = "too_much"


class StayedInPlace(Refused):
    """The content of the piece is not here."""

    code = "stayed_in_place"

    def __init__(self, number: int) -> None:
        """Say where to look."""
        super().__init__(
            f"La pièce {number} est restée sur son support : seule son empreinte est ici.",
            "Lisez-la sur son support, puis comparez son empreinte.",
        )


class NotKept(HygieError):  # noqa: N818 - named after what happened
    """The data folder refused to be written to, for another reason than room."""

    code = "not_kept"

    def __init__(self) -> None:
        """Nothing was kept."""
        super().__init__(
            "La pièce n’a pas pu être écrite dans le dossier de données.",
            "Rien n’a été gardé. Lancez hygie docteur, ou notez seulement son empreinte (option --in-place).",
        )


class CannotRead(UnreadableInput):
    """The system refused to open or to read it; the name stays out of the message."""

    code = "cannot_read"

    def __init__(self) -> None:
        """What to try."""
        super().__init__(
            "Ce fichier ne se lit pas.", "Vérifiez qu’il existe encore et que ce compte a le droit de le lire."
        )


class PieceAltered(UnreadableInput):
    """The bytes on the disk are not those that were added."""

    code = "piece_altered"

    def __init__(self, number: int) -> None:
        """Only the number: names are sealed."""
        super().__init__(
            f"La pièce {number} n’est plus celle qui a été ajoutée.",
            "Gardez-la telle quelle, et dites-le à l’expert ou à votre informatique.",
        )


class PieceGone(UnreadableInput):
    """The file of the piece is no longer in the data folder."""

    code = "piece_gone"

    def __init__(self, number: int) -> None:
        """Only the number: names are sealed."""
        super().__init__(
            f"La pièce {number} n’est plus dans le dossier de données.",
            "Cherchez-la dans la dernière sauvegarde de ce dossier, sans rien effacer.",
        )


class UnknownPiece(UsageError):  # noqa: N818 - named after what happened
    """The incident has no piece of that number."""

    code = "unknown_piece"

    def __init__(self, count: int) -> None:
        """Say how many there are."""
        known = f"Cet incident a {count} pièces, numérotées depuis 1." if count else "Cet incident n’a pas de pièce."
        super().__init__("Cette pièce n’existe pas dans cet incident.", known)


def size_in_words(size: int) -> str:
    """« 312 octets », « 4 Mo », « 21,5 Go » (decimal units)."""
    for unit, name in ((10**9, "Go"), (10**6, "Mo"), (10**3, "ko")):
        if size >= unit:
            tenths = size * 10 // unit
            return f"{tenths // 10}{f',{tenths % 10}' if tenths % 10 else ''} {name}"
    return f"{size} octet{'s' if size > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Given:
    """An open source. `size` in bytes, None when nobody knows it beforehand; `seen` is its stamp on a disk."""

    file: Any
    size: int | None
    seen: tuple[int, int] | None
    bound: int = LARGEST

    @property
    def most(self) -> int:
        """How many bytes are read: a file that grows is kept as long as it was when opened."""
        return self.size or self.bound

    def changed(self, read: int) -> bool:
        """Whether a file on a disk moved while it was read."""
        if self.seen is None:
            return False
        return _stamp(os.fstat(self.file.fileno())) != self.seen or (bool(self.size) and read != self.size)


@contextmanager
def opened(source: Path | BinaryIO, *, most: int = LARGEST) -> Iterator[Given]:
    """Open what is given as evidence, of `most` bytes. NotAFile, CannotRead, TooMuch. A stream is its owner's to close.

    A path is never followed when it is a link, and never waited for.
    """
    if not isinstance(source, Path):
        yield _checked(Given(source, _size_of(source), None, most))
        return
    try:
        handle = _handle(source)
    except (OSError, ValueError) as error:  # the second for a name that no file can have
        raise CannotRead from error
    with os.fdopen(handle, "rb", 1 << 20) as file:
        about = os.fstat(handle)
        _plain(about.st_mode)
        yield _checked(Given(file, about.st_size, _stamp(about), most))


def _handle(path: Path) -> int:
    """Looked at before it is opened, as opening a device may already move it; then never waited for, never followed."""
    _plain(path.lstat().st_mode)
    return os.open(path, FLAGS)


def _plain(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = {stat.S_IFDIR: "un dossier", stat.S_IFLNK: "un lien", stat.S_IFIFO: "un tube", stat.S_IFSOCK: "une prise"}
    raise NotAFile(kinds.get(stat.S_IFMT(mode), "un appareil"))


def _stamp(about: os.stat_result) -> tuple[int, int]:
    return about.st_size, about.st_mtime_ns


def _size_of(stream: Any) -> int | None:
    """What an upload says, or what a stream in memory measures."""
    if isinstance(known := getattr(stream, "size", None), int):
        return known
    try:
        here = stream.tell()
        end = stream.seek(0, os.SEEK_END)
        stream.seek(here)
    except (OSError, ValueError, AttributeError):
        return None
    return int(end) - int(here)


def _checked(given: Given) -> Given:
    if given.size is not None and given.size > given.bound:
        raise TooMuch(
            f"Cette pièce dépasse {size_in_words(given.bound)}.",
            "Laissez-la où elle est et notez son empreinte (option --in-place).",
        )
    return given


def clean_name(name: str) -> str:
    """The last part of a name, without what cannot be seen or turns the text round; at most 200 characters."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return clean_text(last).strip(". ") or "sans nom"


def clean_text(text: str) -> str:
    """One line of at most 200 characters that can all be seen."""
    bounded = unicodedata.normalize("NFC", text[: 20 * LONGEST_NAME])
    seen = (" " if unicodedata.category(one) in _UNSEEN else one for one in bounded)
    return " ".join("".join(seen).split())[:LONGEST_NAME].strip()


def media_of(head: bytes) -> str:
    """The type that the first bytes tell, whatever the name says: a key of MEDIA. Nothing is opened or unpacked."""
    for magic, media in _MAGIC:
        if head.startswith(magic):
            return media
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "image/heic"
    if not _is_text(head):
        return _OTHER
    fields = {found.lower() for found in _MAIL.findall(_first_lines(head))}
    return "message/rfc822" if len(fields) >= _MAIL_FIELDS else "text/plain"


def _first_lines(head: bytes) -> bytes:
    """The header of a message: what stands before the first empty line."""
    return re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]


def _is_text(head: bytes) -> bool:
    """UTF-8 as far as it goes: the head may end inside a character."""
    text = head.decode("utf-8", "ignore")
    whole = len(text.encode()) >= len(head) - 3
    return bool(head) and whole and all(one.isprintable() or one in "\r\n\t\f\ufeff" for one in text)
