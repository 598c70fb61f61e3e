"""A Mac that answers what a test wrote, and the samples of published outputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from hygie.probes.machine import CannotTell, Machine, Output

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=1)))


@dataclass(frozen=True)
class PretendMac(Machine):
    """Files under a temporary root; programs answer from `says`, keyed by the words of the command."""

    says: Mapping[str, str] = field(default_factory=dict)

    def program(self, *names: str) -> str | None:
        return next((name for name in names if any(command.split()[0] == name for command in self.says)), None)

    def run(self, command: Sequence[str], **_: object) -> Output:
        words = " ".join(command)
        if command[0] == "sh":
            words = command[2].removeprefix("exec ").removesuffix(" 2>&1")
        if words not in self.says:
            raise CannotTell(f"Le programme {command[0]} n'est pas installé.")
        return Output(0, self.says[words])


@pytest.fixture
def sample() -> Callable[[str], str]:
    return lambda name: (SAMPLES / f"{name}.txt").read_text()


@pytest.fixture
def mac(tmp_path: Path) -> Callable[..., PretendMac]:
    def build(
        says: Mapping[str, str] | None = None, files: Mapping[str, str] | None = None, **more: object
    ) -> PretendMac:
        for name, text in (files or {}).items():
            place = tmp_path / name.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        environment = {"USER": "pat", "PATH": "/usr/bin"} | dict(more.pop("environment", {}))
        return PretendMac(NOW, tmp_path, environment, says=says or {}, **more)

    return build
