"""Addresses of this app that have its own names; those that django-allauth names are in entry_urls."""

from django.urls import path

from hygie.web.accounts import team_views, views

TEAM = "cabinet/equipe/"

app_name = "accounts"
urlpatterns = [
    path("installation/", views.installation, name="installation"),
    path("invitation/", views.invitation, name="invitation"),
    path("reprise/", views.resumed, name="resume"),
    path("compte/sessions/fermer/", views.close_sessions, name="close_sessions"),
    path(TEAM, team_views.people, name="team"),
    path(f"{TEAM}ajouter/", team_views.add, name="add"),
    path(f"{TEAM}<int:pk>/", team_views.person, name="person"),
    path(f"{TEAM}<int:pk>/arrivee/", team_views.arrival, name="arrival"),
    path(f"{TEAM}<int:pk>/depart/", team_views.departure, name="departure"),
    path(f"{TEAM}<int:pk>/feuille/", team_views.sheet, name="sheet"),
    path(f"{TEAM}<int:pk>/nouveau-mot-de-passe/", team_views.ask_password, name="ask_password"),
    path(f"{TEAM}<int:pk>/sans-deuxieme-verification/", team_views.forget_factors, name="forget_factors"),
]
