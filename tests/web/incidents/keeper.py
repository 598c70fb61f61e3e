"""A program that keeps notes and evidence until it is stopped, telling each one once it is kept; or that looks at all.

keeper.py make              a practice and its incident
keeper.py write NAME SEED   notes and pieces, one after the other
keeper.py pack FOLDER KEY   three pieces, then their package
keeper.py look              what there is, as JSON
"""

import hashlib
import io
import json
import os
import random
import sys
from itertools import count
from pathlib import Path

import django

django.setup()

from django.utils import timezone  # noqa: E402

from hygie.web.data import prepare_database  # noqa: E402
from hygie.web.incidents import evidence, flows, selectors  # noqa: E402
from hygie.web.incidents.evidence import store  # noqa: E402
from hygie.web.incidents.evidence.package import build_package, verify_package  # noqa: E402
from hygie.web.incidents.models import Incident  # noqa: E402
from hygie.web.journal.flows import Actor, journal  # noqa: E402
from hygie.web.practice.models import Practice  # noqa: E402


def make() -> None:
    prepare_database(Path(os.environ["HYGIE_HOME"]), timezone.now())
    practice = Practice.objects.create(name="Cabinet")
    opening = flows.Opening("ransomware", timezone.now())
    flows.open_incident(Actor.system(practice.pk), practice, opening, now=timezone.now())


def write(name: str, seed: int) -> None:
    """Every line told is one whose verb came back; pieces go from nothing to some megabytes."""
    chance, incident = random.Random(seed), Incident.objects.get()
    actor = Actor.system(incident.practice_id)
    tell("ready")
    for number in count():
        text = f"{name} {number}"
        flows.add_note(actor, incident, text, now=timezone.now())
        tell(f"note {text}")
        raw = chance.randbytes(chance.choice((0, 1_000, 300_000, 3_000_000)))
        piece = evidence.add_piece(
            actor, incident, io.BytesIO(raw), name=f"{text}.bin", taken_at=None, now=timezone.now()
        )
        assert piece.sha256 == hashlib.sha256(raw).hexdigest()
        tell(f"piece {piece.number} {piece.sha256}")


def pack(folder: Path, key_file: Path) -> None:
    """The package, made once: told when it is."""
    incident = Incident.objects.get()
    actor = Actor.system(incident.practice_id)
    for number in range(3):
        source = io.BytesIO(bytes([number]) * 5_000_000)
        evidence.add_piece(actor, incident, source, name=str(number), taken_at=None, now=timezone.now())
    tell("ready")
    made = build_package(actor, incident, folder, key_file=key_file, now=timezone.now())
    tell(f"made {verify_package(made.path, key_file).ok}")


def tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def look() -> None:
    """As at the next start: what was left half-way goes first."""
    before = sorted(path.suffix for path in store.folder().iterdir())
    evidence.sweep()
    incident = Incident.objects.get()
    state = selectors.state_of_incident(incident)
    named = {f"{piece.stored_as}.age" for piece in state.pieces}
    found = {
        "notes": [note.text for note in state.notes],
        "pieces": {piece.number: piece.sha256 for piece in state.pieces},
        "faults": [(fault.number, fault.what) for fault in evidence.verify_pieces(incident)],
        "altered": selectors.altered(incident),
        "journal": journal().verify(str(incident.practice_id)).ok,
        "left": before.count(".part"),
        "strays": sorted({path.name for path in store.folder().iterdir()} - named - {"adding.lock"}),
    }
    tell(json.dumps(found))


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "write":
        write(words[0], int(words[1]))
    elif verb == "pack":
        pack(Path(words[0]), Path(words[1]))
    else:
        {"make": make, "look": look}[verb]()
