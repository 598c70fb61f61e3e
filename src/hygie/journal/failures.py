"""From what a database says went wrong to the journal's own errors, whatever the driver.

sqlite3 says it by code, PostgreSQL by SQLSTATE, Django by keeping the driver's error as the cause of its own.
"""

import sqlite3
from collections.abc import Iterator

from hygie.journal.errors import JournalBusy, JournalError, JournalUnreadable, JournalUnwritable

_FULL = "Le disque est plein : le journal n'a rien écrit, l'action n'est pas faite."
_FULL_STEP = "Libérez de la place sur ce disque, puis recommencez."
_REFUSED = "Le journal a refusé une ligne qui ne suit pas la précédente, ou un changement d'une ligne écrite."
_BUSY = "Le journal est occupé par un autre programme."
_DAMAGED = "La base du journal est abîmée ou ne se lit pas."
_READ_ONLY = "Le journal ne peut pas être écrit : ce fichier ou ce disque n'accepte que la lecture."
_DISK = "Le disque du journal a refusé de lire ou d'écrire."
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BUSY_STATES = ("55P03", "57014", "40001", "40P01")


def is_database_error(error: BaseException) -> bool:
    """Whether it comes from a driver: PEP 249 names the root of its errors `Error`.

    UnicodeError is one too: sqlite3 raises it for a damaged file whose text, or whose error message, is no UTF-8.
    """
    return isinstance(error, UnicodeError) or any(kind.__name__ == "Error" for kind in type(error).__mro__)


def explained(error: BaseException) -> JournalError:
    """The journal's error for a driver's; never repeats the driver's own words, which may quote data."""
    for cause in _causes(error):
        if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
            return _from_sqlite(code & 0xFF)
        if (state := getattr(cause, "sqlstate", None)) is not None:
            return _from_postgresql(str(state))
    return JournalUnreadable(_DAMAGED)


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    for _ in range(5):
        if following is None:
            return
        yield following
        following = following.__cause__


def _from_sqlite(code: int) -> JournalError:
    if code in _BUSY_CODES:
        return JournalBusy(_BUSY)
    if code == sqlite3.SQLITE_FULL:
        return JournalUnwritable(_FULL, _FULL_STEP)
    if code == sqlite3.SQLITE_CONSTRAINT:
        return JournalUnwritable(_REFUSED)
    if code == sqlite3.SQLITE_READONLY:
        return JournalUnwritable(_READ_ONLY)
    if code == sqlite3.SQLITE_IOERR:
        return JournalUnwritable(_DISK)
    return JournalUnreadable(_DAMAGED)


def _from_postgresql(state: str) -> JournalError:
    if state in _BUSY_STATES:
        return JournalBusy(_BUSY)
    if state == "53100":
        return JournalUnwritable(_FULL, _FULL_STEP)
    if state.startswith("23"):
        return JournalUnwritable(_REFUSED)
    return JournalUnreadable(_DAMAGED)
