"""Addresses of an incident's papers, of the register, of the declaring person's sheet and of the care kit."""

from django.urls import path

from hygie.web.incidents.views import (
    breach,
    care_kit,
    decisions,
    identity,
    letters,
    messages,
    papers,
    register,
    severity,
)

papers_urls = [
    path("incidents/<uuid:pk>/fuite/", breach.breach, name="breach"),
    path("incidents/<uuid:pk>/gravite/", severity.severity, name="severity"),
    path("incidents/<uuid:pk>/decision/<slug:about>/", decisions.decision, name="decision"),
    path("incidents/<uuid:pk>/documents/", papers.papers, name="papers"),
    path("incidents/<uuid:pk>/documents/dossier.zip", papers.folder, name="folder"),
    path("incidents/<uuid:pk>/documents/<slug:paper>.<slug:form>", papers.download, name="paper"),
    path("incidents/<uuid:pk>/messages/", messages.messages_page, name="messages"),
    path("incidents/<uuid:pk>/messages/<slug:message>.<slug:form>", messages.download, name="message"),
    path("incidents/<uuid:pk>/lettres/", letters.letters, name="letters"),
    path("rgpd/fuites/", register.register, name="register"),
    path("rgpd/fuites.<slug:form>", register.export, name="register_export"),
    path("cabinet/declarant/", identity.identity, name="identity"),
    path("continuite/", care_kit.care_kit, name="care_kit"),
    path("continuite/imprime/", care_kit.printed, name="printed"),
    path("continuite/pochette.pdf", care_kit.kit_pdf, name="care_kit_pdf"),
    path("continuite/premiere-heure.pdf", care_kit.first_hour_pdf, name="first_hour"),
]
