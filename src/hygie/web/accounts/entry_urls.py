"""Addresses that django-allauth knows by its own names, so they have no namespace: entering, leaving, second factors.

Only what the practice uses: no sign-up, no e-mail. Each view is gated as ours are.
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils import timezone

from hygie.web.accounts import views
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed, public
from hygie.web.accounts.passkeys import where_possible


def mine(view: Callable[..., Any]) -> Callable[..., Any]:
    """One's own account. What is sent is kept whole, with its line of the journal, or not at all."""

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic() if request.method == "POST" else nullcontext():
            return view(request, *args, **kwargs)

    return allowed(Action.SEE_OWN_ACCOUNT)(whole)


def brief(view: Callable[..., Any]) -> Callable[..., Any]:
    """A stranger's challenge lives five minutes, and takes the dead ones away."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not request.user.is_authenticated and request.session.modified:
            Session.objects.filter(expire_date__lt=timezone.now()).delete()
            request.session.set_expiry(300)
        return response

    return kept


login = public("on entre par là")(account.login)
second = public("le mot de passe vient d'être donné ; la deuxième vérification s'y donne")(mfa.authenticate)
passkey = public("on entre par là avec une clé")(brief(where_possible(keys.login_webauthn)))
leave = public("sortir n'ouvre rien, et rend la main pendant la deuxième vérification")(account.logout)
KEY = "compte/cles/<int:pk>/"

urlpatterns = [
    path("entrer/", login, name="account_login"),
    path("entrer/verification/", second, name="mfa_authenticate"),
    path("entrer/cle/", passkey, name="mfa_login_webauthn"),
    path("sortir/", leave, name="account_logout"),
    path("compte/", views.account, name="mfa_index"),
    path("compte/mot-de-passe/", mine(account.password_change), name="account_change_password"),
    path("compte/confirmer/", mine(account.reauthenticate), name="account_reauthenticate"),
    path("compte/confirmer/code/", mine(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("compte/confirmer/cle/", mine(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("compte/application/", mine(totp.activate_totp), name="mfa_activate_totp"),
    path("compte/application/retirer/", mine(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("compte/codes/", mine(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("compte/codes/refaire/", mine(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("compte/codes/fichier/", mine(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("compte/cles/", mine(keys.list_webauthn), name="mfa_list_webauthn"),
    path("compte/cles/ajouter/", mine(where_possible(keys.add_webauthn)), name="mfa_add_webauthn"),
    path(f"{KEY}nom/", mine(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path(f"{KEY}retirer/", mine(keys.remove_webauthn), name="mfa_remove_webauthn"),
]
