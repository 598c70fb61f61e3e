"""The practice's settings, and « Ce qui sort du cabinet »."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.core.french import plural
from hygie.reference.outflows import outflows
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed, require
from hygie.web.errors import Outdated
from hygie.web.journal.flows import Actor
from hygie.web.practice import flows, selectors, wording
from hygie.web.practice.forms import SettingsForm

SHOWN = ("name", "people", "insurer_contract", "local_law")


@allowed(Action.SEE_PRACTICE)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Any) -> HttpResponse:
    """Name, people, contract, local law: the doctor changes them, others read."""
    practice = request.practice
    outdated = False
    if request.method == "POST":
        require(request, Action.CHANGE_PRACTICE, practice)
        form = SettingsForm(request.POST)
        if form.is_valid():
            try:
                flows.change_settings(
                    Actor.of(request.member), practice, form.values(), seen=form.cleaned_data["version"]
                )
            except Outdated:
                practice.refresh_from_db()
                form, outdated = SettingsForm({**request.POST.dict(), "version": practice.version}), True
            else:
                messages.success(request, "Réglages enregistrés.")
                return redirect("practice:settings")
    else:
        form = SettingsForm(initial={**{name: getattr(practice, name) for name in SHOWN}, "version": practice.version})
    context = {
        "form": form,
        "outdated": outdated,
        "practice": practice,
        "may_change": can(request.member, Action.CHANGE_PRACTICE),
        "certificate_end": selectors.certificate_end(),
    }
    return render(request, "practice/settings.html", context, status=_status(form, outdated=outdated))


def _status(form: Any, *, outdated: bool) -> int:
    if outdated:
        return 409
    return 422 if form.errors else 200


@allowed(Action.SEE_SHARING)
@require_safe
def sharing(request: Any) -> HttpResponse:
    """Every way out, open or not."""
    now = timezone.now()
    rows = wording.outflow_rows(outflows().outflow, selectors.outflow_counts(request.practice, now))
    context = {
        "open": [row for row in rows if row["group"] == "open"],
        "closed": [row for row in rows if row["group"] == "closed"],
        "gestures": [row for row in rows if row["group"] == "gesture"],
        "never": [row for row in rows if row["group"] == "never"],
        "sentence": wording.outflow_sentence(rows),
        "may_change": can(request.member, Action.CHANGE_SHARING) and not request.practice.demo,
    }
    return render(request, "practice/sharing.html", context)


@allowed(Action.CHANGE_SHARING)
@require_POST
def switch(request: Any, outflow: str) -> HttpResponse:
    """Open or close one way out."""
    actor, now = Actor.of(request.member), timezone.now()
    if outflow == "mail":
        on = request.POST.get("on") == "1"
        if on and not flows.mail_ready(request.practice):
            messages.info(request, "Dites d’abord par où les envoyer.")
            return redirect("practice:mail")
        flows.switch_mail(actor, request.practice, on=on, now=now)
        words = "Les rappels partent maintenant par e-mail." if on else "Plus aucun rappel ne part par e-mail."
    elif outflow == "question_links":
        words = _closed(flows.close_question_links(actor, request.practice, now=now))
    elif outflow == "device_links":
        words = _closed(flows.close_device_links(actor, request.practice, now=now))
    else:
        raise Http404
    messages.success(request, words)
    return redirect("practice:sharing")


def _closed(count: int) -> str:
    return f"{plural(count, 'lien fermé', 'liens fermés')}." if count else "Aucun lien n’était ouvert."
