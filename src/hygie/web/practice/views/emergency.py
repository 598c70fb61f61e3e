"""« Il se passe quelque chose d'anormal »: a phone number, the first gestures and one question, on one screen.

It opens without an account and reads little. Whatever fails underneath, the gestures and the public numbers are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.core.errors import HygieError
from hygie.documents.incident_sheet import incident_sheet
from hygie.web.accounts.access import Role
from hygie.web.accounts.gates import public
from hygie.web.dashboard.selectors import phones_of
from hygie.web.incidents.views import opening
from hygie.web.practice.selectors import only_practice


@dataclass(frozen=True, slots=True)
class Printed:
    """What the sheet needs to know; the contract is for those who logged in."""

    started_at: datetime
    insurer_contract: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)


@public("on s'en sert dans la panique, peut-être sans savoir son mot de passe; aucune donnée de patient")
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: Any) -> HttpResponse:
    """A question at a time, three at most; the last answer opens the incident. `?papier=1` is the page to print."""
    answers = opening.answers_of(request)
    if opening.BACK in request.POST:
        answers = opening.without_last(answers)
    elif request.method == "POST" and (room := opening.opened(request, answers)) is not None:
        return room
    return _page(request, answers)


def _page(request: Any, answers: Mapping[str, str]) -> HttpResponse:
    known = _known(request)
    sheet = incident_sheet(known)
    context = {
        "sheet": sheet,
        "practice": request.practice,
        "base": "ui/_base.html" if request.member else "ui/_base_simple.html",
        "known": any(known.phones.values()),
        "first": next((one for one in sheet["phones"] if one["link"]), None),
        **opening.question_block(request, answers),
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
