"""Addresses of the dashboard."""

from django.urls import path

from hygie.web.dashboard import asking, guide, views

app_name = "dashboard"
urlpatterns = [
    path("", views.today, name="today"),
    path("bilan/", views.run_checkup, name="run_checkup"),
    path("mesures/", views.measures, name="measures"),
    path("mesures/<slug:slug>/", views.measure, name="measure"),
    path("constats/<slug:check_id>/", views.finding, name="finding"),
    path("constats/<slug:check_id>/repondre/", views.answer, name="answer"),
    path("constats/<slug:check_id>/exception/", views.exception, name="exception"),
    path("constats/<slug:check_id>/exception/retirer/", views.end_exception, name="end_exception"),
    path("constats/<slug:check_id>/preuve/", views.add_proof, name="add_proof"),
    path("constats/<slug:check_id>/question/", views.ask, name="ask"),
    path("preuves/<int:pk>/", views.proof, name="proof"),
    path("preuves/<int:pk>/retirer/", views.remove_proof, name="remove_proof"),
    path("questions/", views.questions, name="questions"),
    path("questions/<int:pk>/", asking.question, name="question"),
    path("questions/<int:pk>/feuille/", asking.sheet, name="question_sheet"),
    path("questions/<int:pk>/lien/", asking.renew, name="question_renew"),
    path("questions/<int:pk>/retirer/", asking.close, name="question_close"),
    path("aide/", guide.help_page, name="help"),
    path("question/<str:token>/", asking.reply, name="reply"),
]
