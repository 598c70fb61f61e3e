"""Addresses of the practice's pages."""

from django.urls import path

from hygie.web.practice.views import cabinet, demonstration, documents, emergency, first_run, reminders

app_name = "practice"
urlpatterns = [
    path("bienvenue/", first_run.start, name="first_run_start"),
    path("bienvenue/<int:n>/", first_run.question, name="first_run"),
    path("bienvenue/fin/", first_run.end, name="first_run_end"),
    path("exemple/", demonstration.demonstration_page, name="demonstration"),
    path("exemple/visiter/", demonstration.visit, name="demonstration_visit"),
    path("exemple/quitter/", demonstration.leave, name="demonstration_leave"),
    path("exemple/retirer/", demonstration.remove, name="demonstration_remove"),
    path("documents/", documents.documents, name="documents"),
    path("documents/rapport/", documents.report, name="report"),
    path("documents/fiche/", documents.sheet, name="sheet"),
    path("documents/bilan/<str:form>/", documents.download, name="download"),
    path("anormal/", emergency.emergency, name="emergency"),
    path("rappels/", reminders.reminders, name="reminders"),
    path("rappels/hygie.ics", reminders.ics, name="reminders_ics"),
    path("rappels/e-mail/", reminders.mail_settings, name="mail"),
    path("rappels/e-mail/essai/", reminders.try_mail, name="mail_test"),
    path("cabinet/reglages/", cabinet.settings, name="settings"),
    path("cabinet/partage/", cabinet.sharing, name="sharing"),
    path("cabinet/partage/<str:outflow>/", cabinet.switch, name="switch"),
]
