"""What the templates of form fields need, read from Django's own bound fields.

A field whose widget is `RadioSelect` or `CheckboxSelectMultiple` is shown as cards; a lone box as one card.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect


def is_choice(bound: BoundField) -> bool:
    """Whether the field is shown as cards."""
    return isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)


def parts(bound: BoundField) -> dict[str, Any]:
    """The label, the widget and the identifiers of the help and of the error that describe it."""
    check = isinstance(bound.field.widget, CheckboxInput)
    if not check:
        bound.field.widget.attrs.setdefault("class", "saisie")
    described = described_by(bound)
    attrs: dict[str, str] = {"aria-describedby": described} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "id": bound.auto_id,
        "widget": bound.as_widget(attrs=attrs),
        "check": check,
        "optional": not bound.field.required and not check and not getattr(bound.field, "asked", False),
    }


def cards(bound: BoundField) -> dict[str, Any]:
    """The cards of a choice. A choice's own help is `field.helps[value]`, when the field has such a mapping."""
    return {
        "bound": bound,
        "id": bound.auto_id,
        "many": isinstance(bound.field.widget, CheckboxSelectMultiple),
        "described": described_by(bound),
        "options": list(_options(bound)),
        "optional": not bound.field.required,
    }


def _options(bound: BoundField) -> Iterator[dict[str, Any]]:
    helps: Mapping[Any, str] = getattr(bound.field, "helps", {})
    value = bound.value()
    chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
    offered = [(value, label) for value, label in bound.field.choices if str(value)]
    for rank, (value, label) in enumerate(offered):
        yield {
            "id": f"{bound.auto_id}_{rank}",
            "value": value,
            "label": label,
            "help": helps.get(value, ""),
            "checked": str(value) in chosen,
        }


def described_by(bound: BoundField) -> str:
    """The identifiers of the help and of the error, in that order."""
    kinds = [("aide", bound.help_text), ("erreur", bound.errors)]
    return " ".join(f"{bound.auto_id}-{kind}" for kind, there in kinds if there)


def error_lines(form: BaseForm) -> list[dict[str, str]]:
    """One line for each error, with the identifier of what to mend; none for the whole form or a hidden field."""
    return [_error_line(form, name, error) for name, errors in form.errors.items() for error in errors]


def _error_line(form: BaseForm, name: str, error: str) -> dict[str, str]:
    if name not in form.fields or form[name].is_hidden:
        return {"id": "", "label": "", "text": error}
    bound = form[name]
    return {"id": f"{bound.auto_id}_0" if is_choice(bound) else bound.auto_id, "label": bound.label, "text": error}
