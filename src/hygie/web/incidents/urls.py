"""Addresses of the incidents, at the root."""

from django.urls import path

from hygie.web.incidents.urls_papers import papers_urls
from hygie.web.incidents.views import clocks, closing, evidence, examination, journal, room

app_name = "incidents"
urlpatterns = [
    path("incidents/", room.listing, name="list"),
    path("incidents/<uuid:pk>/", room.room, name="room"),
    path("incidents/<uuid:pk>/etape/", room.answer, name="answer"),
    path("incidents/<uuid:pk>/marche/", room.playbook, name="playbook"),
    path("incidents/<uuid:pk>/journal/", journal.journal, name="journal"),
    path("incidents/<uuid:pk>/preuves/", evidence.evidence, name="evidence"),
    path("incidents/<uuid:pk>/preuves/<int:number>/", evidence.piece, name="piece"),
    path("incidents/<uuid:pk>/delais/", clocks.clocks, name="clocks"),
    path("incidents/<uuid:pk>/delais.ics", clocks.ics, name="clocks_ics"),
    path("incidents/<uuid:pk>/examen/", examination.examination, name="examination"),
    path("incidents/<uuid:pk>/cloturer/", closing.closing, name="close"),
    *papers_urls,
]
