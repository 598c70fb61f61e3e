"""The severity is worked out by the server, shown before it is written, and lowered only with a reason."""

import pytest
from django.utils import timezone

from hygie.incident.events import Kind
from hygie.incident.severity import UNSURE
from hygie.reference.severity import severity_scale
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.journal.flows import Actor
from tests.web.incidents.conftest import state, text
from tests.web.incidents.papers_kit import CANARY, GRAVE, LEAK, events, url


def sent_for(vector):
    """The answers of the page that make this worked case."""
    scale = severity_scale()

    def last(levels, value):
        return [one.id for one in levels if one.value == value][-1]

    category = next(one.id for one in scale.categories if one.base == vector.dpc)
    return {
        "categories": [category], "ease": last(scale.ease, vector.ease), "c": last(scale.confidentiality, vector.c),
        "i": last(scale.integrity, vector.i), "a": last(scale.availability, vector.a),
        "m": last(scale.malice, vector.m),
    }  # fmt: skip


@pytest.mark.parametrize("vector", severity_scale().vectors, ids=lambda one: one.case)
def test_every_worked_case_gives_its_score_on_the_page(holder, incident, vector):
    page = text(holder.post(url(incident, "gravite/"), {**sent_for(vector), "calculer": "1"}))
    band = next(one for one in severity_scale().bands if one.id == vector.band)
    score = f"{vector.score:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    assert f"Gravité {band.label.lower()} : {score} sur 6" in page.replace(f"{score}0 ", f"{score} ")


def test_trying_writes_nothing_and_says_so(holder, incident):
    page = text(holder.post(url(incident, "gravite/"), {**GRAVE, "calculer": "1"}))
    assert "Résultat, pas encore enregistré" in page
    assert events(incident, Kind.SEVERITY) == []


def test_saving_writes_one_line_and_shows_what_is_recommended(holder, incident):
    for _ in range(2):
        answer = holder.post(url(incident, "gravite/"), GRAVE)
        assert answer.status_code == 302
    assert len(events(incident, Kind.SEVERITY)) == 1
    held = state(incident).severity
    assert (held["category"], held["ease"], held["people"], held["adjusted"]) == ("record", "maximum", 250, None)
    page = text(holder.get(url(incident, "gravite/")))
    assert "Le résultat enregistré" in page
    assert "Prévenir les patients" in page
    assert "Plus de 100 personnes sont touchées." in page


def test_several_kinds_of_data_count_as_the_most_serious(holder, incident):
    holder.post(url(incident, "gravite/"), {**GRAVE, "presets": ["suppliers", "record"], "categories": ["simple"]})
    assert state(incident).severity["category"] == ["suppliers", "record", "simple"]
    assert "Dossier, compte rendu" in text(holder.get(url(incident, "gravite/")))


def test_what_nobody_knows_is_counted_at_its_worst(holder, incident):
    unknown = {**GRAVE, **dict.fromkeys(("ease", "c", "i", "a", "m"), UNSURE)}
    page = text(holder.post(url(incident, "gravite/"), {**unknown, "calculer": "1"}))
    assert "Gravité très élevée : 6 sur 6" in page
    assert "compté au plus grave" in page


def test_lowering_asks_why_and_the_reason_stays_in_the_incident(holder, incident):
    lowered = {**GRAVE, "adjusted": "2"}
    answer = holder.post(url(incident, "gravite/"), lowered)
    assert answer.status_code == 422
    assert "comptée plus bas que l’échelle, sans raison écrite" in text(answer)
    holder.post(url(incident, "gravite/"), {**lowered, "reason": f"Seule {CANARY} est touchée."})
    assert state(incident).severity["adjusted"] == 2.0
    recommended = text(holder.get(url(incident, "decision/cnil/")))
    assert "relisez la raison écrite" in recommended
    assert CANARY not in recommended


@pytest.mark.parametrize("missing", ["ease", "c", "i", "a", "m", "presets"])
def test_each_question_needs_an_answer(holder, incident, missing):
    answer = holder.post(url(incident, "gravite/"), {name: value for name, value in GRAVE.items() if name != missing})
    assert answer.status_code == 422
    assert events(incident, Kind.SEVERITY) == []


@pytest.mark.parametrize("wrong", [
    {"ease": "inventé"}, {"presets": ["inventé"]}, {"people": "-1"}, {"adjusted": "9"}, {"adjusted": "nan"},
    {"reason": "x" * 5_000},
])  # fmt: skip
def test_a_forged_answer_is_refused(holder, incident, wrong):
    assert holder.post(url(incident, "gravite/"), {**GRAVE, **wrong}).status_code == 422
    assert events(incident, Kind.SEVERITY) == []


def test_the_number_of_persons_comes_from_what_is_known_of_the_leak(holder, incident):
    holder.post(url(incident, "fuite/"), LEAK)
    assert 'name="people" value="250"' in text(holder.get(url(incident, "gravite/")))


def test_a_colleague_s_estimate_is_not_written_over_unread(client_for, incident):
    client_for(Role.SECRETARY).post(url(incident, "gravite/"), {**GRAVE, "seen": "0"})
    answer = client_for(Role.HOLDER).post(url(incident, "gravite/"), {**GRAVE, "people": "3", "seen": "0"})
    assert answer.status_code == 409
    assert state(incident).severity["people"] == 250


def test_a_closed_incident_can_still_be_tried_but_not_graded(holder, incident, members):
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "", now=timezone.localtime())
    assert holder.post(url(incident, "gravite/"), GRAVE).status_code == 409
    assert holder.post(url(incident, "gravite/"), {**GRAVE, "calculer": "1"}).status_code == 200


def test_only_those_who_decide_are_led_to_the_decisions(client_for, incident):
    assert "/decision/cnil/" in text(client_for(Role.PARTNER).get(url(incident, "gravite/")))
    assert "/decision/" not in text(client_for(Role.SECRETARY).get(url(incident, "gravite/")))
