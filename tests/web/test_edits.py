"""What two people typed is compared in words; an object is created once."""

from datetime import date
from uuid import uuid4

import pytest
from django import forms

from hygie.web.edits import create_once, differences, in_words
from hygie.web.inventory.forms import DeviceForm
from hygie.web.inventory.models import Device
from hygie.web.practice.models import Practice

COLOURS = [("r", "Rouge"), ("v", "Vert")]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.CharField(), None, ""),
        (forms.CharField(), "abc", "abc"),
        (forms.ChoiceField(choices=COLOURS), "v", "Vert"),
        (forms.ChoiceField(choices=COLOURS), "x", ""),
        (forms.MultipleChoiceField(choices=COLOURS), ["r", "v"], "Rouge, Vert"),
        (forms.DateField(), date(2026, 11, 6), "06/11/2026"),
        (forms.DateField(), "2026-11-06", "06/11/2026"),
        (forms.DateField(), "demain", "demain"),
    ],
)
def test_a_value_in_words(field: forms.Field, value: object, words: str) -> None:
    assert in_words(field, value) == words


def test_only_what_differs_is_shown(practice: Practice) -> None:
    kept = Device.objects.create(practice=practice, name="Accueil", kind="desktop", place="Bureau 1")
    data = {"name": "Accueil", "kind": "laptop", "place": "", "encrypted": "unknown", "creation_key": kept.creation_key}
    form = DeviceForm(data, instance=Device.objects.get(), practice=practice)
    found = {one.label: (one.kept, one.typed) for one in differences(form, kept)}
    assert found == {"Sorte": ("Ordinateur fixe", "Ordinateur portable"), "Endroit": ("Bureau 1", "rien")}


def test_an_object_is_created_once(practice: Practice, other_practice: Practice) -> None:
    key, values = uuid4(), {"name": "Accueil", "kind": "desktop"}
    first, new = create_once(Device, practice, key, values)
    again, newer = create_once(Device, practice, key, values)
    other, _ = create_once(Device, other_practice, key, values)
    assert (new, newer, again.pk) == (True, False, first.pk)
    assert other.pk != first.pk
    assert other.practice == other_practice
