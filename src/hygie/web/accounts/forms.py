"""The forms of the doors and of the team. No password is ever shown again; paste is never refused."""

from datetime import date
from typing import Any
from uuid import uuid4

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hygie.core.french import typeset
from hygie.web.accounts import passkeys, passwords, resume
from hygie.web.accounts.access import Role
from hygie.web.accounts.flows import Start
from hygie.web.accounts.models import User
from hygie.web.accounts.team import Person

LONGEST_PASSWORD_TYPED = 1_000
TWICE = typeset("Les deux mots de passe ne sont pas les mêmes. Tapez deux fois le même.")
TAKEN = typeset("Cet identifiant est déjà pris. Ajoutez un chiffre ou une initiale.")
IDENTIFIER = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{2,59}\Z",
    typeset("Trois lettres ou chiffres au moins, sans espace ni accent, comme « claire.vasseur »."),
)


def text(label: str, longest: int, help_text: str = "", *, required: bool = True, **attrs: Any) -> forms.CharField:
    """One line."""
    widget = forms.TextInput(attrs={"class": "saisie", **attrs})
    wrong = {"required": typeset("Remplissez cette ligne."), "max_length": f"Au plus {longest} signes."}
    return forms.CharField(
        label=label, max_length=longest, help_text=typeset(help_text), required=required, widget=widget,
        error_messages=wrong,
    )  # fmt: skip


def secret(label: str, help_text: str = "", *, new: bool = False) -> forms.CharField:
    """A password; the browser's vault is welcome."""
    attrs = {"class": "saisie", "autocomplete": "new-password" if new else "current-password"}
    wrong = {"required": typeset("Tapez le mot de passe."), "max_length": typeset("Ce mot de passe est trop long.")}
    return forms.CharField(
        label=label, help_text=help_text, strip=False, max_length=LONGEST_PASSWORD_TYPED,
        widget=forms.PasswordInput(attrs=attrs), error_messages=wrong,
    )  # fmt: skip


def day(label: str, help_text: str = "") -> forms.DateField:
    """A day that may be left empty."""
    formats = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"]
    widget = forms.DateInput(attrs={"type": "date", "class": "saisie"}, format="%Y-%m-%d")
    wrong = {"invalid": "Écrivez un jour comme 06/11/2026."}
    return forms.DateField(
        label=label, help_text=typeset(help_text), required=False, input_formats=formats, widget=widget,
        error_messages=wrong,
    )  # fmt: skip


class LoginForm(allauth.LoginForm):
    """Identifier and password, and what was being written when the session ended."""

    kept = forms.CharField(required=False, widget=forms.HiddenInput, max_length=resume.LARGEST_SEALED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = text("Identifiant", 60, autocomplete="username", autocapitalize="none", autofocus=True)
        self.fields["password"] = secret("Mot de passe")

    @property
    def key_login(self) -> bool:
        """Whether a passkey may open this door."""
        return self.request is not None and not passkeys.reason(self.request)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on to the second factor, or in."""
        resume.stash(request, self.user, self.cleaned_data["kept"])
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        return response


class ReauthenticateForm(allauth.ReauthenticateForm):
    """One's password again, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = secret("Votre mot de passe")


class _NewPassword(forms.Form):
    """A password typed twice, that passes; `personal` gives what it may not contain."""

    def personal(self) -> list[str]:
        """Names and identifiers of the person."""
        return []

    def clean_password1(self) -> str:
        """It passes by one rule at least."""
        password: str = self.cleaned_data["password1"]
        passwords.check(password, self.personal())
        return password

    def clean(self) -> dict[str, Any]:
        """The same twice."""
        data: dict[str, Any] = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and passwords.normalised(first) != passwords.normalised(second):
            self.add_error("password2", TWICE)
        return data


class ChangePasswordForm(allauth.ChangePasswordForm):
    """The present password, then the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = secret("Mot de passe actuel")
        user_field = self.fields["password1"]
        user_field.label, user_field.help_text = "Nouveau mot de passe", password_validators_help_texts()[0]
        user_field.widget.attrs = {"class": "saisie", "autocomplete": "new-password"}
        user_field.validators.append(MaxLengthValidator(LONGEST_PASSWORD_TYPED))
        self.fields["password2"] = secret("Le nouveau, une deuxième fois", new=True)

    def clean_oldpassword(self) -> str:
        """Counted as any other try of a password."""
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["oldpassword"]):
            raise get_adapter().validation_error("enter_current_password")
        return str(self.cleaned_data["oldpassword"])

    def clean(self) -> dict[str, Any]:
        """In our words."""
        data: dict[str, Any] = super(allauth.PasswordVerificationMixin, self).clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and passwords.normalised(first) != passwords.normalised(second):
            self.add_error("password2", TWICE)
        return data


class SetupForm(_NewPassword):
    """The very first page."""

    code = text("Code affiché par Hygie", 60, "Huit signes, comme « K7QD-3M9T ».", autocomplete="off", autofocus=True)
    practice_name = text("Nom du cabinet", 120, "Comme « Cabinet du Dr Vasseur ».", autocomplete="organization")
    name = text("Votre nom", 80, "Comme « Dr Claire Vasseur ».", autocomplete="name")
    username = text("Votre identifiant", 60, "Pour entrer, comme « claire.vasseur ».", autocomplete="username")
    password1 = secret("Mot de passe", passwords.HELP, new=True)
    password2 = secret("Le même, une deuxième fois", new=True)
    username.validators.append(IDENTIFIER)

    def personal(self) -> list[str]:
        """What was typed above."""
        return [self.cleaned_data.get(name, "") for name in ("practice_name", "name", "username")]

    def start(self) -> Start:
        """What the flow takes."""
        data = self.cleaned_data
        return Start(data["practice_name"], data["name"], data["username"], data["password1"])


class InvitationForm(_NewPassword):
    """The code of a printed sheet, then a password of one's own."""

    code = text(
        "Code de votre feuille", 60, "Douze signes, comme « K7QD-3M9T-XW2P ».", autocomplete="off", autofocus=True
    )
    password1 = secret("Mot de passe", passwords.HELP, new=True)
    password2 = secret("Le même, une deuxième fois", new=True)


class PersonForm(forms.Form):
    """Somebody of the practice."""

    name = text("Nom", 80, "Comme « Léa Morin ».", autocomplete="off")
    role = forms.ChoiceField(label="Rôle", choices=Role.choices(), error_messages={"required": "Choisissez un rôle."})
    phone = text("Téléphone", 40, required=False, autocomplete="off", inputmode="tel")
    starts_on = day("Premier jour", "L'accès s'ouvre ce jour-là. Vide : tout de suite.")
    ends_on = day("Dernier jour", "L'accès se ferme le soir même. Obligatoire pour un remplaçant.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A locum has an end, and an end comes after a start."""
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if data.get("role") == Role.LOCUM and last is None and "ends_on" not in self.errors:
            self.add_error("ends_on", "Donnez le dernier jour du remplacement.")
        if first and last and last < first:
            self.add_error("ends_on", "Le dernier jour vient avant le premier.")
        return data

    def person(self) -> Person:
        """What the flow takes."""
        data = self.cleaned_data
        return Person(data["name"], Role(data["role"]), data["phone"], data["starts_on"], data["ends_on"])


class ArrivalForm(PersonForm):
    """Somebody who arrives: an account too, when they use Hygie."""

    account = forms.BooleanField(label="Cette personne entre dans Hygie", required=False, initial=True)
    username = text("Identifiant", 60, "Vide : Hygie en propose un d'après le nom.", required=False, autocomplete="off")
    username.validators.append(IDENTIFIER)
    creation_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Role.SECRETARY.value

    def clean_ends_on(self) -> date | None:
        """Nobody arrives after their last day."""
        last: date | None = self.cleaned_data["ends_on"]
        if last is not None and last < timezone.localdate():
            raise ValidationError("Donnez un jour à venir.")
        return last

    def clean_username(self) -> str:
        """Free."""
        username = str(self.cleaned_data["username"]).lower()
        if username and User.objects.filter(username=username).exclude(member__creation_key=self._key()).exists():
            raise ValidationError(TAKEN)
        return username

    def _key(self) -> Any:
        """The key of this very form: sent twice, its own identifier is not « taken »."""
        try:
            return self.fields["creation_key"].clean(self.data.get("creation_key"))
        except ValidationError:
            return None

    def person(self) -> Person:
        """With the account."""
        data, base = self.cleaned_data, super().person()
        return Person(base.name, base.role, base.phone, base.starts_on, base.ends_on, data["account"], data["username"])


class StepForm(forms.Form):
    """One gesture, done or not yet."""

    step = forms.CharField(max_length=60)
    done = forms.BooleanField(required=False)
