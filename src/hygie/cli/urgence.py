"""`hygie urgence`: the incident room at a terminal. Each verb does one thing, then says what comes next.

It needs no network, asks no name, and goes on when the app is closed: the same data, the same rules.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hygie.cli.french import FrenchCommand, FrenchGroup
from hygie.cli.practice import practice_option
from hygie.cli.urgence_evidence import collecter, examiner, piece
from hygie.cli.urgence_options import LONGEST, incident_argument, text_or_json
from hygie.cli.urgence_papers import dossier
from hygie.cli.urgence_reading import echeances, journal, liste
from hygie.core.errors import UsageError

if TYPE_CHECKING:
    from hygie.cli.urgence_room import Room
    from hygie.web.incidents.models import Incident

LONGEST_RECEIPT = 40
LONGEST_NUMBER = 3
MOST_LESSONS = 3
REPLIES = ("fait", "personne", "inconnu")
_HELPS = {
    "ouvrir": "Ouvre un incident et donne le premier geste.",
    "etape": "Dit ce qu’est devenue une étape : fait, personne, inconnu.",
    "journal": "Lit le journal d’un incident, ou y ajoute une ligne.",
    "piece": "Ajoute des preuves : photos, mails, fichiers.",
    "collecter": "Relève les traces de cet ordinateur, sans rien y changer.",
    "examiner": "Cet ordinateur se comporte bizarrement : panne ou attaque ?",
    "echeances": "Donne les délais, ou un fichier pour l’agenda.",
    "dossier": "Écrit les documents : CNIL, plainte, assureur, lettres.",
    "corriger": "Corrige une heure, la marche à suivre, vol ou perte.",
    "decider": "Note la décision de prévenir la CNIL ou les patients.",
    "clore": "Clôt l’incident, ou le range en fausse alerte.",
    "liste": "Donne les incidents du cabinet.",
}


class _UrgenceGroup(FrenchGroup):
    def short_helps(self) -> dict[str, str]:
        """Verb → one line."""
        return _HELPS


@click.group(cls=_UrgenceGroup, subcommand_metavar="COMMANDE [OPTIONS]")
def urgence() -> None:
    """Un incident au cabinet : quoi faire, dans quel ordre, avant quand.

    Pour commencer : hygie urgence ouvrir. Rien n’est envoyé. N’écrivez aucun nom de patient.
    """


@urgence.command(cls=FrenchCommand)
@click.option(
    "--playbook", metavar="MARCHE", help="La marche à suivre, par exemple ransomware ; sinon trois questions."
)
@click.option(
    "--known-at", metavar="HEURE", help="Quand l’attaque, la perte ou l’erreur a été connue ; sinon maintenant."
)
@click.option("--aware-at", metavar="HEURE", help="Quand on a su que des données de patients sont touchées.")
@click.option("--lost", is_flag=True, help="L’appareil est perdu, pas volé.")
@practice_option
@text_or_json
def ouvrir(  # noqa: PLR0913, PLR0917 - one parameter an option
    playbook: str | None,
    known_at: str | None,
    aware_at: str | None,
    lost: bool,  # noqa: FBT001
    practice: Path | None,
    form: str,
) -> int:
    """Ouvre un incident et donne le premier geste.

    Une heure s’écrit 2026-11-24T08:20, à l’heure de Paris.
    """
    from hygie.cli.urgence_asking import Answered, asked
    from hygie.cli.urgence_output import say_standing, standing
    from hygie.cli.urgence_room import read_times, room
    from hygie.reference.opening import Inference

    known, aware = read_times(known_at, aware_at)
    answered = Answered({}, Inference(playbook, examine=False)) if playbook is not None else asked()
    stolen = False if lost else answered.means.stolen
    with room(practice) as here:
        from hygie.web.incidents.flows import Opening, open_incident

        opening = Opening(
            answered.playbook, known or here.now.replace(microsecond=0), aware, answered.answers, "cli", stolen
        )
        incident = open_incident(here.actor, here.practice, opening, now=here.now)
        now = standing(here, incident)
        say_standing(now, form, first=_unsure(now.line, incident.reference) if answered.unsure else ())
    return 0


def _unsure(line: Callable[..., str], reference: str) -> tuple[str, ...]:
    return (
        "On ne sait pas encore ce qui se passe : suivez la marche la plus prudente.",
        f"Pour regarder cet ordinateur : `{line('examiner')}`",
        f"Pour changer de marche : `{line('corriger', reference, '--playbook', 'MARCHE', '--reason', 'RAISON')}`",
    )


@urgence.command(cls=FrenchCommand)
@incident_argument
@click.argument("step", metavar="ÉTAPE")
@click.argument("reply", metavar="[fait|personne|inconnu]", default="")
@click.option("--receipt", default="", metavar="NUMÉRO", help="Le numéro du récépissé.")
@click.option("--waive", metavar="RAISON", help="Renonce expressément à cette étape.")
@practice_option
@text_or_json
def etape(  # noqa: PLR0913, PLR0917 - one parameter an option
    incident: str, step: str, reply: str, receipt: str, waive: str | None, practice: Path | None, form: str
) -> int:
    """Dit ce qu’est devenue une étape : fait, personne (ne répond), inconnu."""
    from hygie.cli.urgence_room import typed
    from hygie.incident.state import Reply

    if waive is None and reply not in REPLIES:
        raise UsageError("Il manque ce qu’est devenue l’étape.", "Écrivez fait, personne ou inconnu.")
    receipt = typed(receipt, LONGEST_RECEIPT) if receipt.strip() else ""
    reason = "" if waive is None else typed(waive, LONGEST)
    said = Reply.WAIVED if reason else Reply(reply)

    def act(here: "Room", found: "Incident") -> None:
        from hygie.web.incidents.flows import answer_step

        answer_step(here.actor, found, _named(found, step), said, now=here.now, receipt=receipt, reason=reason)

    return _acted(practice, incident, form, act)


def _named(incident: "Incident", step: str) -> str:
    """The step's name, also when it is given by its number on the screen."""
    from hygie.web.incidents.selectors import plan_of

    plan = plan_of(incident)
    number = int(step) if step.isascii() and step.isdigit() and len(step) <= LONGEST_NUMBER else 0
    return plan[number - 1].id if 1 <= number <= len(plan) else step


def _acted(practice: Path | None, reference: str, form: str, act: Callable[["Room", "Incident"], None]) -> int:
    """Do one thing in an incident, then say where it stands."""
    from hygie.cli.urgence_output import say_standing, standing
    from hygie.cli.urgence_room import room

    with room(practice) as here:
        found = here.incident(reference)
        act(here, found)
        say_standing(standing(here, found), form)
    return 0


@urgence.command(cls=FrenchCommand)
@incident_argument
@click.option("--known-at", metavar="HEURE", help="Quand l’attaque, la perte ou l’erreur a été connue.")
@click.option("--aware-at", metavar="HEURE", help="Quand on a su que des données de patients sont touchées.")
@click.option("--not-aware", is_flag=True, help="Finalement, ce n’est pas certain.")
@click.option("--stolen", "stolen", flag_value=True, default=None, help="L’appareil est volé.")
@click.option("--lost", "stolen", flag_value=False, help="L’appareil est perdu, pas volé.")
@click.option("--playbook", metavar="MARCHE", help="Une autre marche à suivre.")
@click.option("--reason", default="", metavar="RAISON", help="Pourquoi ; elle reste au journal.")
@practice_option
@text_or_json
def corriger(  # noqa: PLR0913, PLR0917 - one parameter an option
    incident: str,
    known_at: str | None,
    aware_at: str | None,
    not_aware: bool,  # noqa: FBT001
    stolen: bool | None,  # noqa: FBT001
    playbook: str | None,
    reason: str,
    practice: Path | None,
    form: str,
) -> int:
    """Corrige une heure, la marche à suivre, vol ou perte. L’ancienne valeur reste au journal."""
    from hygie.cli.urgence_room import read_times, typed

    known, aware = read_times(known_at, aware_at)
    why = typed(reason, LONGEST) if reason.strip() else ""
    if aware and not_aware:
        raise UsageError("--aware-at et --not-aware se contredisent.", "Gardez l’une des deux.")
    if not (known or aware or not_aware or playbook) and stolen is None:
        raise UsageError("Il manque ce qui est corrigé.", "Voyez : hygie urgence corriger --help")

    def act(here: "Room", found: "Incident") -> None:
        from django.db import transaction

        from hygie.web.incidents import flows

        with transaction.atomic():
            if playbook is not None:
                flows.change_playbook(here.actor, found, playbook, why, now=here.now)
            if known is not None:
                flows.set_known(here.actor, found, known, why, now=here.now)
            if aware is not None or not_aware:
                flows.set_aware(here.actor, found, aware, why, now=here.now)
            if stolen is not None:
                _refuse_closed(found)
                flows.say_theft(here.actor, found, stolen=stolen, now=here.now)

    return _acted(practice, incident, form, act)


def _refuse_closed(incident: "Incident") -> None:
    from hygie.incident.errors import AlreadyClosed
    from hygie.web.incidents import selectors

    if selectors.state_of_incident(incident).closed_at is not None:
        raise AlreadyClosed


@urgence.command(cls=FrenchCommand)
@incident_argument
@click.argument("about", type=click.Choice(["cnil", "patients"]), metavar="{cnil|patients}")
@click.argument("decision", type=click.Choice(["oui", "non"]), metavar="{oui|non}")
@click.option("--reason", "reasons", multiple=True, metavar="RAISON", help="Son identifiant ; sans lui, la liste.")
@click.option("--exception", type=click.Choice(["a", "b", "c"]), default=None, metavar="a|b|c",
              help="L’exception de l’article 34, paragraphe 3, du RGPD.")  # fmt: skip
@practice_option
@text_or_json
def decider(  # noqa: PLR0913, PLR0917 - one parameter an option
    incident: str,
    about: str,
    decision: str,
    reasons: tuple[str, ...],
    exception: str | None,
    practice: Path | None,
    form: str,
) -> int:
    """Note la décision de prévenir, ou non, la CNIL ou les patients. Un médecin décide ; dans le doute, prévenez."""
    yes = decision == "oui"
    _check_reasons(about, reasons, exception, yes=yes)

    def act(here: "Room", found: "Incident") -> None:
        from hygie.web.incidents import flows

        _refuse_closed(found)
        flows.decide(here.actor, found, about, yes=yes, reasons=reasons, now=here.now, exception=exception or "")

    return _acted(practice, incident, form, act)


def _check_reasons(about: str, reasons: tuple[str, ...], exception: str | None, *, yes: bool) -> None:
    """A decision has reasons, among those that the law knows; an exception of article 34(3) is named."""
    from hygie.reference.cnil_form import cnil_form

    offered = {one.id: one for one in cnil_form().reasons_for(about, "yes" if yes else "no")}
    if not reasons or not offered.keys() >= set(reasons):
        known = " ; ".join(f"{one.id} ({one.label})" for one in offered.values())
        raise UsageError("Il manque une raison connue.", f"Avec --reason, au choix : {known}.")
    if any(offered[name].exception for name in reasons) != (exception is not None):
        raise UsageError(
            "L’exception ne va pas avec la raison.", "Donnez --exception a, b ou c avec la raison qui en demande une."
        )


@urgence.command(cls=FrenchCommand)
@incident_argument
@click.option("--lesson", "lessons", multiple=True, metavar="TEXTE", help="Ce qui changera au cabinet ; trois au plus.")
@click.option("--false-alarm", metavar="RAISON", help="C’était une fausse alerte.")
@practice_option
@text_or_json
def clore(incident: str, lessons: tuple[str, ...], false_alarm: str | None, practice: Path | None, form: str) -> int:
    """Clôt l’incident quand rien ne manque, ou le range en fausse alerte. Il reste au journal."""
    from hygie.cli.urgence_room import typed

    if len(lessons) > MOST_LESSONS:
        raise UsageError("Trois leçons au plus.", "Gardez les trois qui changeront quelque chose.")
    kept = tuple(typed(text, LONGEST) for text in lessons)
    reason = "" if false_alarm is None else typed(false_alarm, LONGEST)

    def act(here: "Room", found: "Incident") -> None:
        from hygie.web.incidents import flows

        if reason:
            flows.dismiss(here.actor, found, reason, now=here.now)
        else:
            flows.close(here.actor, found, now=here.now, lessons=kept)

    return _acted(practice, incident, form, act)


for _verb in (journal, piece, collecter, examiner, echeances, dossier, liste):
    urgence.add_command(_verb)
