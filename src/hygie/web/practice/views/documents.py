"""The documents: today's report on screen and in PDF, the incident sheet, and the exports for the IT provider."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hygie.checkup.run import Checkup
from hygie.core.errors import MissingPart
from hygie.core.french import typeset
from hygie.documents.incident_sheet import incident_sheet
from hygie.journal.digest import digest_of
from hygie.web.accounts.access import Action, Role
from hygie.web.accounts.gates import allowed
from hygie.web.dashboard.selectors import current_checkup
from hygie.web.journal.flows import journal

Rendered = tuple[str, bytes]


@allowed(Action.SEE_DOCUMENTS)
@require_safe
def documents(request: Any) -> HttpResponse:
    """What can be read, printed or handed over."""
    return render(request, "practice/documents.html", {"now": timezone.localtime()})


@allowed(Action.SEE_DOCUMENTS)
@require_safe
def report(request: Any) -> HttpResponse:
    """Today's report: one page that needs nothing else. Its own policy allows its own style and nothing more."""
    from hygie.documents.checkup_html import render_html, stylesheet

    response = HttpResponse(render_html(_checkup(request)))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{stylesheet()[1]}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return response


@allowed(Action.SEE_DOCUMENTS)
@require_safe
def sheet(request: Any) -> HttpResponse:
    """The incident sheet, to print and post near the telephone."""
    context = {"sheet": incident_sheet(_checkup(request)), "practice": request.practice}
    return render(request, "practice/sheet.html", context)


@allowed(Action.SEE_DOCUMENTS)
@require_safe
def download(request: Any, form: str) -> HttpResponse:
    """The report as a file: pdf, json, csv or oscal."""
    if form not in FORMS:
        raise Http404
    make, name = FORMS[form]
    try:
        media_type, content = make(_checkup(request))
    except MissingPart as missing:
        context = {"now": timezone.localtime(), "missing": typeset(missing.sentence), "next": missing.next_step}
        return render(request, "practice/documents.html", context, status=501)
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{_dated(name, timezone.localtime())}"'
    return response


def _dated(name: str, now: datetime) -> str:
    stem, _, ending = name.partition(".")
    return f"{stem}-{now:%Y-%m-%d}.{ending}"


def _checkup(request: Any) -> Checkup:
    """Where the practice stands. The IT provider does not need the insurer's contract."""
    now = timezone.localtime()
    digest = digest_of(journal(), str(request.practice.pk), now.date())
    checkup = replace(current_checkup(request.practice, now), journal=digest.line if digest.seq else "")
    return replace(checkup, insurer_contract="") if request.member.role == Role.IT_PROVIDER else checkup


def _pdf(checkup: Checkup) -> Rendered:
    from hygie.documents.checkup_pdf import render_pdf

    return "application/pdf", render_pdf(checkup)


def _json(checkup: Checkup) -> Rendered:
    from hygie.documents.checkup_json import render_json

    return "application/json", render_json(checkup).encode()


def _csv(checkup: Checkup) -> Rendered:
    from hygie.documents.checkup_csv import render_csv

    return "text/csv; charset=utf-8", render_csv(checkup).encode()


def _oscal(checkup: Checkup) -> Rendered:
    from hygie.documents.checkup_oscal import render_oscal

    return "application/json", render_oscal(checkup).encode()


FORMS: dict[str, tuple[Callable[[Checkup], Rendered], str]] = {
    "pdf": (_pdf, "hygie-rapport.pdf"),
    "json": (_json, "hygie-bilan.json"),
    "csv": (_csv, "hygie-bilan.csv"),
    "oscal": (_oscal, "hygie-bilan.oscal.json"),
}
