"""Evidence through the browser: kept, dated, copied with its trace; its name never leaves in a file's name."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hygie.core.clock import PARIS
from hygie.incident.events import Kind
from hygie.web.accounts.access import Role
from hygie.web.accounts.models import Member
from hygie.web.incidents import flows, forms_room, selectors
from hygie.web.incidents.models import Incident, IncidentEvent
from hygie.web.journal.flows import Actor
from tests.web.incidents.conftest import state, text

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
NAME = "Madame Zéphyrine Canari.png"
KEEPERS = [Role.HOLDER, Role.PARTNER, Role.SECRETARY, Role.IT_PROVIDER]


def url(incident: Incident, name: str = "evidence", *more: Any) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk, *more])


def send(client: Client, incident: Incident, name: str = "écran.png", content: bytes = PNG, **more: Any) -> Any:
    return client.post(url(incident), {"file": SimpleUploadedFile(name, content), **more})


@pytest.mark.parametrize("role", KEEPERS)
def test_who_may_adds_and_takes_a_copy(client_for: Callable[[Role], Client], incident: Incident, role: Role) -> None:
    client = client_for(role)
    assert send(client, incident, taken_at="2026-11-10T08:27").status_code == 302
    (piece,) = state(incident).pieces
    assert piece.sha256 == hashlib.sha256(PNG).hexdigest()
    assert piece.taken_at == datetime(2026, 11, 10, 8, 27, tzinfo=PARIS)
    assert piece.source == "web"
    copy = client.post(url(incident, "piece", 1))
    assert b"".join(copy.streaming_content) == PNG
    last = selectors.events_of(incident)[-1]
    assert (last.kind, last.facts["act"]) == (Kind.CUSTODY, "copied")


@pytest.mark.parametrize("role", [Role.LOCUM, Role.AUDITOR])
def test_who_may_not_sees_none(client_for: Callable[[Role], Client], incident: Incident, role: Role) -> None:
    send(client_for(Role.HOLDER), incident, NAME)
    client, before = client_for(role), IncidentEvent.objects.count()
    assert client.get(url(incident)).status_code == 403
    assert client.post(url(incident, "piece", 1)).status_code == 403
    assert send(client, incident).status_code == 403
    assert IncidentEvent.objects.count() == before
    for page in ("room", "journal"):
        assert "Canari" not in text(client.get(url(incident, page)))


def test_the_copy_is_named_by_its_number(holder: Client, incident: Incident) -> None:
    send(holder, incident, NAME)
    copy = holder.post(url(incident, "piece", 1))
    assert copy["Content-Disposition"] == f'attachment; filename="incident-{incident.reference}-piece-1.png"'
    assert copy["Content-Type"] == "application/octet-stream"
    assert copy["X-Content-Type-Options"] == "nosniff"


def test_reading_the_page_writes_nothing_and_a_copy_is_never_a_link(holder: Client, incident: Incident) -> None:
    send(holder, incident)
    before = IncidentEvent.objects.count()
    holder.get(url(incident))
    assert holder.get(url(incident, "piece", 1)).status_code == 405
    assert IncidentEvent.objects.count() == before


def test_sent_twice_it_is_one_piece(holder: Client, incident: Incident) -> None:
    send(holder, incident)
    send(holder, incident)
    assert len(state(incident).pieces) == 1


def test_another_practice_has_no_piece_of_ours(holder: Client, incident: Incident, other_practice: Any) -> None:
    from tests.web.conftest import client_of, make_member

    send(holder, incident)
    theirs = client_of(make_member(other_practice, Role.HOLDER))
    assert theirs.post(url(incident, "piece", 1)).status_code == 404


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"taken_at": "hier"}, "Écrivez un jour et une heure"),
        ({"taken_at": "1999-01-01T00:00"}, "Écrivez un jour et une heure"),
        ({"taken_at": "2126-11-10T08:27"}, "dans l’avenir"),
        ({"content": b""}, "Ce fichier est vide."),
    ],
)
def test_what_cannot_be_is_said(holder: Client, incident: Incident, more: dict[str, Any], said: str) -> None:
    response = send(holder, incident, **more)
    assert response.status_code == 422
    assert said in text(response)
    assert state(incident).pieces == ()


def test_no_file_is_said(holder: Client, incident: Incident) -> None:
    assert "Choisissez un fichier." in text(holder.post(url(incident), {}))


def test_a_file_beyond_the_bound_is_refused(
    holder: Client, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms_room, "LARGEST_FILE", 100)
    assert "dépasse 50 Mo" in text(send(holder, incident))
    assert state(incident).pieces == ()


@pytest.mark.parametrize("name", ["../../etc/passwd", "<script>alert(1)</script>.png", "a\u202egnp.exe", "x" * 5000])
def test_a_hostile_name_stays_text(holder: Client, incident: Incident, name: str) -> None:
    send(holder, incident, name)
    page = holder.get(url(incident)).content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "/etc/" not in page


def test_an_unknown_piece_is_said(holder: Client, incident: Incident) -> None:
    response = holder.post(url(incident, "piece", 9), follow=True)
    assert response.status_code == 200
    assert "pièce" in text(response)


def test_a_closed_incident_takes_no_more(holder: Client, incident: Incident, members: dict[Role, Member]) -> None:
    send(holder, incident)
    flows.dismiss(Actor.of(members[Role.HOLDER]), incident, "rien", now=timezone.localtime())
    assert send(holder, incident, content=PNG + b"2").status_code == 422
    assert len(state(incident).pieces) == 1
    assert "Garder cette preuve" not in text(holder.get(url(incident)))
    assert holder.post(url(incident, "piece", 1)).status_code == 200


def test_the_room_shows_when_it_was_taken_and_when_it_was_added(holder: Client, incident: Incident) -> None:
    taken = timezone.localtime() - timedelta(days=2)
    send(holder, incident, taken_at=taken.strftime("%Y-%m-%dT%H:%M"))
    page = text(holder.get(url(incident, "room")))
    digest = hashlib.sha256(PNG).hexdigest()
    assert f"empreinte {digest[:4]}…{digest[-4:]}" in page
    assert "prise " in page
    assert "ajoutée à" in page
