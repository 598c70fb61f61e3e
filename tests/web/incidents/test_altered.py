"""Whoever writes in the database behind Hygie's back takes no page down, and every page of the incident says it."""

import pytest
from django.db import connection

from hygie.web.accounts.access import Role
from tests.web.incidents.conftest import text

CHANGES = {
    "kind": "UPDATE incidents_incidentevent SET kind = 'zzz' WHERE rank = 1",
    "another-kind": "UPDATE incidents_incidentevent SET kind = 'decision' WHERE rank = 1",
    "empty": "UPDATE incidents_incidentevent SET facts = '' WHERE rank = 1",
    "unsealed": "UPDATE incidents_incidentevent SET facts = 'abc' WHERE rank = 1",
    "gone": "DELETE FROM incidents_incidentevent WHERE rank = 1",
}
WARNING = "Le journal de cet incident a été modifié après coup."


@pytest.mark.parametrize("change", CHANGES)
def test_no_page_falls_and_the_room_says_it(client_for, incident, change):
    with connection.cursor() as cursor:
        cursor.execute(CHANGES[change])
    holder = client_for(Role.HOLDER)
    for path in ("/", "/incidents/", "/continuite/", "/rgpd/fuites/", "/rgpd/fuites.csv", "/anormal/"):
        assert holder.get(path).status_code == 200, path
    for path in ("", "journal/", "delais/", "preuves/", "cloturer/"):
        answer = holder.get(f"/incidents/{incident.pk}/{path}")
        assert answer.status_code == 200, path
        assert WARNING in text(answer)


def test_an_incident_as_it_was_written_says_nothing_of_the_kind(client_for, incident):
    assert WARNING not in text(client_for(Role.HOLDER).get(f"/incidents/{incident.pk}/"))
