"""The journal's two forms: which lines to show, and a printed line to compare."""

from typing import Any

from django import forms

from hygie.web.dashboard.forms import day
from hygie.web.journal import rules, selectors


class FilterForm(forms.Form):
    """All is optional; what is wrong is said, and filters nothing."""

    family = forms.ChoiceField(label="Sujet", required=False, widget=forms.Select(attrs={"class": "saisie"}))
    actor = forms.ChoiceField(label="Qui", required=False, widget=forms.Select(attrs={"class": "saisie"}))
    first = day("Du", required=False)
    last = day("Au", required=False)

    def __init__(self, practice: Any, *args: Any, **kwargs: Any) -> None:
        """The choices are those of the practice's own journal."""
        super().__init__(*args, **kwargs)
        self.fields["family"].choices = [("", "Tout"), *rules.family_choices(selectors.kinds(practice))]
        self.fields["actor"].choices = [("", "Tout le monde"), *selectors.actors(practice)]

    def wanted(self) -> dict[str, Any]:
        """What the lines are filtered by."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})


class PrintedForm(forms.Form):
    """A line copied from paper or read out on the phone."""

    printed = forms.CharField(
        label="La ligne imprimée",
        max_length=300,
        help_text="Recopiez-la du mot « ligne » au dernier groupe de lettres.",
        error_messages={"required": "Recopiez la ligne imprimée sur le rapport."},
    )
