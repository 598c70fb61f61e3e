"""Who declares: filled once, in calm days, so that no form asks for it in the middle of an attack."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hygie.core.french import typeset
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.edits import outdated_page
from hygie.web.errors import Outdated
from hygie.web.incidents import flows_papers, selectors
from hygie.web.incidents.forms_identity import IdentityForm
from hygie.web.incidents.views.paper_base import sent, status_of
from hygie.web.journal.flows import Actor


@allowed(Action.CHANGE_IDENTITY)
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: Any) -> HttpResponse:
    """The sheet; POST keeps it, and says what may hold a typing mistake."""
    row = selectors.identity_of(request.practice)
    form = IdentityForm(sent(request), instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            flows_papers.change_identity(Actor.of(request.member), request.practice, form.values(), seen=form.seen)
        except Outdated:
            current = selectors.identity_of(request.practice)
            return outdated_page(request, form, current, reverse("incidents:identity"))
        messages.success(request, "La fiche est enregistrée. Les documents l’utiliseront.")
        for doubt in form.doubts():
            messages.warning(request, typeset(doubt))
        return redirect("incidents:identity")
    return render(request, "incidents/identity.html", {"form": form}, status=status_of(form))
