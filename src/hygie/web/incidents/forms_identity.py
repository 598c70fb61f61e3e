"""Who declares: the numbers that official forms ask, checked as they are typed and never refused for a doubt."""

from typing import Final

from django import forms

from hygie.web.edits import EditableForm
from hygie.web.incidents.models import Identity

SIREN: Final = 9
RPPS: Final = 11
POSTCODE: Final = 5
MOST_DAYS: Final = 60


class IdentityForm(EditableForm):
    """Who declares, as the CNIL, the police and the insurer ask."""

    siren = forms.CharField(
        label="Numéro SIREN", required=False, max_length=20, help_text="Neuf chiffres. Il figure sur vos factures.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    rpps = forms.CharField(
        label="Numéro RPPS du titulaire", required=False, max_length=24, help_text="Onze chiffres.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    postcode = forms.CharField(
        label="Code postal", required=False, max_length=10, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    insurer_days = forms.IntegerField(
        label="Délai pour déclarer un sinistre, en jours ouvrés", required=False, min_value=1, max_value=MOST_DAYS,
        help_text="Celui de votre contrat. La loi donne au moins cinq jours ouvrés.",
    )  # fmt: skip
    theft_days = forms.IntegerField(
        label="Délai après un vol, en jours ouvrés", required=False, min_value=1, max_value=MOST_DAYS,
        help_text="La loi donne au moins deux jours ouvrés.",
    )  # fmt: skip

    class Meta:
        model = Identity
        fields = (
            "legal_name", "siren", "rpps", "address", "postcode", "city", "phone", "email", "contact", "contact_role",
            "data_officer", "insurer_days", "theft_days",
        )  # fmt: skip
        labels = {
            "legal_name": "Dénomination officielle", "address": "Adresse", "city": "Ville", "phone": "Téléphone",
            "email": "Adresse e-mail", "contact": "Personne à contacter", "contact_role": "Sa fonction",
            "data_officer": "Cette personne est déléguée à la protection des données",
        }  # fmt: skip
        help_texts = {
            "legal_name": "Le nom de la société ou du médecin, comme à l’INSEE.",
            "contact": "Celle que la CNIL et la police rappelleront. Jamais un patient.",
        }

    def clean_siren(self) -> str:
        """Nine digits, spaces allowed."""
        return _digits(self.cleaned_data["siren"], SIREN, "Écrivez les neuf chiffres du SIREN.")

    def clean_rpps(self) -> str:
        """Eleven digits."""
        return _digits(self.cleaned_data["rpps"], RPPS, "Écrivez les onze chiffres du RPPS.")

    def clean_postcode(self) -> str:
        """Five digits."""
        return _digits(self.cleaned_data["postcode"], POSTCODE, "Écrivez les cinq chiffres du code postal.")

    def doubts(self) -> list[str]:
        """What is kept but may hold a typing mistake: the last digit of both numbers checks the others."""
        named = (("siren", "Le numéro SIREN"), ("rpps", "Le numéro RPPS"))
        data = self.cleaned_data
        return [
            f"{words} est gardé, mais un chiffre paraît faux : relisez-le."
            for name, words in named
            if data[name] and not luhn(data[name])
        ]


def _digits(text: str, count: int, otherwise: str) -> str:
    bare = "".join(text.split())
    if bare and not (len(bare) == count and bare.isascii() and bare.isdigit()):
        raise forms.ValidationError(otherwise)
    return bare


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    doubled = [int(one) * (2 if rank % 2 else 1) for rank, one in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - two digits added
