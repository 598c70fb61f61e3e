"""What happens to accounts: the first door, invitations, passwords, sessions. One verb, one transaction, one line.

A try of a code is counted even when the rest fails: `spend_…` commits by itself, the flow that follows checks again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.db import transaction

from hygie.core.french import typeset
from hygie.web.accounts import codes
from hygie.web.accounts.access import Role
from hygie.web.accounts.errors import AlreadySetUp, CodeDead
from hygie.web.accounts.models import Invitation, Member, SetupCode, User
from hygie.web.journal.flows import Actor, record
from hygie.web.practice.models import Practice

SETUP_LIFE: Final = timedelta(minutes=15)
INVITATION_LIFE: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Start:
    """What the first page asks."""

    practice_name: str
    name: str
    username: str
    password: str = field(repr=False)


def is_set_up() -> bool:
    """Whether somebody has an account here."""
    return bool(User.objects.exists())


@transaction.atomic
def issue_setup_code(now: datetime) -> str:
    """A new code for the first page, for 15 minutes and one use; the former one dies. AlreadySetUp with an account."""
    if is_set_up():
        raise AlreadySetUp
    SetupCode.objects.all().delete()
    code = codes.draw(codes.SETUP_LENGTH)
    SetupCode.objects.create(digest=codes.digest(code), expires_at=now + SETUP_LIFE)
    return codes.shown(code)


@transaction.atomic
def spend_setup_code(typed: str, now: datetime) -> bool:
    """Whether this is the living code; one of its ten tries is used either way."""
    row = SetupCode.objects.select_for_update().first()
    return _spent(row, codes.read(typed, codes.SETUP_LENGTH), now)


def _spent(row: Any, code: str, now: datetime) -> bool:
    if row is None or not _alive(row, now):
        return False
    row.attempts += 1
    row.save(update_fields=["attempts"])
    return codes.matches(code, row.digest)


def _alive(row: Any, now: datetime) -> bool:
    return row.used_at is None and now < row.expires_at and row.attempts < codes.MOST_ATTEMPTS


@transaction.atomic
def set_up(start: Start, now: datetime) -> Member:
    """The practice, its holder and the holder's account, once the code was right. CodeDead when it served meanwhile."""
    row = SetupCode.objects.select_for_update().first()
    if row is None or row.used_at is not None or is_set_up():
        raise CodeDead
    row.used_at = now
    row.save(update_fields=["used_at"])
    practice = _adopted(start.practice_name)
    user = User.objects.create_user(start.username, start.password, password_changed_at=now)
    holder = Member.objects.create(practice=practice, user=user, name=start.name, role=Role.HOLDER)
    record(Actor.of(holder), "practice.opened", f"Hygie installée par {holder.name}.", subject=f"member:{holder.pk}")
    return holder


def _adopted(name: str) -> Practice:
    """The practice that an incident opened before anybody had an account, under its real name; else a new one."""
    held = Member.objects.values("practice_id")
    found = Practice.objects.select_for_update().filter(demo=False).exclude(pk__in=held).order_by("created_at").first()
    if found is None:
        return Practice.objects.create(name=name)
    found.name, found.version = name, found.version + 1
    found.save(update_fields=["name", "version"])
    return found


def open_account(username: str) -> User:
    """An account that opens only once its person has chosen a password with an invitation."""
    return User.objects.create_user(username)


@transaction.atomic
def invite(actor: Actor, member: Member, now: datetime) -> str:
    """A code for this person, shown once, for 72 hours and one use. Earlier ones die; a present password still works.

    CodeDead when the person has no account or has left.
    """
    member = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    if member.user is None or member.left_on is not None:
        raise CodeDead
    Invitation.objects.filter(member=member).delete()
    code = _unused_code()
    Invitation.objects.create(
        practice=member.practice, member=member, handle=code[: codes.GROUP], digest=codes.digest(code),
        created_by=actor.name, expires_at=now + INVITATION_LIFE,
    )  # fmt: skip
    record(actor, "account.invited", f"Code d’entrée donné à {member.name}.", subject=f"member:{member.pk}")
    return codes.shown(code)


def _unused_code() -> str:
    while True:
        code = codes.draw(codes.INVITATION_LENGTH)
        if not Invitation.objects.filter(handle=code[: codes.GROUP]).exists():
            return code


@transaction.atomic
def spend_invitation(typed: str, now: datetime) -> Invitation | None:
    """The invitation of this code; one of its ten tries is used when it is wrong. None when it opens nothing."""
    code = codes.read(typed, codes.INVITATION_LENGTH)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("member__user", "member__practice")
    row = rows.filter(handle=code[: codes.GROUP]).first()
    return row if _spent(row, code, now) else None


@transaction.atomic
def accept_invitation(invitation: Invitation, password: str, now: datetime) -> Member:
    """The person's first password, or a new one after it was forgotten. CodeDead when the code served meanwhile."""
    row = Invitation.objects.select_for_update().filter(pk=invitation.pk, used_at=None).first()
    member = invitation.member
    if row is None or member.left_on is not None or member.user is None:
        raise CodeDead
    row.used_at = now
    row.save(update_fields=["used_at"])
    _set_password(member.user, password, now)
    text = f"{member.name} a choisi un mot de passe."
    record(Actor.of(member), "account.opened", text, subject=f"member:{member.pk}")
    return member


@transaction.atomic
def change_password(user: User, password: str, *, now: datetime) -> None:
    """One's own new password; every other session of the person ends."""
    _set_password(user, password, now)
    record(Actor.of(user.member), "account.password_changed", f"{user.member.name} a changé de mot de passe.")


def _set_password(user: User, password: str, now: datetime) -> None:
    user.set_password(password)
    user.password_changed_at, user.must_change_password = now, False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


def end_sessions(user: User, *, but: str = "") -> None:
    """Every session of this person ends, `but` one key. Inside the caller's transaction.

    The epoch ends those that the list does not know.
    """
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    for session in UserSession.objects.filter(user=user).exclude(session_key=but):
        session.end()


@transaction.atomic
def close_other_sessions(request: Any) -> None:
    """Every session of the present person but this one ends."""
    end_sessions(request.user, but=request.session.session_key)
    UserSession.objects.filter(user=request.user).delete()
    update_session_auth_hash(request, request.user)
    UserSession.objects.create_from_request(request)
    member = request.user.member  # who visits the example stays oneself
    record(Actor.of(member), "account.sessions_closed", f"{member.name} a fermé ses autres sessions.")


@transaction.atomic
def ask_new_password(actor: Actor, member: Member) -> None:
    """This person's sessions end, and the next one begins by choosing another password."""
    _on_account(actor, member, "account.password_asked", f"Nouveau mot de passe demandé à {member.name}.", _must_change)


@transaction.atomic
def remove_factors(actor: Actor, member: Member) -> None:
    """This person lost telephone and recovery codes: the second factor goes, the sessions end."""
    text = f"Deuxième vérification de {member.name} retirée."
    _on_account(actor, member, "account.factors_removed", text, _forget_factors)


def _on_account(actor: Actor, member: Member, kind: str, text: str, change: Callable[[User], None]) -> None:
    if member.user is None:
        raise CodeDead
    change(member.user)
    end_sessions(member.user)
    record(actor, kind, typeset(text), subject=f"member:{member.pk}")


def _must_change(user: User) -> None:
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])


def _forget_factors(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()


def close_account(user: User) -> None:
    """Nothing opens it any more: no password, no factor, no invitation, no session. Inside the caller's transaction."""
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    _forget_factors(user)
    Invitation.objects.filter(member__user=user).delete()
    end_sessions(user)
