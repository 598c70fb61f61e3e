"""Writing to the journal from the app, on Django's own connection: an action and its line stand or fall together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hygie.core.clock import PARIS
from hygie.journal.chain import Entry
from hygie.journal.digest import digest_of, note_anchors
from hygie.journal.store import Journal

ANCHORS = "anchors.jsonl"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which practice: a person, a computer of the practice, or Hygie itself."""

    practice_id: Any
    id: str
    name: str

    @classmethod
    def of(cls, member: Any) -> "Actor":
        """The person of the present request."""
        return cls(member.practice_id, f"user:{member.pk}", member.name)

    @classmethod
    def system(cls, practice_id: Any) -> "Actor":
        """What Hygie does by itself."""
        return cls(practice_id, "system", "Hygie")


def journal() -> Journal:
    """The journal on the present database connection."""
    return Journal(_execute, connection.vendor)


def record(
    actor: Actor,
    kind: str,
    summary: str,
    *,
    subject: str = "",
    data: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> Entry:
    """Append one line, inside the transaction that changes the rest. `summary` is French and names no patient."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("une ligne du journal s'écrit avec l'action qu'elle raconte")
    now = timezone.now()
    return journal().append(
        practice=str(actor.practice_id),
        kind=kind,
        actor=actor.id,
        actor_name=actor.name,
        summary=summary,
        subject=subject,
        data=dict(data or {}),
        occurred_at=occurred_at or now,
        recorded_at=now,
    )


def _execute(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement on Django's connection and give its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("?", "%s"), list(params))  # Django's mark on every database
        return list(cursor.fetchall()) if cursor.description else []


def anchor_all(folder: Path, now: datetime) -> int:
    """Note yesterday's digest of every chain in `anchors.jsonl`; how many lines were added."""
    yesterday = now.astimezone(PARIS).date() - timedelta(days=1)
    book = journal()
    return note_anchors(folder / ANCHORS, [digest_of(book, head.practice, yesterday) for head in book.heads()])
