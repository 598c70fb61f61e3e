"""What happened, line by line: one French sentence an event, so that a line's number is its event's rank.

In what leaves the practice (`quoted_only`) nothing that a person typed appears: no reason, no name of a file. A note
does only when its author lets documents quote it; otherwise its line says that there is one.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from hygie.core.clock import PARIS
from hygie.core.errors import HygieError
from hygie.core.french import hour_in_words, typeset, weekday_in_words
from hygie.incident.dossier import Line
from hygie.incident.events import Event, Kind
from hygie.incident.severity import assessed
from hygie.incident.state import Reply, moment
from hygie.reference.playbooks import Step, playbooks, steps, steps_of

LONGEST_NOTE: Final = 4_000
_REPLIES: Final = {
    Reply.DONE.value: "c'est fait",
    Reply.NOBODY.value: "personne ne répond",
    Reply.UNKNOWN.value: "on ne sait pas",
    Reply.WAIVED.value: "le cabinet y renonce expressément",
}
_ACTS: Final = {"opened": "ouverte", "copied": "copiée", "verified": "relue et vérifiée", "handed": "remise"}
_ABOUT: Final = {"cnil": "la CNIL", "patients": "les patients"}
_MEDIA: Final = (
    ("image/", "image"), ("application/pdf", "document PDF"), ("message/rfc822", "courriel"), ("text/", "texte"),
    ("application/zip", "archive"),
)  # fmt: skip
_PAPERS: Final = {
    "cnil": "aide à remplir pour la CNIL", "cnil_complement": "complément pour la CNIL", "complaint": "mémo de plainte",
    "claim": "déclaration à l'assureur", "host": "message à l'hébergeur", "isp": "message au fournisseur d'accès",
    "software": "message au prestataire", "team": "note pour l'équipe", "patients_letter": "lettre type aux patients",
    "patients_notice": "communication publique", "poster": "affiche pour la salle d'attente",
    "report_doctor": "rapport d'une page", "report_expert": "rapport complet", "dossier": "dossier complet",
    "evidence_package": "paquet chiffré des preuves",
}  # fmt: skip
UNREADABLE: Final = "Cette ligne a été modifiée : elle ne se lit plus."
_KEY_CLOCKS: Final = frozenset({"complaint", "cnil"})


def chronology(events: Iterable[Event], *, quoted_only: bool = True) -> tuple[Line, ...]:
    """The lines, in the order of ranks. `quoted_only` False is for the people of the practice: all that was typed."""
    writer = _Writer(quoted_only)
    return tuple(writer.line(event) for event in events)


class _Writer:
    """Remembers what a later line may put right, and in which playbook a step was answered."""

    def __init__(self, quoted_only: bool) -> None:  # noqa: FBT001 - one caller
        self._quoted_only = quoted_only
        self._playbook = ""
        self._last: dict[str, int] = {}
        self._say: dict[Kind, Callable[[Event], str]] = {
            Kind.OPENED: self._opened, Kind.PLAYBOOK: self._another, Kind.KNOWN: self._known, Kind.AWARE: self._aware,
            Kind.THEFT: self._theft, Kind.STEP: self._step, Kind.NOTE: self._note, Kind.EVIDENCE: self._evidence,
            Kind.CUSTODY: self._custody, Kind.BREACH: self._breach, Kind.SEVERITY: self._severity,
            Kind.DECISION: self._decision, Kind.DOCUMENT: self._document, Kind.CLOCK: self._clock,
            Kind.CLOSED: self._closed, Kind.UNREADABLE: lambda _: UNREADABLE,
        }  # fmt: skip

    def line(self, event: Event) -> Line:
        """The event in one line."""
        try:
            text = typeset(self._say[event.kind](event))
        except (KeyError, TypeError, ValueError, AttributeError):
            text = UNREADABLE
        return Line(event.at, text, event.author_name, self._is_key(event))

    def _is_key(self, event: Event) -> bool:
        facts = event.facts
        if event.kind is Kind.STEP:
            step = self._step_of(facts.get("step"))
            return facts.get("reply") in {"fait", "waived"} and step is not None and step.clock in _KEY_CLOCKS
        if event.kind is Kind.DECISION:
            return facts.get("about") == "cnil"
        return event.kind in {Kind.OPENED, Kind.KNOWN, Kind.AWARE, Kind.CLOSED}

    def _rectifies(self, event: Event, topic: str) -> str:
        """« Rectifie la ligne 3. » when an earlier line already told of this."""
        before = self._last.get(topic)
        self._last[topic] = event.rank
        return f" Rectifie la ligne {before}." if before is not None else ""

    def _why(self, event: Event) -> str:
        reason = _one_line(event.facts.get("reason"))
        return f" Raison : {reason}" if reason and not self._quoted_only else ""

    def _opened(self, event: Event) -> str:
        self._playbook = str(event.facts.get("playbook", ""))
        self._last |= {"known": event.rank, "playbook": event.rank}
        by = " Signalé par la surveillance." if event.facts.get("by") == "watch" else ""
        return f"Incident ouvert : {_title(self._playbook)}. Connu {_words(event.facts.get('known_at'))}.{by}"

    def _another(self, event: Event) -> str:
        self._playbook = str(event.facts.get("playbook", ""))
        more = self._rectifies(event, "playbook") + self._why(event)
        return f"Autre marche à suivre : {_title(self._playbook)}.{more}"

    def _known(self, event: Event) -> str:
        more = self._rectifies(event, "known") + self._why(event)
        return f"Incident connu {_words(event.facts.get('known_at'))}.{more}"

    def _aware(self, event: Event) -> str:
        more = self._rectifies(event, "aware") + self._why(event)
        if event.facts.get("aware_at") is None:
            return f"Il n'est pas certain que des données soient touchées : le délai de la CNIL ne court pas.{more}"
        return f"Fuite de données connue {_words(event.facts['aware_at'])} : le délai de la CNIL part de là.{more}"

    def _theft(self, event: Event) -> str:
        said = "L'appareil a été volé." if event.facts.get("stolen") else "L'appareil est perdu, pas volé."
        return said + self._rectifies(event, "theft")

    def _step(self, event: Event) -> str:
        facts = event.facts
        step = self._step_of(facts.get("step"))
        doing = step.doing if step else "Une étape"
        receipt = _one_line(facts.get("receipt"))
        number = f" Récépissé : {receipt}." if receipt else ""
        return f"{doing} : {_REPLIES.get(facts.get('reply', ''), 'réponse notée')}.{number}{self._why(event)}"

    def _step_of(self, name: Any) -> Step | None:
        """The step in the words of the playbook of that moment."""
        own = steps_of(self._playbook) if self._playbook in playbooks() else ()
        return next((step for step in own if step.id == name), steps().get(str(name)))

    def _note(self, event: Event) -> str:
        facts = event.facts
        corrects = facts.get("corrects")
        right = f"Rectifie la ligne {corrects} : " if corrects else ""
        if self._quoted_only and not facts.get("quoted"):
            return f"{right}note écrite au journal du cabinet." if right else "Note écrite au journal du cabinet."
        return f"{right}{_one_line(facts.get('text'))}"

    def _evidence(self, event: Event) -> str:
        facts = event.facts
        taken = f", prise {_words(facts['taken_at'])}" if facts.get("taken_at") else ""
        place = " Elle reste à sa place : seule son empreinte est gardée." if facts.get("place") == "in_place" else ""
        name = _one_line(facts.get("name"))
        called = "" if self._quoted_only or not name else f" Nom : « {name} »."
        return f"Pièce {facts.get('piece', '')} ajoutée ({_media(facts.get('media'))}){taken}.{place}{called}"

    def _custody(self, event: Event) -> str:
        facts = event.facts
        whom = _one_line(facts.get("to"))
        to = f" à {whom}" if facts.get("act") == "handed" and whom and not self._quoted_only else ""
        return f"Pièce {facts.get('piece', '')} {_ACTS.get(facts.get('act', ''), 'consultée')}{to}."

    def _breach(self, event: Event) -> str:
        again = self._rectifies(event, "breach")
        return f"Ce que l'on sait des données touchées {'a été complété' if again else 'a été noté'}."

    def _severity(self, event: Event) -> str:
        more = self._rectifies(event, "severity") + self._why(event)
        try:
            found = assessed(event.facts)
        except HygieError:
            return f"Gravité estimée.{more}"
        score = f"{found.score:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        return f"Gravité estimée : {score} sur 6, {found.label.lower()}.{more}"

    def _decision(self, event: Event) -> str:
        about = str(event.facts.get("about", ""))
        verb = "prévenir" if event.facts.get("decision") == "yes" else "ne pas prévenir"
        return f"Décision : {verb} {_ABOUT.get(about, 'les personnes')}.{self._rectifies(event, f'decision {about}')}"

    def _document(self, event: Event) -> str:
        paper = _PAPERS.get(str(event.facts.get("document", "")))
        return f"Document préparé : {paper}." if paper else "Document préparé."

    def _clock(self, event: Event) -> str:
        was, now = _words(event.facts.get("was")), _words(event.facts.get("now"))
        return f"L'horloge de l'ordinateur a changé : {was}, puis {now}. L'ordre des lignes fait foi, pas leur heure."

    def _closed(self, event: Event) -> str:
        if event.facts.get("false_alarm"):
            return f"Fausse alerte : incident clos, il reste au journal.{self._why(event)}"
        return "Incident clos."


def in_words(at: datetime) -> str:
    """« mardi 24 novembre 2026, 8 h 20 », in Paris."""
    local = at.astimezone(PARIS)
    return f"{weekday_in_words(local.date())}, {hour_in_words(local)}"


def _words(text: Any) -> str:
    """« le mardi 24 novembre 2026, 8 h 20 », of a time of the facts."""
    try:
        at = moment(text)
        return f"le {in_words(at)}" if at is not None else "à une heure inconnue"
    except (ValueError, TypeError, OverflowError):
        return "à une heure inconnue"


def _title(playbook: str) -> str:
    known = playbooks().get(playbook)
    return f"« {known.title} »" if known else "marche à suivre inconnue"


def _media(media: Any) -> str:
    return next((name for start, name in _MEDIA if str(media).startswith(start)), "fichier")


def _one_line(text: Any) -> str:
    """What was typed, on one line and bounded."""
    return " ".join(text.split())[:LONGEST_NOTE] if isinstance(text, str) else ""
