"""What the tests of the Windows probes share: published samples, and a machine whose PowerShell says what we wrote."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hygie.probes.machine import CannotTell, Machine, Output
from hygie.probes.windows.answers import Row, rows

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Scripted(Machine):
    """A machine that answers each script by the questions found in it; `None` stands for a refusal."""

    told: Mapping[str, object] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str], **_: Any) -> Output:
        if not self.told:
            raise CannotTell("Le programme powershell n'est pas installé.")
        self.scripts.append(command[-1])
        asked = {name: value for name, value in self.told.items() if f"Ask '{name}' " in command[-1]}
        answers = {name: value for name, value in asked.items() if value is not None}
        failures = {name: "PermissionDenied" for name, value in asked.items() if value is None}
        return Output(0, json.dumps({"answers": answers, "failures": failures}))


@pytest.fixture
def sample() -> Callable[[str], list[Row]]:
    return lambda name: rows((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def text() -> Callable[[str], str]:
    return lambda name: (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def windows(tmp_path: Path) -> Callable[..., Scripted]:
    """Make a machine: files by variable-rooted name, and what PowerShell tells."""

    def make(files: Mapping[str, str] | None = None, **told: object) -> Scripted:
        for name, content in (files or {}).items():
            place = tmp_path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8")
        places = {
            "SystemRoot": "/Windows", "ProgramData": "/ProgramData", "USERPROFILE": "/Users/medecin",
            "PUBLIC": "/Users/Public", "OneDrive": "/Users/medecin/OneDrive",
            "APPDATA": "/Users/medecin/AppData/Roaming", "LOCALAPPDATA": "/Users/medecin/AppData/Local",
        }  # fmt: skip
        return Scripted(now=NOW, root=tmp_path, environment=places, told=told)

    return make
