"""How serious a leak is: ENISA's method, SE = DPC × EI + CB, every number and word taken from `reference.severity`.

What is not known is counted at its worst, and said so. Nothing is lowered by itself: a person lowers, with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from hygie.core.errors import Refused, UsageError
from hygie.core.french import typeset
from hygie.reference.cnil_form import cnil_form
from hygie.reference.severity import Band, Circumstance, severity_scale

MOST_PEOPLE: Final = 1_000_000_000
UNSURE: Final = "unsure"
"""What a form sends for « je ne sais pas »; nothing at all says the same."""
TERMS: Final = (
    ("c", "confidentiality", "Secret des données"),
    ("i", "integrity", "Exactitude des données"),
    ("a", "availability", "Accès aux données"),
    ("m", "malice", "Intention"),
)
_TOLERANCE: Final = 1e-9
_NOT_KNOWN: Final = frozenset({"", UNSURE, "unknown"})  # « unknown » is also a level: seen by unknown persons


class NotGradable(UsageError):  # noqa: N818 - named after what happened
    """An input of the severity that is not one of the scale."""

    code = "not_gradable"

    def __init__(self, what: str, choices: Sequence[str] = ()) -> None:
        """Name the input, never its value."""
        known = f"Choisissez parmi : {', '.join(choices)}." if choices else "Corrigez-la, ou laissez-la vide."
        super().__init__(typeset(f"La gravité ne peut pas être estimée : {what}."), typeset(known))


class LoweredWithoutReason(Refused):
    """The nature of the data was counted lower than the scale says, and nobody wrote why."""

    code = "lowered_without_reason"

    def __init__(self) -> None:
        """Ask for the reason."""
        super().__init__(
            typeset("La nature des données est comptée plus bas que l'échelle, sans raison écrite."),
            typeset("Écrivez pourquoi, ou reprenez la valeur de l'échelle."),
        )


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the sum: `name` is dpc, ei, c, i, a or m; `assumed` when nobody knows and the worst was taken."""

    name: str
    value: float
    sentence: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """The severity: `score` from 0.25 to 6 (two decimals); `level` a band's id; `cnil` the CNIL's level."""

    score: float
    level: str
    label: str
    cnil: str
    cnil_label: str
    action: str
    terms: tuple[Term, ...]
    lowered: bool
    flags: tuple[str, ...]
    people: int | None
    sentences: tuple[str, ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """The terms nobody knows."""
        return tuple(term.name for term in self.terms if term.assumed)

    def as_facts(self) -> dict[str, Any]:
        """What the papers print (`Dossier.severity`): numbers, levels and sentences, nothing typed."""
        return {
            "score": self.score, "level": self.level, "label": self.label, "cnil": self.cnil,
            "cnil_label": self.cnil_label, "action": self.action, "lowered": self.lowered, "flags": list(self.flags),
            "people": self.people, "assumed": list(self.assumed), "sentences": list(self.sentences),
            "terms": {term.name: term.value for term in self.terms},
        }  # fmt: skip


def assessed(inputs: Mapping[str, Any]) -> Assessment:
    """The severity of the facts of Kind.SEVERITY. NotGradable or LoweredWithoutReason."""
    scale = severity_scale()
    category, lowered = _category(inputs)
    terms = (category, _ease(inputs.get("ease")), *(_circumstance(*term, inputs) for term in TERMS))
    raw = terms[0].value * terms[1].value + sum(term.value for term in terms[2:])
    score = round(min(max(raw, scale.lowest), scale.highest), 2)
    band, people = band_of(score), _people(inputs.get("people"))
    flags = _flags(people, unintelligible=_flag(inputs.get("unintelligible")))
    cnil_label = _cnil_label(band.cnil)
    total = _sum(terms, score, band, cnil_label)
    sentences = (*(term.sentence for term in terms), total, band.sentence, *_flag_sentences(flags))
    told = tuple(typeset(sentence) for sentence in sentences)
    return Assessment(
        score, band.id, band.label, band.cnil, cnil_label, band.action, terms, lowered, flags, people, told
    )


def band_of(score: float) -> Band:
    """The band of a score: the first whose bound is above it."""
    return next(band for band in severity_scale().bands if band.below is None or score < band.below)


def _category(inputs: Mapping[str, Any]) -> tuple[Term, bool]:
    """The nature of the data (the most serious of several), as adjusted; and whether it was lowered."""
    label, base = _base(inputs.get("category"))
    adjusted = inputs.get("adjusted")
    if adjusted is None:
        return Term("dpc", base, f"Nature des données : « {label} » ({_number(base)} sur 4)."), False
    value = _clamped(_finite(adjusted, "la valeur ajustée n'est pas un nombre"))
    lowered = value < base - _TOLERANCE
    if lowered and not _written(inputs.get("reason")):
        raise LoweredWithoutReason
    moved = "baissée" if lowered else "relevée" if value > base + _TOLERANCE else "gardée"
    why = "la raison est écrite au journal" if lowered else f"l'échelle dit {_number(base)}"
    return Term("dpc", value, f"Nature des données : « {label} », {moved} à {_number(value)} sur 4 ; {why}."), lowered


def _base(asked: Any) -> tuple[str, float]:
    scale = severity_scale()
    known = {one.id: (one.label, one.base) for one in scale.categories}
    known |= {one.id: (one.label, one.value) for one in scale.presets}
    names = list(asked) if isinstance(asked, list | tuple) else [asked]
    if not names or any(not isinstance(name, str) or name not in known for name in names):
        raise NotGradable("les données touchées ne sont pas dites", tuple(known))
    return max((known[name] for name in names), key=lambda found: found[1])


def _clamped(value: float) -> float:
    scale = severity_scale()
    return min(max(value, scale.least_category), scale.most_category)


def _written(reason: Any) -> bool:
    return isinstance(reason, str) and bool(reason.strip())


class _Level(Protocol):
    """A level of the scale, of whatever term."""

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def value(self) -> float: ...


def _ease(asked: Any) -> Term:
    label, value, assumed = _level(asked, severity_scale().ease, "« personnes reconnaissables » n'est pas de l'échelle")
    return Term("ei", value, f"Personnes reconnaissables : {label} ({_number(value)} sur 1).", assumed)


def _circumstance(name: str, levels: str, words: str, inputs: Mapping[str, Any]) -> Term:
    choices: tuple[Circumstance, ...] = getattr(severity_scale(), levels)
    problem = f"« {words.lower()} » n'est pas de l'échelle"
    label, value, assumed = _level(inputs.get(name), choices, problem)
    return Term(name, value, f"{words} : {label} (+ {_number(value)}).", assumed)


def _level(asked: Any, choices: Sequence[_Level], problem: str) -> tuple[str, float, bool]:
    """The label and the value of a level asked by its id or its value; the worst when it is not known."""
    ids = [level.id for level in choices]
    if asked is None or (isinstance(asked, str) and asked not in ids and asked in _NOT_KNOWN):
        worst = max(choices, key=lambda level: level.value)
        return f"on ne sait pas encore, compté au plus grave, « {worst.label} »", worst.value, True
    if isinstance(asked, str):
        found = [level for level in choices if level.id == asked]
    else:
        number = _finite(asked, problem)
        found = [level for level in choices if abs(level.value - number) < _TOLERANCE]
    if not found:
        raise NotGradable(problem, ids)
    return f"« {found[-1].label} »", found[-1].value, False


def _finite(asked: Any, problem: str) -> float:
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not abs(asked) <= MOST_PEOPLE:
        raise NotGradable(problem)  # a number that is not one (NaN) is not under the bound either
    return float(asked)


def _people(asked: Any) -> int | None:
    if asked is None:
        return None
    if isinstance(asked, bool) or not isinstance(asked, int) or not 0 <= asked <= MOST_PEOPLE:
        raise NotGradable("le nombre de personnes n'est pas un nombre entier possible")
    return asked


def _flag(asked: Any) -> bool:
    if asked is not None and not isinstance(asked, bool):
        raise NotGradable("« données illisibles sans la clé » se dit par oui ou par non")
    return bool(asked)


def _flags(people: int | None, *, unintelligible: bool) -> tuple[str, ...]:
    many = people is not None and people > severity_scale().many_people
    said = {"many_people": many, "unintelligible": unintelligible}
    return tuple(name for name, raised in said.items() if raised)


def _flag_sentences(flags: Sequence[str]) -> list[str]:
    return [f"{flag.label} {flag.effect}" for flag in severity_scale().flags if flag.id in flags]


def _sum(terms: Sequence[Term], score: float, band: Band, cnil_label: str) -> str:
    first, second, *others = (_number(term.value) for term in terms)
    added = " + ".join(others)
    return (
        f"Gravité : {first} × {second} + ({added}) = {_number(score)} sur 6. "
        f"Elle est {band.label.lower()} (niveau de la CNIL : {cnil_label.lower()})."
    )


def _cnil_label(level: str) -> str:
    return next(choice.label for choice in cnil_form().severity if choice.id == level)


def _number(value: float) -> str:
    """« 4 », « 4,5 », « 0,25 »."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
