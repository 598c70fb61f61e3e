"""What is known of the leak: the answers that the CNIL's form asks, as far as they are known today."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hygie.documents.paper_words import done_steps
from hygie.incident.clocks import by_id
from hygie.incident.dossier import Dossier
from hygie.incident.events import Kind
from hygie.incident.lateness import drafted, in_words
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed
from hygie.web.errors import Outdated
from hygie.web.incidents import flows_papers
from hygie.web.incidents.dossier import dossier_of
from hygie.web.incidents.forms_papers import BreachForm
from hygie.web.incidents.models import Incident
from hygie.web.incidents.views.paper_base import CONFLICT, incident_of, page, seen_again, sent, status_of, told
from hygie.web.inventory.models import Provider
from hygie.web.journal.flows import Actor

MOST_PROVIDERS = 60


@allowed(Action.SEE_INCIDENT_PAPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def breach(request: Any, pk: UUID) -> HttpResponse:
    """The questions, with what is already known; POST writes them as one line of the incident."""
    incident, now = incident_of(request, pk, Action.SEE_INCIDENT_PAPERS), timezone.localtime()
    dossier = dossier_of(incident, now)
    form = _form(request, incident, dossier)
    if request.method == "POST" and form.is_valid():
        try:
            changed = flows_papers.answer_once(
                Actor.of(request.member), incident, Kind.BREACH, form.facts(), seen=form.rank, now=now
            )
        except Outdated:
            form = seen_again(request, form, flows_papers.last_told(incident, Kind.BREACH)[0])
            return _page(request, incident, dossier, form, CONFLICT)
        told(request, changed, "C’est noté. Vous pourrez compléter à tout moment.")
        return redirect("incidents:severity", pk=pk)
    return _page(request, incident, dossier, form, status_of(form))


def _form(request: Any, incident: Incident, dossier: Dossier) -> BreachForm:
    rows = Provider.objects.for_practice(request.practice).filter(ended_on=None).order_by("name")[:MOST_PROVIDERS]
    rank, known = flows_papers.last_told(incident, Kind.BREACH)
    first = {**BreachForm.given(known), "seen": rank}
    named = [*(row.name for row in rows), *filter(None, [known.get("involved_name")])]
    drafts = drafted(by_id(dossier.clocks)["cnil"], dossier.state)
    return BreachForm(sent(request), initial=first, providers=named, drafts=drafts)


def _page(request: Any, incident: Incident, dossier: Dossier, form: BreachForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "parts": form.parts(),
        "late": in_words(by_id(dossier.clocks)["cnil"]) if "late_reasons" in form.fields else "",
        "before": dossier.prior_measures,
        "after": done_steps(dossier),
    }
    return page(request, incident, "breach", context, status)
