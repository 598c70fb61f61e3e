"""What every verb of `hygie urgence` stands on: the folder made ready, its practice, an incident, a typed time.

It works beside a running `hygie servir` and beside itself: only making or upgrading the data waits for the others.
"""

import importlib.util
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hygie.cli.practice import usable
from hygie.core.clock import PARIS, SystemClock
from hygie.core.errors import HygieError, MissingPart, Refused, UnreadableInput, UsageError
from hygie.core.folder import data_folder
from hygie.incident.errors import NotATime, UnknownIncident

if TYPE_CHECKING:
    from hygie.web.incidents.models import Incident
    from hygie.web.journal.flows import Actor

NEEDED: Final = ("django", "allauth", "pyrage")
NAMELESS: Final = "Cabinet"
LONGEST_REFERENCE: Final = 12
FIRST_YEAR: Final = 1970
PATIENCE: Final = 60.0
"""Seconds to wait for another process that makes or upgrades the data."""
_PAUSE: Final = 0.1
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)


class DataHeld(Refused):
    """A server of another version holds data that must change form first."""

    code = "data_held"

    def __init__(self) -> None:
        """Nothing was changed."""
        super().__init__(
            "L’application ouverte doit d’abord mettre à jour ces données.",
            "Arrêtez-la, relancez « hygie servir », puis recommencez : rien n’a été modifié.",
        )


class NotNoted(HygieError):  # noqa: N818 - named after what happened
    """The database refused what was to be noted: full disk, or somebody holds it too long."""

    code = "not_noted"

    def __init__(self) -> None:
        """Nothing was noted; paper remains."""
        super().__init__(
            "Hygie n’a pas pu noter cela dans ses données.",
            "Notez-le sur papier avec l’heure, libérez de la place sur le disque, puis recommencez.",
        )


@dataclass(frozen=True, slots=True)
class Room:
    """A data folder ready to use, at one moment. `given` is the folder that the person named, for the next commands."""

    folder: Path
    practice: Any
    now: datetime
    given: Path | None = None

    @property
    def actor(self) -> "Actor":
        """Who acts: whoever sits at this terminal, whose name Hygie does not ask from the system."""
        from hygie.web.journal.flows import Actor

        return Actor(self.practice.pk, "system", "Ligne de commande")

    def incident(self, reference: str) -> "Incident":
        """The incident called « 2026-1 ». UnknownIncident."""
        from hygie.web.incidents.models import Incident

        rows = Incident.objects.for_practice(self.practice)
        found: Incident | None = (
            rows.filter(reference=reference).first() if len(reference) <= LONGEST_REFERENCE else None
        )
        if found is None:
            raise UnknownIncident
        return found


@contextmanager
def room(practice: Path | None) -> Iterator[Room]:
    """The room of this folder, made when nothing is there yet. What the database refuses becomes NotNoted."""
    require_extra()
    os.umask(0o077)
    folder = usable(practice or data_folder())
    os.environ.update(HYGIE_HOME=str(folder), DJANGO_SETTINGS_MODULE="hygie.web.settings")
    now = SystemClock().now()
    make_ready(folder, now)
    from django.db import DatabaseError, connection

    try:
        yield Room(folder, _practice(now), now, practice)
    except DatabaseError as error:
        raise NotNoted from error
    finally:
        connection.close()  # the last one to leave brings SQLite's log into the database
        _give_back(folder)


def _give_back(folder: Path) -> None:
    """Run as root on somebody's folder, what was written there is theirs: the app must still open its evidence.

    By descriptor, plain files and folders of root with one name only: a link would give away another file.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    owner = folder.stat()
    for path in folder.rglob("*") if owner.st_uid else ():
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                _give(handle, owner.st_uid, owner.st_gid)
            finally:
                os.close(handle)


def _give(handle: int, owner: int, group: int) -> None:
    found = os.fstat(handle)
    alone = stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1)
    if found.st_uid == 0 and alone:
        os.fchown(handle, owner, group)


def require_extra() -> None:
    """MissingPart when the extra « web » is not installed."""
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise MissingPart(
            f"Il manque l’extra « web » d’Hygie ({', '.join(missing)}).",
            "Installez-le depuis le dossier d’Hygie : [web]. En attendant, suivez la fiche d’urgence imprimée.",
        )


def make_ready(folder: Path, now: datetime) -> None:
    """Keys and database in their present form. DataHeld, and the errors of `web.data.prepare_database`.

    Two processes that made the keys at once would each seal with their own: one makes, the others wait for it.
    """
    until = time.monotonic() + PATIENCE
    while not (_has_keys(folder) and _has_data(folder) and _is_current()):
        if _made_alone(folder, now):
            return
        if time.monotonic() > until:
            raise DataHeld
        time.sleep(_PAUSE)


def _made_alone(folder: Path, now: datetime) -> bool:
    """Make what is missing, unless another process is at work in this folder."""
    from hygie.web.server.errors import AlreadyRunning
    from hygie.web.server.lock import single_instance

    try:
        with single_instance(folder):
            import django

            django.setup()
            from hygie.web.data import prepare_database

            prepare_database(folder, now)
    except AlreadyRunning:
        return False
    return True


def _has_keys(folder: Path) -> bool:
    """Whether keys were made: in a file, given to the service, or in the system's store, which a database proves."""
    return (folder / "keys.json").exists() or _has_file(folder) or "CREDENTIALS_DIRECTORY" in os.environ


def _has_data(folder: Path) -> bool:
    return _has_file(folder) or bool(os.environ.get("HYGIE_DATABASE_URL"))


def _has_file(folder: Path) -> bool:
    return (folder / "hygie.sqlite3").exists()


def _is_current() -> bool:
    """Whether the database has the present form; one that does not answer yet has not. DataTooNew."""
    import django

    django.setup()
    from django.db import connection

    from hygie.web.data import DataUnreadable, is_current

    try:
        return is_current()
    except DataUnreadable:
        connection.close()
        return False


def _practice(now: datetime) -> Any:
    """The practice of this folder; a nameless one when nobody set Hygie up, which the set-up then takes over."""
    from django.db import transaction

    from hygie.web.journal.flows import Actor, record
    from hygie.web.practice.models import Practice

    with transaction.atomic():
        found = Practice.objects.filter(demo=False).order_by("created_at").first()
        if found is not None:
            return found
        made = Practice.objects.create(name=NAMELESS)
        text = "Dossier préparé pour un incident, avant l’installation d’Hygie."
        record(Actor.system(made.pk), "practice.prepared", text, occurred_at=now)
        return made


def read_time(text: str) -> datetime:
    """A time as it is typed, in Paris when it has no offset. NotATime."""
    if not _TIME.fullmatch(text):
        raise NotATime
    try:
        found = datetime.fromisoformat(text.upper())
        found = found if found.tzinfo else found.replace(tzinfo=PARIS)
        moment = found.astimezone(UTC).astimezone(PARIS)  # an hour that the change of hour skips becomes a real one
    except (ValueError, OverflowError) as error:
        raise NotATime from error
    if moment.year < FIRST_YEAR:
        raise NotATime
    return moment


def read_times(*texts: str | None) -> tuple[datetime | None, ...]:
    """Several of them, None for what was not typed. NotATime."""
    return tuple(read_time(text) if text is not None else None for text in texts)


def typed(text: str, longest: int) -> str:
    """A free text within its bound. UsageError when it is empty or too long: nothing is cut in silence."""
    words = text.strip()
    if not words:
        raise UsageError("Ce texte est vide.", "Écrivez au moins un mot.")
    if len(words) > longest:
        raise UsageError(f"Ce texte dépasse {longest} caractères.", "Raccourcissez-le, ou écrivez-le en deux fois.")
    return words


class TextUnreadable(UnreadableInput):
    """The standard input is not UTF-8 text."""

    code = "text_unreadable"

    def __init__(self) -> None:
        """Nothing of it is repeated."""
        super().__init__("L’entrée standard n’est pas un texte lisible.", "Donnez un texte en UTF-8.")
