"""Ways of asking a Mac that several probes share: property lists, system_profiler, programs that answer on stderr.

Parsers are pure functions from text to fact. What they do not recognise raises CannotTell: Apple changes its words
between versions, and a wrong answer would be worse than none.
"""

import json
import plistlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hygie.probes.machine import CannotTell, Machine

Plist = Mapping[str, Any]

PREFERENCES = ("/Library/Preferences", "/Library/Managed Preferences")
PROFILER_SECONDS = 15.0


def parse_plist(data: bytes | str) -> Plist:
    """A property list, binary or XML; words a program prints before the XML are left out."""
    raw = data.encode() if isinstance(data, str) else data
    start = 0 if raw.startswith(b"bplist") else max(raw.find(b"<?xml"), 0)
    try:
        value = plistlib.loads(raw[start:])
    except Exception as error:
        raise CannotTell("Un fichier de réglages de macOS n'a pas été compris.") from error
    if not isinstance(value, dict):
        raise CannotTell("Un fichier de réglages de macOS n'a pas la forme attendue.")
    return value


def plist_file(machine: Machine, name: str) -> Plist | None:
    """The property list of a file, or None when the file is absent."""
    try:
        return parse_plist(machine.read_bytes(name))
    except FileNotFoundError:
        return None


def preferences(machine: Machine, domain: str) -> Plist:
    """The computer's settings of a domain, those imposed by a profile last; empty when never written."""
    found = [plist_file(machine, f"{folder}/{domain}.plist") or {} for folder in PREFERENCES]
    return {key: value for settings in found for key, value in settings.items()}


def flag(settings: Plist, key: str) -> bool | None:
    """A yes-or-no setting, written by Apple as a boolean or as 0 and 1; None when absent or something else."""
    value = settings.get(key)
    return bool(value) if isinstance(value, bool | int) and value in (0, 1) else None


def moment(value: object) -> datetime | None:
    """A date of a property list, which plistlib gives without its offset although it is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def parse_profile(text: str, kind: str) -> list[Plist]:
    """The items of one data type in what `system_profiler -json` prints."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotTell("La réponse de system_profiler n'a pas été comprise.") from error
    items = value.get(kind) if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise CannotTell("La réponse de system_profiler n'a pas la forme attendue.")
    return [item for item in items if isinstance(item, dict)]


def profile(machine: Machine, kind: str) -> str:
    """What `system_profiler -json` prints of one data type."""
    return machine.run(["system_profiler", "-json", kind], seconds=PROFILER_SECONDS).text


def spoken(machine: Machine, command: str) -> str:
    """Both outputs of a fixed command: sysadminctl, tmutil, defaults and security speak on stderr.

    `command` is always written in this package: nothing read on the computer enters it.
    """
    program = command.partition(" ")[0]
    if machine.program(program) is None:
        raise CannotTell(f"Le programme {program} n'est pas installé.")
    return machine.run(["sh", "-c", f"exec {command} 2>&1"]).text
