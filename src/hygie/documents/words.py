"""The French words, icons and typed values that every document uses: states, origins, owners, durations, evidence.

Text that came from a machine or a file is made harmless here, once, before any template sees it.
"""

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from hygie.checkup.score import Status
from hygie.core.finding import Finding, Origin, Outcome, Owner
from hygie.core.french import NO_BREAK, day_in_words, hour_in_words, typeset
from hygie.core.severity import Severity

MAX_LISTED = 12
HIDDEN_EVIDENCE = frozenset({"names"})
"""Evidence that may hold a person's file name: shown on a terminal on request, never in a document."""

State = dict[str, str]
OK: State = {"id": "ok", "word": "En ordre"}
TODO: State = {"id": "afaire", "word": "À faire"}
WAITING: State = {"id": "attente", "word": "En attente"}
UNKNOWN: State = {"id": "inconnu", "word": "Inconnu"}
NOT_CONCERNED: State = {"id": "nc", "word": "Non concerné"}
EXCEPTION: State = {"id": "nc", "word": "Exception"}
URGENT: State = {"id": "urgent", "word": "Urgent"}

STATUS_STATES = {
    Status.BAD: URGENT,
    Status.TODO: TODO,
    Status.WAITING: WAITING,
    Status.UNKNOWN: UNKNOWN,
    Status.GOOD: OK,
    Status.NOT_APPLICABLE: NOT_CONCERNED,
}
OUTCOME_STATES = {
    Outcome.PASSED: OK,
    Outcome.FAILED: TODO,
    Outcome.WAITING: WAITING,
    Outcome.UNKNOWN: UNKNOWN,
    Outcome.NOT_APPLICABLE: NOT_CONCERNED,
}
OWNERS = {
    Owner.DOCTOR: "Vous (le médecin)",
    Owner.SECRETARY: "Le secrétariat",
    Owner.IT_PROVIDER: "Votre prestataire informatique",
    Owner.HOST: "Votre hébergeur ou éditeur",
    Owner.INSURER: "Votre assureur",
}
ORIGINS = {
    Origin.MEASURED: {"icon": "mesure", "word": "Mesuré"},
    Origin.DECLARED: {"icon": "declare", "word": "Déclaré"},
    Origin.PROVED: {"icon": "prouve", "word": "Prouvé"},
    Origin.UNKNOWN: {"icon": "inconnu", "word": "Inconnu"},
}
ORIGIN_WORDS = {origin: entry["word"].lower() for origin, entry in ORIGINS.items()}
SEVERITIES = {
    Severity.HABIT: "bonne habitude",
    Severity.MINOR: "légère",
    Severity.NOTABLE: "notable",
    Severity.MAJOR: "forte",
    Severity.CRITICAL: "critique",
}
SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
MEASURE_ICONS = {
    "access": "ecran", "cps": "carte", "passwords": "clef", "backup": "disque",
    "messaging": "courrier", "gdpr": "registre", "training": "formation",
}  # fmt: skip
EVIDENCE_LABELS = {
    "accounts": "comptes", "added": "ajoutées à la main", "administrators": "administrateurs",
    "areas": "zones de mémoire sur disque", "attempts": "essais permis", "clear": "en clair",
    "clients": "dossiers synchronisés", "consumer": "comptes grand public", "count": "nombre", "days": "jours",
    "devices": "appareils différents", "disks": "disques", "documents": "documents gardés",
    "dormant": "comptes oubliés", "ends": "fin des corrections", "examined": "points examinés",
    "expired": "périmés", "files": "fichiers", "free_percent": "place libre, en pour cent",
    "homes": "dossiers personnels", "kinds": "types", "known": "réseaux connus", "mechanism": "mécanisme",
    "media": "clés et disques", "minimum_classes": "sortes de caractères exigées",
    "minimum_length": "longueur exigée", "minutes": "minutes", "mounts": "emplacements attachés",
    "nla": "vérification avant l’affichage", "open": "ouverts", "packages": "paquets",
    "pending": "mises à jour en attente",
    "people": "personnes", "places": "emplacements", "ports": "ports", "products": "produits",
    "profiles": "profils", "programs": "programmes", "readers": "lecteurs", "repositories": "dépôts de copies",
    "root_login": "entrée du compte root", "rules": "règles", "servers": "serveurs", "sessions": "sessions",
    "shares": "partages", "sites": "adresses", "soon": "bientôt périmés", "sources": "sources",
    "unprotected": "sans protection",
    "unverified": "non vérifiées", "version": "version", "volumes": "volumes", "weak": "méthode ancienne",
    "writable": "modifiables par d’autres",
}  # fmt: skip
_COUNTED = ("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
_SPACES = str.maketrans(dict.fromkeys("\t\n\r\v\f\x85\u2028\u2029", " "))
_UNSHOWABLE = {"Cs", "Co", "Cn"}  # lone surrogates, private use, unassigned: no font draws them the same


def clean(text: str) -> str:
    """The text without what hides, reorders or cannot be drawn: controls vanish, stray code points show as « � »."""
    kinds = ((c, unicodedata.category(c)) for c in unicodedata.normalize("NFC", text.translate(_SPACES)))
    return "".join("\ufffd" if kind in _UNSHOWABLE else c for c, kind in kinds if kind not in ("Cc", "Cf"))


def cleaned(value: Any) -> Any:
    """`clean` applied to every string of nested dicts and lists."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(inner) for inner in value]
    return value


def clip(text: str, length: int) -> str:
    """The text cut at a word under `length` characters; what is cut is shown by « … »."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at_word = head.rpartition(" ")[0]
    return (at_word if len(at_word) > length // 2 else head).rstrip(" ,;:.\u00a0\u202f") + "…"


def gist(text: str, length: int) -> str:
    """The first sentences of a text that fit in `length` characters; the first one cut when even it does not."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?»]) (?=[A-ZÀ-Ü«])", text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > length:
            return kept or clip(text, length)
        kept = longer
    return kept


def state_of(finding: Finding) -> State:
    """The state a finding is shown in; « Urgent » only for a critical failure, « Exception » while one runs."""
    if finding.exception is not None:
        return EXCEPTION
    if finding.outcome is Outcome.FAILED and finding.severity is Severity.CRITICAL:
        return URGENT
    return OUTCOME_STATES[finding.outcome]


def duration(minutes: int) -> str:
    """« 1 minute », « 30 minutes », « 1 h 30 »."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes}{NO_BREAK}minute" + ("s" if minutes > 1 else "")
    return f"{hours}{NO_BREAK}h" + (f"{NO_BREAK}{rest:02d}" if rest else "")


def counted(number: int) -> str:
    """« deux », « 14 »: in words up to ten, feminine."""
    return _COUNTED[number] if number < len(_COUNTED) else str(number)


def moment(when: datetime) -> str:
    """« 24 novembre 2026, 8 h 15 »."""
    return f"{day_in_words(when)}, {hour_in_words(when)}"


def version_in_words(version: str) -> str:
    """A catalogue's version, which is a date, in words; any other version as it is."""
    try:
        return day_in_words(date.fromisoformat(version))
    except ValueError:
        return version


def shown_evidence(finding: Finding) -> dict[str, int | float | bool | str | list[str]]:
    """What may leave the screen of a finding's evidence: counts, types and places, never file names."""
    return {key: value for key, value in finding.evidence.items() if key not in HIDDEN_EVIDENCE}


def evidence_words(finding: Finding) -> list[dict[str, str]]:
    """The evidence as French labels and values."""
    return [
        {"label": EVIDENCE_LABELS.get(key, key.replace("_", " ")), "value": _value(value)}
        for key, value in shown_evidence(finding).items()
        if value not in ("", [])
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list | tuple):
        return _listed([str(one) for one in value])
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    text = str(value)
    return version_in_words(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else typeset(text)


def _listed(values: list[str]) -> str:
    left = len(values) - MAX_LISTED
    shown = ", ".join(values[:MAX_LISTED])
    return f"{shown} et {left} autre{'s' if left > 1 else ''}" if left > 0 else shown
