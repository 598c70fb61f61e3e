"""Incidents made by hand for the papers: built from events, with a canary in every text that people type."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hygie.incident.chronology import chronology
from hygie.incident.clocks import clocks
from hygie.incident.dossier import Dossier, Identity, Party
from hygie.incident.events import Event, Kind
from hygie.incident.severity import assessed
from hygie.incident.state import state_of
from hygie.reference.playbooks import steps_of

CANARY = "DUPONTEL"
KNOWN = datetime.fromisoformat("2026-11-10T08:20:00+01:00")
AWARE = KNOWN + timedelta(hours=1, minutes=20)
NOW = KNOWN + timedelta(hours=6)
SHA = ("3f" * 32, "a9" * 32)
RECEIPT = "PV-2026/004711"
CNIL_RECEIPT = "FR-2026-88123"
IDENTITY = Identity(
    "Cabinet du Dr Fontaine", "SELARL Fontaine", "732829320", "10000000017", "3, rue des Tilleuls", "54000",
    "Val-sur-Orne", "03 53 01 77 00", "cabinet@fontaine.example", "Dr Hélène Fontaine", "Nadia Lemoine", "Secrétaire",
    data_officer=False, people=4, insurer="Assurance du Val", insurer_contract="MRP-2024-118204",
)  # fmt: skip
PARTIES = (
    Party("insurer", "Assurance du Val", "01 99 00 12 34", "sinistres@val.example", "MRP-2024-118204", "jour et nuit"),
    Party("it_provider", "Perrin Informatique", "02 61 91 45 10", "aide@perrin.example"),
    Party("host", "Hébergeur Nébule", "03 53 01 77 20", "support@nebule.example", "NEB-77"),
    Party("software", "Éditeur Dossia", "03 53 01 77 21", "support@dossia.example", "DOS-12"),
    Party("isp", "Accès Plus", "04 65 71 30 16"),
)
BREACH = {
    "certainty": "established", "started_on": "2026-11-09", "ongoing": "unknown", "discovered_by": "staff",
    "nature": ["confidentiality", "availability"], "origin": ["hack"], "cause": ["external_malicious"],
    "data_category": ["civil_status", "contact", "nir", "health"], "person_category": ["patient", "minor"],
    "records": 5200, "people": 4100, "consequence_confidentiality": ["spread"], "harm": ["professional_secrecy"],
    "involved": "yes", "involved_role": "processor", "involved_name": f"Prestataire de {CANARY}",
    "dates_comment": f"vu par {CANARY}", "harm_text": CANARY, "description": CANARY, "cross_border": "none",
    "other_notices": ["complaint"], "late_reasons": ["systems_down"],
}  # fmt: skip
SEVERITY = {
    "category": "record", "adjusted": 3.5, "reason": f"dossier de {CANARY}", "ease": "maximum", "c": 0.5, "i": 0.0,
    "a": 0.25, "m": 0.5, "people": 4100, "unintelligible": False,
}  # fmt: skip
MEASURES = ("Une copie débranchée datait du 8 novembre 2026.", "La messagerie demandait une deuxième vérification.")


def events(playbook: str = "ransomware") -> list[Event]:
    """An incident that went far: steps done, evidence, breach, severity, decisions."""
    made: list[Event] = []
    add(made, Kind.OPENED, playbook=playbook, known_at=KNOWN.isoformat(), answers={"seen": "blocked"}, by="web")
    add(made, Kind.AWARE, aware_at=AWARE.isoformat(), reason=f"dossier {CANARY} ouvert")
    add(made, Kind.NOTE, text=f"Appel de Mme {CANARY}", corrects=None, quoted=False)
    add(made, Kind.NOTE, text="L’écran du bureau 2 est rouge.", corrects=None, quoted=True)
    for number, media in ((1, "image/jpeg"), (2, "message/rfc822")):
        add(
            made, Kind.EVIDENCE, piece=number, sha256=SHA[number - 1], size=2_500_000, media=media,
            taken_at=(KNOWN + timedelta(minutes=3)).isoformat(), name=f"ordonnance_{CANARY}.jpg", stored_as="x",
            place="kept", source=f"téléphone de {CANARY}",
        )  # fmt: skip
    add(made, Kind.CUSTODY, piece=1, act="handed", to=f"gendarme {CANARY}")
    for step in steps_of(playbook)[:8]:
        receipt = RECEIPT if step.clock == "complaint" else CNIL_RECEIPT if step.clock == "cnil" else ""
        add(made, Kind.STEP, step=step.id, reply="fait", receipt=receipt, reason=f"avec {CANARY}")
    if not any(step.clock == "complaint" for step in steps_of(playbook)[:8]):
        add(made, Kind.STEP, step="complaint", reply="fait", receipt=RECEIPT, reason="")
    add(made, Kind.STEP, step="cnil", reply="fait", receipt=CNIL_RECEIPT, reason=CANARY)
    add(made, Kind.BREACH, **BREACH)
    add(made, Kind.SEVERITY, **SEVERITY)
    add(made, Kind.DECISION, about="cnil", decision="yes", reasons=["cnil_yes_risk"], exception="")
    add(made, Kind.DECISION, about="patients", decision="yes", reasons=["patients_yes_high"], exception="")
    return made


def add(made: list[Event], kind: Kind, **facts: Any) -> None:
    """One more event, five minutes after the last."""
    at = KNOWN + timedelta(minutes=5 * (len(made) + 1))
    made.append(Event(len(made) + 1, kind, at, "user:1", "Nadia Lemoine", facts))


def dossier(playbook: str = "ransomware", found: list[Event] | None = None, **changes: Any) -> Dossier:
    """The dossier of those events."""
    found = events(playbook) if found is None else found
    state = state_of(found)
    graded = assessed(state.severity).as_facts() if state.severity else {}
    made = Dossier(
        "2026-1", NOW, IDENTITY, state, clocks(state, NOW), PARTIES, chronology(found), MEASURES, graded, "c4" * 32
    )
    return replace(made, **changes)


def bare(playbook: str = "ransomware") -> Dossier:
    """An incident opened a minute ago by a practice that filled nothing."""
    made: list[Event] = []
    add(made, Kind.OPENED, playbook=playbook, known_at=KNOWN.isoformat(), answers={}, by="web")
    return dossier(playbook, made, identity=Identity(), parties=(), prior_measures=(), fingerprint="")
