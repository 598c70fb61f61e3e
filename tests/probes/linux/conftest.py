"""A fake computer under a temporary root: real files, real rights, and a `Machine` that looks at them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hygie.probes.collect import ask
from hygie.probes.linux.mounts import parse
from hygie.probes.machine import Machine
from tests.namespaces import own_mounts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STRONG = "$y$j9T$abcdefghijklmnop$qrstuvwxyz"


@dataclass
class Box:
    """The root of a fake computer. Nothing is mocked: what a probe sees is on the disk."""

    root: Path
    passwd: list[str] = field(default_factory=lambda: ["root:x:0:0:root:/root:/bin/bash"])
    shadow: list[str] = field(default_factory=lambda: ["root:*:20000:0:99999:7:::"])

    def __post_init__(self) -> None:
        self.accounts()

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def write(self, name: str, content: str | bytes = "", mode: int = 0o644, age_days: float = 0) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        if age_days:
            at = NOW.timestamp() - age_days * 86_400
            os.utime(path, (at, at))
        return path

    def folder(self, name: str, mode: int = 0o755) -> Path:
        path = self.path(name)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        return path

    def link(self, name: str, target: str) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        return path

    def person(self, name: str = "helene", uid: int = 1000, shell: str = "/bin/bash", secret: str = STRONG) -> str:
        """An account with its folder; gives the folder's place."""
        self.passwd.append(f"{name}:x:{uid}:{uid}:{name}:/home/{name}:{shell}")
        self.shadow.append(f"{name}:{secret}:20000:0:99999:7:::")
        self.folder(f"/home/{name}", 0o700)
        self.accounts()
        return f"/home/{name}"

    def accounts(self) -> None:
        self.write("/etc/passwd", "\n".join(self.passwd) + "\n")
        self.write("/etc/shadow", "\n".join(self.shadow) + "\n", 0o640)
        if not self.path("/etc/group").exists():
            self.write("/etc/group", "root:x:0:\nsudo:x:27:\n")

    def installed(self, *packages: str) -> None:
        """Packages as dpkg writes them, « name=version »."""
        rows = [package.partition("=")[::2] for package in packages]
        text = "\n".join(f"Package: {n}\nStatus: install ok installed\nVersion: {v or '1.0-1'}\n" for n, v in rows)
        self.write("/var/lib/dpkg/status", text)

    def machine(self, mounted: str | None = None, running: Iterable[str] | None = None, **more: Any) -> Machine:
        """The computer to examine; `mounted` is its mountinfo and `running` its programs, when it is said to run."""
        machine = Machine(now=NOW, root=self.root, **more)
        if mounted is not None:
            machine.once("mounts", lambda _: parse(mounted))
        if running is not None:
            machine.once("processes", lambda _: frozenset(running))
        return machine

    def ask(self, probe: Callable[[Machine], Any], **more: Any) -> Any:
        """The answer of a probe, as the check-up gets it: a fact, Unknown or Absent."""
        return ask(probe, self.machine(**more))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "root")


@pytest.fixture(scope="session")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Box]:
    """Makes as many computers as Hypothesis has ideas."""
    return lambda: Box(tmp_path_factory.mktemp("box"))


class Sysfs:
    """Block devices of a fake /sys, linked as the kernel links them."""

    def __init__(self, box) -> None:
        self.box = box

    def device(self, number: str, path: str, uuid: str = "", removable: str = "", below: tuple[str, ...] = ()) -> None:
        folder = self.box.folder(f"/sys/devices/{path}")
        name = path.rpartition("/")[2]
        self.box.folder("/sys/dev/block")
        (self.box.path(f"/sys/dev/block/{number}")).symlink_to(f"../../devices/{path}")
        self.box.folder("/sys/class/block")
        (self.box.path(f"/sys/class/block/{name}")).symlink_to(f"../../devices/{path}")
        if uuid:
            (folder / "dm").mkdir()
            (folder / "dm/uuid").write_text(uuid + "\n")
        if removable:
            (folder / "removable").write_text(removable + "\n")
        for one in below:
            (folder / "slaves").mkdir(exist_ok=True)
            target = next(p for p in self.box.path("/sys/devices").rglob(one) if p.is_dir() and "slaves" not in p.parts)
            (folder / "slaves" / one).symlink_to(
                Path("../" * (len(path.split("/")) + 1)) / target.relative_to(self.box.path("/sys/devices"))
            )


@pytest.fixture
def sysfs(box) -> Sysfs:
    """A laptop: an encrypted LVM (Debian's guided choice), and a stick."""
    made = Sysfs(box)
    made.device("8:0", "pci0/ata1/block/sda", removable="0")
    made.device("8:3", "pci0/ata1/block/sda/sda3")
    made.device("8:1", "pci0/ata1/block/sda/sda1")
    made.device("253:0", "virtual/block/dm-0", uuid="CRYPT-LUKS2-0123-sda3_crypt", below=("sda3",))
    made.device("253:1", "virtual/block/dm-1", uuid="LVM-abcdef", below=("dm-0",))
    made.device("8:16", "pci0/usb1/1-2/block/sdb", removable="1")
    made.device("8:17", "pci0/usb1/1-2/block/sdb/sdb1")
    made.device("253:2", "virtual/block/dm-2", uuid="CRYPT-LUKS2-4567-usb", below=("sdb1",))
    made.device("8:32", "pci0/usb1/1-3/block/sdc", removable="0")
    made.device("8:33", "pci0/usb1/1-3/block/sdc/sdc1")
    made.device("8:4", "pci0/ata1/block/sda/sda4")
    made.device("9:0", "virtual/block/md0", below=("dm-0", "sda4"))
    made.device("253:3", "virtual/block/dm-3", uuid="CRYPT-VERITY-0123-root", below=("sda4",))
    return made


def program(name: str) -> str:
    """The place of a program that packages.debian installs: a test that needs it fails without it."""
    found = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")
    assert found is not None, f"{name} is missing: see packages.debian"
    return found


@pytest.fixture
def need() -> Callable[[str], str]:
    return program


@pytest.fixture
def live() -> Callable[[str, str], str]:
    """Runs Python on the running computer, in namespaces of its own (mounts, network), after a shell script."""

    def run(setup: str, code: str) -> str:
        prelude = (
            "from datetime import UTC, datetime\nfrom hygie.probes.machine import Machine\n"
            "from hygie.probes.collect import ask\nmachine = Machine(now=datetime.now(UTC))\n"
        )
        command = [*own_mounts(), "--net", "bash", "-c", f'set -eu\n{setup}\nexec "$0" -B -c "$1"']
        done = subprocess.run(
            [*command, sys.executable, prelude + code], check=False, text=True, capture_output=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
