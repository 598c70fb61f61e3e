"""Addresses of the journal, under /journal/."""

from django.urls import path

from hygie.web.journal import views

app_name = "journal"
urlpatterns = [
    path("", views.entries, name="entries"),
    path("verifier/", views.verify, name="verify"),
    path("empreintes/", views.daily_digests, name="digests"),
    path("empreintes/comparer/", views.compare, name="compare"),
    path("imprimer/", views.printed, name="print"),
    path("journal.csv", views.export, name="export"),
]
