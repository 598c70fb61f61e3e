"""The forms of the incident room: hours as a browser or a hand writes them, short texts, one file."""

from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from django import forms

from hygie.core.clock import PARIS
from hygie.core.french import typeset
from hygie.incident.state import Reply
from hygie.reference.playbooks import playbooks

NO_PATIENT: Final = "N’écrivez aucun nom de patient."
LARGEST_FILE: Final = 50_000_000
LONGEST_NOTE: Final = 4_000
LONGEST_REASON: Final = 500
FORMATS: Final = ("%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y %H h %M", "%d/%m/%Y %H h", "%d/%m/%Y")
EARLIEST: Final = 2000
WRONG_HOUR: Final = "Écrivez un jour et une heure comme 10/11/2026 8:20."
SHORT = {"rows": 2}


class MomentField(forms.Field):
    """A day and an hour of Paris. Of an hour that the change of time repeats, the first: no delay is ever longer."""

    def __init__(self, **kwargs: Any) -> None:
        """As a field's."""
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "saisie"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As the browser wants it."""
        return value.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """With its offset; None when nothing was typed."""
        text = str(value or "").strip()
        if not text:
            return None
        found = _read(text)
        if found is None or found.year < EARLIEST:
            raise forms.ValidationError(WRONG_HOUR)
        return found if found.tzinfo else found.replace(tzinfo=PARIS)


def _read(text: str) -> datetime | None:
    readers = [datetime.fromisoformat, *(_reader(form) for form in FORMATS)]
    for reader in readers:
        try:
            return reader(text[:40])
        except (ValueError, OverflowError):
            continue
    return None


def _reader(form: str) -> Any:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - the offset is Paris's, put just after


def reason(label: str, *, required: bool) -> forms.CharField:
    """One sentence."""
    return forms.CharField(
        label=label, max_length=LONGEST_REASON, required=required, help_text=NO_PATIENT,
        widget=forms.Textarea(attrs=SHORT), error_messages={"required": "Dites pourquoi, en une phrase."},
    )  # fmt: skip


class StepForm(forms.Form):
    """What is said of a step."""

    step = forms.CharField(max_length=40)
    reply = forms.ChoiceField(choices=[(reply.value, reply.value) for reply in Reply])
    receipt = forms.CharField(max_length=40, required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
    seen = forms.IntegerField(required=False, min_value=0, max_value=1_000_000)


class NoteForm(forms.Form):
    """A line of the journal; `corrects` is the rank of the line it puts right."""

    text = forms.CharField(
        label="Que vient-il de se passer ?", max_length=LONGEST_NOTE, widget=forms.Textarea(attrs=SHORT),
        help_text="L’heure s’inscrit seule. Pas de nom de patient.",
        error_messages={"required": "Écrivez ce qui vient de se passer."},
    )  # fmt: skip
    quoted = forms.BooleanField(
        label="Je l’ai relue : elle peut figurer dans les documents", required=False,
        help_text="Sans cela, elle reste au cabinet.",
    )  # fmt: skip
    corrects = forms.IntegerField(required=False, min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, min_value=0, max_value=1_000_000, widget=forms.HiddenInput)


class PieceForm(forms.Form):
    """A file and when it was taken."""

    file = forms.FileField(
        label="Le fichier ou la photo", help_text="50 Mo au plus. Hygie le garde chiffré et ne l’ouvre pas.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )  # fmt: skip
    taken_at = MomentField(
        label="Quand a-t-il été fait ?", required=False,
        help_text="L’heure de la photo ou du message, pas celle de l’ajout. Vide si vous ne savez pas.",
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Not beyond the bound."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("Ce fichier dépasse 50 Mo : gardez-le sur son support, et notez-le ici.")
        return file


class KnownForm(forms.Form):
    """When the attack, the loss or the mistake was known."""

    known_at = MomentField(label="Connu le", error_messages={"required": WRONG_HOUR})
    reason = reason("Pourquoi changer cette heure ?", required=True)


class AwareForm(forms.Form):
    """When it was known that personal data are touched."""

    aware_at = MomentField(
        label="Depuis quand savez-vous que des données de patients sont touchées ?",
        error_messages={"required": WRONG_HOUR},
    )  # fmt: skip
    reason = reason("Comment l’avez-vous su ?", required=False)


class PlaybookForm(forms.Form):
    """It is something else than was thought."""

    playbook = forms.ChoiceField(
        label="Ce qui se passe", widget=forms.RadioSelect, error_messages={"required": "Choisissez une réponse."}
    )
    reason = reason("Pourquoi changer ?", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The twelve, each with what one sees."""
        super().__init__(*args, **kwargs)
        found = playbooks().values()
        self.fields["playbook"].choices = [(one.id, typeset(one.title)) for one in found]
        self.fields["playbook"].helps = {one.id: typeset(one.sees) for one in found}


class LessonsForm(forms.Form):
    """What changes after this."""

    first = forms.CharField(label="Ce que nous changerons en premier", max_length=200, required=False)
    second = forms.CharField(label="Puis", max_length=200, required=False)
    third = forms.CharField(label="Et encore", max_length=200, required=False)

    def lessons(self) -> list[str]:
        """Those that were written."""
        data = self.cleaned_data
        return [text.strip() for text in (data["first"], data["second"], data["third"]) if text.strip()]


class FalseAlarmForm(forms.Form):
    """It was nothing, and why."""

    reason = reason("Qu’était-ce, finalement ?", required=True)


class OpeningForm(forms.Form):
    """The last answer opens the incident: once, whatever the double clicks."""

    creation_key = forms.UUIDField(initial=uuid4)
    playbook = forms.CharField(max_length=40, required=False)
