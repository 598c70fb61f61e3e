"""The lock of the session: when the screen goes dark, then when a password is asked.

Two delays add up: the first of the screen saver and of the display's sleep, then the delay before the password.
A screen saver delay that was never written is left out: it could only lock sooner than the display does.
"""

import re

from hygie.probes.facts import ScreenLock
from hygie.probes.machine import CannotTell, Machine
from hygie.probes.macos.people import in_own_session
from hygie.probes.macos.reading import preferences, spoken

_DELAY = re.compile(r"screenLock (?:delay is (?:(immediate)|(-?\d{1,9})(?:\.\d+)? seconds?)|is (off))", re.IGNORECASE)
_SLEEP = re.compile(r"^\s*displaysleep\s+(\d{1,6})\b", re.MULTILINE)


def parse_delay(text: str) -> int | None:
    """`sysadminctl -screenLock status`: seconds before the password; None when it is never asked."""
    found = _DELAY.search(text)
    if found is None:
        raise CannotTell("Le verrouillage de la session n'a pas été compris.")
    seconds = 0 if found[1] else int(found[2] or -1)
    return seconds if seconds >= 0 else None


def parse_display_sleep(text: str) -> int:
    """`pmset -g custom`: seconds before the display sleeps, the longest of battery and mains; 0 for never."""
    minutes = [int(value) for value in _SLEEP.findall(text)]
    if not minutes:
        raise CannotTell("La mise en veille de l'écran n'a pas été comprise.")
    return 0 if 0 in minutes else max(minutes) * 60


def parse_idle(text: str) -> int | None:
    """`defaults -currentHost read com.apple.screensaver idleTime`; None when it was never written."""
    if "does not exist" in text:
        return None
    if not re.fullmatch(r"\s*\d{1,9}\s*", text, re.ASCII):
        raise CannotTell("Le délai de l'économiseur d'écran n'a pas été compris.")
    return int(text)


def gather_lock(delay: int | None, display: int, saver: int | None) -> ScreenLock:
    """The session's lock from the three answers."""
    if delay is None:
        return ScreenLock(locks=False, after_seconds=None, sessions=1)
    waits = [seconds for seconds in (display, saver) if seconds]
    if not waits and saver is None:
        raise CannotTell("Le délai de l'économiseur d'écran n'a jamais été réglé et l'écran ne s'éteint pas.")
    if not waits:
        return ScreenLock(locks=False, after_seconds=None, sessions=1)
    return ScreenLock(locks=True, after_seconds=min(waits) + delay, sessions=1)


def screen_lock(machine: Machine) -> ScreenLock:
    """The lock of the person's own session."""
    in_own_session(machine)
    delay = parse_delay(spoken(machine, "sysadminctl -screenLock status"))
    imposed = preferences(machine, "com.apple.screensaver").get("idleTime")
    asked = spoken(machine, "defaults -currentHost read com.apple.screensaver idleTime")
    saver = imposed if isinstance(imposed, int) else parse_idle(asked)
    return gather_lock(delay, parse_display_sleep(machine.run(["pmset", "-g", "custom"]).text), saver)
