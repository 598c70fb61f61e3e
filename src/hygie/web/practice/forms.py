"""The practice's forms. Each keeps what was typed when something is missing, and says what to write instead."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import validate_email

from hygie.core.french import typeset
from hygie.reference.first_run import UNKNOWN, Question
from hygie.web.practice.flows import Contact, Details
from hygie.web.practice.models import FirstAnswer, Mail, Practice

MOST_PEOPLE = 500
MOST_RECIPIENTS = 5
_PHONE = re.compile(r"\+?[0-9][0-9 .()\u00a0\u202f-]{1,30}", re.ASCII)
_HOST = re.compile(
    r"(?=.{4,120}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])", re.IGNORECASE
)
_WHO = {
    "it": ("Son nom", "Une société ou une personne."),
    "software": ("Le nom du logiciel médical", ""),
    "host": ("L’hébergeur du dossier, s’il est ailleurs", "Le nom figure sur votre contrat."),
    "agenda": ("Le nom de l’agenda en ligne", ""),
    "telesecretary": ("Votre télésecrétariat, si vous en avez un", ""),
    "messaging": ("Le nom de cette messagerie", ""),
    "insurer": ("Le nom de l’assureur", ""),
}
_PHONE_OF = {
    "it": "Son téléphone",
    "software": "Le téléphone de l’éditeur",
    "host": "Le téléphone de l’hébergeur",
    "telesecretary": "Le téléphone du télésecrétariat",
    "insurer": "Le numéro d’assistance, jour et nuit",
}


class PhoneField(forms.CharField):
    """A telephone number, kept as typed."""

    def __init__(self, **kwargs: Any) -> None:
        """With the telephone keyboard of a phone."""
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "class": "saisie"})
        super().__init__(max_length=32, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """Digits and what people put between them."""
        text: str = super().clean(value)
        if text and not _PHONE.fullmatch(text):
            raise forms.ValidationError("Écrivez un numéro comme 02 61 91 45 10.")
        return text


def _text(label: str, help_text: str = "", longest: int = 80) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "saisie", "autocomplete": "off"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=longest, required=False, widget=widget,
        error_messages={"max_length": f"Restez sous {longest} caractères."},
    )  # fmt: skip


def _people(label: str, help_text: str = "") -> forms.IntegerField:
    wrong = f"Écrivez un nombre de 1 à {MOST_PEOPLE}."
    messages = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
    widget = forms.NumberInput(attrs={"class": "saisie", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=1, max_value=MOST_PEOPLE, required=False, widget=widget,
        error_messages=messages,
    )  # fmt: skip


def _hidden_version() -> forms.IntegerField:
    return forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class FirstRunForm(forms.Form):
    """One of the ten questions: its choices with « Je ne sais pas » last, and what may be typed beside."""

    def __init__(self, question: Question, *args: Any, **kwargs: Any) -> None:
        """The fields are those the question asks for."""
        super().__init__(*args, **kwargs)
        self.question = question
        choices = [*((choice.id, choice.label) for choice in question.choice), (UNKNOWN, "Je ne sais pas")]
        missing = "Choisissez une réponse, ou « Je ne sais pas »."
        self.fields["choice"] = forms.ChoiceField(
            label=typeset(question.question), choices=choices, widget=forms.RadioSelect,
            error_messages={"required": typeset(missing), "invalid_choice": typeset(missing)},
        )  # fmt: skip
        for name in question.fields:
            self.fields.update(_beside(name))

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The radio cards: value, label, help, whether it is chosen."""
        chosen = self["choice"].value()
        known = [(one.id, one.label, one.help) for one in self.question.choice]
        all_of_them = [*known, (UNKNOWN, "Je ne sais pas", "Bonne réponse aussi. Hygie dira à qui demander.")]
        return [
            {"value": value, "label": typeset(label), "help": typeset(text), "checked": value == chosen}
            for value, label, text in all_of_them
        ]

    @property
    def beside(self) -> list[Any]:
        """The bound fields other than the choice."""
        return [field for field in self if field.name != "choice"]

    def details(self) -> Details:
        """What the flow takes."""
        data = self.cleaned_data
        providers = {
            kind: Contact(data[f"{kind}_name"], data.get(f"{kind}_phone", ""))
            for kind in _WHO
            if data.get(f"{kind}_name")
        }
        return Details(providers, data.get("people"), data.get("contract", ""))

    def clean(self) -> dict[str, Any]:
        """A number without a name would be lost: ask for the name."""
        data: dict[str, Any] = super().clean() or {}
        for kind in _WHO:
            if data.get(f"{kind}_phone") and f"{kind}_name" in data and not data[f"{kind}_name"]:
                self.add_error(f"{kind}_name", "Écrivez aussi le nom : le numéro y est rattaché.")
        return data


def _beside(name: str) -> dict[str, forms.Field]:
    if name == "people":
        return {"people": _people("Combien exactement, si vous le savez")}
    if name == "contract":
        return {"contract": _text("Le numéro de contrat", "Il reste protégé sur cet ordinateur.", 60)}
    label, help_text = _WHO[name]
    fields: dict[str, forms.Field] = {f"{name}_name": _text(label, help_text)}
    if name in _PHONE_OF:
        fields[f"{name}_phone"] = PhoneField(label=_PHONE_OF[name])
    return fields


def first_run_initial(
    question: Question, answer: FirstAnswer | None, providers: Mapping[str, Any], practice: Practice
) -> dict[str, Any]:
    """What this screen already knows, so that nothing is asked twice."""
    known: dict[str, Any] = {"choice": answer.choice if answer else "", "people": practice.people}
    known["contract"] = practice.insurer_contract
    for kind in question.fields:
        if provider := providers.get(kind):
            known |= {f"{kind}_name": provider.name, f"{kind}_phone": provider.phone}
    return known


class SettingsForm(forms.Form):
    """The practice itself."""

    name = forms.CharField(
        label="Nom du cabinet", max_length=120, help_text="Il s’imprime en haut des documents.",
        widget=forms.TextInput(attrs={"class": "saisie", "autocomplete": "organization"}),
        error_messages={"required": "Écrivez le nom du cabinet."},
    )  # fmt: skip
    people = _people("Personnes qui utilisent un ordinateur")
    insurer_contract = _text("Numéro de contrat d’assurance", "Il s’imprime sur la fiche d’incident.", 60)
    local_law = forms.BooleanField(
        label="Le cabinet est en Alsace ou en Moselle", required=False,
        help_text="Deux jours fériés de plus comptent dans les délais.",
    )  # fmt: skip
    version = _hidden_version()

    def values(self) -> dict[str, Any]:
        """What the flow takes."""
        return {name: self.cleaned_data[name] for name in ("name", "people", "insurer_contract", "local_law")}


_NEEDED = {
    "host": "Écrivez un nom de serveur comme smtp.messagerie.example.",
    "port": "Écrivez 465 ou 587.",
    "sender": "Écrivez l’adresse d’où partent les rappels.",
    "recipients": f"Écrivez de une à {MOST_RECIPIENTS} adresses.",
}


class MailForm(forms.ModelForm):
    """How reminders would leave by e-mail. The password is never shown again."""

    password = forms.CharField(
        label="Mot de passe", max_length=200, required=False, strip=False,
        help_text="Laissez vide pour garder celui qui est enregistré.",
        widget=forms.PasswordInput(attrs={"class": "saisie", "autocomplete": "off"}),
    )  # fmt: skip
    recipients = _text("Qui reçoit les rappels", "Une adresse, ou plusieurs séparées par des virgules.", 400)
    version = _hidden_version()

    class Meta:
        model = Mail
        fields = ("host", "port", "username", "password", "sender", "recipients")
        help_texts = {
            "host": "Par exemple smtp.messagerie.example. Votre messagerie le donne dans son aide.",
            "port": "465 dans la plupart des cas, sinon 587.",
        }
        error_messages = {"sender": {"invalid": "Écrivez une adresse comme cabinet@messagerie.example."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Everything but the identifier and the password is needed to send."""
        super().__init__(*args, **kwargs)
        for name, missing in _NEEDED.items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = missing

    def clean_host(self) -> str:
        """A host name, not an address of the network."""
        host: str = self.cleaned_data["host"].strip().lower()
        if not _HOST.fullmatch(host):
            raise forms.ValidationError("Écrivez un nom de serveur comme smtp.messagerie.example.")
        return host

    def clean_port(self) -> int:
        """The two ports where mail leaves encrypted."""
        port: int = self.cleaned_data["port"]
        if port not in (465, 587):
            raise forms.ValidationError("Écrivez 465 ou 587 : les deux ports où l’envoi est chiffré.")
        return port

    def clean_recipients(self) -> str:
        """One to MOST_RECIPIENTS addresses."""
        found = [address.strip() for address in self.cleaned_data["recipients"].split(",") if address.strip()]
        if not 1 <= len(found) <= MOST_RECIPIENTS:
            raise forms.ValidationError(f"Écrivez de une à {MOST_RECIPIENTS} adresses.")
        for address in found:
            try:
                validate_email(address)
            except forms.ValidationError:
                raise forms.ValidationError("Une adresse est mal écrite. Séparez-les par des virgules.") from None
        return ", ".join(found)

    def values(self) -> dict[str, Any]:
        """What the flow takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
