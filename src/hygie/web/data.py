"""Hygie's own data: made, kept a copy of before each change of form, and brought to the present form.

A copy is the whole database by SQLite's own backup, verified, beside it under `copies/`; the last ones are kept, and
the one made before a change that has not ended yet is never the one that goes.
"""

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hygie.core.errors import HygieError, Refused, UnreadableInput
from hygie.web.crypto.keys import write_private

COPIES = "copies"
KEPT = 5
UNDER_WAY = "under-way"


class DataTooNew(Refused):
    """The database was written by a later Hygie."""

    code = "data_too_new"

    def __init__(self) -> None:
        """Nothing is touched."""
        super().__init__(
            "Ces données ont été écrites par une version plus récente d’Hygie.",
            "Relancez cette version-là : rien n’a été modifié.",
        )


class DataUnreadable(UnreadableInput):
    """The database does not open: another program holds it, or it is damaged."""

    code = "data_unreadable"

    def __init__(self) -> None:
        """Nothing is touched."""
        super().__init__(
            "Les données d’Hygie ne se lisent pas.",
            "N’effacez rien. Fermez les autres programmes qui lisent ce dossier, puis lancez : hygie docteur.",
        )


class CopyFailed(HygieError):  # noqa: N818 - named after what happened
    """The copy before a migration could not be made or verified: nothing was changed."""

    code = "copy_failed"

    def __init__(self) -> None:
        """Without a copy there is no migration."""
        super().__init__(
            "La copie de sécurité des données d’Hygie n’a pas pu être faite.",
            "Libérez de la place sur le disque, puis relancez : rien n’a été modifié.",
        )


class UpgradeFailed(HygieError):  # noqa: N818 - named after what happened
    """A change of form did not end: each step is whole or absent, and the copy made before is kept."""

    code = "upgrade_failed"

    def __init__(self) -> None:
        """The next start goes on from the last whole step."""
        super().__init__(
            "La mise à jour des données d’Hygie n’est pas allée au bout.",
            "Libérez de la place sur le disque, puis relancez : la copie faite avant est gardée.",
        )


def prepare_database(folder: Path, now: datetime) -> Path | None:
    """Bring the database to the present form; gives the copy made before, None when there was nothing to copy.

    Raises DataTooNew, DataUnreadable, CopyFailed (nothing was changed), UpgradeFailed (the copy is kept).
    """
    pending, old = _state()
    if not pending:
        return None
    connection.close()
    copy = copy_database(folder, now) if old and connection.vendor == "sqlite" else None
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise UpgradeFailed from error
    (folder / COPIES / UNDER_WAY).unlink(missing_ok=True)
    _close_to_others(folder)
    return copy


def is_current() -> bool:
    """Whether the database has the present form. DataTooNew, DataUnreadable."""
    return not _state()[0]


def _state() -> tuple[bool, bool]:
    """Whether the form must change, and whether there is something to lose."""
    try:
        executor = MigrationExecutor(connection)
        applied = set(executor.loader.applied_migrations)
    except DatabaseError as error:
        raise DataUnreadable from error
    if applied - set(executor.loader.graph.nodes):
        raise DataTooNew
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes())), bool(applied)


def copy_database(folder: Path, now: datetime) -> Path:
    """A verified copy of the whole database. CopyFailed when it cannot be made, nothing being left behind."""
    place = folder / COPIES
    target = _free(place, f"hygie-{now:%Y%m%d-%H%M%S}")
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        _copy(folder / "hygie.sqlite3", target)
        first = _first_of_this_upgrade(place, target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            target.unlink(missing_ok=True)
        raise CopyFailed from error
    _prune(place, {target.name, first})
    return target


def _free(place: Path, name: str) -> Path:
    """A copy never takes the place of another, even made within the same second."""
    rank = 1
    while (path := place / (f"{name}.sqlite3" if rank == 1 else f"{name}-{rank}.sqlite3")).exists():
        rank += 1
    return path


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        target.chmod(0o600)
        read.backup(write)
        if write.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy does not read back")


def _first_of_this_upgrade(place: Path, copy: Path) -> str:
    """The copy made before the first try of a change that has not ended: tries in a row must not push it out."""
    marker = place / UNDER_WAY
    with suppress(FileNotFoundError, ValueError):
        name = marker.read_text("ascii").strip()
        if (place / Path(name).name).is_file():
            return Path(name).name
    write_private(marker, copy.name)
    return copy.name


def _prune(place: Path, kept: set[str]) -> None:
    """The oldest ones go, by name: the clock may have been wrong, so the copy just made never is one of them."""
    others = [old for old in sorted(place.glob("hygie-*.sqlite3")) if old.name not in kept]
    for old in others[: max(0, len(others) + len(kept) - KEPT)]:
        with suppress(OSError):
            old.unlink(missing_ok=True)


def fold_log(folder: Path) -> None:
    """At a clean stop, bring the log into the database: who then copies that one file copies everything.

    Nothing depends on it, so it waits for nobody.
    """
    database = folder / "hygie.sqlite3"
    if connection.vendor == "sqlite" and database.is_file():
        with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=0.5)) as own:
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _close_to_others(folder: Path) -> None:
    """The database and its log belong to this account alone."""
    for path in folder.glob("hygie.sqlite3*"):
        path.chmod(0o600)
