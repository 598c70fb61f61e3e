"""What the tests of the doors share: people with a password, a way to log in by the page, and the journal's lines."""

from base64 import b32encode
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.hashers import make_password
from django.test import Client

from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.journal.models import JournalEntry
from tests.web.conftest import PASSWORD, make_member, make_practice

SECRET = b"0123456789abcdefghij"


@cache
def hashed(password: str) -> str:
    """A slow digest, made once: it is not what these tests are about."""
    return make_password(password)


def with_password(member: Member, password: str = PASSWORD) -> Member:
    member.user.password = hashed(password)
    member.user.save()
    return member


def enter(client: Client, username: str, password: str = PASSWORD, **data: Any):
    address = data.pop("address", "127.0.0.1")
    follow = data.pop("follow", False)
    fields = {"login": username, "password": password, **data}
    return client.post("/entrer/", fields, REMOTE_ADDR=address, follow=follow)


def entered(client: Client) -> bool:
    return "_auth_user_id" in client.session


def kinds(practice: Any = None) -> list[str]:
    rows = JournalEntry.objects.order_by("seq")
    return [row.kind for row in (rows.filter(practice=str(practice.pk)) if practice else rows)]


def add_app(user: Any) -> Authenticator:
    """An application of codes with a known secret, and recovery codes."""
    factor = Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(b32encode(SECRET).decode())}
    )
    RecoveryCodes.activate(user)
    return factor


def code_at(moment: datetime | float) -> str:
    seconds = moment if isinstance(moment, int | float) else moment.timestamp()
    return TOTP(SECRET, 6, SHA1(), 30).generate(int(seconds)).decode()


def code_now() -> str:
    return code_at(datetime.now(UTC))


def recovery_codes(user: Any) -> list[str]:
    factor = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return factor.wrap().get_unused_codes()


@pytest.fixture
def doctor(db: None) -> Member:
    """A holder with a password."""
    return with_password(make_member(make_practice(), Role.HOLDER))
