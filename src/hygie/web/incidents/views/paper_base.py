"""What the pages around the papers share: the incident, its tabs, a file to keep, a form sent."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hygie.core.french import typeset
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import owned
from hygie.web.incidents.models import Incident
from hygie.web.incidents.pages_papers import tabs
from hygie.web.incidents.room import head, room_of

UNPROCESSABLE = 422
CONFLICT = 409
MISSING = 501
MEANWHILE = "Quelqu’un a répondu entre-temps. Relisez vos réponses, puis enregistrez de nouveau."


def incident_of(request: Any, pk: UUID, action: Action) -> Incident:
    """The incident of the person's own practice, or 404; 403 when they may not."""
    found: Incident = owned(request, Incident, action, pk=pk)
    return found


def page(request: Any, incident: Incident, current: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page of the incident with its header and tabs; « decision-cnil » is decision.html."""
    header = head(room_of(incident, request.member, timezone.now()))
    whole = {**header, "tabs": tabs(incident, request.member, current), **context}
    return render(request, f"incidents/{current.partition('-')[0]}.html", whole, status=status)


def sent(request: Any) -> Any:
    """What a form is bound to: what was sent, were it nothing; None when nobody sent anything."""
    return request.POST if request.method == "POST" else None


def status_of(form: Any) -> int:
    """200, or 422 when something is to mend."""
    return UNPROCESSABLE if form.errors else 200


def seen_again(request: Any, form: Any, rank: int) -> Any:
    """The same answers, knowing now the one that a colleague gave: sent again, they count."""
    messages.warning(request, MEANWHILE)
    data = request.POST.copy()
    data["seen"] = str(rank)
    form.data = data
    return form


def told(request: Any, changed: bool, sentence: str) -> None:  # noqa: FBT001 - one word
    """What became of what was sent."""
    messages.success(request, typeset(sentence if changed else "Rien n’a changé : c’était déjà noté."))


def attachment(content: bytes, media: str, name: str) -> HttpResponse:
    """A file to keep; its name holds no person's."""
    response = HttpResponse(content, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
