"""The register of breaches, article 33(5): every incident, told to the CNIL or not; false alarms apart."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from hygie.core.errors import MissingPart
from hygie.documents.breach_register import register_csv, register_pdf, row_of
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed
from hygie.web.incidents.dossier import register_of
from hygie.web.incidents.models import Incident
from hygie.web.incidents.views.paper_base import MISSING, attachment

SHOWN = (
    ("Connue le", "aware_at"), ("Nature", "nature"), ("Données", "data"), ("Personnes", "people"),
    ("Niveau", "cnil_level"), ("CNIL", "cnil_decision"), ("Récépissé", "cnil_receipt"),
    ("Patients", "persons_decision"), ("Clos le", "closed_at"),
)  # fmt: skip


@allowed(Action.SEE_BREACHES)
@require_safe
def register(request: Any) -> HttpResponse:
    """The register on the screen."""
    return _page(request)


def _page(request: Any, missing: MissingPart | None = None) -> HttpResponse:
    breaches, alarms = _rows(request.practice)
    context = {
        "breaches": [_shown(incident, row) for incident, row in breaches],
        "alarms": alarms,
        "missing": missing,
        "may_open": can(request.member, Action.SEE_INCIDENT),
    }
    return render(request, "incidents/register.html", context, status=MISSING if missing else 200)


def _rows(practice: Any) -> tuple[list[tuple[Incident, dict[str, str]]], list[tuple[Incident, dict[str, str]]]]:
    """The breaches, then the false alarms, the latest first; each with its row."""
    dossiers = register_of(practice, timezone.localtime())
    found = [(incident, row_of(dossier), dossier.state.false_alarm) for incident, dossier in dossiers]
    return (
        [(incident, row) for incident, row, false in found if not false],
        [(incident, row) for incident, row, false in found if false],
    )


def _shown(incident: Incident, row: dict[str, str]) -> dict[str, Any]:
    return {"incident": incident, "facts": row["facts"], "cells": [(title, row[name]) for title, name in SHOWN]}


@allowed(Action.SEE_BREACHES)
@require_GET
def export(request: Any, form: str) -> HttpResponse:
    """Every column, as CSV for a spreadsheet or as PDF for the CNIL. False alarms are no breaches: left out."""
    if form not in ("csv", "pdf"):
        raise Http404
    rows = [row for _, row in _rows(request.practice)[0]]
    name = f"registre-des-violations-{timezone.localdate():%Y-%m-%d}.{form}"
    if form == "csv":
        return attachment(register_csv(rows).encode(), "text/csv; charset=utf-8", name)
    try:
        content = register_pdf(rows, request.practice.name, timezone.localtime())
    except MissingPart as missing:
        return _page(request, missing)
    return attachment(content, "application/pdf", name)
