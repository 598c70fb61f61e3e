"""The reminders: the list, its calendar file, and how they may be sent by e-mail."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.web.accounts.access import Action, can
from hygie.web.accounts.gates import allowed
from hygie.web.errors import Outdated
from hygie.web.journal.flows import Actor
from hygie.web.practice import flows, mail, selectors
from hygie.web.practice.calendar import calendar_file
from hygie.web.practice.forms import MailForm
from hygie.web.practice.models import Mail
from hygie.web.practice.rules import Reminder


@allowed(Action.SEE_REMINDERS)
@require_safe
def reminders(request: Any) -> HttpResponse:
    """What comes, soonest first; what is late at the top."""
    today = timezone.localdate()
    found = selectors.reminders_of(request.practice, today)
    context = {
        "late": [_shown(one) for one in found if one.due < today],
        "now": [_shown(one) for one in found if one.on <= today <= one.due],
        "later": [_shown(one) for one in found if one.on > today],
        "mail": Mail.objects.for_practice(request.practice).first(),
        "may_change": can(request.member, Action.CHANGE_SHARING),
    }
    return render(request, "practice/reminders.html", context)


def _shown(one: Reminder) -> dict[str, Any]:
    return {**asdict(one), "href": reverse(one.url, args=one.args)}


@allowed(Action.SEE_REMINDERS)
@require_safe
def ics(request: Any) -> HttpResponse:
    """The calendar file."""
    found = selectors.reminders_of(request.practice, timezone.localdate())

    def link(one: Reminder) -> str:
        return str(request.build_absolute_uri(reverse(one.url, args=one.args)))

    made = calendar_file(found, request.practice.pk, timezone.now(), link)
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="hygie-rappels.ics"'
    return response


@allowed(Action.CHANGE_SHARING)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: Any) -> HttpResponse:
    """The server, the sender, the recipients."""
    row = flows.mail_of(request.practice)
    outdated = False
    if request.method == "POST":
        form = MailForm(request.POST)
        if form.is_valid():
            try:
                flows.change_mail(
                    Actor.of(request.member), request.practice, form.values(), seen=form.cleaned_data["version"]
                )
            except Outdated:
                form, outdated = MailForm({**request.POST.dict(), "version": _version(row)}), True
            else:
                messages.success(request, "Envoi réglé. Essayez-le maintenant.")
                return redirect("practice:mail")
    else:
        form = MailForm(instance=row, initial={"version": row.version, "password": ""})
    context = {"form": form, "mail": row, "outdated": outdated, "ready": row.host and row.sender and row.recipients}
    status = 409 if outdated else 422 if form.errors else 200
    return render(request, "practice/mail.html", context, status=status)


def _version(row: Mail) -> int:
    row.refresh_from_db()
    return row.version


@allowed(Action.CHANGE_SHARING)
@require_POST
def try_mail(request: Any) -> HttpResponse:
    """Send one message now."""
    address = str(request.build_absolute_uri("/"))
    failure = mail.send_test_mail(Actor.of(request.member), request.practice, now=timezone.now(), address=address)
    if failure:
        messages.error(request, failure)
    else:
        messages.success(request, "Message d’essai parti. Regardez la boîte de réception.")
    return redirect("practice:mail")
