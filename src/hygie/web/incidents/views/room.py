"""The list of incidents, the room of one, and what is said of its steps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.incident.state import Reply
from hygie.incident.steps import loses_the_complaint
from hygie.reference.playbooks import steps_of
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed, owned, require
from hygie.web.incidents import flows, pages
from hygie.web.incidents.acting import Said, already, answer_seen, weighty
from hygie.web.incidents.forms_room import NoteForm, PlaybookForm, StepForm
from hygie.web.incidents.models import Incident
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.selectors import state_of_incident
from hygie.web.incidents.views.common import UNPROCESSABLE, back, read, tell
from hygie.web.journal.flows import Actor

PER_PAGE = 50


@allowed(Action.SEE_INCIDENT)
@require_safe
def listing(request: Any) -> HttpResponse:
    """Every incident: open, closed, false alarms."""
    rows = Incident.objects.for_practice(request.practice).order_by(F("closed_at").desc(nulls_first=True), "-opened_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lists": pages.lists_of(list(page), timezone.now()),
        "may_open": can(request.member, Action.OPEN_INCIDENT),
    }
    return render(request, "incidents/room_list.html", context)


@allowed(Action.SEE_INCIDENT)
@require_safe
def room(request: Any, pk: UUID) -> HttpResponse:
    """The room: one step at a time; `?etape=` looks at another one."""
    found = read(request, pk, Action.SEE_INCIDENT)
    context = pages.whole_room(found, request.GET.get("etape", ""))
    context["note_form"] = NoteForm(initial={"seen": found.state.last_rank}, auto_id="room-%s")
    return render(request, "incidents/room.html", context)


@allowed(Action.ACT_IN_INCIDENT)
@require_POST
def answer(request: Any, pk: UUID) -> HttpResponse:
    """What became of a step."""
    incident = owned(request, Incident, Action.ACT_IN_INCIDENT, pk=pk)
    form = StepForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Cette réponse n’a pas été comprise. Rien n’a été noté.")
        return back(pk)
    data = form.cleaned_data
    said = Said(data["step"], Reply(data["reply"]), data["receipt"].strip(), data["reason"].strip(), data["seen"] or 0)
    if said.reply is Reply.WAIVED:
        _may_waive(request, incident, said.step)
    return _answered(request, incident, said)


def _may_waive(request: Any, incident: Incident, step_id: str) -> None:
    """Giving up evidence, a complaint or a declaration is a doctor's word."""
    step = next((one for one in steps_of(state_of_incident(incident).playbook) if one.id == step_id), None)
    if step is not None and weighty(step):
        require(request, Action.DECIDE_IN_INCIDENT, incident)


def _answered(request: Any, incident: Incident, said: Said) -> HttpResponse:
    try:
        standing = answer_seen(Actor.of(request.member), incident, said, now=timezone.localtime())
    except HygieError as error:
        tell(request, error)
        return back(incident.pk, f"?etape={said.step}" if said.step.isascii() and said.step.isidentifier() else "")
    if standing is None:
        return back(incident.pk)
    messages.info(request, typeset(already(standing)))
    changed = standing.reply is not said.reply
    return back(incident.pk, f"?etape={said.step}" if changed else "")


@allowed(Action.ACT_IN_INCIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def playbook(request: Any, pk: UUID) -> HttpResponse:
    """It is something else: another list of steps, what was answered being kept."""
    found = read(request, pk, Action.ACT_IN_INCIDENT)
    form = PlaybookForm(request.POST or None, initial={"playbook": found.state.playbook})
    if request.method == "POST" and form.is_valid():
        return _changed(request, found, form)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "incidents/room_playbook.html", {**head(found), "form": form}, status=status)


def _changed(request: Any, found: Room, form: PlaybookForm) -> HttpResponse:
    data = form.cleaned_data
    if data["playbook"] == found.state.playbook:
        messages.info(request, "C’est déjà la marche suivie.")
        return back(found.incident.pk)
    if loses_the_complaint(found.state, data["playbook"]):
        require(request, Action.DECIDE_IN_INCIDENT, found.incident)
    try:
        flows.change_playbook(
            Actor.of(request.member), found.incident, data["playbook"], data["reason"], now=timezone.localtime()
        )
    except HygieError as error:
        tell(request, error)
    else:
        messages.success(request, "La marche à suivre a changé. Ce qui était fait le reste.")
    return redirect("incidents:room", pk=found.incident.pk)
