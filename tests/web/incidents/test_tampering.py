"""One bit changed: in an event's row, the journal, a piece, the list, its signature, the package.

10 000 random changes of one bit, each of them seen.
"""

import io
import os
import random
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from hygie.core.clock import PARIS
from hygie.incident.state import Reply
from hygie.web.incidents import evidence, flows, selectors
from hygie.web.incidents.evidence import check, package, store
from hygie.web.incidents.evidence.package import verify_package
from hygie.web.journal.flows import Actor, journal

NOW = datetime(2026, 11, 10, 8, 21, tzinfo=PARIS)
SEED = 20_261_110
ROWS, JOURNAL, PIECES, MEMBERS, PACKAGES = 3_000, 1_500, 1_500, 3_500, 500
assert ROWS + JOURNAL + PIECES + MEMBERS + PACKAGES == 10_000

pytestmark = pytest.mark.sqlite


@pytest.fixture
def chance():
    return random.Random(SEED)


@pytest.fixture
def incident(practice):
    actor = Actor.system(practice.pk)
    incident = flows.open_incident(actor, practice, flows.Opening("ransomware", NOW), now=NOW)
    flows.answer_step(actor, incident, "isolate", Reply.DONE, now=NOW)
    flows.add_note(actor, incident, "Deux écrans bloqués à l’accueil, « bitcoin »", now=NOW)
    for number in range(3):
        raw = os.urandom(300 + number)
        evidence.add_piece(actor, incident, io.BytesIO(raw), name=f"photo {number}.jpg", taken_at=None, now=NOW)
    return incident


def flipped(raw, chance):
    """The same bytes but for one bit."""
    changed = bytearray(raw)
    changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cells(table, key, columns, where=""):
    """(column, key, bytes) of every cell that is not empty, as the file holds them."""
    with connection.cursor() as cursor:
        for column in columns:
            cursor.execute(f"SELECT {key}, CAST({column} AS BLOB) FROM {table} {where}")
            for row, raw in cursor.fetchall():
                if raw:
                    yield column, row, bytes(raw)


def write(place, column, row, raw):
    (table, key), cursor = place, connection.cursor()
    with cursor:
        cursor.execute(f"UPDATE {table} SET {column} = CAST(%s AS TEXT) WHERE {key} = %s", [raw, row])


def unseen(place, choices, *, count, chance, looks_right):
    """The changes that nobody would see, each undone before the next."""
    found = []
    for _ in range(count):
        column, row, raw = chance.choice(choices)
        changed = flipped(raw, chance)
        write(place, column, row, changed)
        if looks_right():
            found.append((column, raw, changed))
        write(place, column, row, raw)
    return found


def test_a_bit_of_an_event(incident, chance):
    table, columns = "incidents_incidentevent", ("facts", "at", "author", "author_name", "kind", "digest")
    choices = list(cells(table, "id", columns))
    assert {column for column, _, _ in choices} == set(columns)
    assert selectors.altered(incident) == []
    found = unseen(
        (table, "id"), choices, count=ROWS, chance=chance, looks_right=lambda: selectors.altered(incident) == []
    )
    assert [one for one in found if not same_moment(*one)] == []
    assert selectors.altered(incident) == []


def same_moment(column, raw, changed):
    """An hour may be spelt otherwise (the mark after the day, a space at the end): what is read has not changed."""
    return column == "at" and changed.isascii() and parse_datetime(raw.decode()) == parse_datetime(changed.decode())


def test_a_bit_of_the_journal(incident, practice, chance):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal%'")
        triggers = [name for (name,) in cursor.fetchall()]
        for name in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    assert triggers
    columns = (
        "entry_id", "recorded_at", "occurred_at", "kind", "actor", "actor_name", "subject", "summary", "data",
        "previous", "hash",
    )  # fmt: skip
    choices = list(cells("journal_entry", "number", columns))

    def looks_right():
        return journal().verify(str(practice.pk)).ok

    assert looks_right()
    assert unseen(("journal_entry", "number"), choices, count=JOURNAL, chance=chance, looks_right=looks_right) == []
    assert looks_right()


def test_a_bit_of_a_piece(incident, chance):
    pieces = selectors.state_of_incident(incident).pieces
    paths = [next(store.folder().glob(f"{piece.stored_as}.*")) for piece in pieces]
    assert len(paths) == 3
    for number in range(PIECES):
        piece, path = pieces[number % 3], paths[number % 3]
        raw = path.read_bytes()
        path.write_bytes(flipped(raw, chance))
        assert evidence._fault(piece) == evidence.Fault(piece.number, "altered")
        path.write_bytes(raw)
    assert evidence.verify_pieces(incident) == []


def test_a_bit_of_what_the_package_holds(incident, chance, tmp_path):
    """Of its list, of the signature, of the key, of the journal's lines, of the tables: by somebody who has the key."""
    made = package.build_package(
        Actor.system(incident.practice_id), incident, tmp_path / "p", key_file=tmp_path / "k", now=NOW
    )
    seen = contents(made)
    assert check._judged(seen).ok
    names = sorted(seen.small)
    for number in range(MEMBERS):
        name = names[number % len(names)]
        changed = flipped(seen.small[name], chance)
        small = {**seen.small, name: changed}
        digests = {**seen.digests, name: check.hashlib.sha256(changed).hexdigest()}
        assert not check._judged(check._Seen(digests, small)).ok, name


def contents(made):
    opener = check.read_key(made.key_file)
    with made.path.open("rb") as file, check.vault.decrypting(file, opener) as clear:
        return check._seen(clear)


def test_a_bit_of_the_package_itself(incident, chance, tmp_path):
    made = package.build_package(
        Actor.system(incident.practice_id), incident, tmp_path / "p", key_file=tmp_path / "k", now=NOW
    )
    raw = made.path.read_bytes()
    for _ in range(PACKAGES):
        made.path.write_bytes(flipped(raw, chance))
        assert not verify_package(made.path, made.key_file).ok
    made.path.write_bytes(raw)
    assert verify_package(made.path, made.key_file).ok


def test_a_cut_piece_and_a_cut_package(incident, chance, tmp_path):
    made = package.build_package(
        Actor.system(incident.practice_id), incident, tmp_path / "p", key_file=tmp_path / "k", now=NOW
    )
    raw = made.path.read_bytes()
    for length in [0, 1, 100, *chance.sample(range(len(raw)), 60), len(raw) - 1]:
        made.path.write_bytes(raw[:length])
        assert not verify_package(made.path, made.key_file).ok
    made.path.write_bytes(raw + b"\0")
    assert not verify_package(made.path, made.key_file).ok
    piece = selectors.state_of_incident(incident).pieces[0]
    path = next(path for path in store.folder().iterdir() if path.stem == piece.stored_as)
    raw = path.read_bytes()
    for length in range(0, len(raw), 7):
        path.write_bytes(raw[:length])
        assert evidence.verify_pieces(incident) == [evidence.Fault(1, "altered")]


def test_the_names_of_two_rows_cannot_be_exchanged(incident):
    first, second = incident.events.order_by("rank")[1:3]
    with transaction.atomic():
        incident.events.filter(pk=first.pk).update(rank=99)
        incident.events.filter(pk=second.pk).update(rank=first.rank)
        incident.events.filter(pk=first.pk).update(rank=second.rank)
    assert selectors.altered(incident) != []
