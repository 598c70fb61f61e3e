"""Two people and one object: created once whatever the double clicks, and never written over without being read.

Pattern of an editing view: `create_once` behind the form's `creation_key`; `save_version(seen)` behind its `version`;
on Outdated, `outdated_page` shows what is kept now beside what was typed, ready to be sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

HIDDEN = frozenset({"creation_key", "version"})


class EditableForm(forms.ModelForm):
    """A form of an Editable model: it carries the key of the creation, and the version that was shown."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The version shown is that of the object; a new object has none."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            self.initial["creation_key"] = self.instance.creation_key

    def values(self) -> dict[str, Any]:
        """What was typed, by field of the model."""
        return {name: value for name, value in self.cleaned_data.items() if name not in HIDDEN}

    @property
    def seen(self) -> int:
        """The version the person was looking at; 0, which is nobody's, when the form was tampered with."""
        return self.cleaned_data["version"] or 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that both people changed or saw differently, in words."""

    label: str
    kept: str
    typed: str


def create_once(model: Any, practice: Any, key: UUID, values: Mapping[str, Any]) -> tuple[Any, bool]:
    """The object of this key and whether it is new: sent twice, the first one is given back.

    A key already taken elsewhere (another practice's) is replaced: nothing of the other is told.
    """
    found = model.objects.for_practice(practice).filter(creation_key=key).first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            return model.objects.create(practice=practice, creation_key=key, **values), True
    except IntegrityError:
        found = model.objects.for_practice(practice).filter(creation_key=key).first()
        if found is not None:
            return found, False
        return model.objects.create(practice=practice, creation_key=uuid4(), **values), True


def differences(form: forms.ModelForm, current: Any) -> list[Difference]:
    """Where what is kept now is not what was typed."""
    kept_form = type(form)(instance=current, **getattr(form, "extra", {}))
    found = []
    for bound in form.visible_fields():
        kept = in_words(bound.field, kept_form[bound.name].value())
        typed = in_words(bound.field, bound.value())
        if kept != typed:
            found.append(Difference(str(bound.label), kept or "rien", typed or "rien"))
    return found


def in_words(field: forms.Field, value: Any) -> str:
    """A field's value as a person reads it: labels for choices, names for people."""
    if value in (None, "", []):
        return ""
    prepared = field.prepare_value(value) if hasattr(field, "prepare_value") else value
    values = prepared if isinstance(prepared, list | tuple) else [prepared]
    if isinstance(field, forms.ModelChoiceField | forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.choices}
        values = [labels.get(str(getattr(one, "value", one)), "") for one in values]
    elif isinstance(field, forms.DateField):
        values = [_day(field, one) for one in values]
    return ", ".join(str(one) for one in values)


def _day(field: forms.DateField, value: Any) -> str:
    try:
        return f"{field.to_python(value):%d/%m/%Y}"
    except forms.ValidationError:
        return str(value)


def outdated_page(request: HttpRequest, form: forms.ModelForm, current: Any, back: str) -> HttpResponse:
    """409: both texts, and the typed one ready to be sent knowingly over the present one. `back` gives up."""
    data = request.POST.copy()
    data["version"] = str(current.version)
    again = type(form)(data, instance=current, **getattr(form, "extra", {}))
    kept = type(current)._base_manager.get(pk=current.pk)  # noqa: SLF001 - a bound form writes on its instance
    context = {"form": again, "differences": differences(again, kept), "back": back}
    return render(request, "edits/outdated.html", context, status=409)
