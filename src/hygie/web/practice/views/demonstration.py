"""Entering the fictitious practice, leaving it, removing it. The visitor stays logged in as oneself throughout."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.practice import demonstration


@allowed(Action.CHANGE_DEMONSTRATION)
@require_safe
def demonstration_page(request: Any) -> HttpResponse:
    """What the example is, and the ways in and out."""
    return render(request, "practice/demonstration.html")


@allowed(Action.CHANGE_DEMONSTRATION)
@require_POST
def visit(request: Any) -> HttpResponse:
    """Make the example when needed, and enter it."""
    demonstration.visit_demonstration(_visitor(request), now=timezone.now())
    request.session[demonstration.SESSION] = True
    return redirect("dashboard:today")


@allowed(Action.CHANGE_DEMONSTRATION)
@require_POST
def leave(request: Any) -> HttpResponse:
    """Back to one's own practice; the example stays for another visit."""
    request.session.pop(demonstration.SESSION, None)
    messages.success(request, "Vous êtes revenu dans votre cabinet.")
    return redirect("dashboard:today")


@allowed(Action.CHANGE_DEMONSTRATION)
@require_POST
def remove(request: Any) -> HttpResponse:
    """Erase the example and come back."""
    visitor = _visitor(request)
    demonstration.remove_demonstration(visitor, visitor.practice_id)
    request.session.pop(demonstration.SESSION, None)
    messages.success(request, "Le cabinet d’exemple est retiré. Votre cabinet n’a pas changé.")
    return redirect("dashboard:today")


def _visitor(request: Any) -> Any:
    """The real person, whichever practice they are looking at."""
    return request.visitor
