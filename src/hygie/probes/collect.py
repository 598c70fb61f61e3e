"""Gathers every fact within one time limit: a probe that hangs, fails or may not look becomes `Unknown`.

Probes run in daemon threads, so that one stuck on a dead network mount never holds the check-up back.
"""

import importlib
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hygie.probes.facts import Absent, Moment, Unknown
from hygie.probes.machine import CannotTell, Machine, NotThere

Probe = Callable[[Machine], Any]
Progress = Callable[[int, int], None]

BUDGET_SECONDS = 20.0


@dataclass(frozen=True)
class Facts:
    """What is known of one computer: a fact type → the fact, `Unknown` or `Absent`."""

    by_type: Mapping[type, Any]

    def get(self, kind: type) -> Any:
        """The fact of this type; `Unknown` when nobody looked for it."""
        return self.by_type.get(kind, Unknown("Hygie ne sait pas encore le mesurer sur ce système."))

    def without(self, kind: type, reason: str) -> "Facts":
        """The same facts with one of them hidden."""
        return Facts({**self.by_type, kind: Unknown(reason)})


def probes_of(platform: str = sys.platform) -> Mapping[type, Probe]:
    """The probes written for an operating system, named as Python's `sys.platform` names it."""
    name = {"win32": "windows", "darwin": "macos"}.get(platform, "linux")
    probes: Mapping[type, Probe] = importlib.import_module(f"hygie.probes.{name}").PROBES
    return probes


def collect(
    machine: Machine,
    probes: Mapping[type, Probe] | None = None,
    *,
    budget_seconds: float = BUDGET_SECONDS,
    progress: Progress | None = None,
) -> Facts:
    """Ask every probe; whatever has not answered after `budget_seconds` is unknown, and said so."""
    wanted = probes_of() if probes is None else probes
    answers: dict[type, Any] = {}
    changed = threading.Condition()

    def work(kind: type, probe: Probe) -> None:
        answer = ask(probe, machine)
        with changed:
            answers[kind] = answer
            changed.notify()

    for kind, probe in wanted.items():
        threading.Thread(target=work, args=(kind, probe), daemon=True).start()
    deadline = time.monotonic() + budget_seconds
    with changed:
        while len(answers) < len(wanted) and (left := deadline - time.monotonic()) > 0:
            changed.wait(left)
            if progress is not None:
                progress(len(answers), len(wanted))
        late = Unknown(f"La mesure n'a pas répondu en {budget_seconds:.0f} secondes.")
        known = {kind: answers.get(kind, late) for kind in wanted}
    return Facts({Moment: Moment(machine.now), **known})


def ask(probe: Probe, machine: Machine) -> Any:
    """One probe's answer; its own mistakes are answers too, because a check-up must always end."""
    try:
        return probe(machine)
    except NotThere as answer:
        return Absent(str(answer))
    except CannotTell as answer:
        return Unknown(str(answer))
    except FileNotFoundError:
        return Unknown("Le fichier qui le dirait n'existe pas sur cet ordinateur.")
    except Exception as error:  # noqa: BLE001 - a broken probe must not break the check-up
        return Unknown(f"Hygie n'a pas compris la réponse de l'ordinateur ({type(error).__name__}).")
