"""Passkeys and security keys: where they can be, and forms that take whatever a browser sends.

A passkey belongs to a name: an address in figures has none, and browsers offer it only over TLS or on « localhost ».
"""

import json
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from hygie.core.french import typeset

LARGEST: Final = 20_000
NAME_LENGTH: Final = 60
_SHAPES: Final = (KeyError, AttributeError, TypeError, ValueError, IndexError, AssertionError)


def host_of(given: str) -> str:
    """The name of a Host header, without its port."""
    return given.rpartition(":")[0] if given.rpartition("]")[2].count(":") == 1 else given


def passkeys_possible(host: str, *, secure: bool) -> bool:
    """Whether a passkey can be tied to this host (no port), reached over TLS or not."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return bool(host) and (secure or host == "localhost")
    return False


def why_not(host: str, *, secure: bool) -> str:
    """One sentence for the page when they are not possible; empty when they are."""
    if passkeys_possible(host, secure=secure):
        return ""
    if host in {"127.0.0.1", "[::1]"}:
        return typeset("Pour ajouter une clé, ouvrez Hygie par le nom « localhost » au lieu de 127.0.0.1.")
    return typeset(
        "Une clé est liée à un nom : ouvrez Hygie par son nom, en https, et non par une adresse en chiffres."
    )


def reason(request: HttpRequest) -> str:
    """The same, for the present request."""
    return why_not(host_of(request.get_host()), secure=request.is_secure())


def where_possible(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that only makes sense where a passkey can be; elsewhere a page says why."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sentence = reason(request)
        if sentence:
            return render(request, "mfa/webauthn/impossible.html", {"why": sentence})
        return view(request, *args, **kwargs)

    return guarded


class CredentialField(forms.JSONField):
    """What the browser's key answered: a JSON object, bounded in size and depth."""

    def to_python(self, value: Any) -> Any:
        """An object, or a refusal in one sentence."""
        refused = get_adapter().validation_error("incorrect_code")
        if isinstance(value, str) and len(value) > LARGEST:
            raise refused
        try:
            parsed = json.loads(value) if isinstance(value, str) and value else value
        except (ValueError, RecursionError) as error:
            raise refused from error
        if parsed not in self.empty_values and not isinstance(parsed, dict):
            raise refused
        return parsed

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Shown again as it came: it is of no use twice."""
        del data, initial
        return ""


def credential() -> CredentialField:
    """The hidden field that the script fills."""
    missing = {"required": typeset("La clé n'a rien répondu. Réessayez avec JavaScript.")}
    return CredentialField(widget=forms.HiddenInput, error_messages=missing)


class _Checked(forms.Form):
    """What a key answers is a stranger's text: its library raises any error of shape, all mean « refused »."""

    def clean_credential(self) -> Any:
        """The factor that answered."""
        try:
            return super().clean_credential()
        except _SHAPES as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AuthenticateWebAuthnForm(_Checked, webauthn.AuthenticateWebAuthnForm):
    """A key as second factor."""

    credential = credential()


class ReauthenticateWebAuthnForm(_Checked, webauthn.ReauthenticateWebAuthnForm):
    """A key before something that matters."""

    credential = credential()


class LoginWebAuthnForm(_Checked, webauthn.LoginWebAuthnForm):
    """A passkey alone."""

    credential = credential()


def _name() -> forms.CharField:
    help_text = "Pour la reconnaître : « clé de mon trousseau », « ordinateur du bureau 1 »."
    widget = forms.TextInput(attrs={"class": "saisie"})
    return forms.CharField(
        label="Nom de la clé", max_length=NAME_LENGTH, required=False, help_text=typeset(help_text), widget=widget
    )


class AddWebAuthnForm(webauthn.AddWebAuthnForm):
    """A new key."""

    name = _name()
    passwordless = forms.BooleanField(
        label="Entrer sans mot de passe avec cette clé",
        required=False,
        help_text="La clé demandera alors votre empreinte, votre visage ou son code.",
    )
    credential = credential()

    def clean(self) -> dict[str, Any]:
        """Register it."""
        try:
            data: dict[str, Any] = super().clean()
        except _SHAPES as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return data


class EditWebAuthnForm(webauthn.EditWebAuthnForm):
    """Another name for a key."""

    name = _name()

    def clean_name(self) -> str:
        """Never empty."""
        name: str = self.cleaned_data["name"]
        return name or self.instance.wrap().name
