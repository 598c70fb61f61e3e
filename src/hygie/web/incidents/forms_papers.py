"""The forms around the papers of an incident. Answers are choices, numbers and days: no free text reaches a document.

Fields and words come from `reference.cnil_form` and `reference.severity`. « Je ne sais pas » is always an answer.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.documents.incident_letters import LETTERS_A_FILE
from hygie.documents.recipients import MOST_ROWS
from hygie.incident.lateness import Draft
from hygie.incident.severity import UNSURE, Assessment, LoweredWithoutReason, assessed
from hygie.reference.cnil_form import Field, Reason, Section, cnil_form
from hygie.reference.severity import severity_scale
from hygie.web.inventory.forms import DAY_FORMATS

UNKNOWN: Final = "unknown"
NONE: Final = "none"
NOT_YET: Final = "Je ne sais pas pour l’instant"
LEFT_EMPTY: Final = "Laissez vide si vous ne le savez pas encore."
SAYS_UNKNOWN: Final = frozenset({UNKNOWN, "undetermined"})
FIRST: Final = frozenset({7, 8})
"""Sections of the form that are asked first: the leak, the data and the persons."""
OPEN: Final = frozenset({6, 7, 8})
PAST: Final = frozenset({"started_on", "ended_on", "provider_notified_on"})
MOST_PEOPLE: Final = 1_000_000_000
LONGEST_REASON: Final = 1_000
OLDEST: Final = date(2000, 1, 1)


class OneAnswer(forms.ChoiceField):
    """A choice that may stay unsaid without being called optional: « je ne sais pas » is one of its answers."""

    def validate(self, value: Any) -> None:
        """Nothing chosen is not knowing."""
        if value not in self.empty_values:
            super().validate(value)


class SeveralAnswers(forms.MultipleChoiceField):
    """The same, for boxes."""

    def validate(self, value: Any) -> None:
        """No box ticked is not knowing."""
        if value:
            super().validate(value)


def asked(field: forms.Field) -> Any:
    """The field, not called optional: leaving it empty is an answer."""
    field.asked = True
    return field


class SeenForm(forms.Form):
    """A form that knows which answer was on the page: somebody else's later one is not written over."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    @property
    def rank(self) -> int:
        """The rank of the answer shown; 0 when there was none."""
        return self.cleaned_data.get("seen") or 0


class BreachForm(SeenForm):
    """What is known of the leak, in the sections of the CNIL's form."""

    def __init__(self, *args: Any, providers: Iterable[str] = (), drafts: Iterable[Draft] = (), **kwargs: Any) -> None:
        """`providers` are names of the inventory; `drafts` the reasons of a delay that is past."""
        super().__init__(*args, **kwargs)
        makers = {"choice": _one, "choices": _several, "number": _number, "date": _day}
        for one in cnil_form().breach_fields():
            self.fields[one.id] = _who(one, providers) if one.kind == "text" else makers[one.kind](one)
        if reasons := [(draft.id, draft.sentence) for draft in drafts]:
            self.fields["late_reasons"] = _boxes("Pourquoi ce retard ?", reasons, "Article 33, paragraphe 1, du RGPD.")

    def parts(self) -> list[dict[str, Any]]:
        """The fields under the titles of their sections: what is touched first, then the rest in the form's order."""
        sections = sorted(cnil_form().sections, key=lambda one: (one.number not in FIRST, one.number))
        asked = [(one, [self[field.id] for field in one.fields if field.comes_from == "breach"]) for one in sections]
        return [
            {"number": one.number, "title": typeset(one.title), "fields": bound, "open": self._told(one, bound)}
            for one, bound in asked
            if bound
        ]

    def _told(self, section: Section, bound: list[forms.BoundField]) -> bool:
        """Whether the section is shown open: what matters first, what is to mend, what somebody answered."""
        said = any(one.errors or one.value() not in (None, "", [], UNKNOWN, [UNKNOWN]) for one in bound)
        return section.number in OPEN or said

    def clean(self) -> dict[str, Any]:
        """The end of a leak does not come before its start."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("started_on"), data.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", "La fin vient avant le début. Corrigez l’une des deux dates.")
        for name in PAST:
            if (day := data.get(name)) and day > timezone.localdate():
                self.add_error(name, "Ce jour est à venir.")
        return data

    def facts(self) -> dict[str, Any]:
        """The facts of Kind.BREACH: what nobody knows is left out."""
        found = {name: _fact(name, value) for name, value in self.cleaned_data.items() if name != "seen"}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    @staticmethod
    def given(breach: Mapping[str, Any]) -> dict[str, Any]:
        """What to show first: what was said, « je ne sais pas » elsewhere, or what is true of any practice."""
        fields = [one for one in cnil_form().breach_fields() if one.kind.startswith("choice")]
        if breach:
            unsaid = {one.id: UNKNOWN if one.kind == "choice" else [UNKNOWN] for one in fields if one.id not in breach}
            return {**unsaid, **breach}
        return {one.id: [option.id for option in cnil_form().options(one.options) if option.ticked]
                for one in fields if one.kind == "choices"}  # fmt: skip


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    own = _own(name)
    if isinstance(value, list):
        sure = [one for one in value if one not in SAYS_UNKNOWN]
        return sure or [one for one in value if one in own]
    return value if value != UNKNOWN or UNKNOWN in own else ""


def _own(name: str) -> set[str]:
    """The ways of not knowing that the CNIL's own list has."""
    if name == "late_reasons":
        return set()
    options = cnil_form().field(name).options
    return {one.id for one in cnil_form().options(options)} & SAYS_UNKNOWN if options else set()


def _answers(one: Field) -> list[tuple[str, str]]:
    listed = [(option.id, option.label) for option in cnil_form().options(one.options)]
    return listed if _own(one.id) else [*listed, (UNKNOWN, NOT_YET)]


def _one(one: Field) -> OneAnswer:
    return OneAnswer(label=one.label, help_text=one.help, choices=_answers(one), widget=forms.RadioSelect)


def _several(one: Field) -> SeveralAnswers:
    return _boxes(one.label, _answers(one), one.help)


def _boxes(label: str, choices: Iterable[tuple[str, str]], help_text: str = "") -> SeveralAnswers:
    return SeveralAnswers(label=label, help_text=help_text, choices=list(choices), widget=forms.CheckboxSelectMultiple)


def _number(one: Field) -> Any:
    return _asked_number(one.label, one.help)


def _asked_number(label: str, help_text: str = "") -> Any:
    return asked(forms.IntegerField(
        label=label, help_text=help_text or LEFT_EMPTY, min_value=0, max_value=MOST_PEOPLE, required=False,
        error_messages={"invalid": "Écrivez un nombre, par exemple 250."},
    ))  # fmt: skip


def _day(one: Field) -> Any:
    widget = forms.DateInput(attrs={"type": "date", "class": "saisie"}, format="%Y-%m-%d")
    return asked(forms.DateField(
        label=one.label, help_text=one.help or LEFT_EMPTY, required=False, widget=widget,
        input_formats=list(DAY_FORMATS), validators=[_not_ancient],
        error_messages={"invalid": "Écrivez un jour comme 06/11/2026."},
    ))  # fmt: skip


def _not_ancient(day: date) -> None:
    if day < OLDEST:
        raise forms.ValidationError("Ce jour est trop ancien. Vérifiez l’année.")


def _who(one: Field, providers: Iterable[str]) -> Any:
    """An organisation of the inventory: a name typed here could be a patient's."""
    none = [("", "Pas dans la liste, ou on ne le sait pas")]
    return asked(forms.ChoiceField(
        label=one.label, help_text="Parmi les prestataires du cabinet. Ajoutez-le d’abord au matériel s’il manque.",
        choices=none + [(name, name) for name in dict.fromkeys(providers)], required=False,
    ))  # fmt: skip


class SeverityForm(SeenForm):
    """The terms of the severity, in plain words: usual cases of a practice first."""

    presets = _boxes("Ce qu’un cabinet perd d’habitude", ())
    categories = _boxes("Une autre sorte de données", ())
    ease = forms.ChoiceField(label="Peut-on reconnaître les personnes ?", widget=forms.RadioSelect)
    c = forms.ChoiceField(label="Quelqu’un d’autre a-t-il pu voir les données ?", widget=forms.RadioSelect)
    i = forms.ChoiceField(label="Les données ont-elles été modifiées ?", widget=forms.RadioSelect)
    a = forms.ChoiceField(label="Les données manquent-elles ?", widget=forms.RadioSelect)
    m = forms.ChoiceField(label="Est-ce un acte volontaire ?", widget=forms.RadioSelect)
    people = _asked_number("Combien de personnes, à peu près ?")
    unintelligible = forms.BooleanField(label="", required=False)
    adjusted = forms.ChoiceField(
        label="Nature des données, de 1 à 4", required=False,
        help_text="L’échelle la donne. Pour la baisser, il faut écrire pourquoi.",
    )  # fmt: skip
    reason = forms.CharField(
        label="Pourquoi une autre valeur ?", required=False, max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Elle reste au journal, jamais dans un document. N’écrivez aucun nom de patient.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Choices come from the scale."""
        super().__init__(*args, **kwargs)
        scale = severity_scale()
        self.found: Assessment | None = None
        self._offer("presets", scale.presets, {one.id: one.help for one in scale.presets if one.help})
        self._offer("categories", scale.categories, {one.id: one.examples for one in scale.categories})
        for name, levels in (("ease", scale.ease), ("c", scale.confidentiality), ("i", scale.integrity),
                             ("a", scale.availability), ("m", scale.malice)):  # fmt: skip
            self._offer(name, levels, {})
            self.fields[name].choices = [*self.fields[name].choices, (UNSURE, NOT_YET)]
            self.fields[name].error_messages["required"] = "Choisissez une réponse, au besoin « je ne sais pas »."
        self.fields["unintelligible"].label = next(one.label for one in scale.flags if one.id == "unintelligible")
        values = [f"{half / 2:g}" for half in range(int(2 * scale.least_category), int(2 * scale.most_category) + 1)]
        kept = ("", "Garder la valeur de l’échelle")
        self.fields["adjusted"].choices = [kept, *((value, value.replace(".", ",")) for value in values)]

    def _offer(self, name: str, listed: Iterable[Any], helps: Mapping[str, str]) -> None:
        self.fields[name].choices = [(one.id, one.label) for one in listed]
        self.fields[name].helps = helps

    def clean(self) -> dict[str, Any]:
        """Something is said of the data, and what the scale refuses is told beside its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        if not data["presets"] and not data["categories"]:
            self.add_error("presets", "Cochez au moins une sorte de données, ici ou plus bas.")
            return data
        try:
            self.found = assessed(self.facts())
        except LoweredWithoutReason as refusal:
            self.add_error("reason", refusal.sentence)
        except HygieError as refusal:
            self.add_error(None, refusal.sentence)
        return data

    def facts(self) -> dict[str, Any]:
        """The facts of Kind.SEVERITY."""
        data = self.cleaned_data
        held = [*data["presets"], *data["categories"]]
        return {
            "category": held[0] if len(held) == 1 else held, "adjusted": _float(data["adjusted"]),
            "reason": data["reason"].strip(), "people": data["people"], "unintelligible": data["unintelligible"],
            **{name: data[name] for name in ("ease", "c", "i", "a", "m")},
        }  # fmt: skip

    @staticmethod
    def given(severity: Mapping[str, Any], people: object) -> dict[str, Any]:
        """What to show first: what was said; else the number of persons of the leak, and « je ne sais pas »."""
        if not severity:
            known = people if isinstance(people, int) and not isinstance(people, bool) else None
            return {"people": known, **dict.fromkeys(("ease", "c", "i", "a", "m"), UNSURE)}
        held = severity.get("category")
        names = set(held) if isinstance(held, list) else {held}
        adjusted = severity.get("adjusted")
        shown = {"adjusted": "" if adjusted is None else f"{adjusted:g}"}
        presets = [one.id for one in severity_scale().presets if one.id in names]
        return {**severity, **shown, "presets": presets, "categories": sorted(names - set(presets))}


def _float(text: str) -> float | None:
    return float(text) if text else None


class DecisionForm(SeenForm):
    """Tell them or not, and why. `about` is "cnil" or "patients"."""

    decision = forms.ChoiceField(
        label="Votre décision", widget=forms.RadioSelect,
        error_messages={"required": "Choisissez : prévenir, ou ne pas prévenir."},
    )  # fmt: skip
    yes = _boxes("Pourquoi prévenir ?", ())
    no = _boxes("Pourquoi ne pas prévenir ?", ())
    exception = OneAnswer(label="Quelle exception ?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, about: str, **kwargs: Any) -> None:
        """Reasons come from dated data; the exceptions of article 34(3) are for the patients only."""
        super().__init__(*args, **kwargs)
        self.about = about
        whom = {"cnil": "la CNIL", "patients": "les patients"}[about]
        self.fields["decision"].choices = [("yes", f"Prévenir {whom}"), ("no", f"Ne pas prévenir {whom}")]
        for name in ("yes", "no"):
            reasons = cnil_form().reasons_for(about, name)
            self.fields[name].choices = [(one.id, one.label) for one in reasons]
            self.fields[name].helps = {one.id: _why(one) for one in reasons}
        if about == "cnil":
            del self.fields["exception"]
            return
        exempt = cnil_form().exceptions
        self.fields["exception"].choices = [*((one.id, one.label) for one in exempt), (NONE, "Aucune des trois")]
        self.fields["exception"].helps = {one.id: f"{_why(one)} {one.remains}" for one in exempt}

    def clean_exception(self) -> str:
        """a, b, c, or nothing."""
        held: str = self.cleaned_data["exception"]
        return "" if held == NONE else held

    def clean(self) -> dict[str, Any]:
        """A decision has a reason; the reason « exception » names its exception."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        decision = data.get("decision")
        if not decision:
            return data
        if decision == "no" and not data.get("exception") and self._needs_exception(data.get("no", ())):
            self.add_error("exception", "Choisissez laquelle : a, b ou c.")
        if not self._reasons(data):
            self.add_error(decision, "Cochez au moins une raison : elle reste au registre.")
        return data

    def _needs_exception(self, reasons: Iterable[str]) -> bool:
        return any(one.exception and one.id in reasons for one in cnil_form().reasons_for(self.about, "no"))

    def _reasons(self, data: Mapping[str, Any]) -> list[str]:
        """The reasons of the decision taken; an exception is itself one."""
        held = list(data.get(data["decision"], ()))
        if data["decision"] == "no" and data.get("exception") and not self._needs_exception(held):
            held += [one.id for one in cnil_form().reasons_for(self.about, "no") if one.exception][:1]
        return held

    def facts(self) -> dict[str, Any]:
        """The facts of Kind.DECISION."""
        data = self.cleaned_data
        exempt = data.get("exception", "") if data["decision"] == "no" else ""
        return {
            "about": self.about, "decision": data["decision"], "reasons": self._reasons(data), "exception": exempt,
        }  # fmt: skip

    @staticmethod
    def given(decision: Mapping[str, Any], advised: str, suggested: Iterable[str]) -> dict[str, Any]:
        """What to show first: what was decided, else the reasons that fit what is recommended; never the decision."""
        if not decision:
            return {advised: list(suggested)}
        return {
            "decision": decision["decision"], decision["decision"]: list(decision["reasons"]),
            "exception": decision["exception"],
        }  # fmt: skip


def _why(one: Any) -> str:
    return f"{one.sentence} ({one.article})" if isinstance(one, Reason) else f"{one.sentence}"


class LettersForm(forms.Form):
    """The list of the patients: read in memory, given back as letters, never kept."""

    WHAT = (("letters", "Les lettres"), ("letters_list", "La liste à cocher en postant"))
    recipients = asked(forms.FileField(
        label="La liste, en CSV", required=False,
        help_text="Une personne par ligne, avec les colonnes Civilité, Nom, Prénom, Adresse, Code postal, Ville ; "
        "10 Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    ))  # fmt: skip
    what = forms.ChoiceField(label="Ce que vous voulez imprimer", choices=WHAT, widget=forms.RadioSelect)
    first = forms.IntegerField(
        label="Commencer à la lettre n°", min_value=1, max_value=MOST_ROWS, initial=1, required=False,
        help_text=f"Un fichier tient {LETTERS_A_FILE} lettres. Pour les suivantes, recommencez à {LETTERS_A_FILE + 1}.",
    )  # fmt: skip


class PrintedForm(forms.Form):
    """What was printed, with what it then said."""

    document = forms.CharField(max_length=20)
    fingerprint = forms.RegexField(regex=r"^[0-9a-f]{64}$")
