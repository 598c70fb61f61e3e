"""The second factor: codes of an application (TOTP) and recovery codes, each of which serves once.

A code is refused once it, or a later one, was used: the last step is kept with the factor, so a restart, or two tries
at the same instant, replay nothing. One step of 30 s is tolerated on each side, for a phone whose clock is off.
"""

from base64 import b32decode
from datetime import datetime
from typing import Any, Final

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.utils import decrypt
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django import forms
from django.db import transaction
from django.utils import timezone

from hygie.web.accounts import throttle
from hygie.web.accounts.patience import Try

STEP: Final = 30
DIGITS: Final = 6
TOLERANCE: Final = (0, -1, 1)
LONGEST: Final = 40
LAST_STEP: Final = "last_step"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, among the present one and its neighbours; None for another code."""
    checker = TOTP(b32decode(secret), DIGITS, SHA1(), STEP, enforce_key_length=False)  # noqa: S303 - what phones speak
    present = int(now.timestamp()) // STEP
    for step in (present + shift for shift in TOLERANCE):
        try:
            checker.verify(code.encode("ascii", "replace"), step * STEP)
        except InvalidToken:
            continue
        return step
    return None


def bare(code: str) -> str:
    """« 123 456 » and « 1234-5678 » are typed as they are printed."""
    return "".join(sign for sign in code if sign not in " -\u00a0\u202f\u2011")


@transaction.atomic
def spend(user: Any, code: str, now: datetime) -> Authenticator | None:
    """The factor that this code proves, the code being used up; None when it proves nothing."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    factors = Authenticator.objects.select_for_update().filter(user=user, type__in=kinds).order_by("pk")
    for factor in factors:
        is_app = factor.type == Authenticator.Type.TOTP
        if _spend_step(factor, code, now) if is_app else factor.wrap().validate_code(code):
            factor.refresh_from_db()
            return factor
    return None


def _spend_step(factor: Authenticator, code: str, now: datetime) -> bool:
    step = step_of(decrypt(factor.data["secret"]), code, now)
    if step is None or step <= factor.data.get(LAST_STEP, 0):
        return False
    factor.data[LAST_STEP] = step
    factor.save(update_fields=["data"])
    return True


def code_field(label: str, help_text: str) -> forms.CharField:
    """A short code; paste is welcome, and the browser may fill it."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "saisie", "autofocus": True}
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST, widget=forms.TextInput(attrs=attrs))


class _CodeForm(forms.Form):
    """Checks a code, with the patience of a password."""

    code = code_field("Code", "Les six chiffres de votre application, ou un code de secours.")

    def clean_code(self) -> str:
        """The factor is in `authenticator` afterwards."""
        now = timezone.now()
        attempt = Try("factor", self.user.username, get_account_adapter().get_client_ip(context.request))
        throttle.charge(attempt, now)
        self.authenticator = spend(self.user, bare(self.cleaned_data["code"]), now)
        if self.authenticator is None:
            throttle.note_refusal(attempt, now)
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator.user = self.user
        throttle.refund(attempt, now)
        return ""


class AuthenticateForm(_CodeForm, base.AuthenticateForm):
    """The code asked after the password."""

    @property
    def has_keys(self) -> bool:
        """Whether the person may use a key instead."""
        return bool(Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).exists())

    code = code_field("Code", "Les six chiffres de votre application, ou un code de secours.")


class ReauthenticateForm(_CodeForm, base.ReauthenticateForm):
    """The code asked before something that matters."""

    code = code_field("Code", "Les six chiffres de votre application, ou un code de secours.")


class ActivateTOTPForm(totp.ActivateTOTPForm):
    """The first code of a new application: it proves that the application was set up."""

    code = code_field("Code", "Les six chiffres que l’application montre maintenant.")

    def clean_code(self) -> str:
        """Counted as any other try."""
        now = timezone.now()
        attempt = Try("factor", self.user.username, get_account_adapter().get_client_ip(context.request))
        throttle.charge(attempt, now)
        if step_of(self.secret, bare(self.cleaned_data["code"]), now) is None:
            raise get_adapter().validation_error("incorrect_code")
        throttle.refund(attempt, now)
        return ""
