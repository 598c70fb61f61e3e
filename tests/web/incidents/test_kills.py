"""Notes and evidence while the computer is switched off at any moment, two programs writing to one data folder.

Whatever was acknowledged is there; every piece that an event names is whole; nothing is left beside them.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hygie.web.incidents.evidence import check
from tests.conftest import LONG
from tests.web.faults.serving import environment

pytestmark = pytest.mark.sqlite
KILLS = 200 if LONG else 20
LOOKS = 10
KEEPER = Path(__file__).with_name("keeper.py")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*words), env=variables(folder), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def command(*words: str) -> list[str]:
    return [sys.executable, str(KEEPER), *words]


def variables(folder: Path) -> dict[str, str]:
    return environment(HYGIE_HOME=str(folder), DJANGO_SETTINGS_MODULE="hygie.web.settings")


class Keeper:
    """One writer, killed and started again; `told` outlives every kill."""

    def __init__(self, folder: Path, name: str, chance: random.Random) -> None:
        self.folder, self.name, self.chance = folder, name, chance
        self.notes: set[str] = set()
        self.pieces: dict[str, str] = {}
        self.lives = 0
        self.process = self.born()

    def born(self) -> subprocess.Popen[bytes]:
        self.lives += 1
        words = command("write", f"{self.name}{self.lives}", str(self.chance.randrange(1 << 30)))
        return subprocess.Popen(words, env=variables(self.folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def killed(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Once it writes, at any moment of what it does; how many lines it told."""
        assert self.process.stdout
        assert self.process.stdout.readline() == b"ready\n", self.process.communicate()[1]
        time.sleep(self.chance.uniform(0, 0.4))
        assert self.process.poll() is None, self.process.communicate()[1]
        os.kill(self.process.pid, how)
        lines = self.process.communicate()[0].decode().splitlines()
        for line in lines:
            kind, _, rest = line.partition(" ")
            if kind == "note":
                self.notes.add(rest)
            else:
                number, digest = rest.split(" ")
                self.pieces[number] = digest
        return len(lines)


def looked(folder: Path, keepers: list[Keeper]) -> dict[str, Any]:
    """Everything that was ever told is there, and all that is there is right."""
    seen: dict[str, Any] = json.loads(run(folder, "look").stdout)
    assert (seen["faults"], seen["altered"], seen["journal"], seen["strays"]) == ([], [], True, [])
    for keeper in keepers:
        assert keeper.notes <= set(seen["notes"])
        assert keeper.pieces.items() <= seen["pieces"].items()
    assert len(set(seen["notes"])) == len(seen["notes"])
    return seen


def test_no_accepted_entry_is_lost_and_no_piece_is_torn(tmp_path, record_property):
    folder, chance = tmp_path / "cabinet", random.Random(4)
    run(folder, "make")
    keepers = [Keeper(folder, name, chance) for name in "AB"]
    told, left, looks = 0, 0, 0
    for kill in range(KILLS):
        keeper = keepers[kill % 2]
        told += keeper.killed()
        if kill % (KILLS // LOOKS) == 0:
            left += looked_alone(folder, keepers)
            looks += 1
        else:
            keeper.process = keeper.born()
    for keeper in keepers:
        keeper.process.kill()
        keeper.process.communicate()
    seen = looked(folder, keepers)
    assert told > KILLS
    figures = {"kills": KILLS, "looks": looks + 1, "acknowledged": told, "swept": left + seen["left"]}
    for name, figure in {**figures, "notes": len(seen["notes"]), "pieces": len(seen["pieces"])}.items():
        record_property(name, figure)


def looked_alone(folder: Path, keepers: list[Keeper]) -> int:
    """With nobody writing: the other one is killed too, and both start again."""
    for keeper in keepers:
        if keeper.process.poll() is None:
            keeper.killed()
    left = int(looked(folder, keepers)["left"])
    for keeper in keepers:
        keeper.process = keeper.born()
    return left


def test_an_interruption_from_the_keyboard_leaves_nothing_half_done(tmp_path):
    """Ctrl-C, which Python turns into an error at any line: the program ends, and says nothing was half kept."""
    folder, chance = tmp_path / "cabinet", random.Random(5)
    run(folder, "make")
    keepers = [Keeper(folder, "A", chance)]
    for _ in range(KILLS // 4):
        keepers[0].killed(signal.SIGINT)
        assert looked(folder, keepers)["left"] == 0
        keepers[0].process = keepers[0].born()
    keepers[0].process.kill()
    keepers[0].process.communicate()


def test_a_package_is_whole_or_made_again(tmp_path):
    """Killed while it is made, it never has its name by halves; asked again the same way, it is made."""
    folder, chance, finished = tmp_path / "cabinet", random.Random(6), 0
    run(folder, "make")
    for number in range(KILLS // 2):
        out, key = tmp_path / f"remise{number}", tmp_path / f"cle{number}.txt"
        words = command("pack", str(out), str(key))
        process = subprocess.Popen(words, env=variables(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n", process.communicate()[1]
        time.sleep(chance.uniform(0, 0.35))
        process.kill()
        process.communicate()
        if made := list(out.glob("*.tar.age")):
            finished += 1
            assert check.verify_package(made[0], key).ok
        else:
            assert run(folder, "pack", str(out), str(key)).stdout.splitlines()[-1] == "made True"
            assert not [path for path in out.iterdir() if path.name.endswith(".part")]
    assert finished < KILLS // 2
    assert json.loads(run(folder, "look").stdout)["altered"] == []
