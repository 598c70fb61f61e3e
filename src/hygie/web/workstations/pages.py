"""The list of computers, in words."""

from datetime import datetime
from typing import Any

from hygie.checkup.combine import FRESH_DAYS
from hygie.core.clock import days_since
from hygie.core.french import plural
from hygie.documents.words import OK, TODO, UNKNOWN, State

MEASURED = ("desktop", "laptop", "server")
WRONG_CLOCK = 600
HOUR = 3600


def line(device: Any, now: datetime) -> dict[str, Any]:
    """One computer: its state, since when, and what its clock is worth."""
    workstation = getattr(device, "workstation", None)
    revoked_at = workstation.revoked_at if workstation else None
    return {
        "device": device,
        "workstation": None if revoked_at else workstation,
        "revoked_at": revoked_at,
        "state": state(device, revoked=revoked_at is not None, linked=workstation is not None, now=now),
        "clock": clock_words(workstation.clock_offset) if workstation else "",
        "lost": plural(workstation.given_up, "message abandonné", "messages abandonnés")
        if workstation and workstation.given_up else "",
    }  # fmt: skip


def state(device: Any, *, revoked: bool, linked: bool, now: datetime) -> State:
    """Heard lately, silent, or never."""
    if revoked or not (linked or device.this_machine):
        return {**TODO, "word": "À relier"}
    if device.last_seen_at is None:
        return UNKNOWN
    age = days_since(device.last_seen_at, now)
    linked_state = {**OK, "word": "Relié"}
    return linked_state if age is not None and age <= FRESH_DAYS else {**UNKNOWN, "word": "Plus de nouvelles"}


def clock_words(offset: int) -> str:
    """« Son horloge avance de 2 heures. », or nothing within ten minutes."""
    if abs(offset) <= WRONG_CLOCK:
        return ""
    verb = "avance" if offset > 0 else "retarde"
    hours = round(abs(offset) / HOUR)
    amount = plural(hours, "heure") if hours else plural(abs(offset) // 60, "minute")
    return f"Son horloge {verb} de {amount}."
