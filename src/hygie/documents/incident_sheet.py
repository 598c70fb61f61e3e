"""The incident sheet as plain data: what to do at once, whom to call, the delays to write down by hand.

It is printed beforehand and works without any computer: what Hygie does not know is a blank to fill with a pen.
"""

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from hygie.core.french import day_in_words, plural, typeset
from hygie.documents.words import clip
from hygie.reference.contacts import Contact, contacts
from hygie.reference.law import Deadline, deadlines

VALID_MONTHS = 6
HOURS_A_DAY = 24
MAX_PHONES = 7
FEW_PHONES = 5
USUAL = ("Assistance de l’assureur", "Informatique", "Hébergeur du dossier", "Fournisseur d’accès")
ON_SHEET = ("17cyber", "police", "cert_sante", "ans_cps")
CLOCKS = {"complaint": ("Porter plainte", "Attaque connue"), "cnil": ("Prévenir la CNIL", "Fuite connue")}
NOW = (
    ("Retirez le câble réseau, coupez le Wi-Fi", ""),
    ("Débranchez les disques de sauvegarde", ""),
    ("Laissez l’ordinateur allumé", "Sans l’éteindre ni le redémarrer"),
    ("Photographiez l’écran, notez l’heure", ""),
    ("Appelez l’assistance", "Le numéro est plus bas"),
)
NEVER = (
    "payer, ou répondre au pirate ;",
    "brancher un disque ;",
    "effacer quoi que ce soit ;",
    "réinstaller avant la plainte.",
)
CARE = ("Ordonnances papier :", "Feuilles de soins :", "Agenda de demain :")


class Printable(Protocol):
    """What the sheet is made of: a check-up has it, and so does a practice known by its numbers alone."""

    @property
    def started_at(self) -> datetime:
        """The day printed."""
        ...

    @property
    def insurer_contract(self) -> str:
        """The contract's number, "" when unknown."""
        ...

    @property
    def phones(self) -> Mapping[str, str]:
        """Numbers by name."""
        ...


def incident_sheet(checkup: Printable) -> dict[str, Any]:
    """Everything the sheet says, in reading order."""
    today = checkup.started_at.date()
    return {
        "title": typeset("Il se passe quelque chose d’anormal"),
        "of": f"Fiche du {day_in_words(today)}",
        "until": f"à remplacer avant le {day_in_words(months_later(today, VALID_MONTHS))}",
        "now": [{"title": title, "note": note} for title, note in NOW],
        "never": [typeset(text) for text in NEVER],
        "care_title": "Vous continuez à soigner",
        "care": [typeset(text) for text in CARE],
        "contract": clip(checkup.insurer_contract, 40),
        **phones(checkup.phones),
        "dense": len(phones(checkup.phones)["phones"]) > FEW_PHONES,
        "public": [_without_computer(contacts()[key]) for key in ON_SHEET],
        **clocks(deadlines()),
        "insurer": typeset(deadlines()["insurer"].sentence),
        "foot": "Aucun nom de patient dans ce document.",
    }  # fmt: skip


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def phones(known: Mapping[str, str]) -> dict[str, Any]:
    """The practice's own numbers: the four usual ones first, blank when nobody gave them, then the others."""
    given = {_label(name): number.strip() for name, number in known.items()}
    names = [*USUAL, *(name for name in given if name not in USUAL and given[name])]
    left = len(names) - MAX_PHONES
    more = f"Et {plural(left, 'autre numéro', 'autres numéros')}, dans le fichier de réponses." if left > 0 else ""
    return {"phones": [_phone(name, given.get(name, "")) for name in names[:MAX_PHONES]], "phones_more": more}


def _label(name: str) -> str:
    return clip(typeset(name.strip()), 60)


def _phone(name: str, number: str) -> dict[str, str]:
    return {"name": name, "number": clip(number, 40), "link": dialled(number)}


def dialled(number: str) -> str:
    """The number as a telephone dials it, or "" when it is not one."""
    digits = re.sub(r"[\s.()\u00a0\u202f-]", "", number)
    return digits if re.fullmatch(r"\+?[0-9]{2,15}", digits, re.ASCII) else ""


def contact_words(contact: Contact) -> dict[str, Any]:
    """A public service as it is printed; what nobody verified says so."""
    return {
        "name": typeset(contact.name),
        "purpose": typeset(contact.purpose),
        "phone": contact.phone,
        "link": dialled(contact.phone),
        "url": contact.url,
        "site": contact.url.removeprefix("https://").removeprefix("www.").rstrip("/"),
        "hours": typeset(contact.hours),
        "doubt": "à vérifier" if contact.confidence == "unverified" else "",
    }


def _without_computer(contact: Contact) -> dict[str, Any]:
    """A sure number is enough on a sheet that serves when no computer answers; a doubtful one keeps its address."""
    words = contact_words(contact)
    return words if words["doubt"] or not words["phone"] else {**words, "url": "", "site": ""}


def clocks(known: Mapping[str, Deadline]) -> dict[str, Any]:
    """The delays in elapsed hours, with blanks to fill: complaint, then CNIL."""
    shown = [_clock(known[key], *words) for key, words in CLOCKS.items()]
    lengths = {known[key].hours or 0 for key in CLOCKS}
    note = "Nuits, dimanches et jours fériés comptent."
    if len(lengths) > 1:
        return {"clocks": shown, "clocks_title": "Deux délais, à écrire à la main", "clocks_note": note}
    hours = lengths.pop()
    if hours % HOURS_A_DAY == 0:
        note = f"{hours} heures : même heure, {hours // HOURS_A_DAY} jours plus tard. {note}"
    title = f"Deux délais de {hours} heures, à écrire à la main"
    return {"clocks": shown, "clocks_title": title, "clocks_note": typeset(note)}


def _clock(deadline: Deadline, title: str, start: str) -> dict[str, str]:
    doubt = " (à vérifier)" if deadline.confidence == "unverified" else ""
    return {
        "title": title,
        "start": start,
        "hours": f"{deadline.hours} heures",
        "sentence": typeset(deadline.sentence) + doubt,
        "article": typeset(deadline.article),
        "read_on": day_in_words(deadline.as_of),
    }
