"""How django-allauth is bent to a practice: no sign-up page, sealed factors, patience and no lock, our own words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString

from hygie.core.french import typeset
from hygie.web.accounts import passwords, resume, throttle
from hygie.web.accounts.patience import Try
from hygie.web.crypto.seal import seal, unseal

CONTEXT = "mfa_authenticator.data"
REFUSED = typeset("Identifiant ou mot de passe inconnu, ou accès fermé. Le titulaire du cabinet peut vous aider.")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the practice, never by a stranger."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": REFUSED,
        "incorrect_password": typeset("Ce n'est pas votre mot de passe. Réessayez."),
        "enter_current_password": typeset("Ce n'est pas votre mot de passe actuel. Réessayez."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before anything is compared. TooSoon while the door is shut."""
        self.attempt = Try("password", credentials.get("username", ""), self.get_client_ip(request))
        throttle.charge(self.attempt, timezone.now())

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The account, when the password is right and the person may enter today; one and the same None otherwise."""
        user = super().authenticate(request, **credentials)
        if user is not None and may_enter(user):
            request.refused_before = throttle.refund(self.attempt, timezone.now())
            return user
        throttle.note_refusal(self.attempt, timezone.now())
        return None

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """A key may open nothing more than a password would."""
        del kwargs
        if may_enter(user):
            return None
        messages.error(request, REFUSED)
        return redirect("account_login")

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """To the page wanted; or first to what was being written when the session ended."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return redirect("accounts:resume") if resume.waiting(request) else response

    def set_password(self, user: Any, password: str) -> None:
        """Keep the new password and say by which rule it passes. Every other session of the person ends."""
        from allauth.core import context

        from hygie.web.accounts.flows import change_password

        change_password(user, password, now=timezone.now())
        messages.success(context.request, passwords.accepted(password))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's own account."""
        from django.urls import reverse

        del request
        return str(reverse("mfa_index"))


def may_enter(user: Any) -> bool:
    """Whether this account belongs to somebody who may enter today."""
    member = getattr(user, "member", None)
    return member is not None and member.may_enter(timezone.localdate())


class MFAAdapter(DefaultMFAAdapter):
    """Second factors are sealed in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": typeset("Ce code ne convient pas, ou a déjà servi. Attendez le suivant."),
        "cannot_generate_recovery_codes": typeset("Ajoutez d'abord une deuxième vérification."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a factor's secret."""
        return seal(settings.HYGIE_KEYS.ring, text.encode(), CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return unseal(settings.HYGIE_KEYS.ring, encrypted_text, CONTEXT).decode()

    def build_totp_svg(self, url: str) -> str:
        """The square code, as an `<svg>` without style nor declaration: it stands in the page itself."""
        from qrcode import QRCode
        from qrcode.image.svg import SvgPathImage

        code = QRCode(image_factory=SvgPathImage)
        code.add_data(url)
        return SafeString(code.make_image().to_string(encoding="unicode"))  # our own drawing of our own address

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        """« Clé 2 »."""
        from allauth.mfa.models import Authenticator

        return f"Clé {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """The site a passkey belongs to."""
        entity: dict[str, Any] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Hygie"}
