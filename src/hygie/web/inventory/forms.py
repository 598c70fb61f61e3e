"""The forms of the inventory. Each keeps to the people and providers of one practice."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.utils import timezone

from hygie.web.edits import EditableForm
from hygie.web.inventory import selectors
from hygie.web.inventory.models import YES_NO, Card, Device, OnlineAccount, Provider

NO_PATIENT = "N’écrivez aucun nom de patient."
SERIAL = "Il est gardé chiffré. Il sert à la police et à l’assureur après un vol."
LONGEST = 120
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y")


def day(label: str, help_text: str = "", *, required: bool = False) -> forms.DateField:
    """A day, by the browser's calendar or typed as « 06/11/2026 »."""
    widget = forms.DateInput(attrs={"type": "date", "class": "saisie"}, format="%Y-%m-%d")
    wrong = {"invalid": "Écrivez un jour comme 06/11/2026.", "required": "Donnez un jour."}
    return forms.DateField(
        label=label, help_text=help_text, required=required, input_formats=list(DAY_FORMATS), widget=widget,
        error_messages=wrong,
    )  # fmt: skip


def line(label: str, help_text: str = "") -> forms.CharField:
    """One short line that is sealed in the database, where no length is set."""
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST, required=False)


class PracticeForm(EditableForm):
    """A form limited to the people of one practice."""

    def __init__(self, *args: Any, practice: Any, **kwargs: Any) -> None:
        """`practice` narrows every list of the form."""
        super().__init__(*args, **kwargs)
        self.practice = practice
        self.extra = {"practice": practice}
        for name in ("holder", "users"):
            if name in self.fields:
                self.fields[name].queryset = self._people()
        if "holder" in self.fields:
            self.fields["holder"].empty_label = "Pas encore attribué"
        if "provider" in self.fields:
            self.fields["provider"].queryset = selectors.providers_of(practice)
            self.fields["provider"].empty_label = "Non précisé"

    def _people(self) -> Any:
        """Those still there, and whoever is already named by the object."""
        if not self.instance.pk:
            return selectors.people(self.practice)
        named = self.instance.users.values("pk") if "users" in self.fields else [self.instance.holder_id]
        return selectors.everybody(self.practice).filter(Q(left_on=None) | Q(pk__in=named))


class DeviceForm(PracticeForm):
    """A device in use."""

    serial = line("Numéro de série", SERIAL)
    support_ends_on = day("Fin des mises à jour", "Le fabricant la donne. Laissez vide si vous ne la connaissez pas.")
    bought_on = day("Date d’achat")

    class Meta:
        model = Device
        fields = (
            "name", "kind", "place", "holder", "serial", "system", "encrypted", "support_ends_on", "bought_on",
        )  # fmt: skip
        labels = {
            "name": "Nom", "kind": "Sorte", "place": "Endroit", "holder": "Qui s’en sert",
            "system": "Système", "encrypted": "Le disque est-il chiffré ?",
        }  # fmt: skip
        help_texts = {
            "name": f"Celui que vous lui donnez : « Accueil », « Portable du Dr Fontaine ». {NO_PATIENT}",
            "system": "Par exemple Windows 11, Android 15, iOS 18.",
            "encrypted": "Chiffré : illisible pour qui vole l’appareil.",
        }


class DisposalForm(EditableForm):
    """What became of a device, whether its data were wiped, and the proof."""

    disposed_on = day("Sorti du cabinet le", required=True)
    disposal = forms.CharField(
        label="Ce qu’il est devenu", max_length=120, help_text="Par exemple : rendu au loueur, donné, détruit, volé."
    )
    wiped = forms.ChoiceField(label="Ses données ont-elles été effacées ?", choices=YES_NO, widget=forms.RadioSelect)
    proof = forms.FileField(
        label="Preuve d’effacement", required=False,
        help_text="Le certificat avec le numéro de série : PDF, image ou texte, 20 Mo au plus.",
        error_messages={"empty": "Ce fichier est vide."},
    )  # fmt: skip
    proof_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    class Meta:
        model = Device
        fields = ("disposed_on", "disposal", "wiped")

    def clean_disposed_on(self) -> date:
        """A departure is past or today's."""
        day: date = self.cleaned_data["disposed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Ce jour est à venir. Revenez noter la sortie quand elle a eu lieu.")
        return day


class CardForm(PracticeForm):
    """A card. Its code is never asked."""

    number = line("Numéro de la carte", "Il est gardé chiffré. N’écrivez jamais le code.")
    expires_on = day("Fin de validité", "La date imprimée sur la carte.")

    class Meta:
        model = Card
        fields = ("kind", "holder", "number", "expires_on")
        labels = {"kind": "Sorte", "holder": "Titulaire"}


class OnlineAccountForm(PracticeForm):
    """An account and its second factor."""

    checked_on = day("Vérifié le", "Le jour où quelqu’un a regardé le réglage.")

    class Meta:
        model = OnlineAccount
        fields = ("name", "provider", "users", "second_factor", "method", "checked_on")
        labels = {
            "name": "Compte", "provider": "Chez qui", "users": "Qui s’en sert",
            "second_factor": "Demande-t-il une deuxième vérification ?", "method": "Par quel moyen",
        }  # fmt: skip
        help_texts = {
            "name": "Par exemple « Messagerie du secrétariat ». N’écrivez aucun mot de passe.",
            "second_factor": "Un code, une clé ou une carte, en plus du mot de passe.",
        }
        widgets = {"users": forms.CheckboxSelectMultiple, "second_factor": forms.RadioSelect}

    def clean_checked_on(self) -> date | None:
        """A check is past or today's."""
        day: date | None = self.cleaned_data["checked_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("Ce jour est à venir.")
        return day

    def clean(self) -> dict[str, Any]:
        """No means without a second factor."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("second_factor") != "yes":
            data["method"] = ""
        return data


class ProviderForm(PracticeForm):
    """Somebody to call. The contract number is only for those who may export the inventory."""

    contract = line("Numéro de contrat ou de client", "Il est gardé chiffré.")

    class Meta:
        model = Provider
        fields = ("kind", "name", "contact", "phone", "email", "hours", "contract")
        labels = {
            "kind": "Rôle", "name": "Nom", "contact": "Personne à demander", "phone": "Téléphone",
            "email": "Adresse e-mail", "hours": "Heures",
        }  # fmt: skip
        help_texts = {"hours": "Par exemple : jour et nuit, ou du lundi au vendredi, 9 h à 18 h."}

    def __init__(self, *args: Any, full: bool = True, **kwargs: Any) -> None:
        """`full` shows the contract number."""
        super().__init__(*args, **kwargs)
        self.extra = {**self.extra, "full": full}
        if not full:
            del self.fields["contract"]


class CardStateForm(forms.Form):
    """Lost, given back, cancelled, or found again."""

    state = forms.ChoiceField(choices=Card.STATES)
    version = forms.IntegerField(min_value=1)


class EndForm(forms.Form):
    """Close an account, end a contract, bring a device back: one gesture, on the version seen."""

    version = forms.IntegerField(min_value=1)


class ImportForm(forms.Form):
    """A list to read, and what it holds."""

    SHEETS = (
        ("materiel", "Le matériel"), ("cartes", "Les cartes"), ("comptes", "Les comptes"),
        ("prestataires", "Les prestataires"),
    )  # fmt: skip
    table = forms.ChoiceField(label="Que contient ce fichier ?", choices=SHEETS, widget=forms.RadioSelect)
    file = forms.FileField(
        label="Le fichier", help_text="CSV, XLSX, ou vCard (.vcf) pour les prestataires ; 2 Mo au plus.",
        error_messages={"empty": "Ce fichier est vide.", "required": "Choisissez un fichier."},
    )  # fmt: skip
