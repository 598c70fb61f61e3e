"""The counts of `patience`, kept in the database: a restart of the service forgives nothing, two tries at once are two.

A try is counted before anything is compared, and given back when it succeeds: parallel guesses gain nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac

from hygie.core.french import typeset
from hygie.web.accounts import patience
from hygie.web.accounts.models import Attempts, User
from hygie.web.accounts.patience import Count, Try
from hygie.web.journal.flows import Actor, record

MOST_ROWS: Final = 5_000
DOORS: Final = {"password": "mot de passe", "factor": "deuxième vérification", "code": "code d'invitation"}


class TooSoon(ValidationError):  # noqa: N818 - named after what happened to the person
    """The door is shut for a while; nothing was compared."""

    def __init__(self, wait: timedelta) -> None:
        """`wait`: what is left."""
        self.wait = wait
        text = f"Trop d'essais. Attendez {patience.in_words(wait)}, puis réessayez : votre accès n'est pas fermé."
        super().__init__(typeset(text), code="too_soon")


def charge(attempt: Try, now: datetime) -> None:
    """Count one try. TooSoon, uncounted, while the door is shut."""
    wait = _charge(attempt, now)
    if wait:
        raise TooSoon(wait)


@transaction.atomic
def _charge(attempt: Try, now: datetime) -> timedelta:
    wait = _wait(_rows(attempt, now, make=False), now)
    if wait:
        return wait
    rows = _rows(attempt, now)
    # Tries that came together made the same rows: only now are they locked, so the door is looked at again.
    wait = _wait(rows, now)
    if wait:
        return wait
    for count, row in rows.items():
        row.failures = 1 if patience.forgotten(row.last_at, now) else row.failures + 1
        row.last_at = now
        row.blocked_until = now + patience.wait_after(row.failures, count, local=attempt.local)
        row.save()
    return wait


def _wait(rows: dict[Count, Attempts], now: datetime) -> timedelta:
    known = Count.PAIR in rows and patience.familiar(rows[Count.PAIR].succeeded_at, now)
    shut = [row for count, row in rows.items() if not (known and count is Count.ACCOUNT)]
    return max((patience.remaining(row.blocked_until, now) for row in shut), default=timedelta(0))


@transaction.atomic
def refund(attempt: Try, now: datetime) -> int:
    """The try succeeded: give it back, and forget what was refused to this pair. Gives how many that was."""
    rows = _rows(attempt, now)
    refused = max(0, rows[Count.PAIR].failures - 1)
    for count, row in rows.items():
        row.failures = 0 if count is Count.PAIR else max(0, row.failures - 1)
        row.blocked_until = None
        if count is Count.PAIR:
            row.succeeded_at, row.noted_at = now, None
        row.save()
    return refused


@transaction.atomic
def note_refusal(attempt: Try, now: datetime) -> None:
    """Tell the journal of a burst of refusals: one line when waits begin, then one an hour.

    An identifier that nobody has is not written: people type their password there.
    """
    row = _rows(attempt, now)[Count.PAIR]
    practice, subject = _whose(attempt.account)
    if practice is None or not patience.to_note(row.failures, row.noted_at, now):
        return
    row.noted_at = now
    row.save()
    who = f"« {subject} »" if subject else "un identifiant inconnu"
    text = f"{row.failures} essais refusés ({DOORS[attempt.door]}) pour {who}, depuis {attempt.address}."
    data = {"door": attempt.door, "failures": row.failures, "address": attempt.address}
    record(Actor.system(practice), "account.refused", typeset(text), data=data)


def _whose(account: str) -> tuple[Any, str]:
    """The practice whose journal tells it, and the identifier when it is somebody's."""
    from hygie.web.practice.models import Practice

    user = User.objects.filter(username=account.strip().lower()).select_related("member").first()
    if user is not None and hasattr(user, "member"):
        return user.member.practice_id, user.username
    practices = list(Practice.objects.filter(demo=False).values_list("pk", flat=True)[:2])
    return (practices[0] if len(practices) == 1 else None), ""


def _rows(attempt: Try, now: datetime, *, make: bool = True) -> dict[Count, Attempts]:
    """The rows of a try, locked in one order; missing ones are made."""
    keys = {count: _key(attempt.door, count, about) for count, about in attempt.parts().items()}
    found = _locked(keys.values())
    if make and len(found) < len(keys):
        _forget_old(now)
        missing = [Attempts(key=key, last_at=now) for key in keys.values() if key not in found]
        Attempts.objects.bulk_create(missing, ignore_conflicts=True)
        found = _locked(keys.values())
    return {count: found[key] for count, key in keys.items() if key in found}


def _locked(keys: Iterable[str]) -> dict[str, Attempts]:
    rows = Attempts.objects.select_for_update().filter(key__in=list(keys)).order_by("key")
    return {row.key: row for row in rows}


def _key(door: str, count: Count, about: str) -> str:
    digest: str = salted_hmac("hygie.attempts", f"{door}\0{count}\0{about}", algorithm="sha256").hexdigest()
    return digest


def _forget_old(now: datetime) -> None:
    """Rows say nothing after a day, or a month where somebody entered; however many come, they stay few."""
    Attempts.objects.filter(last_at__lt=now - patience.FORGOTTEN_AFTER, succeeded_at=None).delete()
    Attempts.objects.filter(last_at__lt=now - patience.FAMILIAR_FOR).delete()
    few = Attempts.objects.filter(failures__lt=Count.PAIR.free, succeeded_at=None)
    oldest = few.order_by("-last_at").values_list("last_at", flat=True)[MOST_ROWS : MOST_ROWS + 1]
    for moment in list(oldest):
        few.filter(last_at__lte=moment).delete()
