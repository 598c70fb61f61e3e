"""Which function judges which check, and which facts it needs: read from its own annotations.

A rule is a pure function of facts. When one of its facts is unknown, the verdict is unknown and the rule is not
even called; when one is absent, the check is not applicable. So a rule never has to guess.
"""

import importlib
import pkgutil
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from hygie.core.finding import Verdict, not_applicable, unknown
from hygie.probes.collect import Facts
from hygie.probes.facts import Absent, Unknown

Rule = Callable[..., Verdict]
_rules: dict[str, "MeasuredCheck"] = {}


@dataclass(frozen=True)
class MeasuredCheck:
    """A rule with the types of the facts it takes, in order."""

    check_id: str
    rule: Rule
    needs: tuple[type, ...]

    def judge(self, facts: Facts) -> Verdict:
        """The verdict on these facts."""
        values = [facts.get(kind) for kind in self.needs]
        if blind := next((value for value in values if isinstance(value, Unknown)), None):
            return unknown(blind.reason)
        if nothing := next((value for value in values if isinstance(value, Absent)), None):
            return not_applicable(nothing.reason)
        return self.rule(*values)


def check(check_id: str) -> Callable[[Rule], Rule]:
    """Register a rule under the identifier of its text in the catalogue."""

    def register(rule: Rule) -> Rule:
        if check_id in _rules:
            raise ValueError(f"{check_id} has two rules")
        hints = typing.get_type_hints(rule)
        hints.pop("return")
        _rules[check_id] = MeasuredCheck(check_id, rule, tuple(hints.values()))
        return rule

    return register


@cache
def measured_checks() -> Mapping[str, MeasuredCheck]:
    """Every rule, by the identifier of its check."""
    from hygie.checkup import checks

    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{checks.__name__}.{module.name}")
    return _rules
