"""The whole set: every probe answers on a Mac that says nothing, through the collector as people run it."""

from collections.abc import Callable

import pytest

from hygie.probes import facts
from hygie.probes.collect import collect
from hygie.probes.facts import Absent, Unknown
from hygie.probes.machine import CannotTell, NotThere
from hygie.probes.macos import PROBES

CERTAIN_WITHOUT_A_WORD = {facts.CardMiddleware}


def test_at_least_twenty_five_facts_are_covered() -> None:
    assert len(PROBES) >= 25


@pytest.mark.parametrize("kind", PROBES, ids=lambda kind: kind.__name__)
def test_a_mac_that_says_nothing_gets_no_invented_answer(kind: type, mac: Callable[..., object]) -> None:
    try:
        answer = PROBES[kind](mac())
    except (CannotTell, NotThere):
        return
    else:
        assert isinstance(answer, kind)
        assert kind in CERTAIN_WITHOUT_A_WORD


def test_the_collector_turns_every_answer_into_a_fact_unknown_or_absent(mac: Callable[..., object]) -> None:
    gathered = collect(mac(), PROBES)
    for kind in PROBES:
        answer = gathered.get(kind)
        assert isinstance(answer, (kind, Unknown, Absent))
        assert not (isinstance(answer, Unknown) and "n'a pas compris la réponse de l'ordinateur" in answer.reason)
