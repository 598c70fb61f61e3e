"""The first visit: a promise, ten questions one a screen, and what they told. Resumable, and answered again at will."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hygie.core.french import typeset
from hygie.reference.first_run import COUNT, UNKNOWN, Question, first_run
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed
from hygie.web.journal.flows import Actor
from hygie.web.practice import flows, selectors, wording
from hygie.web.practice.forms import FirstRunForm, first_run_initial


@allowed(Action.FIRST_RUN)
@require_safe
def start(request: Any) -> HttpResponse:
    """The promise, before the first question; where one left, when some were answered."""
    answered = selectors.first_answers(request.practice)
    following = _first_open(answered)
    context = {
        "count": COUNT,
        "answered": len(answered),
        "next": following,
        "may_visit": can(request.member, Action.CHANGE_DEMONSTRATION) and not request.practice.demo,
        "minutes": wording.whole_minutes(_seconds(answered)),
    }
    return render(request, "practice/first_run_start.html", context)


@allowed(Action.FIRST_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: Any, n: int) -> HttpResponse:
    """One question. Sent, it leads to the next; the last leads to the end."""
    asked = flows.question_at(n)
    if asked is None:
        raise Http404
    if request.method == "POST":
        form = FirstRunForm(asked, request.POST)
        if form.is_valid():
            _keep(request, asked, form)
            return redirect("practice:first_run", n + 1) if n < COUNT else redirect("practice:first_run_end")
    else:
        form = FirstRunForm(asked, initial=_initial(request, asked))
    return render(request, "practice/first_run.html", _screen(form, asked, n), status=422 if form.errors else 200)


@allowed(Action.FIRST_RUN)
@require_safe
def end(request: Any) -> HttpResponse:
    """What was told, what is left, whom Hygie asked."""
    answered = selectors.first_answers(request.practice)
    if len(answered) == COUNT and request.practice.first_run_done_at is None:
        flows.finish_first_run(Actor.of(request.member), request.practice, now=timezone.now())
    context = {
        "rows": [_told(number, asked, answered.get(asked.id)) for number, asked in enumerate(first_run(), 1)],
        "left": COUNT - len(answered),
        "next": _first_open(answered),
        "asked": [one for one in selectors.open_questions(request.practice) if one.topic],
        "open_checks": flows.unanswered_checks(request.practice),
    }
    return render(request, "practice/first_run_end.html", context)


def _keep(request: Any, asked: Question, form: FirstRunForm) -> None:
    flows.answer_first_question(
        Actor.of(request.member),
        request.practice,
        asked,
        form.cleaned_data["choice"],
        form.details(),
        now=timezone.now(),
    )


def _initial(request: Any, asked: Question) -> dict[str, Any]:
    answer = selectors.first_answers(request.practice).get(asked.id)
    return first_run_initial(asked, answer, selectors.first_providers(request.practice), request.practice)


def _screen(form: FirstRunForm, asked: Question, n: int) -> dict[str, Any]:
    left = [one.seconds for one in first_run()[n - 1 :]]
    return {
        "form": form,
        "n": n,
        "count": COUNT,
        "done": n - 1,
        "previous": n - 1,
        "left": wording.minutes_left(left),
        "question": typeset(asked.question),
        "why": typeset(asked.why),
    }


def _first_open(answered: dict[str, Any]) -> int:
    """The first question without an answer; the first of all when none is left."""
    return next((number for number, one in enumerate(first_run(), 1) if one.id not in answered), 1)


def _seconds(answered: dict[str, Any]) -> int:
    return sum(one.seconds for one in first_run() if one.id not in answered)


def _told(number: int, asked: Question, answer: Any) -> dict[str, Any]:
    """One line of the summary; « Je ne sais pas » is said as such, never as a fault."""
    choice = asked.chosen(answer.choice) if answer else None
    state = "afaire" if answer is None else "inconnu" if choice is None else "ok"
    words = {"afaire": "Pas encore répondu", "inconnu": "Je ne sais pas"}
    label = typeset(choice.label) if choice else words[state]
    known = answer is not None and answer.choice == UNKNOWN
    return {"n": number, "question": typeset(asked.question), "answer": label, "state": state, "unknown": known}
