"""Addresses of the practice's computers; the last three are the wire's own (fleetlink.messages)."""

from django.urls import path

from hygie.fleetlink.messages import BATCH_PATH, HELLO_PATH, JOIN_PATH
from hygie.web.workstations import views

app_name = "workstations"
urlpatterns = [
    path("cabinet/ordinateurs/", views.computers, name="list"),
    path("cabinet/ordinateurs/autorite.pem", views.authority, name="authority"),
    path("cabinet/ordinateurs/code/", views.new_code, name="new_code"),
    path("cabinet/ordinateurs/<uuid:pk>/retirer/", views.revoke, name="revoke"),
    path(HELLO_PATH.lstrip("/"), views.hello, name="hello"),
    path(JOIN_PATH.lstrip("/"), views.join, name="join"),
    path(BATCH_PATH.lstrip("/"), views.batch, name="batch"),
]
