"""Today, a measure, a finding, the questions: each view reads the request, calls one flow, and redirects."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hygie.checkup.run import Checkup
from hygie.core.finding import Finding, Owner
from hygie.core.french import typeset
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed, owned, require
from hygie.web.dashboard import flows, pages, rules, selectors, store
from hygie.web.dashboard.forms import AnswerForm, ChargeForm, ExceptionForm, ProofForm, QuestionForm
from hygie.web.dashboard.models import Answer, Proof, Question, Waiver
from hygie.web.journal.flows import Actor
from hygie.web.workstations.flows import measure_this_machine


@allowed(Action.SEE_TODAY)
@require_GET
def today(request: Any) -> HttpResponse:
    """The five minutes of the week."""
    now = timezone.localtime()
    before = _visited(request.member, now)  # a full disk, or a database that is held, hides nothing of what is read
    since = selectors.snapshot_before(request.practice, before)
    checkup = selectors.current_checkup(request.practice, now, since=since)
    with suppress(OperationalError):  # the same
        flows.keep_snapshot(request.practice, checkup, now)
    actions = rules.actions_for(checkup, request.member.role, catalogue())
    page = pages.today_page(checkup, actions, catalogue(), now)
    history = pages.history_lines(selectors.history(request.practice, now))
    may_run = can(request.member, Action.RUN_CHECKUP)
    return render(request, "dashboard/today.html", {"page": page, "history": history, "may_run": may_run})


def _visited(member: Any, now: datetime) -> datetime | None:
    """When this person came before, also when the present visit cannot be written."""
    try:
        return flows.note_visit(member, now)
    except OperationalError:
        return selectors.previous_visit(member)


@allowed(Action.RUN_CHECKUP)
@require_POST
def run_checkup(request: Any) -> HttpResponse:
    """Measure the computer the app runs on, now."""
    measure_this_machine(Actor.of(request.member), request.practice, now=timezone.localtime())
    messages.success(request, "Cet ordinateur vient d’être regardé.")
    return redirect("dashboard:today")


@allowed(Action.SEE_MEASURE)
@require_GET
def measures(request: Any) -> HttpResponse:
    """The seven tiles alone, with the history."""
    now = timezone.localtime()
    checkup = selectors.current_checkup(request.practice, now)
    tiles = [pages.tile(measure, checkup.started_at) for measure in checkup.measures]
    history = pages.history_lines(selectors.history(request.practice, now))
    context = {
        "tiles": tiles,
        "history": history,
        "headline": checkup.headline,
        "changes": pages.version_changes(history),
    }
    return render(request, "dashboard/measures.html", context)


@allowed(Action.SEE_MEASURE)
@require_GET
def measure(request: Any, slug: str) -> HttpResponse:
    """One measure: what is seen, its history, what to do oneself, the proofs kept."""
    if slug not in rules.SLUGS:
        raise Http404
    measure_id = rules.SLUGS[slug]
    checkup = selectors.current_checkup(request.practice, timezone.localtime())
    number = next(result.number for result in checkup.measures if result.id is measure_id)
    names = dict(Answer.objects.for_practice(request.practice).values_list("check_id", "answered_by"))
    content = catalogue()
    page = pages.measure_page(
        checkup, number, lambda one: can(request.member, Action.SEE_FINDING, _target(one)), names, content
    )
    proofs = Proof.objects.for_practice(request.practice).filter(
        removed_at=None, check_id__startswith=f"{measure_id.value}-"
    )
    history = pages.measure_history(selectors.history(request.practice, timezone.localtime()), measure_id.value)
    why = typeset(catalogue().measures[number - 1].sentence)
    context = {"page": page, "proofs": proofs, "history": history, "why": why}
    return render(request, "dashboard/measure.html", context)


@allowed(Action.SEE_FINDING)
@require_GET
def finding(request: Any, check_id: str) -> HttpResponse:
    """One finding: why, steps, undo, who, and what may be answered."""
    return _finding_page(request, check_id)


@allowed(Action.ANSWER_FINDING)
@require_POST
def answer(request: Any, check_id: str) -> HttpResponse:
    """Answer a question, or say who is on a measured failure."""
    found = _found(request, check_id, Action.ANSWER_FINDING)[1]
    form = _answer_form(found.check_id)(request.POST)
    if not form.is_valid():
        return _finding_page(request, check_id, answer_form=form, status=422)
    now = timezone.localtime()
    flows.give_answer(
        Actor.of(request.member), request.practice, check_id, form.reply(), now=now, seen=form.cleaned_data["version"]
    )
    messages.success(request, "C’est noté.")
    back = "dashboard:questions" if request.POST.get("next_page") == "questions" else pages.finding_url(check_id)
    return redirect(back)


@allowed(Action.DECIDE_EXCEPTION)
@require_POST
def exception(request: Any, check_id: str) -> HttpResponse:
    """Accept a failure for a reason, until a date."""
    _found(request, check_id, Action.DECIDE_EXCEPTION)
    form = ExceptionForm(request.POST)
    if not form.is_valid():
        return _finding_page(request, check_id, exception_form=form, status=422)
    data = form.cleaned_data
    flows.decide_exception(
        Actor.of(request.member), request.practice, check_id, reason=data["reason"], until=data["until"],
        now=timezone.localtime(), seen=data["version"],
    )  # fmt: skip
    messages.success(request, "L’exception est notée. Hygie redemandera à sa date.")
    return redirect(pages.finding_url(check_id))


@allowed(Action.DECIDE_EXCEPTION)
@require_POST
def end_exception(request: Any, check_id: str) -> HttpResponse:
    """Take an exception back."""
    waiver = owned(request, Waiver, Action.DECIDE_EXCEPTION, check_id=check_id)
    flows.end_exception(Actor.of(request.member), waiver, now=timezone.localtime())
    messages.success(request, "L’exception est retirée.")
    return redirect(pages.finding_url(check_id))


@allowed(Action.ADD_PROOF)
@require_POST
def add_proof(request: Any, check_id: str) -> HttpResponse:
    """Attach a file that proves an answer."""
    _found(request, check_id, Action.ADD_PROOF)
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return _finding_page(request, check_id, proof_form=form, status=422)
    data = form.cleaned_data
    if data["file"].size > store.MOST_BYTES:
        form.add_error("file", "Ce fichier dépasse 20 Mo.")
        return _finding_page(request, check_id, proof_form=form, status=422)
    try:
        flows.add_proof(
            Actor.of(request.member), practice=request.practice, check_id=check_id, name=data["name"],
            taken_on=data["taken_on"], content=data["file"].read(), now=timezone.localtime(),
            creation_key=data["creation_key"],
        )  # fmt: skip
    except store.NotAProof as refused:
        form.add_error("file", f"{refused.sentence} {refused.next_step}")
        return _finding_page(request, check_id, proof_form=form, status=422)
    messages.success(request, "La preuve est gardée.")
    return redirect(pages.finding_url(check_id))


@allowed(Action.SEE_PROOF)
@require_GET
def proof(request: Any, pk: int) -> HttpResponse:
    """The content of a proof, always as a file to save: it is never shown inside the app."""
    row = _proof(request, pk, Action.SEE_PROOF)
    if row.removed_at is not None:
        raise Http404
    try:
        content = store.read(row.stored_as)
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=row.media_type)
    response["Content-Disposition"] = f'attachment; filename="preuve-{row.pk}{store.SUFFIXES[row.media_type]}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@allowed(Action.ADD_PROOF)
@require_POST
def remove_proof(request: Any, pk: int) -> HttpResponse:
    """Take a proof away."""
    row = _proof(request, pk, Action.ADD_PROOF)
    if row.removed_at is None:
        flows.remove_proof(Actor.of(request.member), row, now=timezone.localtime())
    messages.success(request, "La preuve est retirée.")
    return redirect(pages.finding_url(row.check_id) if row.check_id else "dashboard:today")


def _proof(request: Any, pk: int, action: Action) -> Proof:
    row: Proof = owned(request, Proof, Action.SEE_TODAY, pk=pk)
    check = catalogue().checks.get(row.check_id)
    require(request, action, rules.Share(check.owner if check else None))
    return row


@allowed(Action.ASK_QUESTION)
@require_POST
def ask(request: Any, check_id: str) -> HttpResponse:
    """Put the question to somebody, by a sheet to print or a link."""
    _found(request, check_id, Action.SEE_FINDING)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _finding_page(request, check_id, question_form=form, status=422)
    question, token = flows.ask(
        Actor.of(request.member), request.practice, check_id=check_id, now=timezone.localtime(), **form.cleaned_data
    )
    request.session[f"question-{question.pk}"] = token
    return redirect("dashboard:question", pk=question.pk)


@allowed(Action.SEE_TODAY)
@require_http_methods(["GET", "POST"])
def questions(request: Any) -> HttpResponse:
    """What nobody could answer yet, one question at a time, and the ones put to others."""
    content = catalogue()
    checkup = selectors.current_checkup(request.practice, timezone.localtime())
    left = rules.unanswered(checkup, content, request.member.role)
    current = rules.following(left, request.GET.get("passer", ""))
    asked = Question.objects.for_practice(request.practice).filter(closed_at=None).order_by("expected_on", "pk")
    context = {
        "left": [{"title": f.title, "url": pages.finding_url(f.check_id)} for f in left],
        "page": pages.finding_page(current, content, checkup) if current else None,
        "form": AnswerForm() if current and can(request.member, Action.ANSWER_FINDING, _target(current)) else None,
        "asked": [pages.question_line(one, content) for one in asked[:100] if _may_see(request, one.owner)],
        "may_ask": can(request.member, Action.ASK_QUESTION),
    }
    return render(request, "dashboard/questions.html", context)


def _found(request: Any, check_id: str, action: Action) -> tuple[Checkup, Finding]:
    checkup = selectors.current_checkup(request.practice, timezone.localtime())
    for candidate in checkup.findings:
        if candidate.check_id == check_id:
            require(request, action, _target(candidate))
            return checkup, candidate
    raise Http404


def _may_see(request: Any, owner: str) -> bool:
    return can(request.member, Action.SEE_FINDING, rules.Share(Owner(owner)))


def _target(found: Finding) -> rules.Share:
    return rules.Share(found.owner)


def _answer_form(check_id: str) -> type[AnswerForm]:
    return ChargeForm if catalogue().checks[check_id].answer == "measured" else AnswerForm


def _finding_page(request: Any, check_id: str, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page, with the form that was refused when there is one: nothing typed is lost."""
    checkup, found = _found(request, check_id, Action.SEE_FINDING)
    target, practice, member = _target(found), request.practice, request.member
    given = Answer.objects.for_practice(practice).filter(check_id=check_id).first()
    waiver = Waiver.objects.for_practice(practice).filter(check_id=check_id).first()
    asked = Question.objects.for_practice(practice).filter(check_id=check_id).order_by("-asked_at")[:5]
    last = selectors.snapshot_before(practice, timezone.localtime())
    if last:
        checkup = rules.with_firsts(checkup, last.firsts, last.outcomes)
    context = {
        "page": pages.finding_page(found, catalogue(), checkup, given.answered_by if given else ""),
        "given": given,
        "asked": [pages.question_line(one, catalogue()) for one in asked] if can(member, Action.ASK_QUESTION) else [],
        "may_run": can(member, Action.RUN_CHECKUP),
        "waiver": waiver,
        "proofs": Proof.objects.for_practice(practice).filter(check_id=check_id, removed_at=None)
        if can(member, Action.SEE_PROOF, target) else [],
        "answer_form": _answer_form(check_id)(initial=pages.answer_initial(given))
        if can(member, Action.ANSWER_FINDING, target) else None,
        "exception_form": ExceptionForm(initial=pages.waiver_initial(waiver))
        if can(member, Action.DECIDE_EXCEPTION, target) and found.outcome.value == "failed" else None,
        "proof_form": ProofForm() if can(member, Action.ADD_PROOF, target) else None,
        "question_form": QuestionForm() if can(member, Action.ASK_QUESTION) and found.needs_work else None,
        **bound,
    }  # fmt: skip
    return render(request, "dashboard/finding.html", context, status=status)
