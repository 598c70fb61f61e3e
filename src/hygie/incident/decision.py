"""Register, CNIL, patients: what is recommended for each, and why, in words. A person decides; in doubt, one notifies.

The patients are looked at on their own, even when the CNIL is not notified. Sentences of reasons come from dated data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from hygie.core.french import typeset
from hygie.incident.severity import Assessment
from hygie.incident.state import State
from hygie.reference.cnil_form import ArticleException, Reason, cnil_form
from hygie.reference.law import deadlines

About = Literal["register", "cnil", "patients"]
REGISTER_ARTICLE: Final = "article 33, paragraphe 5, du RGPD"


class Verdict(StrEnum):
    """What is recommended."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Advice:
    """One line of the table. `suggested` are ids of `cnil_form().reasons`; `remaining` is what is left to do."""

    about: About
    verdict: Verdict
    reasons: tuple[str, ...]
    remaining: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The three lines."""

    register: Advice
    cnil: Advice
    patients: Advice

    @property
    def lines(self) -> tuple[Advice, ...]:
        """The lines in their order."""
        return self.register, self.cnil, self.patients


def recommended(assessment: Assessment | None, state: State) -> Table:
    """The table for this severity; None while nobody graded it, which is a doubt."""
    if state.false_alarm:
        return _false_alarm()
    return Table(_register(), _cnil(assessment, state), _patients(assessment, state))


def _advice(
    about: About, verdict: Verdict, *reasons: str, remaining: tuple[str, ...] = (), suggested: tuple[str, ...] = ()
) -> Advice:
    told = tuple(typeset(reason) for reason in reasons)
    return Advice(about, verdict, told, tuple(typeset(one) for one in remaining), suggested)


def _false_alarm() -> Table:
    why = "Fausse alerte : aucune donnée personnelle n'est touchée."
    noted = f"Elle reste notée au registre, avec ce qui a été vérifié ({REGISTER_ARTICLE})."
    return Table(
        _advice("register", Verdict.YES, why, noted),
        _advice("cnil", Verdict.NO, why, suggested=("cnil_no_no_data",)),
        _advice("patients", Verdict.NO, why, suggested=("patients_no_no_data",)),
    )


def _register() -> Advice:
    why = f"Toute fuite s'inscrit au registre du cabinet, même quand la CNIL n'est pas prévenue ({REGISTER_ARTICLE})."
    return _advice("register", Verdict.YES, why)


def _cnil(assessment: Assessment | None, state: State) -> Advice:
    if assessment is None or assessment.assumed:
        return _cnil_in_doubt(assessment, state)
    beside = _beside(assessment)
    if assessment.action != "register":
        told = ("cnil_yes_risk", *(("cnil_yes_provider",) if _provider_told(state) else ()))
        return _advice("cnil", Verdict.YES, _graded(assessment), *_said(told), *beside, suggested=told)
    article = _short(deadlines()["cnil"].article)
    low = f"{_graded(assessment)} Un risque pour les personnes paraît improbable ({article})."
    if "many_people" in assessment.flags:
        doubt = "Beaucoup de personnes sont touchées : en cas de doute, notifiez."
        return _advice("cnil", Verdict.UNSURE, low, doubt, *beside, suggested=("cnil_yes_doubt",))
    justify = "Choisissez la raison de ne pas notifier : elle reste au registre."
    return _advice("cnil", Verdict.NO, low, *beside, remaining=(justify,))


def _cnil_in_doubt(assessment: Assessment | None, state: State) -> Advice:
    doubt = "La gravité n'est pas encore estimée." if assessment is None else _assumed(assessment)
    unsure = (
        () if state.aware_at else ("On ne sait pas encore si des données sont touchées : cherchez-le sans tarder.",)
    )
    complete = "Envoyez ce que vous savez. Vous compléterez plus tard."
    told = ("cnil_yes_doubt",)
    return _advice("cnil", Verdict.YES, doubt, *unsure, *_said(told), remaining=(complete,), suggested=told)


def _patients(assessment: Assessment | None, state: State) -> Advice:
    article = _short(deadlines()["patients"].article)
    if assessment is None or (assessment.assumed and assessment.action == "persons"):
        doubt = "La gravité n'est pas encore estimée." if assessment is None else _assumed(assessment)
        high = f"Prévenez les patients dès que le risque paraît élevé ({article})."
        return _advice("patients", Verdict.UNSURE, doubt, high, "La CNIL peut le demander (article 34, paragraphe 4).")
    beside = (*_beside(assessment), *_apart(state))
    if assessment.action != "persons":
        told: tuple[str, ...] = ("patients_no_low",)
        return _advice("patients", Verdict.NO, _graded(assessment), *_said(told), *beside, suggested=told)
    if "unintelligible" in assessment.flags:
        return _maybe_unintelligible(assessment, beside)
    told = ("patients_yes_high", *(("patients_yes_health",) if _health(state) else ()))
    one_by_one = "Une lettre pour chacun, qui ne parle que de cela. Gardez-en la date et le nombre."
    said = (_graded(assessment), *_said(told), *beside)
    return _advice("patients", Verdict.YES, *said, remaining=(one_by_one,), suggested=told)


def _maybe_unintelligible(assessment: Assessment, beside: tuple[str, ...]) -> Advice:
    """Encryption does not lower the score; it may be the first exception, which a person must judge."""
    exempt = cnil_form().exceptions[0]
    said = f"Une exception est possible : {_lower(exempt.sentence)} ({_lower(exempt.article)})."
    told = ("patients_no_exception",)
    return _advice(
        "patients", Verdict.UNSURE, _graded(assessment), said, *beside, remaining=(exempt.remains,), suggested=told
    )


def _graded(assessment: Assessment) -> str:
    return f"La gravité est {assessment.label.lower()} (niveau de la CNIL : {assessment.cnil_label.lower()})."


def _assumed(assessment: Assessment) -> str:
    return f"{_graded(assessment)} Ce que l'on ne sait pas encore est compté au plus grave."


def _beside(assessment: Assessment) -> tuple[str, ...]:
    """What is said beside the score, without changing it."""
    lowered = "La nature des données est comptée plus bas que l'échelle : relisez la raison écrite."
    many = "Beaucoup de personnes sont touchées : cela pèse sur la décision."
    return (
        *((lowered,) if assessment.lowered else ()),
        *((many,) if "many_people" in assessment.flags and assessment.action != "register" else ()),
    )


def _apart(state: State) -> tuple[str, ...]:
    decision = state.decisions.get("cnil")
    if decision is None or decision["decision"] == "yes":
        return ()
    return ("La CNIL n'est pas prévenue : la question des patients se pose quand même.",)


def _provider_told(state: State) -> bool:
    return bool(state.breach.get("provider_notified_on")) or state.settled("provider_notice")


def _health(state: State) -> bool:
    return "health" in (state.breach.get("data_category") or ())


def why(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The reasons of a decision (facts of Kind.DECISION) written out, its exception and what it leaves to do.

    Identifiers that the form does not know are passed over.
    """
    known = {reason.id: reason for reason in cnil_form().reasons}
    reasons = [known[name] for name in facts.get("reasons") or () if name in known]
    told = [_with_article(reason) for reason in reasons]
    exempt = exception(str(facts.get("exception") or ""))
    if exempt is not None and facts.get("decision") == "no":
        told += [_with_article(exempt), exempt.remains]
    return tuple(typeset(sentence) for sentence in told)


def remaining(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What a decision not to tell the patients one by one leaves to do: under c, a public communication."""
    exempt = exception(str(facts.get("exception") or ""))
    return (typeset(exempt.remains),) if exempt is not None and facts.get("decision") == "no" else ()


def exception(name: str) -> ArticleException | None:
    """The exception "a", "b" or "c" of article 34(3); None for another name."""
    return next((one for one in cnil_form().exceptions if one.id == name), None)


def _said(names: tuple[str, ...]) -> tuple[str, ...]:
    known = {reason.id: reason for reason in cnil_form().reasons}
    return tuple(_with_article(known[name]) for name in names)


def _with_article(reason: Reason | ArticleException) -> str:
    return f"{reason.sentence.removesuffix('.')} ({_lower(reason.article)})."


def _short(article: str) -> str:
    """« article 33 du RGPD »: without the regulation's own number."""
    return _lower(article.partition(" (")[0])


def _lower(text: str) -> str:
    """The text as it goes on in a sentence: small first letter, no full stop."""
    return text[:1].lower() + text[1:].removesuffix(".")
