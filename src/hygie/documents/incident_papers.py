"""The papers of an incident: the complaint, the claim, and the registry of all of them with their files.

Facts come from the incident's structure; what people typed stays in it, except notes they let papers quote.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from hygie.core.french import day_in_words, typeset
from hygie.documents import cnil_aid, incident_letters, incident_reports
from hygie.documents import paper_words as say
from hygie.documents.paper import (
    Block,
    Box,
    Bullets,
    Field,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Steps,
    Table,
    Tick,
)
from hygie.documents.paper_docx import paper_docx
from hygie.documents.paper_pdf import paper_pdf
from hygie.incident.clocks import ClockState, applies
from hygie.incident.dossier import Dossier
from hygie.reference.contacts import contacts
from hygie.reference.law import deadlines
from hygie.reference.playbooks import steps_of

Maker = Callable[[Dossier], Paper]
FREE_LINES: Final = 4


def complaint(dossier: Dossier) -> Paper:
    """The memo to take to the police or the gendarmerie, or to send to the public prosecutor."""
    kind = "À remettre à la police, à la gendarmerie ou au procureur"
    blocks = (*_complaint_facts(dossier), *_complaint_proof(dossier), Signature("Signature du plaignant"))
    return _paper(dossier, "complaint", "Mémo pour porter plainte", kind, blocks)


def _complaint_facts(dossier: Dossier) -> tuple[Block, ...]:
    return (
        Box(_complaint_due(dossier), (deadlines()["complaint"].sentence, _where())),
        Paragraph("N’apportez aucun nom de patient : des catégories et des nombres suffisent."),
        Heading("Qui porte plainte"),
        Fields(say.who_declares(dossier)),
        Heading("Les faits"),
        Fields(_facts(dossier)),
        Heading("Ce que la loi en dit"),
        *_laws(dossier),
        Heading("Déroulement"),
        say.chronology_table(dossier),
    )


def _complaint_proof(dossier: Dossier) -> tuple[Block, ...]:
    return (
        Heading("Ordinateurs, comptes et logiciels touchés"),
        Fields((Field("Lesquels, depuis quand", "", "Marque, système, rôle au cabinet.", FREE_LINES),)),
        Heading("Données touchées"),
        Fields(_data(dossier)),
        Heading("Le dommage"),
        losses(),
        Heading("Les preuves"),
        Paragraph("L’empreinte prouve que le fichier remis est bien celui qui a été relevé."),
        say.evidence_table(dossier),
        Heading("Ce qui a déjà été fait"),
        *_done(dossier),
        Heading("Après le dépôt"),
        Fields(
            (
                Field("Numéro du récépissé", say.receipt(dossier, "complaint"), "L’assureur le demande."),
                Field("Service, lieu et heure du dépôt"),
            )
        ),
    )


def _paper(dossier: Dossier, name: str, title: str, kind: str, blocks: tuple[Block, ...]) -> Paper:
    return Paper(
        name, title, kind, dossier.made_at, blocks, dossier.reference, dossier.identity.name, dossier.fingerprint,
        exercise=dossier.exercise,
    )  # fmt: skip


def _complaint_due(dossier: Dossier) -> str:
    clock = say.clock_of(dossier, "complaint")
    if clock is None or clock.due_at is None:
        return "Aucun délai d’assurance ne court pour cette plainte."
    if clock.state is ClockState.DONE:
        return f"Plainte déposée le {say.when(clock.done_at)}"
    if clock.state is ClockState.LATE:
        return f"Le délai de l’assurance est passé depuis le {say.when(clock.due_at)}. Portez plainte quand même."
    return f"À déposer avant le {say.when(clock.due_at)}"


def _where() -> str:
    police = contacts()["police"]
    return f"Où : {police.name}, ou par lettre au procureur de la République. {police.url}"


def _facts(dossier: Dossier) -> tuple[Field, ...]:
    kind = say.playbook_of(dossier)
    return (
        Field("Nature des faits", typeset(kind.title)),
        Field("Ce qui a été vu", typeset(kind.sees)),
        Field("Attaque, vol ou perte connus le", say.when(dossier.state.known_at)),
        Field("Incident ouvert le", say.when(dossier.state.opened_at)),
        Field("Appareil volé", {True: "Oui", False: "Non, perdu", None: ""}[dossier.state.stolen])
        if kind.theft
        else Field("Auteur des faits", "Inconnu du cabinet : plainte contre X"),
        Field("Message, adresse ou numéro de l’auteur", "", "Recopiez-les des preuves.", 2),
    )


def _laws(dossier: Dossier) -> tuple[Block, ...]:
    found = say.laws_of(dossier.state.playbook)
    lines = tuple(
        f"{law.article}{say.TO_CHECK if law.confidence == 'unverified' else ''} : {law.sentence}" for law in found
    )
    note = "Le procureur choisit la qualification : ces articles sont une aide, pas un avis juridique."
    return (Bullets(lines), Paragraph(note, small=True)) if lines else (Paragraph(note, small=True),)


def _data(dossier: Dossier) -> tuple[Field, ...]:
    breach = dossier.state.breach
    return (
        Field("Nature", typeset(" ; ".join(say.labels(dossier, "nature")))),
        Field("Catégories de données", typeset(" ; ".join(say.labels(dossier, "data_category")))),
        Field("Catégories de personnes", typeset(" ; ".join(say.labels(dossier, "person_category")))),
        Field("Nombre approximatif de personnes", say.number(breach.get("people"))),
        Field("Nombre approximatif d’enregistrements", say.number(breach.get("records"))),
    )


def losses() -> Table:
    """The losses to itemise, amounts left to the hand."""
    rows = tuple((item, "", "") for item in say.items_of("losses"))
    return Table(("Perte", "Montant estimé", "Justificatif"), rows, (50, 22, 28))


def _done(dossier: Dossier) -> tuple[Block, ...]:
    found = say.done_steps(dossier)
    return (Bullets(found),) if found else (Paragraph("Rien n’est encore noté comme fait."),)


def claim(dossier: Dossier) -> Paper:
    """The declaration to the insurer, with what it will ask for."""
    return _paper(
        dossier, "claim", "Déclaration de sinistre", "Lettre à l’assureur, en recommandé ou par son espace client", (
            incident_letters.addressed(dossier, "insurer", dossier.identity.insurer),
            Box(_claim_due(dossier), (_claim_law(dossier),)),
            Fields((
                Field("Assureur", dossier.identity.insurer or _insurer(dossier).get("name", "")),
                Field("Contrat n°", dossier.identity.insurer_contract or _insurer(dossier).get("contract", "")),
                Field("Numéro de dossier donné par l’assistance"),
                *say.who_declares(dossier)[:5],
            )),
            Heading("L’événement"),
            Fields((*_facts(dossier)[:4], *_data(dossier))),
            Heading("Les délais et leurs récépissés"),
            say.clock_table(dossier),
            Heading("Ce qui protégeait le cabinet avant"),
            *_before(dossier),
            Heading("Ce qui a été fait depuis"),
            *_done(dossier),
            Heading("Les pertes"),
            losses(),
            Paragraph("Une amélioration ou une amende n’est pas une perte : notez-la à part.", small=True),
            Heading("Les preuves"),
            say.evidence_table(dossier),
            Heading("Pièces à joindre"),
            Steps(tuple(Tick(item, done=_joined(dossier, item)) for item in say.items_of("claim_pieces"))),
            Paragraph("Cette déclaration ne reconnaît aucune responsabilité."),
            Signature(),
        ),
    )  # fmt: skip


def _insurer(dossier: Dossier) -> Mapping[str, str]:
    found = say.party(dossier, "insurer")
    return {"name": found.name, "contract": found.contract} if found else {}


def _claim_due(dossier: Dossier) -> str:
    clock = say.clock_of(dossier, "insurer")
    if clock is None or clock.due_at is None:
        return "Déclarez le sinistre dès que possible."
    if clock.state is ClockState.DONE:
        return f"Sinistre déclaré le {say.when(clock.done_at)}"
    return f"À envoyer avant le {say.when(clock.due_at)}"


def _claim_law(dossier: Dossier) -> str:
    clock = say.clock_of(dossier, "insurer")
    law = clock.law if clock else deadlines()["insurer"]
    return f"{law.sentence} Lu le {day_in_words(law.as_of)}."


def _before(dossier: Dossier) -> tuple[Block, ...]:
    if dossier.prior_measures:
        return (Bullets(dossier.prior_measures),)
    return (Fields((Field("Sauvegardes, mises à jour, deuxième vérification", "", cnil_aid.BY_HAND, FREE_LINES),)),)


def _joined(dossier: Dossier, item: str) -> bool:
    """Whether the incident itself already proves that this piece exists."""
    plaint = item.startswith("Récépissé de la plainte") and bool(say.receipt(dossier, "complaint"))
    return plaint or (item.startswith("Récépissé de la CNIL") and bool(say.receipt(dossier, "cnil")))


PAPERS: Final[Mapping[str, tuple[str, Maker]]] = MappingProxyType({
    "cnil": ("Aide à remplir pour la CNIL, notification initiale", cnil_aid.cnil_initial),
    "cnil_complement": ("Aide à remplir pour la CNIL, complément", cnil_aid.cnil_complement),
    "complaint": ("Mémo pour porter plainte", complaint),
    "claim": ("Déclaration de sinistre à l’assureur", claim),
    "host": ("Message à l’hébergeur", incident_letters.host),
    "isp": ("Message au fournisseur d’accès", incident_letters.isp),
    "software": ("Message à l’éditeur ou au prestataire", incident_letters.software),
    "team": ("Note pour l’équipe", incident_letters.team),
    "patients_letter": ("Lettre type aux patients", incident_letters.patients_letter),
    "patients_notice": ("Communication publique", incident_letters.patients_notice),
    "poster": ("Affiche pour la salle d’attente", incident_letters.poster),
    "patients_run": ("Ce qu’il faut faire avec les lettres", incident_letters.patients_run),
    "report_doctor": ("Rapport, une page", incident_reports.report_doctor),
    "report_expert": ("Rapport complet, pour l’expert ou l’assureur", incident_reports.report_expert),
})  # fmt: skip
"""Every paper by identifier: its name in a list, and the function that makes it."""

FILES: Final[Mapping[str, str]] = MappingProxyType({
    "cnil": "cnil-notification-initiale", "cnil_complement": "cnil-complement", "complaint": "plainte-memo",
    "claim": "assureur-declaration", "host": "lettre-hebergeur", "isp": "lettre-fournisseur-acces",
    "software": "lettre-prestataire", "team": "note-equipe", "patients_letter": "patients-lettre-type",
    "patients_notice": "patients-communication-publique", "poster": "patients-affiche",
    "patients_run": "patients-mode-emploi", "report_doctor": "rapport-une-page", "report_expert": "rapport-complet",
})  # fmt: skip


def relevant(dossier: Dossier) -> tuple[str, ...]:
    """The papers that this incident needs, in their order: a wrong recipient has no complaint, a lost card no host."""
    return tuple(name for name in PAPERS if _NEEDED.get(name, _always)(dossier))


def _always(_: Dossier) -> bool:
    return True


def _messages(dossier: Dossier) -> frozenset[str]:
    """The messages that its steps ask for: a call to the host goes with one to the internet provider."""
    return frozenset(step.message for step in steps_of(dossier.state.playbook) if step.message)


def _patients(dossier: Dossier) -> bool:
    return applies("patients", dossier.state)


def _public(dossier: Dossier) -> bool:
    """A public notice: under the exception c, or while nothing is decided."""
    decision = dossier.state.decisions.get("patients")
    return decision is None or decision.get("exception") == "c"


_NEEDED: Final[Mapping[str, Callable[[Dossier], bool]]] = {
    "cnil": lambda dossier: applies("cnil", dossier.state),
    "cnil_complement": lambda dossier: applies("cnil", dossier.state),
    "complaint": lambda dossier: applies("complaint", dossier.state),
    "host": lambda dossier: "host" in _messages(dossier),
    "isp": lambda dossier: "host" in _messages(dossier),
    "software": lambda dossier: bool(_messages(dossier) & {"host", "software"}),
    "patients_letter": _patients,
    "patients_run": _patients,
    "patients_notice": _public,
    "poster": lambda dossier: _public(dossier) or _patients(dossier),
}


def make_all(dossier: Dossier) -> dict[str, bytes]:
    """Every relevant paper as PDF and DOCX, by file name. MissingPart when a renderer is missing."""
    made: dict[str, bytes] = {}
    for rank, name in enumerate(relevant(dossier), 1):
        paper = PAPERS[name][1](dossier)
        stem = f"{rank:02d}-{FILES[name]}"
        made[f"{stem}.pdf"] = paper_pdf(paper)
        made[f"{stem}.docx"] = paper_docx(paper)
    return made
