"""The journal of an incident: read whole, and added to; a correction is a new line."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed, require
from hygie.web.incidents.acting import note_seen
from hygie.web.incidents.forms_room import NoteForm
from hygie.web.incidents.lines import lines_of
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.views.common import UNPROCESSABLE, back, read
from hygie.web.journal.flows import Actor

PER_PAGE = 100


@allowed(Action.SEE_INCIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def journal(request: Any, pk: UUID) -> HttpResponse:
    """The lines; POST adds one, also after closing."""
    found = read(request, pk, Action.SEE_INCIDENT)
    if request.method != "POST":
        return _page(request, found, NoteForm(initial=_initial(request, found)))
    require(request, Action.ADD_TO_INCIDENT, found.incident)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, UNPROCESSABLE)
    data = form.cleaned_data
    note_seen(
        Actor.of(request.member), found.incident, data["text"], now=timezone.localtime(), seen=data["seen"] or 0,
        corrects=data["corrects"], quoted=data["quoted"],
    )  # fmt: skip
    messages.success(request, "La ligne est au journal.")
    return back(pk, "#journal") if request.POST.get("from") == "room" else redirect("incidents:journal", pk=pk)


def _initial(request: Any, found: Room) -> dict[str, Any]:
    asked = request.GET.get("corrige", "")
    rank = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0  # noqa: PLR2004 - a rank
    known = rank if any(event.rank == rank for event in found.events) else None
    return {"seen": found.state.last_rank, "corrects": known}


def _page(request: Any, found: Room, form: NoteForm, status: int = 200) -> HttpResponse:
    lines = lines_of(found.events, found.now, files=found.may(Action.SEE_EVIDENCE))
    rank = form["corrects"].value()
    corrected = next((one for one in lines if str(one.rank) == str(rank)), None)
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {**head(found), "page": page, "lines": list(page), "form": form, "corrected": corrected}
    return render(request, "incidents/room_journal.html", context, status=status)
