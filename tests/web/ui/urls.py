"""The app's own addresses, and the board of components with pages that fail, as only the tests need them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tests.web.ui import samples

handler404 = "hygie.web.middleware.not_found"
handler500 = "hygie.web.middleware.broken"


def board(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/components.html", samples.board(exercise="exercice" in request.GET))


def calm(request: HttpRequest) -> HttpResponse:
    return render(request, "calm.html")


def simple(request: HttpRequest) -> HttpResponse:
    return render(request, "simple.html", {"exercise": "exercice" in request.GET})


def paper(request: HttpRequest) -> HttpResponse:
    return render(request, "paper.html", {"exercise": "exercice" in request.GET, "pages": range(2)})


def fragments(request: HttpRequest) -> HttpResponse:
    return render(request, "fragments.html")


def fragment(request: HttpRequest) -> HttpResponse:
    word = request.POST["word"]
    if word == "panne":
        return HttpResponse(status=503)
    return render(request, "fragment.html", {"word": word})


urlpatterns = [
    path("planche/", board),
    path("calme/", calm),
    path("simple/", simple),
    path("papier/", paper),
    path("fragments/", fragments),
    path("fragments/mot/", fragment),
    path("", include("hygie.web.urls")),
]
