"""The clocks of an incident: read, their starts said or corrected with a reason, and their calendar file."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.incident.lateness import drafted, in_words
from hygie.reference.playbooks import playbooks
from hygie.web.accounts.access import Action
from hygie.web.accounts.gates import allowed, require
from hygie.web.incidents import flows, pages
from hygie.web.incidents.calendar import calendar_file
from hygie.web.incidents.clock_pages import TITLES, announcements
from hygie.web.incidents.forms_room import AwareForm, KnownForm
from hygie.web.incidents.room import Room, head
from hygie.web.incidents.views.common import UNPROCESSABLE, back, read, tell
from hygie.web.journal.flows import Actor


@allowed(Action.SEE_INCIDENT)
@require_http_methods(["GET", "HEAD", "POST"])
def clocks(request: Any, pk: UUID) -> HttpResponse:
    """The delays; a fragment for the page that refreshes them; POST says or corrects a start."""
    found = read(request, pk, Action.SEE_INCIDENT)
    if request.method != "POST":
        return _fragment(request, found) if request.headers.get("HX-Request") else _page(request, found)
    require(request, Action.ACT_IN_INCIDENT, found.incident)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        messages.warning(request, "Cette réponse n’a pas été comprise. Rien n’a été noté.")
        return redirect("incidents:clocks", pk=pk)
    return act(request, found)


def _fragment(request: Any, found: Room) -> HttpResponse:
    context = {**pages.clocks_block(found), "announced": announcements(found.clocks, found.now), "fragment": True}
    return render(request, "incidents/_horloges.html", context)


def _page(request: Any, found: Room, given: forms.Form | None = None) -> HttpResponse:
    state = found.state
    built: dict[str, forms.Form] = {
        "known_form": KnownForm(initial={"known_at": state.known_at}, auto_id="known-%s"),
        "aware_form": AwareForm(initial={"aware_at": state.aware_at or found.now}, auto_id="aware-%s"),
    }
    if given is not None:
        built["known_form" if isinstance(given, KnownForm) else "aware_form"] = given
    late = [
        {"title": TITLES[clock.id], "sentence": in_words(clock), "drafts": drafted(clock, state)}
        for clock in found.clocks if drafted(clock, state)
    ]  # fmt: skip
    context = {
        **head(found), **pages.clocks_block(found), **built, "late": late, "state": state,
        "theft": found.playbook.theft, "playbook": found.playbook,
        "early": bool(state.aware_at and state.known_at and state.aware_at < state.known_at),
        "told_cnil": any(clock.id == "cnil" and clock.done_at for clock in found.clocks),
    }  # fmt: skip
    return render(request, "incidents/room_clocks.html", context, status=UNPROCESSABLE if given else 200)


def _known(request: Any, found: Room) -> HttpResponse:
    form = KnownForm(request.POST, auto_id="known-%s")
    if form.is_valid():
        data = form.cleaned_data
        done = _tried(request, lambda: flows.set_known(
            Actor.of(request.member), found.incident, data["known_at"], data["reason"], now=timezone.localtime()
        ), form, "known_at")  # fmt: skip
        if done:
            return back(found.incident.pk)
    return _page(request, found, form)


def _aware(request: Any, found: Room) -> HttpResponse:
    form = AwareForm(request.POST, auto_id="aware-%s")
    if form.is_valid():
        data = form.cleaned_data
        done = _tried(request, lambda: flows.set_aware(
            Actor.of(request.member), found.incident, data["aware_at"], data["reason"], now=timezone.localtime()
        ), form, "aware_at")  # fmt: skip
        if done:
            return back(found.incident.pk)
    return _page(request, found, form)


def _unsure(request: Any, found: Room) -> HttpResponse:
    try:
        flows.set_aware(Actor.of(request.member), found.incident, None, "", now=timezone.localtime())
    except HygieError as error:
        tell(request, error)
    else:
        messages.info(request, typeset("C'est noté : pas encore sûr. Hygie vous le redemande dans deux heures."))
    return back(found.incident.pk)


def _theft(request: Any, found: Room) -> HttpResponse:
    stolen = request.POST.get("stolen")
    if stolen not in {"yes", "no"} or not playbooks()[found.state.playbook].theft or found.state.closed_at:
        messages.warning(request, "Cette réponse n’a pas été comprise. Rien n’a été noté.")
        return redirect("incidents:clocks", pk=found.incident.pk)
    if found.state.stolen is not (stolen == "yes"):
        flows.say_theft(Actor.of(request.member), found.incident, stolen=stolen == "yes", now=timezone.localtime())
    return back(found.incident.pk)


def _tried(request: Any, act: Callable[[], object], form: forms.Form, field: str) -> bool:
    try:
        act()
    except HygieError as error:
        form.add_error(field, typeset(f"{error.sentence} {error.next_step}"))
        return False
    messages.success(request, "L’heure est notée, avec son auteur. Les délais comptent de là.")
    return True


_ACTS: dict[str, Callable[[Any, Room], HttpResponse]] = {
    "known": _known, "aware": _aware, "unsure": _unsure, "theft": _theft,
}  # fmt: skip


@allowed(Action.SEE_INCIDENT)
@require_safe
def ics(request: Any, pk: UUID) -> HttpResponse:
    """The delays for a calendar."""
    found = read(request, pk, Action.SEE_INCIDENT)
    link = request.build_absolute_uri(reverse("incidents:room", args=[pk]))
    made = calendar_file(found.incident, found.clocks, found.now, link)
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="hygie-incident-{found.incident.reference}.ics"'
    return response
