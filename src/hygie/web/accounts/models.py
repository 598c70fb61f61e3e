"""People of the practice (`Member`), the accounts some of them enter with (`User`), and the codes that open one.

A code is shown once and kept as a slow digest. `Attempts` remembers refused tries, so that a restart forgives nothing.
"""

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from hygie.web.accounts.access import Role
from hygie.web.accounts.passwords import normalised
from hygie.web.crypto.fields import SealedTextField
from hygie.web.tenancy import Editable, Owned


class Users(BaseUserManager):
    """Accounts are made by `flows.open_account`, never by a sign-up page."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it cannot log in."""
        user: User = self.model(username=username.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Names are compared without case."""
        user: User = self.get(username=(username or "").lower())
        return user


class User(AbstractBaseUser):
    """An account: an identifier, a password, second factors. Rights come from the Member it belongs to."""

    username = models.CharField("identifiant", max_length=60, unique=True)
    email = models.EmailField("adresse e-mail", blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Users()

    @property
    def is_staff(self) -> bool:
        """There is no administration site: nobody is staff."""
        return False

    def set_password(self, raw_password: str | None) -> None:
        """« é » typed as one sign or as two is the same password."""
        super().set_password(None if raw_password is None else normalised(raw_password))

    def check_password(self, raw_password: str) -> bool:
        """Compare, whatever way the keyboard writes its accents."""
        return bool(super().check_password(normalised(raw_password)))

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session must still match: it dies with the password it was opened with, or when the epoch moves."""
        told = f"{self.password}|{self.session_epoch}"
        digest: str = salted_hmac("hygie.session", told, secret=secret, algorithm="sha256").hexdigest()
        return digest


class Member(Editable):
    """A person of the practice. Some have no account (`user` is None); all may hold a card or own an action."""

    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="member")
    name = models.CharField("nom", max_length=80)
    role = models.CharField("rôle", max_length=16, choices=Role.choices())
    phone = SealedTextField("téléphone", blank=True)
    starts_on = models.DateField("arrivée", null=True, blank=True)
    ends_on = models.DateField("dernier jour prévu", null=True, blank=True)
    left_on = models.DateField("départ", null=True, blank=True)

    class Meta:
        ordering = ("left_on", "name")

    def __str__(self) -> str:
        return self.name

    def may_enter(self, today: date) -> bool:
        """Whether the account of this person is open today: it closes by itself the day after the last one."""
        if self.left_on is not None or self.user is None or not self.user.is_active:
            return False
        return (self.starts_on is None or self.starts_on <= today) and (self.ends_on is None or self.ends_on >= today)

    @property
    def initials(self) -> str:
        """« HF » for « Dr Hélène Fontaine »."""
        words = [word for word in self.name.split() if word.rstrip(".").lower() not in ("dr", "pr", "docteur", "me")]
        return "".join(word[0].upper() for word in words[:2])


class SetupCode(models.Model):
    """The one-time code that `hygie servir` prints; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    digest = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)


class Invitation(Owned):
    """The code a person chooses a first password with. `handle`, its first group, only tells which one it is."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    handle = models.CharField(max_length=4, unique=True)
    digest = models.CharField(max_length=200)
    created_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)


class Attempts(models.Model):
    """Refused tries at one door, from one place or for one account: a keyed digest says which, without telling."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    blocked_until = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)


class Departure(Editable):
    """The guided departure of a person: its steps, fixed at the start, and who ticked which, when."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="departure")
    done = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)


class Arrival(Editable):
    """The guided arrival of a person, in the same form."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="arrival")
    done = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
