"""Closing an incident: what is left, three lessons, or a false alarm that stays in the journal."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.incident.errors import AlreadyClosed, StillOpen
from hygie.incident.steps import check_close
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.incidents import flows
from hygie.web.incidents.forms_room import FalseAlarmForm, LessonsForm
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.views.common import UNPROCESSABLE, back, read, tell
from hygie.web.journal.flows import Actor

DECLARED = ("complaint", "cnil", "insurer")
"""Once somebody outside was told, nothing offers to call it a false alarm: the closing with its lessons is the way."""


@allowed(Action.DECIDE_IN_INCIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: Any, pk: UUID) -> HttpResponse:
    """What is left; POST closes, or says that it was nothing."""
    found = read(request, pk, Action.DECIDE_IN_INCIDENT)
    if request.method != "POST":
        return _page(request, found)
    form: forms.Form = FalseAlarmForm(request.POST) if request.POST.get("act") == "false" else LessonsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, UNPROCESSABLE)
    try:
        _close(request, found, form)
    except HygieError as error:
        tell(request, error)
        return _page(request, found, form, UNPROCESSABLE)
    messages.success(request, "L’incident est clos. Il reste au journal, et une note peut encore s’ajouter.")
    return back(pk)


def _close(request: Any, found: Room, form: Any) -> None:
    actor, now = Actor.of(request.member), timezone.localtime()
    if isinstance(form, FalseAlarmForm):
        flows.dismiss(actor, found.incident, form.cleaned_data["reason"], now=now)
    else:
        flows.close(actor, found.incident, now=now, lessons=form.lessons())


def _page(request: Any, found: Room, given: forms.Form | None = None, status: int = 200) -> HttpResponse:
    false = given if isinstance(given, FalseAlarmForm) else FalseAlarmForm()
    lessons = given if isinstance(given, LessonsForm) else LessonsForm()
    told = any(clock.id in DECLARED and clock.done_at for clock in found.clocks)
    context = {**head(found), "missing": _missing(found), "false_form": false, "form": lessons, "told": told}
    return render(request, "incidents/room_closing.html", context, status=status)


def _missing(found: Room) -> list[str]:
    """What must be settled first."""
    try:
        check_close(found.state, found.clocks)
    except StillOpen as error:
        return [typeset(text[:1].upper() + text[1:]) for text in error.missing]
    except AlreadyClosed:
        return []
    return []
