"""Any finding, and any computer: a value of every fact type, `Unknown` or `Absent`, drawn from the types themselves."""

import types
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from hygie.checkup.answers import Answer, Answers
from hygie.core.finding import Finding, Measure, Origin, Outcome, Waiver
from hygie.core.severity import Severity
from hygie.probes import facts as f
from hygie.probes.collect import Facts
from hygie.reference.lists import ports, software_support, system_support
from tests.checkup.build import ASKED, CHECKS, IN_ORDER, NOW, TODAY, finding

MOMENTS = st.integers(-30 * 24, 500 * 24).map(lambda hours: NOW - timedelta(hours=hours))
WORDS = st.sampled_from(
    ["", "restic", "AnyDesk", "ameli.fr", "5.2", "24H2", "n'importe quoi ?", "²", "é" * 60, "{}", "{0}"]
)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 30) | st.integers(0, 4000),
    float: st.floats(0, 1),
    bool: st.booleans(),
    str: WORDS | st.text(max_size=12),
    datetime: MOMENTS,
    type(None): st.none(),
}


def any_of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one form of type a line
    """A strategy for a type hint of hygie.probes.facts."""
    if hint in OWN:
        return OWN[hint]
    if hint in SIMPLE:
        return SIMPLE[hint]
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(any_of, inside))
    if origin is tuple:
        return st.lists(any_of(inside[0]), max_size=4).map(tuple)
    if origin is Mapping:
        return st.dictionaries(any_of(inside[0]), any_of(inside[1]), max_size=4)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert isinstance(hint, type), hint
    assert is_dataclass(hint), hint
    return st.builds(hint, **{name: any_of(inner) for name, inner in typing.get_type_hints(hint).items()})


OWN: dict[Any, st.SearchStrategy[Any]] = {
    f.Listener: st.builds(f.Listener, st.sampled_from([*ports(), 49_999]), WORDS),
    f.SystemRelease: st.sampled_from(system_support()).map(
        lambda entry: f.SystemRelease(entry.product, entry.version, f"{entry.product} {entry.version}")
    ),
    f.InstalledSoftware: st.dictionaries(
        st.sampled_from(["firefox", "python2.7", "php7.4", "nodejs", *(entry.name for entry in software_support())]),
        st.sampled_from(["", "2.7", "16.1-nodesource", "140"]),
        max_size=4,
    ).map(f.InstalledSoftware),
    f.CardMiddleware: (st.none() | st.sampled_from(["5.2.2", "5.0", "", "cps", "²"])).map(f.CardMiddleware),
}
KINDS = tuple(type(fact) for fact in IN_ORDER)


def any_fact(good: object) -> st.SearchStrategy[Any]:
    """One fact: in order, of any value, hidden or absent."""
    return st.one_of(
        st.just(good),
        any_of(type(good)),
        st.just(f.Unknown("Il faut les droits d'administrateur.")),
        st.just(f.Absent("Rien de tel sur cet ordinateur.")),
    )


def any_facts() -> st.SearchStrategy[Facts]:
    """A whole computer: every fact type is drawn."""
    drawn = st.fixed_dictionaries({type(good): any_fact(good) for good in IN_ORDER})
    return drawn.map(lambda by_type: Facts({f.Moment: f.Moment(NOW), **by_type}))


def any_answers() -> st.SearchStrategy[Answers]:
    """Every question answered somehow, with exceptions to some checks."""
    answer = st.sampled_from(["yes", "yes", "yes", "no", "unknown", "not_applicable", "waiting"])
    told = st.fixed_dictionaries({check.id: answer for check in ASKED})
    excepted = st.sets(st.sampled_from(sorted(CHECKS)), max_size=6)
    return st.builds(_answers, told, excepted)


def _answers(told: dict[str, Any], excepted: set[str]) -> Answers:
    return Answers(
        {check_id: Answer(check_id, answer, TODAY, proof="contrat") for check_id, answer in told.items()},
        {check_id: Waiver("Le scanner l'exige.", TODAY + timedelta(days=30)) for check_id in excepted},
    )


def any_finding() -> st.SearchStrategy[Finding]:
    """A finding of a check that exists, with an origin and an exception that its outcome allows."""
    return st.builds(
        _finding,
        st.sampled_from(sorted(CHECKS)),
        st.sampled_from(Outcome),
        st.sampled_from(Severity),
        st.sampled_from([Origin.MEASURED, Origin.DECLARED, Origin.PROVED]),
        st.booleans(),
    )


def _finding(check_id: str, outcome: Outcome, severity: Severity, origin: Origin, excepted: bool) -> Finding:  # noqa: FBT001
    made = finding(
        outcome, severity, Measure(check_id.partition("-")[0]), check_id=check_id, minutes=CHECKS[check_id].minutes
    )
    waived = Waiver("Le scanner l'exige.", TODAY) if excepted and outcome is Outcome.FAILED else None
    return replace(made, origin=Origin.UNKNOWN if outcome is Outcome.UNKNOWN else origin, exception=waived)


def any_findings() -> st.SearchStrategy[list[Finding]]:
    """Findings of different checks, of any measures."""
    return st.lists(any_finding(), max_size=25, unique_by=lambda one: one.check_id)
