"""What the pages around the papers show, as plain data: tabs, what each paper lacks, messages as text, the register."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from hygie.core.french import listed, plural, typeset
from hygie.documents import incident_letters
from hygie.documents.cnil_aid import MAY_BE_EMPTY
from hygie.documents.incident_papers import PAPERS, relevant
from hygie.documents.paper import (
    Addresses,
    Block,
    Box,
    Bullets,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Steps,
)
from hygie.documents.paper_words import BLANK
from hygie.documents.words import clean
from hygie.incident.decision import Advice, Table, Verdict
from hygie.incident.dossier import Dossier
from hygie.reference.cnil_form import cnil_form
from hygie.reference.playbooks import playbooks
from hygie.web.accounts.access import Action, can
from hygie.web.incidents.models import Incident

MESSAGES: Final[Mapping[str, str]] = {
    "host": "host", "software": "software", "isp": "isp", "team": "",
}  # fmt: skip
"""Each message and the role of who receives it."""
MOST_MISSING: Final = 4
SPARE: Final = frozenset({"complaint", "claim", "host", "isp", "software", "team", "report_doctor", "report_expert"})
"""Papers whose blanks are meant for the hand: they are ready to be read again."""
CNIL: Final = frozenset({"cnil", "cnil_complement"})
AT_THE_END: Final = frozenset({"report_doctor", "report_expert"})
BY_PEN: Final = frozenset({"patients_run", "report_doctor", "report_expert"})
"""Papers whose blanks come after the facts: nobody is asked to fill them before."""
FOR_PATIENTS: Final = frozenset({"patients_letter", "patients_run", "patients_notice", "poster"})
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "ready": ("afaire", "À relire"), "going": ("attente", "En cours"), "later": ("nc", "Plus tard"),
}  # fmt: skip
VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.YES: ("afaire", "Oui"), Verdict.NO: ("nc", "Non"), Verdict.UNSURE: ("inconnu", "On ne sait pas"),
}  # fmt: skip
ADVISED: Final[Mapping[str, str]] = {
    "register": "Inscrire au registre", "cnil": "Prévenir la CNIL", "patients": "Prévenir les patients",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of the incident."""

    url: str
    label: str
    current: bool


def tabs(incident: Incident, member: Any, current: str) -> list[Tab]:
    """The pages of this part of the incident that the person may open."""
    found = []
    for name, label, action, more in _TABS:
        if can(member, action, incident):
            url = reverse(f"incidents:{name}", args=[incident.pk, *more])
            found.append(Tab(url, label, current == "-".join((name, *more))))
    return found


_PAPERS = Action.SEE_INCIDENT_PAPERS
_TABS: Final = (
    ("breach", "Ce qui a fui", _PAPERS, ()), ("severity", "La gravité", _PAPERS, ()),
    ("decision", "La CNIL", Action.DECIDE_IN_INCIDENT, ("cnil",)),
    ("decision", "Les patients", Action.DECIDE_IN_INCIDENT, ("patients",)),
    ("papers", "Les documents", _PAPERS, ()), ("messages", "Les messages", _PAPERS, ()),
    ("letters", "Les lettres", _PAPERS, ()),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper in the list: its state, what it lacks in words, whether it was already made."""

    id: str
    title: str
    state: str
    word: str
    missing: str
    made_at: Any
    message: bool


def paper_lines(dossier: Dossier) -> list[PaperLine]:
    """The papers that this incident needs, in their order."""
    return [_paper_line(dossier, name) for name in relevant(dossier)]


def _paper_line(dossier: Dossier, name: str) -> PaperLine:
    title, make = PAPERS[name]
    lacking = missing_of(dossier, name, make)
    kind = _later(dossier, name) or ("going" if lacking and name not in SPARE else "ready")
    state, word = STATES[kind]
    shown = listed(lacking[:MOST_MISSING], MOST_MISSING) if lacking else ""
    left = len(lacking) - MOST_MISSING
    more = f", et {plural(left, 'autre réponse', 'autres réponses')}" if left > 0 else ""
    return PaperLine(
        name, typeset(title), state, word, typeset(f"{shown}{more}"), dossier.state.documents.get(name),
        name in MESSAGES,
    )  # fmt: skip


def _later(dossier: Dossier, name: str) -> str:
    """A report is made at the end, and patients are written to once that is decided."""
    undecided = name in FOR_PATIENTS and "patients" not in dossier.state.decisions
    complement = name == "cnil_complement" and "cnil" not in dossier.state.documents
    return "later" if undecided or complement or (name in AT_THE_END and dossier.state.closed_at is None) else ""


def missing_of(dossier: Dossier, name: str, make: Callable[[Dossier], Paper]) -> list[str]:
    """The labels of what is still blank in a paper, in its order; for letters, what they cannot do without."""
    if name == "patients_letter":
        return list(incident_letters.lacking(dossier))
    if name in BY_PEN:
        return []
    rows = [row for block in make(dossier).blocks if isinstance(block, Fields) for row in block.rows]
    spare = _may_be_empty() if name in CNIL else frozenset()
    return [_small(row.label) for row in rows if not row.value and row.label not in spare]


def _may_be_empty() -> frozenset[str]:
    """The labels of the CNIL's form that many leaks leave empty."""
    return frozenset(cnil_form().field(name).label for name in MAY_BE_EMPTY)


def _small(label: str) -> str:
    """« nom du cabinet », but « SIREN » stays."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def text_of(paper: Paper) -> str:
    """A message as plain text, to copy into any mailbox. What nobody knows stays a line to fill.

    A name typed on two lines is on one: nobody adds a line, or a header, to a letter.
    """
    lines = [clean(text) for block in paper.blocks for text in _lines(block)]
    return typeset("\n".join(lines).strip()) + "\n"


def _lines(block: Block) -> list[str]:
    write = _WRITE.get(type(block))
    return [*write(block), ""] if write else []


_WRITE: Final[Mapping[type, Callable[[Any], list[str]]]] = {
    Addresses: lambda block: [
        *filter(None, block.sender), "", *filter(None, block.recipient), *([""] if any(block.recipient) else []),
        block.place,
    ],
    Heading: lambda block: [block.text],
    Paragraph: lambda block: [block.text],
    Bullets: lambda block: [f"- {item}" for item in block.items],
    Steps: lambda block: [f"- {item.title}{f' : {item.note}' if item.note else ''}" for item in block.items],
    Fields: lambda block: [f"{row.label} : {row.value or BLANK}" for row in block.rows],
    Box: lambda block: [block.title, *block.lines],
    Signature: lambda block: [block.who],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """A line of the table of what is recommended, and what was decided."""

    about: str
    title: str
    state: str
    word: str
    reasons: tuple[str, ...]
    remaining: tuple[str, ...]
    decided: str
    url: str


def advice_lines(table: Table, incident: Incident, decisions: Mapping[str, Any], *, may: bool) -> list[AdviceLine]:
    """The register, the CNIL, the patients. `may`: whether the person decides."""
    return [_advice_line(one, incident, decisions, may=may) for one in table.lines]


def _advice_line(one: Advice, incident: Incident, decisions: Mapping[str, Any], *, may: bool) -> AdviceLine:
    state, word = VERDICTS[one.verdict]
    taken = decisions.get(one.about, {}).get("decision", "")
    decided = {"yes": "Décidé : oui", "no": "Décidé : non"}.get(taken, "")
    there = may and one.about != "register" and incident.closed_at is None
    url = reverse("incidents:decision", args=[incident.pk, one.about]) if there else ""
    return AdviceLine(
        one.about, ADVISED[one.about], state, word, one.reasons, one.remaining, typeset(decided), url
    )  # fmt: skip


def title_of(playbook: str) -> str:
    """The kind of incident in words."""
    known = playbooks().get(playbook)
    return typeset(known.title) if known else ""
