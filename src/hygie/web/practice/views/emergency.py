"""« Il se passe quelque chose d'anormal »: the incident sheet on screen. It opens without an account and reads little.

Whatever fails underneath, the gestures and the public numbers are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hygie.core.errors import HygieError
from hygie.documents.incident_sheet import incident_sheet
from hygie.web.accounts.access import Role
from hygie.web.accounts.gates import public
from hygie.web.dashboard.selectors import phones_of
from hygie.web.practice.selectors import only_practice


@dataclass(frozen=True, slots=True)
class Printed:
    """What the sheet needs to know; the contract is for those who logged in."""

    started_at: datetime
    insurer_contract: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)


@public("on s'en sert dans la panique, peut-être sans savoir son mot de passe; aucune donnée de patient")
@require_safe
def emergency(request: Any) -> HttpResponse:
    """First gestures, what not to do, whom to call; `?papier=1` is the page to print."""
    known = _known(request)
    context = {
        "sheet": incident_sheet(known),
        "practice": request.practice,
        "base": "ui/_base.html" if request.member else "ui/_base_simple.html",
        "known": any(known.phones.values()),
    }
    template = "practice/sheet.html" if request.GET.get("papier") else "practice/emergency.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _known(request: Any) -> Printed:
    """The numbers of the person's practice, or of the only one here; none rather than a page that does not open."""
    now = timezone.localtime()
    try:
        practice = request.practice or only_practice()
        contract = practice.insurer_contract if practice and _may_see_contract(request.member) else ""
        return Printed(now, contract, phones_of(practice) if practice else {})
    except (DatabaseError, HygieError):
        return Printed(now)


def _may_see_contract(member: Any) -> bool:
    """Whoever may call the insurer: a stranger and the IT provider may not."""
    return member is not None and member.role != Role.IT_PROVIDER
