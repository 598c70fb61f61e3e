"""Rules are called only with facts that are known: what is hidden or absent never reaches them."""

from dataclasses import fields, is_dataclass

import pytest

from hygie.checkup import registry
from hygie.checkup.registry import MeasuredCheck, check
from hygie.core.finding import Outcome, Verdict, passed
from hygie.probes import facts as known_facts
from hygie.probes.collect import Facts
from hygie.probes.facts import Absent, Firewall, Moment, Proxy, Unknown
from tests.checkup.build import CHECKS, IN_ORDER, RULES, absent, facts

HIDDEN = "Il faut les droits d'administrateur."
every_rule = pytest.mark.parametrize("check_id", RULES)
FACT_TYPES = {
    kind
    for kind in vars(known_facts).values()
    if is_dataclass(kind) and isinstance(kind, type) and kind.__module__.startswith(known_facts.__name__)
}
PARTS = {"Unknown", "Absent", "Moment", "Volume", "Medium", "Listener", "Share", "SensitiveFile", "MailAccount"}


def test_every_fact_type_serves_a_rule_and_every_rule_takes_fact_types() -> None:
    needed = {kind for rule in RULES.values() for kind in rule.needs}
    assert needed - {Moment} == {kind for kind in FACT_TYPES if kind.__name__ not in PARTS}
    assert {type(fact) for fact in IN_ORDER} == needed - {Moment}


def test_a_computer_in_order_passes_every_rule() -> None:
    wrong = {
        name: verdict for name, rule in RULES.items() if (verdict := rule.judge(facts())).outcome != Outcome.PASSED
    }
    assert wrong == {}


@every_rule
def test_a_hidden_fact_makes_the_check_unknown_with_its_reason(check_id: str) -> None:
    for kind in RULES[check_id].needs:
        assert RULES[check_id].judge(facts().without(kind, HIDDEN)) == Verdict(Outcome.UNKNOWN, HIDDEN, {})


@every_rule
def test_an_absent_fact_makes_the_check_not_applicable_with_its_reason(check_id: str) -> None:
    for kind in RULES[check_id].needs:
        if kind is not Moment:
            verdict = RULES[check_id].judge(absent(facts(), kind, "Aucun réseau Wi-Fi."))
            assert verdict == Verdict(Outcome.NOT_APPLICABLE, "Aucun réseau Wi-Fi.", {})


@every_rule
def test_what_nobody_looked_for_is_unknown(check_id: str) -> None:
    verdict = RULES[check_id].judge(Facts({}))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.summary == "Hygie ne sait pas encore le mesurer sur ce système."


def test_hidden_wins_over_absent_because_nothing_is_concluded_from_half_a_look() -> None:
    rule = MeasuredCheck("x", lambda _wall, _proxy: passed("Bon."), (Firewall, Proxy))
    both = Facts({Firewall: Absent("Aucun pare-feu."), Proxy: Unknown(HIDDEN)})
    assert rule.judge(both).outcome is Outcome.UNKNOWN


def test_a_check_has_a_single_rule() -> None:
    def second(wall: Firewall) -> Verdict:
        raise AssertionError(wall)

    with pytest.raises(ValueError, match="two rules"):
        check("access-firewall")(second)
    assert registry.measured_checks()["access-firewall"].rule is not second


@every_rule
def test_a_rule_never_sees_the_machine(check_id: str) -> None:
    assert all(kind.__module__.startswith(known_facts.__name__) for kind in RULES[check_id].needs)
    assert CHECKS[check_id].answer == "measured"


def test_hiding_a_fact_leaves_the_others() -> None:
    hidden = facts().without(Firewall, HIDDEN)
    assert hidden.get(Firewall) == Unknown(HIDDEN)
    assert hidden.get(Proxy) == Proxy(configured=False)
    assert facts().get(Firewall) == Firewall(active=True, mechanism="nftables")
    assert [field.name for field in fields(Unknown)] == ["reason"]
