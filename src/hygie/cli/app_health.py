"""`hygie docteur` on the practice's app: keys, database, copies, journal, certificate, outbox.

Everything is read without the app and without Django, so that it can be asked when the app does not start; nothing is
written, nor made.
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hygie.cli.diagnosis import Diagnosis
from hygie.core.errors import HygieError
from hygie.core.french import agree, day_in_words, plural

DATABASE = "hygie.sqlite3"
ROOM = 500_000_000
SILENCE = timedelta(days=7)
RENEWAL = timedelta(days=30)
_LABELS = ("accounts", "dashboard", "inventory", "journal", "practice", "workstations")
_LOCAL = "HYGIE_DATABASE_URL"
_KEEP = "N’effacez rien. Remettez la copie de ce dossier faite avec la sauvegarde, ou demandez à votre informatique."
_RESTART = "Relancez : hygie servir"
_LAST_CHECKUP = (
    "SELECT max(r.taken_at) FROM workstations_report r JOIN inventory_device d ON d.id = r.device_id "
    "WHERE d.this_machine"
)


def examine_app(folder: Path, now: datetime) -> Iterator[Diagnosis]:
    """What there is of the app and of a workstation in this folder; nothing at all for a folder without them."""
    database = folder / DATABASE
    if os.environ.get(_LOCAL):
        yield Diagnosis("database", "note", "La base est sur un serveur PostgreSQL : qui le tient la vérifie.")
    elif database.is_file():
        yield running(folder)
        yield keys(folder)
        yield from examine_database(database, now)
        yield copies(folder)
        yield room(folder)
    yield from certificate(folder, now)
    yield from outbox(folder)


def examine_database(database: Path, now: datetime) -> Iterator[Diagnosis]:
    """Its rights, its pages, its form, its journal and its last check-up; the first trouble of reading ends it."""
    yield rights(database)
    try:
        with closing(opened(database)) as connection:
            yield pages(connection, database)
            yield form(connection)
            yield from journals(connection, database.parent)
            yield last_checkup(connection, now)
    except sqlite3.Error:
        yield Diagnosis("database", "trouble", "La base d’Hygie ne se lit pas.", _KEEP)


def opened(database: Path) -> sqlite3.Connection:
    """A connection that cannot write. Without a log beside it, the file is read as it stands, no other being made."""
    whole = not database.with_name(f"{database.name}-wal").exists()
    address = f"{database.resolve().as_uri()}?mode=ro{'&immutable=1' if whole else ''}"
    return sqlite3.connect(address, uri=True, timeout=10)


def running(folder: Path) -> Diagnosis:
    """Whether a server holds the folder."""
    if _is_held(folder / "servir.lock"):
        return Diagnosis("server", "good", "L’application est ouverte.")
    return Diagnosis("server", "note", "L’application est fermée.", "Pour l’ouvrir : hygie servir")


def keys(folder: Path) -> Diagnosis:
    """Where the keys are, and whether they can be read; never the keys. The database being there, none is made."""
    from hygie.web.crypto.keys import load_keys

    try:
        place = load_keys(folder).place
    except HygieError as error:
        return Diagnosis("keys", "trouble", error.sentence, error.next_step)
    except ImportError:
        step = "Depuis la copie du projet : pip install --require-hashes -r requirements/all.lock"
        return Diagnosis("keys", "trouble", "Les clés sont dans le coffre du système, qui ne s’ouvre pas d’ici.", step)
    except Exception:  # noqa: BLE001 - each system's store has errors of its own
        return Diagnosis("keys", "trouble", "Le coffre du système ne s’ouvre pas.", "Ouvrez votre session, relancez.")
    return Diagnosis("keys", "good", f"Les clés se lisent : {place}.")


def rights(database: Path) -> Diagnosis:
    """The database and what lies beside it open to this account only."""
    if os.name == "posix" and any(path.stat().st_mode & 0o077 for path in _beside(database)):
        step = "Fermez-la aux autres comptes : chmod 600 sur ses fichiers."
        return Diagnosis("database-rights", "trouble", "La base d’Hygie se lit depuis d’autres comptes.", step)
    return Diagnosis("database-rights", "good", "La base d’Hygie est fermée aux autres comptes.")


def pages(connection: sqlite3.Connection, database: Path) -> Diagnosis:
    """SQLite's own examination."""
    if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
        return Diagnosis("database", "trouble", "La base d’Hygie est abîmée.", _KEEP)
    size = sum(path.stat().st_size for path in _beside(database)) / 1_000_000
    return Diagnosis("database", "good", f"La base d’Hygie est intacte, {max(1, round(size))} Mo.")


def form(connection: sqlite3.Connection) -> Diagnosis:
    """Whether the database has the form that this Hygie knows: our own migrations, by name."""
    marks = ", ".join("?" * len(_LABELS))
    sql = f"SELECT app, name FROM django_migrations WHERE app IN ({marks})"  # noqa: S608 - marks only
    applied, known = set(connection.execute(sql, _LABELS).fetchall()), _known_migrations()
    if applied - known:
        step = "Relancez cette version-là, ou mettez Hygie à jour."
        return Diagnosis("database-form", "trouble", "Ces données viennent d’une Hygie plus récente.", step)
    if known - applied:
        step = "Hygie la fera, après une copie, au prochain : hygie servir"
        return Diagnosis("database-form", "note", "La base attend une mise à jour.", step)
    return Diagnosis("database-form", "good", "La base a la forme que cette Hygie connaît.")


def journals(connection: sqlite3.Connection, folder: Path) -> Iterator[Diagnosis]:
    """Every chain of the journal, against the digests noted each day."""
    from hygie.journal.digest import ANCHORS, anchored, read_anchors
    from hygie.journal.store import Journal

    def execute(sql: str, params: Any) -> list[tuple[Any, ...]]:
        return connection.execute(sql, tuple(params)).fetchall()

    book, path = Journal(execute, "sqlite"), folder / ANCHORS
    try:
        verdicts = [book.verify(head.practice, anchored(read_anchors(path, head.practice))) for head in book.heads()]
    except HygieError as error:
        yield Diagnosis("journal", "trouble", error.sentence, error.next_step)
        return
    yield _judged(verdicts)
    if verdicts and not path.exists():
        step = "Laissez l’application ouverte : elle la note chaque jour."
        yield Diagnosis("anchors", "note", "Aucune empreinte du journal n’est encore notée.", step)


def _judged(verdicts: list[Any]) -> Diagnosis:
    broken = next((verdict for verdict in verdicts if not verdict.ok), None)
    if broken is not None:
        where = f" à la ligne {broken.broken_seq}" if broken.broken_seq is not None else ""
        step = "N’effacez rien : gardez ce dossier tel quel, et demandez à votre informatique."
        return Diagnosis("journal", "trouble", f"Le journal est rompu{where} : {broken.reason}.", step)
    if not all(verdict.guarded for verdict in verdicts):
        step = "Demandez à votre informatique qui a touché à cette base."
        return Diagnosis("journal", "trouble", "Les protections du journal ont été retirées de la base.", step)
    count = sum(verdict.count for verdict in verdicts)
    return Diagnosis("journal", "good", f"Le journal est intact : {plural(count, 'ligne')}.")


def last_checkup(connection: sqlite3.Connection, now: datetime) -> Diagnosis:
    """The age of the last check-up of the computer that the app runs on."""
    (told,) = connection.execute(_LAST_CHECKUP).fetchone()
    if told is None:
        return Diagnosis("checkup", "note", "L’application n’a pas encore fait de bilan de cet ordinateur.")
    taken = datetime.fromisoformat(told).replace(tzinfo=UTC)
    sentence = f"Dernier bilan de cet ordinateur : {day_in_words(taken.astimezone().date())}."
    if not -timedelta(days=1) <= now - taken <= SILENCE:
        return Diagnosis("checkup", "trouble", sentence, "Vérifiez la date de l’ordinateur, puis : hygie servir")
    return Diagnosis("checkup", "good", sentence)


def copies(folder: Path) -> Diagnosis:
    """The copies made before the changes of form."""
    place = folder / "copies"
    count = len(list(place.glob("hygie-*.sqlite3")))
    if (place / "under-way").exists():
        return Diagnosis("copies", "trouble", "Une mise à jour des données n’est pas allée au bout.", _RESTART)
    if not count:
        sentence = "Aucune copie de la base : Hygie en fait une avant chaque mise à jour."
        return Diagnosis("copies", "note", sentence, "Mettez ce dossier dans votre sauvegarde.")
    words = agree(count, "Une copie de la base est gardée.", "{} copies de la base sont gardées.")
    return Diagnosis("copies", "good", words)


def room(folder: Path) -> Diagnosis:
    """What is left on the disk."""
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        sentence = f"Le disque d’Hygie est presque plein : {free // 1_000_000} Mo."
        return Diagnosis("room", "trouble", sentence, "Libérez de la place.")
    return Diagnosis("room", "good", "Il reste de la place sur le disque d’Hygie.")


def certificate(folder: Path, now: datetime) -> Iterator[Diagnosis]:
    """Until when the certificate that Hygie made is good."""
    path = folder / "tls" / "server.pem"
    if not path.is_file():
        return
    from cryptography import x509

    try:
        with path.open("rb") as file:
            ends = x509.load_pem_x509_certificates(file.read(100_000))[0].not_valid_after_utc
    except (OSError, ValueError):
        step = "Effacez ce fichier (tls/server.pem), puis relancez : Hygie en fait un autre."
        yield Diagnosis("certificate", "trouble", "Le certificat de l’application ne se lit pas.", step)
        return
    sentence = f"Certificat de l’application : bon jusqu’au {day_in_words(ends.astimezone().date())}."
    if now >= ends:
        yield Diagnosis("certificate", "trouble", "Le certificat de l’application n’est plus bon.", _RESTART)
    elif now >= ends - RENEWAL:
        yield Diagnosis("certificate", "note", sentence, f"{_RESTART} ; le suivant est alors préparé.")
    else:
        yield Diagnosis("certificate", "good", sentence)


def outbox(folder: Path) -> Iterator[Diagnosis]:
    """For a computer that joined a practice: where it belongs, and what still waits."""
    from hygie.fleetlink.errors import NotJoined
    from hygie.fleetlink.link import read_link
    from hygie.fleetlink.outbox import OUTBOX_FILE

    try:
        link = read_link(folder)
    except NotJoined:
        return
    except HygieError as error:
        yield Diagnosis("workstation", "trouble", error.sentence, error.next_step)
        return
    if link.revoked_at is not None:
        sentence = f"« {link.practice} » a retiré cet ordinateur."
        yield Diagnosis("workstation", "trouble", sentence, "Pour l’oublier : hygie poste quitter")
        return
    yield _waiting(folder / OUTBOX_FILE, link.practice)


def _waiting(path: Path, practice: str) -> Diagnosis:
    joined = f"Cet ordinateur est relié à « {practice} »"
    if not path.is_file():
        return Diagnosis("workstation", "note", f"{joined} ; il n’a rien envoyé.", "Envoyez : hygie poste envoyer")
    try:
        with closing(opened(path)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM message WHERE refused = ''").fetchone()
    except sqlite3.Error:
        sentence = "Ce qui attend de partir au cabinet ne se lit pas."
        return Diagnosis("workstation", "trouble", sentence, "Relancez : hygie poste envoyer")
    if count:
        words = agree(count, "un envoi attend", "{} envois attendent")
        return Diagnosis("workstation", "note", f"{joined} ; {words}.", "Envoyez : hygie poste envoyer")
    return Diagnosis("workstation", "good", f"{joined} ; rien n’attend.")


def _beside(database: Path) -> list[Path]:
    return [path for end in ("", "-wal", "-shm") if (path := database.with_name(database.name + end)).exists()]


def _known_migrations() -> set[tuple[str, str]]:
    """(app, name) of every migration that this Hygie carries, by their files: reading them would need Django."""
    import hygie.web

    root = Path(hygie.web.__file__).parent
    return {(label, path.stem) for label in _LABELS for path in (root / label / "migrations").glob("[0-9]*.py")}


if sys.platform == "win32":

    def _is_held(path: Path) -> bool:
        import msvcrt

        try:
            with path.open("r+b") as file:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

else:

    def _is_held(path: Path) -> bool:
        """A shared lock asked for and given back at once: only a server that runs refuses it."""
        import fcntl

        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False
