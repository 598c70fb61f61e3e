"""Questions put to others: their page, the sheet to print, and the link that answers one without an account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hygie.core.finding import Owner
from hygie.reference.catalogue import catalogue
from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed, owned, public
from hygie.web.dashboard import flows, pages, rules
from hygie.web.dashboard.forms import LinkReplyForm
from hygie.web.dashboard.models import Question
from hygie.web.journal.flows import Actor


@allowed(Action.ASK_QUESTION)
@require_GET
def question(request: Any, pk: int) -> HttpResponse:
    """A question and how to send it. Its link is shown to the session that made it, while it lasts."""
    row = owned(request, Question, Action.ASK_QUESTION, pk=pk)
    link = _link(request, row)
    context = {"question": row, "line": _line(row), "link": link, "open_to_others": settings.HYGIE_TLS}
    return render(request, "dashboard/question.html", context)


@allowed(Action.ASK_QUESTION)
@require_GET
def sheet(request: Any, pk: int) -> HttpResponse:
    """The question on paper, with room to answer by hand."""
    row = owned(request, Question, Action.ASK_QUESTION, pk=pk)
    link = _link(request, row)
    context = {
        "question": row,
        "line": _line(row),
        "check": _check(row),
        "link": link,
        "practice": request.practice,
        "open_to_others": settings.HYGIE_TLS,
    }
    return render(request, "dashboard/question_sheet.html", context)


@allowed(Action.ASK_QUESTION)
@require_POST
def renew(request: Any, pk: int) -> HttpResponse:
    """Another link; the old one dies."""
    row = owned(request, Question, Action.ASK_QUESTION, pk=pk)
    if row.closed_at is not None:
        raise Http404
    token = flows.renew_link(Actor.of(request.member), row, now=timezone.localtime())
    request.session[f"question-{row.pk}"] = token
    messages.success(request, "Le nouveau lien est prêt. L’ancien ne s’ouvre plus.")
    return redirect("dashboard:question", pk=row.pk)


@allowed(Action.ASK_QUESTION)
@require_POST
def close(request: Any, pk: int) -> HttpResponse:
    """No longer wait for this answer."""
    row = owned(request, Question, Action.ASK_QUESTION, pk=pk)
    if row.closed_at is None:
        flows.close_question(Actor.of(request.member), row, now=timezone.localtime())
    messages.success(request, "La question est retirée.")
    return redirect("dashboard:questions")


@public("une personne sans compte répond à une question par un lien à usage unique")
@require_http_methods(["GET", "POST"])
def reply(request: Any, token: str) -> HttpResponse:
    """The page behind a link: one question, its help, the choices; nothing else of the practice is shown."""
    row = Question.objects.filter(digest=flows.digest(token), closed_at=None).select_related("practice").first()
    if row is None or row.expires_at is None or row.expires_at <= timezone.now() or not row.check_id:
        return render(request, "dashboard/reply_over.html", status=404)
    form = LinkReplyForm(request.POST or None, measured=_line(row)["measured"])
    if request.method == "POST" and form.is_valid():
        flows.answer_question(row, form.reply(), name=form.cleaned_data["name"], now=timezone.localtime())
        return render(request, "dashboard/reply_done.html")
    context = {"form": form, "line": _line(row), "check": _check(row), "practice": row.practice}
    return render(request, "dashboard/reply.html", context, status=422 if form.errors else 200)


def _link(request: Any, row: Question) -> str:
    """The link, in the session that made it; never for somebody who could not answer in their own name."""
    token = request.session.get(f"question-{row.pk}", "")
    mine = can(request.member, Action.ANSWER_FINDING, rules.Share(Owner(row.owner)))
    if not (mine and token and flows.digest(token) == row.digest):
        return ""
    return str(request.build_absolute_uri(f"/question/{token}/"))


def _line(row: Question) -> dict[str, Any]:
    return pages.question_line(row, catalogue())


def _check(row: Question) -> Any:
    return catalogue().checks.get(row.check_id)
