"""Help: how the five minutes go, and the difficult words. The same place on every page, without an account too."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hygie.reference.glossary import glossary
from hygie.web.accounts.gates import public


@public("l’aide ne dit rien du cabinet")
@require_GET
def help_page(request: Any) -> HttpResponse:
    """Four lines of use, the words, and whom to call."""
    base = "ui/_base.html" if request.member else "ui/_base_simple.html"
    return render(request, "dashboard/help.html", {"words": glossary(), "base": base})
