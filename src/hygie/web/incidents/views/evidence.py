"""The evidence of an incident: what was kept, adding to it, taking a copy of it, each act being written."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed, owned, require
from hygie.web.incidents import pages
from hygie.web.incidents.evidence import add_piece, note_custody, piece_of, read_piece
from hygie.web.incidents.evidence.intake import MEDIA
from hygie.web.incidents.forms_room import PieceForm
from hygie.web.incidents.models import Incident
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.views.common import UNPROCESSABLE, read, tell
from hygie.web.journal.flows import Actor

PER_PAGE = 100


@allowed(Action.SEE_EVIDENCE)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: Any, pk: UUID) -> HttpResponse:
    """The pieces; POST adds one."""
    found = read(request, pk, Action.SEE_EVIDENCE)
    if request.method != "POST":
        return _page(request, found, PieceForm())
    require(request, Action.ADD_TO_INCIDENT, found.incident)
    form = PieceForm(request.POST, request.FILES)
    if form.is_valid() and _added(request, found.incident, form):
        return redirect("incidents:evidence", pk=pk)
    return _page(request, found, form, UNPROCESSABLE)


def _added(request: Any, incident: Incident, form: PieceForm) -> bool:
    """Whether the file was kept; otherwise the form says why."""
    file = form.cleaned_data["file"]
    try:
        piece = add_piece(
            Actor.of(request.member), incident, file, name=file.name, taken_at=form.cleaned_data["taken_at"],
            now=timezone.localtime(), source_kind="web",
        )  # fmt: skip
    except HygieError as error:
        form.add_error("file", typeset(f"{error.sentence} {error.next_step}"))
        return False
    messages.success(request, typeset(f"La pièce {piece.number} est gardée, avec son empreinte."))
    return True


def _page(request: Any, found: Room, form: PieceForm, status: int = 200) -> HttpResponse:
    page = Paginator(found.state.pieces[::-1], PER_PAGE).get_page(request.GET.get("page"))
    rows = [pages.piece_row(piece, found.now) for piece in page]
    photo = PieceForm(initial={"taken_at": found.now}, auto_id="photo-%s")
    context = {**head(found), "page": page, "pieces": rows, "form": form, "photo_form": photo}
    return render(request, "incidents/room_evidence.html", context, status=status)


@allowed(Action.SEE_EVIDENCE)
@require_POST
def piece(request: Any, pk: UUID, number: int) -> HttpResponseBase:
    """A copy of a piece; that it was taken is written first. Its file is named by its number, never as it came."""
    incident = owned(request, Incident, Action.SEE_EVIDENCE, pk=pk)
    try:
        found, content = piece_of(incident, number), read_piece(incident, number)
        note_custody(Actor.of(request.member), incident, number, "copied", now=timezone.localtime())
    except HygieError as error:
        tell(request, error)
        return redirect("incidents:evidence", pk=pk)
    suffix = MEDIA.get(found.media, (".bin", ""))[0]
    response = StreamingHttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="incident-{incident.reference}-piece-{number}{suffix}"'
    response["Content-Length"] = str(found.size)
    return response
