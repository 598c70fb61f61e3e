"""The form of the six questions."""

from typing import Any

from django import forms

from hygie.core.french import typeset
from hygie.reference.phone import phone_questions
from hygie.web.inventory.models import YES_NO


class PhoneForm(forms.Form):
    """Yes, no, « je ne sais pas » to each question of reference/phone.toml, and who answers."""

    name = forms.CharField(label="Votre nom", max_length=80, required=False, help_text="Facultatif.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """One field a question."""
        super().__init__(*args, **kwargs)
        for question in phone_questions():
            self.fields[question.id] = forms.ChoiceField(
                label=typeset(question.question), choices=YES_NO, widget=forms.RadioSelect,
                error_messages={"required": "Choisissez une réponse. « Je ne sais pas » en est une."},
            )  # fmt: skip
        self.order_fields([*(question.id for question in phone_questions()), "name"])

    def answers(self) -> dict[str, str]:
        """The answer to each question."""
        return {question.id: self.cleaned_data[question.id] for question in phone_questions()}

    def asked(self) -> list[dict[str, Any]]:
        """Each question with its field, in order."""
        return [{"question": question, "field": self[question.id]} for question in phone_questions()]
