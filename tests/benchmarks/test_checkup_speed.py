"""The whole check-up against `lynis audit system --quick` on the same machine, interleaved."""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import LONG
from tests.e2e.command import HYGIE

ROUNDS = 5 if LONG else 2
LYNIS = ("lynis", "audit", "system", "--quick", "--no-colors", "--quiet")


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    peak_kib: int


def cost(command: Sequence[str]) -> Cost:
    """Wall and CPU seconds, and the peak memory of the largest process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - start, cpu, after.ru_maxrss)


def files_opened(command: Sequence[str], trace: Path) -> int:
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", str(trace), *command], capture_output=True, check=False
    )
    return sum(1 for line in trace.open(errors="replace") if " = -1 " not in line)


def test_the_whole_check_up_takes_at_most_a_twentieth_of_lynis(tmp_path: Path) -> None:
    bilan = [*HYGIE, "bilan", "--format", "json"]
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(cost(bilan))
        theirs.append(cost(LYNIS))
    figures = {
        "hygie": {
            "wall": statistics.median(c.wall for c in mine),
            "cpu": statistics.median(c.cpu for c in mine),
            "peak_kib": max(c.peak_kib for c in mine[:1]),
        },
        "lynis": {
            "wall": statistics.median(c.wall for c in theirs),
            "cpu": statistics.median(c.cpu for c in theirs),
            "peak_kib": max(c.peak_kib for c in theirs),
        },
        "files_opened_by_hygie": files_opened(bilan, tmp_path / "trace"),
    }
    figures["ratio"] = figures["hygie"]["wall"] / figures["lynis"]["wall"]
    print(json.dumps(figures, indent=1))
    assert figures["lynis"]["cpu"] > 1, "lynis really ran"
    assert figures["ratio"] <= 1 / 20


@pytest.mark.parametrize("tries", [7])
def test_help_costs_less_than_150_ms_of_cpu(tries: int) -> None:
    """Named in the contract as CPU time, which load does not change; the least of several tries is the program's own."""
    program = "import sys, time; from hygie.cli.main import main; main(['--help']); print(time.process_time(), file=sys.stderr)"
    runs = [
        subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True)
        for _ in range(tries)
    ]
    assert min(float(run.stderr) for run in runs) < 0.150
