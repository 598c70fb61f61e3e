"""« Il se passe quelque chose d'anormal », question after question; the last answer opens the incident.

A stranger is asked the same questions and led to the same gestures: nothing is recorded for them.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from hygie.core.errors import HygieError
from hygie.core.french import typeset
from hygie.reference.opening import Inference, infer, instruction, next_question, opening
from hygie.reference.playbooks import playbooks, steps_of
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.middleware import owes
from hygie.web.incidents import flows, selectors
from hygie.web.incidents.forms_room import OpeningForm
from hygie.web.incidents.hours import incident_day
from hygie.web.journal.flows import Actor

CAUTIOUS = "intrusion"
"""What is followed when nobody knows and somebody wants to act all the same."""
ANSWER = "q-"
BACK = "retour"
EXAMINE = "examine"
"""In place of a playbook: open with caution, and examine the computer first."""
FEW_STEPS = 5


def answers_of(request: Any) -> dict[str, str]:
    """The answers so far, in the order of their questions; what is not a choice is left out, and what follows it."""
    found: dict[str, str] = {}
    while (question := next_question(found)) is not None:
        given = request.POST.get(f"{ANSWER}{question.id}", "")
        if given not in {one.id for one in opening().choices(question)}:
            break
        found[question.id] = given
    return found


def without_last(answers: Mapping[str, str]) -> dict[str, str]:
    """One question back."""
    return dict(list(answers.items())[:-1])


def opened(request: Any, answers: Mapping[str, str]) -> HttpResponse | None:
    """The room of the incident that these answers open; None while a question is left, or when nothing tells which."""
    if not may_open(request) or next_question(answers) is not None:
        return None
    form = OpeningForm(request.POST)
    found = infer(answers)
    asked = request.POST.get("playbook", "") if found.examine else found.playbook
    chosen = CAUTIOUS if asked == EXAMINE else str(asked)
    if chosen not in playbooks() or not form.is_valid():
        return None
    now = timezone.localtime()
    what = flows.Opening(chosen, now, answers=dict(answers), stolen=found.stolen)
    incident = flows.open_incident(
        Actor.of(request.member), request.practice, what, now=now, creation_key=form.cleaned_data["creation_key"]
    )
    return redirect("incidents:examination" if asked == EXAMINE else "incidents:room", pk=incident.pk)


def may_open(request: Any) -> bool:
    """Whether the answers are recorded: not for who must first pass by another page, and could not enter the room."""
    return request.member is not None and can(request.member, Action.OPEN_INCIDENT) and not owes(request)


def question_block(request: Any, answers: Mapping[str, str]) -> dict[str, Any]:
    """What the page asks now, what to do at once, and what was answered."""
    question, key = next_question(answers), request.POST.get("creation_key", "")
    return {
        "question": question,
        "choices": opening().choices(question) if question else (),
        "number": len(answers) + 1,
        "told": typeset(instruction(answers)),
        "answers": [(f"{ANSWER}{name}", value) for name, value in answers.items()],
        "field": f"{ANSWER}{question.id}" if question else "",
        "creation_key": key if OpeningForm({"creation_key": key}).is_valid() else uuid4(),
        "may_open": may_open(request),
        "owed": owes(request) if request.member is not None else "",
        "underway": underway(request),
        **(_end(infer(answers)) if question is None else {}),
    }


def _end(found: Inference) -> dict[str, Any]:
    """After the last question: the gestures of the playbook, or the choice of one."""
    one = playbooks().get(found.playbook or "")
    if one is None:
        return {"examine": True, "cautious": playbooks()[CAUTIOUS], "all": list(playbooks().values())}
    return {"playbook": one, "first_steps": steps_of(one.id)[:FEW_STEPS]}


def underway(request: Any) -> list[dict[str, Any]]:
    """The incidents that can be resumed; none rather than a page that does not open."""
    if request.member is None or not can(request.member, Action.SEE_INCIDENT):
        return []
    try:
        found = selectors.open_incidents(request.practice)
    except (DatabaseError, HygieError):
        return []
    now = timezone.now()
    return [{"pk": one.pk, "title": f"L’incident du {incident_day(one.opened_at, now)}"} for one in found]
