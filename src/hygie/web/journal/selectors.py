"""Reading the journal for its pages: narrowed to one practice, filtered, newest first; constant in its length."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hygie.core.clock import PARIS
from hygie.journal.chain import stamp
from hygie.web.journal.models import JournalEntry

MOST_CHOICES = 200


def entries(practice: Any, wanted: Mapping[str, Any] | None = None) -> Any:
    """The lines of a practice; `wanted` may hold family, actor, first and last (days of Paris, included)."""
    wanted = wanted or {}
    rows = JournalEntry.objects.filter(practice=str(practice.pk)).order_by("-seq")
    if family := wanted.get("family"):
        rows = rows.filter(kind__startswith=f"{family}.")
    if actor := wanted.get("actor"):
        rows = rows.filter(actor=actor)
    if first := wanted.get("first"):
        rows = rows.filter(recorded_at__gte=_midnight(first))
    if last := wanted.get("last"):
        rows = rows.filter(recorded_at__lt=_midnight(_next(last)))
    return rows


def kinds(practice: Any) -> list[str]:
    """The kinds of lines that exist."""
    rows = JournalEntry.objects.filter(practice=str(practice.pk)).order_by().values_list("kind", flat=True)
    return list(rows.distinct()[:MOST_CHOICES])


def actors(practice: Any) -> list[tuple[str, str]]:
    """(identifier, name) of those who wrote; under several names, the last in the alphabet is shown."""
    rows = JournalEntry.objects.filter(practice=str(practice.pk)).order_by("actor_name")
    found = dict(rows.values_list("actor", "actor_name").distinct()[:MOST_CHOICES])
    return sorted(found.items(), key=lambda pair: pair[1])


def _midnight(day: date) -> str:
    """The beginning of a day of Paris, as stored."""
    if day.year <= 1:
        return ""
    return stamp(datetime.combine(day, time(), PARIS).astimezone(UTC))


def _next(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
