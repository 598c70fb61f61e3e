"""What the views of an incident share: finding it, reading it, going back to it, saying why something was refused."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import owned
from hygie.web.incidents.models import Incident
from hygie.web.incidents.room import Room, room_of

UNPROCESSABLE = 422


def read(request: Any, pk: UUID, action: Action) -> Room:
    """The incident of the person's own practice, or 404; 403 when they may not."""
    incident: Incident = owned(request, Incident, action, pk=pk)
    return room_of(incident, request.member, timezone.now())


def back(pk: UUID, query: str = "") -> HttpResponse:
    """To the room."""
    response = redirect("incidents:room", pk=pk)
    response["Location"] += query
    return response


def tell(request: Any, error: HygieError) -> None:
    """The refusal in words, on the next page."""
    messages.warning(request, typeset(f"{error.sentence} {error.next_step}"))
