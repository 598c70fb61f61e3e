"""Telling the CNIL, telling the patients: a doctor decides, with reasons that stay in the register."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.incident.decision import Advice, Verdict, recommended, remaining, why
from hygie.incident.events import Kind
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.errors import Outdated
from hygie.web.incidents import flows_papers, selectors
from hygie.web.incidents.dossier import assessment_of
from hygie.web.incidents.forms_papers import DecisionForm
from hygie.web.incidents.models import Incident
from hygie.web.incidents.pages_papers import VERDICTS
from hygie.web.incidents.views.paper_base import CONFLICT, incident_of, page, seen_again, sent, status_of, told
from hygie.web.journal.flows import Actor

ADVICE = {
    Verdict.YES: "Recommandé : prévenir", Verdict.NO: "Recommandé : ne pas prévenir",
    Verdict.UNSURE: "Pas encore tranché",
}  # fmt: skip
TITLES = {"cnil": "Prévenir la CNIL ?", "patients": "Prévenir les patients ?"}


@allowed(Action.DECIDE_IN_INCIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: Any, pk: UUID, about: str) -> HttpResponse:
    """What is recommended, the decision, its reasons; POST writes one line."""
    incident = incident_of(request, pk, Action.DECIDE_IN_INCIDENT)
    if about not in TITLES:
        raise Http404
    advice = _advice(incident, about)
    rank, known = flows_papers.last_told(incident, Kind.DECISION, about)
    advised = "no" if advice.verdict == "no" else "yes"
    first = {**DecisionForm.given(known, advised, advice.suggested), "seen": rank}
    form = DecisionForm(sent(request), initial=first, about=about)
    if request.method == "POST" and form.is_valid():
        try:
            changed = flows_papers.answer_once(
                Actor.of(request.member), incident, Kind.DECISION, form.facts(), seen=form.rank, now=timezone.now()
            )
        except Outdated:
            last = flows_papers.last_told(incident, Kind.DECISION, about)[0]
            return _page(request, incident, advice, seen_again(request, form, last), CONFLICT)
        told(request, changed, "La décision est notée, avec ses raisons.")
        return redirect("incidents:decision", pk=pk, about=about)
    return _page(request, incident, advice, form, status_of(form))


def _advice(incident: Incident, about: str) -> Advice:
    state = selectors.state_of_incident(incident)
    table = recommended(assessment_of(state), state)
    return table.cnil if about == "cnil" else table.patients


def _page(request: Any, incident: Incident, advice: Advice, form: DecisionForm, status: int) -> HttpResponse:
    state = selectors.state_of_incident(incident)
    taken = state.decisions.get(form.about)
    context = {
        "title": TITLES[form.about],
        "form": form,
        "advice": advice,
        "verdict": {"id": VERDICTS[advice.verdict][0], "word": ADVICE[advice.verdict]},
        "taken": taken,
        "taken_at": state.decided_at.get(form.about),
        "reasons": why(taken) if taken else (),
        "remaining": remaining(taken) if taken else (),
        "against": taken is not None and advice.verdict == "yes" and taken["decision"] == "no",
    }
    return page(request, incident, f"decision-{form.about}", context, status)
