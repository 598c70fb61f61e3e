"""The forms of a finding: answer, exception, proof, question. Each carries the version it was shown with."""

from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils import timezone

from hygie.web.dashboard.flows import Reply
from hygie.web.dashboard.models import Answer

LONGEST_EXCEPTION = 366
TEXT = forms.Textarea(attrs={"rows": 3})
NO_PATIENT = "N’écrivez aucun nom de patient."


def day(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    """A day, with the browser's own calendar where it has one; « 6/11/2026 » is understood too."""
    formats = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y"]
    widget = forms.DateInput(attrs={"type": "date", "class": "saisie"}, format="%Y-%m-%d")
    wrong = {"invalid": "Écrivez un jour comme 06/11/2026."}
    return forms.DateField(
        label=label, help_text=help_text, required=required, input_formats=formats, widget=widget, error_messages=wrong
    )


class OnePage(forms.Form):
    """Several forms share the page of a finding: each field's identifier begins with its form's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, with identifiers of its own."""
        super().__init__(*args, **{"auto_id": f"{type(self).__name__.lower()}-%s", **kwargs})


class AnswerForm(OnePage):
    """Oui, non, je ne sais pas, j'attends, pas concerné."""

    answer = forms.ChoiceField(
        label="Votre réponse", choices=Answer.CHOICES, widget=forms.RadioSelect,
        error_messages={"required": "Cochez une réponse."},
    )  # fmt: skip
    waiting_for = forms.CharField(
        label="Qui s’en occupe ?", max_length=120, required=False, help_text="Si vous attendez quelqu’un."
    )
    expected_on = day("Réponse ou travail attendu le", required=False)
    note = forms.CharField(
        label="Précision",
        max_length=500,
        required=False,
        help_text=NO_PATIENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Both fields are asked for by « j'attends », hence never said to be optional."""
        super().__init__(*args, **kwargs)
        for name in ("waiting_for", "expected_on"):
            self.fields[name].asked = True

    def clean(self) -> dict[str, Any]:
        """Somebody awaited needs a name and a day to come."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("answer") == "waiting":
            if not data.get("waiting_for"):
                self.add_error("waiting_for", "Écrivez qui s’en occupe.")
            if not data.get("expected_on"):
                self.add_error("expected_on", "Donnez le jour attendu : Hygie relancera après.")
            elif data["expected_on"] < timezone.localdate():
                self.add_error("expected_on", "Donnez un jour à venir.")
        return data

    def reply(self) -> Reply:
        """What the flow takes."""
        data = self.cleaned_data
        awaited = data["answer"] == "waiting"
        return Reply(
            data["answer"],
            data["note"],
            data["waiting_for"] if awaited else "",
            data["expected_on"] if awaited else None,
        )


class ChargeForm(AnswerForm):
    """For a measured finding: only « somebody is on it », by a date."""

    answer = forms.CharField(widget=forms.HiddenInput, initial="waiting")

    def clean_answer(self) -> str:
        """Nothing else can be said of what is measured."""
        return "waiting"


class ExceptionForm(OnePage):
    """A reason and an end."""

    reason = forms.CharField(label="La raison", min_length=3, max_length=500, help_text=NO_PATIENT, widget=TEXT)
    until = day("À revoir le", "Un an au plus : après, Hygie redemande.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_until(self) -> date:
        """To come, within a year."""
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today < until <= today + timedelta(days=LONGEST_EXCEPTION):
            raise forms.ValidationError("Donnez un jour à venir, dans l’année.")
        return until


class ProofForm(OnePage):
    """A file, what it shows, and the date of the fact."""

    name = forms.CharField(label="Ce que montre cette preuve", max_length=120, help_text=NO_PATIENT)
    taken_on = day("Date du fait", "Celle du document ou de la capture, pas celle d’aujourd’hui.")
    file = forms.FileField(
        label="Le fichier", help_text="PDF, image PNG ou JPEG, texte ; 20 Mo au plus.",
        error_messages={"empty": "Ce fichier est vide."},
    )  # fmt: skip
    creation_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_taken_on(self) -> date:
        """A fact is past."""
        taken: date = self.cleaned_data["taken_on"]
        if taken > timezone.localdate():
            raise forms.ValidationError("Cette date est à venir.")
        return taken


class QuestionForm(OnePage):
    """To whom, by when."""

    asked_to = forms.CharField(label="À qui ?", max_length=120, help_text="Un nom ou une société.")
    expected_on = day("Réponse attendue le", required=False)


class LinkReplyForm(AnswerForm):
    """What a person without account answers through a link; of what is measured, whether it is done."""

    DONE: ClassVar = [("yes", "C’est fait"), ("waiting", "Je m’en occupe"), ("no", "Je ne peux pas"),
                      ("unknown", "Je ne sais pas")]  # fmt: skip

    def __init__(self, *args: Any, measured: bool = False, **kwargs: Any) -> None:
        """`measured`: a gesture is asked for, not an answer."""
        super().__init__(*args, **kwargs)
        if measured:
            self.fields["answer"].choices = self.DONE

    name = forms.CharField(label="Votre nom", max_length=80, error_messages={"required": "Écrivez votre nom."})
    field_order = ("answer", "waiting_for", "expected_on", "note", "name")
