"""What the board of components shows: the calm day of the mock-ups."""

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator

STATES = {
    "ok": "En ordre", "attente": "En attente", "afaire": "À faire", "inconnu": "Inconnu",
    "nc": "Non concerné", "urgent": "Urgent",
}  # fmt: skip
MEASURES = (
    ("Accès au matériel", "ecran", "ok", "mesure", "3 ordinateurs verrouillés et à jour, tous chiffrés."),
    ("Cartes CPS", "carte", "ok", "mesure", "Aucune carte laissée dans un lecteur depuis 41 jours."),
    ("Mots de passe", "clef", "attente", "declare", "La double vérification attend Perrin Informatique."),
    ("Sauvegardes", "disque", "afaire", "mesure", "Le disque A est branché depuis 4 nuits."),
    ("Messagerie sécurisée", "courrier", "ok", "prouve", "Vos courriers médicaux partent par MSSanté."),
    ("RGPD", "registre", "inconnu", "inconnu", "Personne n'a encore pu dire si l'agenda a un contrat."),
    ("Formation", "formation", "nc", "prouve", "Toute l'équipe a fait sa séance de l'année."),
)
HISTORY = ("inconnu", "afaire", "afaire", "afaire", "ok", "ok", "nc", "attente", "urgent")


def state(kind: str) -> dict[str, str]:
    return {"id": kind, "word": STATES[kind]}


def source(icon: str) -> dict[str, str]:
    words = {"mesure": "Mesuré", "declare": "Déclaré", "prouve": "Prouvé", "inconnu": "Inconnu"}
    return {"icon": icon, "word": words[icon], "when": "le 29 octobre"}


class Question(forms.Form):
    disk = forms.ChoiceField(
        label="Copiez-vous vos données sur un disque que vous débranchez ensuite ?",
        choices=[("o", "Oui"), ("p", "Oui, mais il reste branché"), ("n", "Non"), ("i", "Je ne sais pas")],
        widget=forms.RadioSelect,
    )


Question.base_fields["disk"].helps = {"o": "Un disque ou une clé, rangé entre deux copies", "i": "Bonne réponse aussi."}


class Sample(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    phone = forms.CharField(
        label="Numéro de l'assistance", help_text="Il figure sur votre contrat, page 1.",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    hour = forms.RegexField(
        r"^\d{1,2} h \d\d$", label="Heure de la découverte",
        error_messages={"invalid": "Écrivez une heure comme 8 h 20."},
    )  # fmt: skip
    note = forms.CharField(label="Précisions", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label="Sorte", choices=[("a", "Oui"), ("b", "Non")], widget=forms.RadioSelect)
    days = forms.MultipleChoiceField(
        label="Jours", choices=[("1", "Lundi"), ("2", "Mardi")], required=False, widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="Prévenir l'équipe", help_text="Un message sur chaque ordinateur.", required=False)


def ring() -> dict[str, Any]:
    kinds = [kind for _, _, kind, _, _ in MEASURES]
    told = ", ".join(f"{rank} {STATES[kind].lower()}" for rank, kind in enumerate(kinds, 1))
    return {
        "parts": [{"number": rank, "state": kind} for rank, kind in enumerate(kinds, 1)],
        "good": kinds.count("ok"),
        "under": "en ordre sur 7",
        "label": f"Les sept mesures : {told}.",
    }


def tiles() -> list[dict[str, Any]]:
    return [
        {"number": rank, "icon": icon, "state": state(kind), "title": title, "url": "#c-t", "sentence": sentence,
         "source": source(known)}
        for rank, (title, icon, kind, known, sentence) in enumerate(MEASURES, 1)
    ]  # fmt: skip


def actions() -> list[dict[str, Any]]:
    why = "Sans lui, personne ne sait qui vous prévient en cas de fuite."
    titles = ("Retrouver le contrat de l'agenda en ligne", "Imprimer la fiche « Il se passe quelque chose d'anormal »")
    return [
        {"number": rank, "title": title, "why": why, "owner": "Nadia", "duration": "10 min", "url": "#c-n",
         "button": "Voir comment"}
        for rank, title in enumerate(titles, 2)
    ]  # fmt: skip


def findings() -> list[dict[str, Any]]:
    return [
        {"state": state(kind), "title": f"Un point : {word.lower()}", "summary": "Ce que l'on en sait.",
         "source": source("mesure"), "url": "#c-c" if kind == "inconnu" else ""}
        for kind, word in STATES.items()
    ]  # fmt: skip


def history() -> list[dict[str, Any]]:
    return [
        {"day": date(2026, month, 28), "good": min(month - 2, 7), "state": state(kind)}
        for month, kind in enumerate(HISTORY, 3)
    ]


def board(**more: Any) -> dict[str, Any]:
    form = Sample({"version": "x", "hour": "8h65", "days": ["2"]})
    return {
        "ring": ring(), "tiles": tiles(), "actions": actions(), "findings": findings(), "history": history(),
        "question": Question(), "form": form, "page": Paginator(range(50), 10).get_page(2),
        "columns": ["Compte", "Qui s'en sert", "Double vérification"],
        "rows": [["Messagerie du secrétariat", "Nadia", state("attente")], ["Banque", "Dr Fontaine", state("ok")]],
        **more,
    }  # fmt: skip
