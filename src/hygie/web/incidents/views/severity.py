"""How serious it is: questions in plain words, the result worked out by the server, what it recommends."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.incident.decision import recommended
from hygie.incident.events import Kind
from hygie.incident.severity import Assessment
from hygie.reference.severity import severity_scale
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed
from hygie.web.errors import Outdated
from hygie.web.incidents import flows_papers, selectors
from hygie.web.incidents.dossier import assessment_of
from hygie.web.incidents.forms_papers import SeverityForm
from hygie.web.incidents.models import Incident
from hygie.web.incidents.pages_papers import advice_lines
from hygie.web.incidents.views.paper_base import CONFLICT, incident_of, page, seen_again, sent, status_of, told
from hygie.web.journal.flows import Actor


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def severity(request: Any, pk: UUID) -> HttpResponse:
    """The questions and the result; « Calculer » shows without writing, « Enregistrer » writes one line."""
    incident = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS)
    rank, known = flows_papers.last_told(incident, Kind.SEVERITY)
    people = selectors.state_of_incident(incident).breach.get("people")
    form = SeverityForm(sent(request), initial={**SeverityForm.given(known, people), "seen": rank})
    if request.method == "POST" and form.is_valid() and "calculer" not in request.POST:
        try:
            changed = flows_papers.answer_once(
                Actor.of(request.member), incident, Kind.SEVERITY, form.facts(), seen=form.rank, now=timezone.now()
            )
        except Outdated:
            last = flows_papers.last_told(incident, Kind.SEVERITY)[0]
            return _page(request, incident, seen_again(request, form, last), None, CONFLICT)
        told(request, changed, "La gravité est notée. Voici ce qui est recommandé.")
        return redirect("incidents:severity", pk=pk)
    return _page(request, incident, form, form.found if form.is_bound else None, status_of(form))


def _page(request: Any, incident: Incident, form: SeverityForm, tried: Assessment | None, status: int) -> HttpResponse:
    state = selectors.state_of_incident(incident)
    found = tried or assessment_of(state)
    may = can(request.member, Action.DECIDE_IN_INCIDENT, incident)
    context = {
        "form": form,
        "found": found,
        "tried": tried is not None,
        "advice": advice_lines(recommended(found, state), incident, state.decisions, may=may),
        "note": severity_scale().note,
        "as_of": severity_scale().as_of,
    }
    return page(request, incident, "severity", context, status)
