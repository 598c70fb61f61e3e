"""The register of breaches: every incident by itself, false alarms apart, exports that no spreadsheet runs."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hygie.documents.breach_register import COLUMNS
from hygie.incident.errors import NotAReceipt
from hygie.incident.events import Kind
from hygie.incident.state import Reply
from hygie.web.accounts.access import Role
from hygie.web.incidents import flows
from hygie.web.incidents.dossier import register_of
from hygie.web.journal.flows import Actor
from tests.documents.reading import dense, pdf_text
from tests.web.incidents.conftest import text
from tests.web.incidents.papers_kit import LEAK, plant, url


def rows_of(answer):
    found = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def test_it_is_empty_and_says_what_fills_it(holder):
    assert "Aucune violation inscrite" in text(holder.get("/rgpd/fuites/"))
    assert rows_of(holder.get("/rgpd/fuites.csv")) == []


def test_an_incident_is_in_it_with_what_is_known(holder, incident):
    holder.post(url(incident, "fuite/"), LEAK)
    holder.post(url(incident, "decision/cnil/"), {"decision": "yes", "yes": ["cnil_yes_risk"]})
    page = text(holder.get("/rgpd/fuites/"))
    assert incident.reference in page
    assert "Perte de confidentialité" in page
    assert "Oui, le" in page
    (row,) = rows_of(holder.get("/rgpd/fuites.csv"))
    assert list(row) == list(COLUMNS.values())
    assert (row["Numéro"], row["Personnes"]) == (incident.reference, "250")
    told = dense(pdf_text(holder.get("/rgpd/fuites.pdf").content))
    assert incident.reference in told
    assert "Donnéesdesanté" in told


def test_two_incidents_are_two_rows_the_latest_first(holder, open_one):
    first, second = open_one(), open_one("paper")
    page = text(holder.get("/rgpd/fuites/"))
    assert page.index(second.reference) < page.index(first.reference)
    assert [row["Numéro"] for row in rows_of(holder.get("/rgpd/fuites.csv"))] == [second.reference, first.reference]


def test_a_false_alarm_is_in_a_second_list(holder, incident, members):
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "", now=timezone.localtime())
    page = text(holder.get("/rgpd/fuites/"))
    assert "Fausses alertes" in page
    assert "Aucune violation inscrite" in page
    assert rows_of(holder.get("/rgpd/fuites.csv")) == []


def test_no_cell_is_a_formula_and_no_name_is_in_it(holder, incident, members):
    plant(incident, members[Role.HOLDER])
    actor, now = Actor.of(members[Role.HOLDER]), timezone.localtime()
    with pytest.raises(NotAReceipt):
        flows.answer_step(actor, incident, "complaint", Reply.DONE, now=now, receipt="=1+1")
    facts = {"step": "complaint", "reply": "fait", "receipt": "=1+1"}
    flows.append(actor, incident, Kind.STEP, facts, "Comme l'écrirait une version qui ne le refuse pas.", now=now)
    (row,) = rows_of(holder.get("/rgpd/fuites.csv"))
    assert not any(re.match(r"\s*[=+@\t-]", cell) for cell in row.values())
    assert "Quatrebarbes" not in str(row)


def test_another_practice_s_incidents_are_not_in_it(holder, other_practice):
    now = timezone.localtime()
    flows.open_incident(Actor.system(other_practice.pk), other_practice, flows.Opening("ransomware", now), now=now)
    assert "Aucune violation inscrite" in text(holder.get("/rgpd/fuites/"))


@pytest.mark.parametrize(("role", "status"), [
    (Role.HOLDER, 200), (Role.PARTNER, 200), (Role.SECRETARY, 200), (Role.AUDITOR, 200), (Role.LOCUM, 403),
    (Role.IT_PROVIDER, 403),
])  # fmt: skip
def test_who_reads_it(client_for, incident, role, status):
    for path in ("/rgpd/fuites/", "/rgpd/fuites.csv", "/rgpd/fuites.pdf"):
        assert client_for(role).get(path).status_code == status


def test_there_is_no_other_form(holder):
    assert holder.get("/rgpd/fuites.exe").status_code == 404


def test_it_is_read_in_a_constant_number_of_queries(numbers, open_one, django_assert_num_queries):
    open_one()
    with CaptureQueriesContext(connection) as one:
        register_of(numbers, timezone.localtime())
    for playbook in ("paper", "lost_device", "phishing", "intrusion"):
        open_one(playbook)
    with django_assert_num_queries(len(one)):
        assert len(register_of(numbers, timezone.localtime())) == 5
